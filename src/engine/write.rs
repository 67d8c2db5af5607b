//! Set, update and restore.

use crate::delta::{Change, Delta, code};
use crate::document::changes::{self, MOST_GROWTH};
use crate::document::{Document, Merged};
use crate::json::{reader, text};
use crate::{Code, Error, Result};

use super::revision::decimal;
use super::{Commit, Decide, Engine, Head, Limits, Once, Record, Revision, Step, Store, not_found};

/// What a write asks of the record it meets.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// The version; 0 asks that there be no context.
    pub version: u64,
    /// And this revision of it.
    pub revision: Option<Revision>,
}

/// The outcome of a write.
#[derive(Debug)]
pub struct Written<'a> {
    /// Whether anything was committed.
    pub changed: bool,
    /// Whether the commit began a lineage.
    pub created: bool,
    /// The record as it is now.
    pub record: &'a Record,
    /// Its state as it is now.
    pub document: &'a Document,
    /// The committed delta's compact code, unless a lineage began or nothing changed.
    pub code: Option<&'a [u8]>,
}

impl<S: Store> Engine<S> {
    /// Makes `after`, text of an object, the whole state; creates the context where there is none.
    ///
    /// # Errors
    /// `invalid_value` and `limit_exceeded` for what `after` holds, `conflict` by `guard`; those of the store.
    pub fn set<R>(
        &self,
        id: &[u8],
        after: &[u8],
        guard: Option<Guard>,
        now: f64,
        see: impl FnOnce(Written<'_>) -> R,
    ) -> Result<R> {
        let limits = self.policy().limits;
        let mut step = |record: Option<&Record>| {
            check(guard, record)?;
            if after.len() > limits.context_bytes {
                return Err(too_large(after.len(), &limits));
            }
            let Some(live) = record.and_then(Record::live) else {
                let document = read_object(after, limits.depth)?;
                let head = self.next_head(last_version(record));
                return Ok(Step::Commit(Commit::Create {
                    head,
                    at: now,
                    document,
                }));
            };
            let compared = live.document().compare(after, limits.depth);
            let delta = compared.map_err(|refused| refused.into_error(after))?;
            let mut code = Vec::new();
            code::encode(&delta, &mut code);
            Ok(self.change(record, code, Merged::default(), now))
        };
        self.commit(id, now, &mut step, see)
    }

    /// Merges `changes`, text of an object as in [`changes`](crate::document::changes), deeply into the state.
    ///
    /// # Errors
    /// `not_found` where there is no context, `invalid_value` and `limit_exceeded` for what comes in and what comes out,
    /// `conflict` by `guard`; those of the store.
    pub fn update<R>(
        &self,
        id: &[u8],
        changes: &[u8],
        guard: Option<Guard>,
        now: f64,
        see: impl FnOnce(Written<'_>) -> R,
    ) -> Result<R> {
        let limits = self.policy().limits;
        if !text::is_object(changes) {
            return Err(Error::here(Code::InvalidValue, "changes must be an object"));
        }
        let mut step = |record: Option<&Record>| {
            check(guard, record)?;
            let Some(live) = record.and_then(Record::live) else {
                // Nothing merges them here, and what is wrong with them is told first.
                changes::validate(changes, limits.depth)?;
                return Err(not_found());
            };
            let mut code = Vec::with_capacity(2 * changes.len());
            let merged = live.document().merge(changes, limits.depth, &mut code)?;
            let most = changes.len().saturating_mul(MOST_GROWTH);
            if live.document().length().saturating_add(most) > limits.context_bytes {
                check_length(live.document(), &code, &limits)?;
            }
            Ok(self.change(record, code, merged, now))
        };
        self.commit(id, now, &mut step, see)
    }

    /// Installs a state from outside as a new lineage, at `version` or one after the last known.
    ///
    /// # Errors
    /// `invalid_value` and `limit_exceeded` for what `state` holds; those of the store.
    pub fn restore<R>(
        &self,
        id: &[u8],
        state: &[u8],
        version: u64,
        now: f64,
        see: impl FnOnce(Written<'_>) -> R,
    ) -> Result<R> {
        let limits = self.policy().limits;
        if state.len() > limits.context_bytes {
            return Err(too_large(state.len(), &limits));
        }
        let restored = read_object(state, limits.depth)?;
        let mut step = |record: Option<&Record>| {
            let last = last_version(record).max(version.saturating_sub(1));
            Ok(Step::Commit(Commit::Create {
                head: self.next_head(last),
                at: now,
                document: restored.clone(),
            }))
        };
        self.commit(id, now, &mut step, see)
    }

    fn commit<R>(
        &self,
        id: &[u8],
        now: f64,
        step: &mut Decide<'_>,
        see: impl FnOnce(Written<'_>) -> R,
    ) -> Result<R> {
        let mut see = Once::new(see);
        let mut done =
            |record: &Record, code: Option<&[u8]>| see.call(|see| tell(record, code, see));
        self.store()
            .write(id, &self.context(now), step, &mut done)?;
        see.result()
    }

    fn change(&self, record: Option<&Record>, code: Vec<u8>, merged: Merged, now: f64) -> Step {
        if code == code::EMPTY {
            return Step::Keep;
        }
        Step::Commit(Commit::Change {
            head: self.next_head(last_version(record)),
            at: now,
            code,
            merged,
        })
    }
}

/// `code` is that of the committed delta: none where nothing changed, empty where a lineage began.
fn tell<R>(record: &Record, code: Option<&[u8]>, see: impl FnOnce(Written<'_>) -> R) -> Result<R> {
    let live = record.live().ok_or_else(not_found)?;
    Ok(see(Written {
        changed: code.is_some(),
        created: code.is_some_and(<[u8]>::is_empty),
        record,
        document: live.document(),
        code: code.filter(|code| !code.is_empty()),
    }))
}

/// Fails where the record isn't what the guard asks for.
pub(super) fn check(guard: Option<Guard>, record: Option<&Record>) -> Result<()> {
    let Some(guard) = guard else {
        return Ok(());
    };
    let head = record
        .filter(|record| record.live().is_some())
        .map(Record::head);
    let there = head.map_or(0, |head: Head| head.version);
    let revised = guard
        .revision
        .zip(head)
        .is_some_and(|(asked, head)| asked != head.revision);
    if guard.version == there && !revised {
        return Ok(());
    }
    let asked = decimal(guard.version);
    let there_text = decimal(there);
    let message = if there == 0 {
        [
            "version ",
            &asked,
            " was asked for, and there is no context",
        ]
        .concat()
    } else if guard.version == 0 {
        [
            "the context must not exist, and is at version ",
            &there_text,
        ]
        .concat()
    } else {
        let advice = " stands there; read it again and retry";
        [
            "version ",
            &asked,
            " was asked for, and version ",
            &there_text,
            advice,
        ]
        .concat()
    };
    Err(Error::new(Code::Conflict, message))
}

/// The version that the next one follows, of a deleted context too.
fn last_version(record: Option<&Record>) -> u64 {
    record.map_or(0, |record| record.head().version)
}

fn read_object(text: &[u8], depth: u32) -> Result<Document> {
    reader::valid(text, depth)?;
    if !text::is_object(text) {
        return Err(Error::here(
            Code::InvalidValue,
            "a context must be an object",
        ));
    }
    Ok(Document::read(text))
}

/// The state after the delta that `code` is of, where its measures can't be told without making it.
fn replayed(document: &Document, code: &[u8]) -> Result<Document> {
    let mut after = document.clone();
    after.replay(code)?;
    Ok(after)
}

fn check_length(document: &Document, code: &[u8], limits: &Limits) -> Result<()> {
    let most =
        code::longest_growth(code).and_then(|most| document.length().checked_add_signed(most));
    if most.is_some_and(|most| most <= limits.context_bytes) {
        return Ok(());
    }
    let after = replayed(document, code)?;
    if after.length() > limits.context_bytes {
        return Err(too_large(after.length(), limits));
    }
    Ok(())
}

fn too_large(length: usize, limits: &Limits) -> Error {
    let bytes = decimal(length as u64);
    let limit = decimal(limits.context_bytes as u64);
    let advice = "; split it or raise the limit";
    let message = [
        "the context would take ",
        &bytes,
        " bytes of JSON, and limits.contextBytes is ",
        &limit,
        advice,
    ]
    .concat();
    Error::new(Code::LimitExceeded, message)
}

/// What a delta tells of an object that was not there: each key added.
pub fn creation(state: &[u8]) -> Delta<'_> {
    let fields = text::fields(state);
    Delta {
        fields: fields
            .map(|(key, value)| (key.into(), Change::Added(value.into())))
            .collect(),
    }
}
