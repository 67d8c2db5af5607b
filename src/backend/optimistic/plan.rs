//! What calls have led to in memory, as something to send.

use crate::Result;
use crate::engine::{Head, Keep, Record};

use super::super::contract::{Backend, Proposal, StoredEntry};
use super::super::working::{entries_after, unsnapped};
use super::cache::Noted;
use super::{Optimistic, live_head};

/// Logs are trimmed once in so many versions.
const LOOSE_ENTRIES: u64 = 16;

/// What was there when calls began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Base {
    pub(super) head: Head,
    pub(super) is_live: bool,
}

/// What is to be sent.
pub(super) struct Plan {
    base: Option<Base>,
    pub(super) effect: Effect,
    /// What the backend has noted afterwards.
    pub(super) noted: Noted,
}

pub(super) enum Effect {
    Commit(Box<Proposal>),
    Remove { head: Head, until: f64 },
}

impl Plan {
    /// Whether a record still is, or is known to lead on from, what the plan builds on: so that what was planned would show in it.
    pub(super) fn is_before(&self, record: Option<&Record>) -> bool {
        match (self.base, record) {
            (None, record) => record.is_none(),
            (Some(base), Some(record)) => {
                record.remembers(base.head) && record.live().is_some() == base.is_live
            }
            (Some(_), None) => false,
        }
    }
}

impl<B: Backend> Optimistic<B> {
    /// What has to be sent so that the backend has what memory has; none where nothing has changed.
    pub(super) fn plan(&self, id: &[u8], base: Option<Base>) -> Result<Option<Plan>> {
        let memory = self.memory();
        if self.base(id) == base {
            return Ok(None);
        }
        let removed = memory.with(id, |record| {
            let until = record?.tombstone()?;
            live_head(base).map(|head| Effect::Remove { head, until })
        });
        if let Some(effect) = removed {
            return Ok(Some(Plan {
                base,
                effect,
                noted: Noted::default(),
            }));
        }
        let Some((at, reset, entries)) = memory.with(id, |record| {
            record.map(|record| added(record, base)).transpose()
        })?
        else {
            return Ok(None);
        };
        let keep = self.policy.keep(at);
        memory.trim(id, &keep);
        let more = entries.iter().map(|entry| entry.delta.len()).sum();
        let before = self.cache.noted(id);
        Ok(memory.with(id, |record| {
            let record = record?;
            let live = record.live()?;
            let unsnapped = if reset {
                0
            } else {
                unsnapped(before.unsnapped, more, record)
            };
            let mut deltas_due = self.policy.deltas_due(record);
            let is_trimming = reset || unsnapped == 0 || passes_mark(base, record.head());
            if !is_trimming && before.deltas_due < deltas_due {
                // Looked at too early, they are put off; another note with each commit would cost more.
                deltas_due = before.deltas_due.or(deltas_due);
            }
            let proposal = Proposal {
                base: base.map(|base| base.head),
                head: record.head(),
                reset,
                entries,
                snapshot: (unsnapped == 0).then(|| live.document().text().into_owned()),
                expires_at: self.policy.expiry(record),
                deltas_expire_at: deltas_due,
                keep: if is_trimming { keep } else { loosely(&keep) },
            };
            Some(Plan {
                base,
                effect: Effect::Commit(Box::new(proposal)),
                noted: Noted {
                    unsnapped,
                    deltas_due,
                },
            })
        }))
    }
}

/// Whether one of the versions since `base` is one at which logs are trimmed. Dropping one entry with each commit would cost as much as
/// the rest of it. What is stored beyond what is kept, engines leave out.
fn passes_mark(base: Option<Base>, head: Head) -> bool {
    let before = live_head(base).map_or(0, |head| head.version);
    before / LOOSE_ENTRIES != head.version / LOOSE_ENTRIES
}

/// The same, but for entries that are too many or too old.
fn loosely(keep: &Keep) -> Keep {
    Keep {
        count: None,
        bytes: keep.bytes,
        after: f64::NEG_INFINITY,
    }
}

/// When the record was changed last, whether it is of another lineage than `base`, and its entries since.
fn added(record: &Record, base: Option<Base>) -> Result<(f64, bool, Vec<StoredEntry>)> {
    if let Some(head) = live_head(base)
        && let Some(entries) = entries_after(record, Some(head))?
    {
        return Ok((record.at(), false, entries));
    }
    let mut entries = entries_after(record, None)?.unwrap_or_default();
    if let Some((head, at, delta)) = record.creation()? {
        let previous = None;
        entries.insert(
            0,
            StoredEntry {
                head,
                previous,
                delta,
                at,
            },
        );
    }
    Ok((record.at(), true, entries))
}
