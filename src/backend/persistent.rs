//! A store over an asynchronous [`Backend`].
//!
//! Each context in use has a working record, which the engine's steps read. A commit goes to the backend first, as a
//! compare-and-set on the head that the working record shows, and is applied to it only when it is stored. When another writer came
//! first, the answer says what is missing; the record catches up and the step runs again. Losing the working records loses nothing.

use core::cell::RefCell;

use crate::delta::{code, text};
use crate::document::Document;
use crate::engine::{
    Cleaned, Commit, Decide, Head, Keep, Listed, Page, Past, Record, Step, Store, Tell,
    WriteContext, creation,
};
use crate::json::{self, Ids};
use crate::{Code, Error, Result};

use super::contract::{Answer, Backend, Kind, News, Only, Proposal, Stored, StoredEntry};
use super::turn::Turns;

/// Deltas nest four levels for each level of a context, and those have a thousand at most.
const DEEPEST: u32 = 4000;
/// How often a step is run again before the conflict is reported.
const TRIES: usize = 100;
/// How many working records are kept between operations.
const WORKING_SET: usize = 1000;

/// Working records over a backend.
#[derive(Debug)]
pub struct Persistent<B> {
    backend: B,
    working: RefCell<Ids<Working>>,
    turns: Turns,
}

#[derive(Clone, Debug)]
struct Working {
    record: Record,
    /// Bytes of entries stored since the last snapshot.
    unsnapped: usize,
}

impl<B: Backend> Persistent<B> {
    /// A store over `backend`.
    pub fn new(backend: B) -> Self {
        Persistent {
            backend,
            working: RefCell::new(json::ids()),
            turns: Turns::default(),
        }
    }

    /// The backend.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    fn take_working(&self, id: &[u8]) -> Option<Working> {
        self.working.borrow_mut().remove(id)
    }

    fn keep_working(&self, id: &[u8], working: Option<Working>) {
        let Some(working) = working else {
            return;
        };
        let mut kept = self.working.borrow_mut();
        if kept.len() >= WORKING_SET {
            kept.clear();
        }
        kept.insert(id.into(), working);
    }

    async fn load(&self, id: &[u8]) -> Result<Option<Working>> {
        match self.backend.load(id).await? {
            Some(stored) => Working::load(stored).map(Some),
            None => Ok(None),
        }
    }

    /// The working record as the backend has it now.
    async fn refresh(&self, id: &[u8], working: Option<Working>) -> Result<Option<Working>> {
        let Some(working) = working else {
            return self.load(id).await;
        };
        let news = self.backend.since(id, working.record.head()).await?;
        self.catch_up(id, working, news).await
    }

    async fn catch_up(
        &self,
        id: &[u8],
        mut working: Working,
        news: News,
    ) -> Result<Option<Working>> {
        match news {
            News::Same => Ok(Some(working)),
            News::Tail(entries) if working.follow(&entries).is_ok() => Ok(Some(working)),
            News::Tail(_) | News::Gone | News::Reload => self.load(id).await,
        }
    }
}

impl Working {
    fn load(stored: Stored) -> Result<Self> {
        match stored {
            Stored::Deleted(head) => Ok(Working {
                record: Record::deleted(head, f64::INFINITY),
                unsnapped: 0,
            }),
            Stored::Live {
                head,
                at,
                snapshot_version,
                snapshot,
                tail,
            } => {
                let after = tail
                    .iter()
                    .filter(|entry| entry.head.version > snapshot_version);
                let unsnapped = after.map(|entry| entry.delta.len()).sum();
                let valid = json::text::validate(&snapshot, DEEPEST).is_ok();
                if !valid || !json::text::is_object(&snapshot) {
                    return Err(broken("a snapshot that is no object"));
                }
                let tail = tail.iter().map(past).collect::<Result<Vec<Past>>>()?;
                let record =
                    Record::load(head, at, snapshot_version, Document::read(&snapshot), &tail);
                let record = record.map_err(broken)?;
                Ok(Working { record, unsnapped })
            }
        }
    }

    /// Applies what others committed.
    fn follow(&mut self, entries: &[StoredEntry]) -> Result<()> {
        let mut record = self.record.clone();
        for entry in entries {
            if entry.previous != Some(record.head().revision)
                || entry.head.version != record.head().version + 1
            {
                return Err(broken("entries that don't follow each other"));
            }
            let Past { head, at, code, .. } = past(entry)?;
            record.apply(Commit::Change { head, at, code })?;
            self.unsnapped += entry.delta.len();
        }
        self.record = record;
        Ok(())
    }
}

fn past(entry: &StoredEntry) -> Result<Past> {
    let valid = json::text::validate(&entry.delta, DEEPEST);
    let parsed = valid.ok().and_then(|()| text::parse(&entry.delta).ok());
    let mut code = Vec::new();
    code::encode(
        &parsed.ok_or_else(|| broken("a delta that is none"))?,
        &mut code,
    );
    Ok(Past {
        head: entry.head,
        previous: entry.previous,
        at: entry.at,
        code,
    })
}

/// The error of an answer that the contract doesn't allow.
pub(crate) fn broken(what: &str) -> Error {
    Error::new(
        Code::BackendError,
        ["the backend answered with ", what].concat(),
    )
}

impl<B: Backend> Store for Persistent<B> {
    async fn read<R>(
        &self,
        id: &[u8],
        read: impl FnOnce(Option<&Record>) -> Result<R>,
    ) -> Result<R> {
        let _turn = self.turns.take(id).await;
        let working = self.take_working(id);
        let working = self.refresh(id, working).await?;
        let answer = read(working.as_ref().map(|working| &working.record));
        self.keep_working(id, working);
        answer
    }

    async fn write(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        step: &mut Decide<'_>,
        done: &mut Tell<'_>,
    ) -> Result<()> {
        let _turn = self.turns.take(id).await;
        let mut working = self.take_working(id);
        // A step that commits is proven right by the compare-and-set; one that doesn't must have seen the newest record.
        let mut is_newest = working.is_none();
        if working.is_none() {
            working = self.load(id).await?;
        }
        for _ in 0..TRIES {
            let decided = step(working.as_ref().map(|working| &working.record));
            let commit = match decided {
                Ok(Step::Commit(commit)) => commit,
                _ if !is_newest => {
                    working = self.refresh(id, working).await?;
                    is_newest = true;
                    continue;
                }
                Ok(Step::Keep) => {
                    let answer = match &working {
                        Some(working) => done(&working.record, None),
                        None => Err(Error::new(Code::NotFound, "no context has this id")),
                    };
                    self.keep_working(id, working);
                    return answer;
                }
                Err(error) => {
                    self.keep_working(id, working);
                    return Err(error);
                }
            };
            let code = match &commit {
                Commit::Change { code, .. } => code.clone(),
                Commit::Create { .. } => Vec::new(),
            };
            let before = working.take();
            let (after, proposal) = propose(before.clone(), commit, context)?;
            match self.backend.commit(id, &proposal).await? {
                Answer::Stored => {
                    let answer = done(&after.record, Some(&code));
                    self.keep_working(id, Some(after));
                    return answer;
                }
                Answer::Conflict(news) => {
                    working = match before {
                        Some(before) => self.catch_up(id, before, news).await?,
                        None => self.load(id).await?,
                    };
                }
            }
            is_newest = true;
        }
        let message = "other writers came first each time; try again when they are fewer";
        Err(Error::new(Code::Conflict, message))
    }

    async fn remove(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        check: &mut dyn FnMut(Option<&Record>) -> Result<bool>,
    ) -> Result<Option<Head>> {
        let _turn = self.turns.take(id).await;
        let mut working = self.take_working(id);
        for _ in 0..TRIES {
            working = self.refresh(id, working).await?;
            let wanted = check(working.as_ref().map(|working| &working.record))?;
            let Some(head) = working
                .as_ref()
                .map(|working| working.record.head())
                .filter(|_| wanted)
            else {
                self.keep_working(id, working);
                return Ok(None);
            };
            let until = context.now + context.policy.tombstone_ttl;
            if self
                .backend
                .remove(id, Only::Head(head), until)
                .await?
                .is_some()
            {
                return Ok(Some(head));
            }
        }
        let message = "other writers came first each time; try again when they are fewer";
        Err(Error::new(Code::Conflict, message))
    }

    async fn cleanup(&self, context: &WriteContext<'_>, limit: usize) -> Result<Cleaned> {
        let mut cleaned = Cleaned::default();
        let mut visited = 0;
        while visited < limit {
            let due = self.backend.expired(context.now, limit - visited).await?;
            let mut has_progress = false;
            for expired in due {
                let id = &*expired.id;
                let _turn = self.turns.take(id).await;
                self.take_working(id);
                match expired.kind {
                    Kind::Deltas => {
                        let ttl = context.policy.delta_ttl;
                        let trimmed = self
                            .backend
                            .trim(id, &context.policy.keep(context.now), ttl)
                            .await?;
                        cleaned.deltas += trimmed;
                        visited += 1;
                        has_progress |= trimmed > 0;
                    }
                    kind => {
                        let until = context.now + context.policy.tombstone_ttl;
                        let gone = self
                            .backend
                            .remove(id, Only::ExpiredBefore(context.now), until)
                            .await?;
                        has_progress |= gone.is_some();
                        if let (Some(head), Kind::Context) = (gone, kind) {
                            cleaned.contexts.push((expired.id.clone(), head));
                            visited += 1;
                        }
                    }
                }
            }
            if !has_progress {
                break;
            }
        }
        Ok(cleaned)
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        self.backend.list(page).await
    }

    async fn close(&self) -> Result<()> {
        self.working.borrow_mut().clear();
        self.backend.close().await
    }
}

/// The record after the commit, and what to tell the backend.
fn propose(
    working: Option<Working>,
    commit: Commit,
    context: &WriteContext<'_>,
) -> Result<(Working, Proposal)> {
    let base = working.as_ref().map(|working| working.record.head());
    let keep: Keep = context.policy.keep(context.now);
    let (after, entry, snapshot, reset) = match (working, commit) {
        (Some(mut working), Commit::Change { head, at, code }) => {
            let delta = text::print(&code::decode(&code)?);
            let previous = Some(working.record.head().revision);
            working.record.apply(Commit::Change { head, at, code })?;
            working.unsnapped += delta.len();
            let document = working.record.live().map(|live| live.document());
            // Writing a snapshot costs as much as it spares: never more often than the tail has grown as long.
            let snapshot = document.filter(|document| working.unsnapped >= document.length());
            let snapshot = snapshot.map(|document| document.text().into_owned());
            if snapshot.is_some() {
                working.unsnapped = 0;
            }
            let entry = StoredEntry {
                head,
                previous,
                delta,
                at,
            };
            (working, entry, snapshot, false)
        }
        (_, commit) => {
            let record = Record::create(commit)?;
            let (head, at) = (record.head(), record.at());
            let state = record
                .live()
                .map(|live| live.document().text().into_owned())
                .unwrap_or_default();
            let delta = text::print(&creation(&state));
            let entry = StoredEntry {
                head,
                previous: None,
                delta,
                at,
            };
            (
                Working {
                    record,
                    unsnapped: 0,
                },
                entry,
                Some(state),
                true,
            )
        }
    };
    let mut after = after;
    after.record.trim(&keep);
    let oldest = after.record.live().and_then(|live| live.oldest_delta());
    let proposal = Proposal {
        base,
        reset,
        entry,
        snapshot,
        expires_at: context.policy.expiry(&after.record),
        deltas_expire_at: oldest
            .zip(context.policy.delta_ttl)
            .map(|(oldest, ttl)| oldest + ttl),
        keep,
    };
    Ok((after, proposal))
}
