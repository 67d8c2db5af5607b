//! The engine over a store with transactions.
//!
//! Calls wait in a queue. Whatever has come together by the time the store is free shares one transaction: it reads where the contexts
//! stand, brings into memory what memory doesn't have, runs the calls there one after the other, and writes what they changed. So a
//! call sees the newest state and nobody comes between its reading and its writing, in whichever tab, worker or process; a thousand
//! concurrent updates cost one transaction; and the engine is the one that runs over memory.
//!
//! Between transactions memory is a cache that is asked again before it is believed. Losing it loses nothing.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Poll, Waker};
use std::collections::VecDeque;

use crate::engine::{Cleaned, Listed, Page, Policy, Record};
use crate::{Code, Error};

use super::contract::StoredEntry;
use super::row::{Row, Standing, Trim, Writes, writes};
use super::staged::Staged;

/// More calls than these go into another transaction, so that the first of very many needn't wait for the last.
const LARGEST_GROUP: usize = 1000;

/// So many bytes of contexts are kept in memory between transactions.
const CACHED_BYTES: usize = 32 << 20;

/// What a context takes there besides id, state and log, more or less.
const RECORD_BYTES: usize = 256;

/// Why a transaction didn't come about.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The connection is of no use any more; whether the transaction was stored is not known.
    Lost(Error),
    /// It was not stored, and trying again would end the same way.
    Refused(Error),
}

/// A database that has to be connected to.
#[allow(async_fn_in_trait, reason = "everything lives on one thread")]
pub trait Database {
    /// A connection.
    type Connection: Connection;
    /// The connection there is, or a new one.
    async fn connect(&self) -> Result<Self::Connection, Failure>;
    /// Lets go of the connection, whatever state it is in.
    fn disconnect(&self);
    /// What to say when it didn't answer in time.
    fn stalled(&self) -> Error;
}

/// A connection to a database.
pub trait Connection {
    /// A transaction.
    type Transaction<'c>: Transaction
    where
        Self: 'c;
    /// Begins a transaction over everything.
    ///
    /// # Errors
    /// Why there is none.
    fn begin(&self, writes: bool) -> Result<Self::Transaction<'_>, Failure>;
}

/// A transaction: what it reads stays so until it ends. It is undone unless it is committed.
#[allow(async_fn_in_trait, reason = "everything lives on one thread")]
pub trait Transaction {
    /// Where contexts stand, or why that can't be read.
    async fn standings(
        &self,
        ids: &[&[u8]],
    ) -> Result<Vec<crate::Result<Option<Standing>>>, Failure>;
    /// The snapshot and the entries of a context, oldest first.
    async fn contents(&self, id: &[u8], row: &Row) -> Result<(Vec<u8>, Vec<StoredEntry>), Failure>;
    /// What is to be looked at by then, what has waited for longest first: so many at most.
    async fn due(&self, by: f64, limit: usize) -> Result<Vec<(Box<[u8]>, Standing)>, Failure>;
    /// Ids of contexts in the order of their bytes.
    async fn page(&self, page: &Page<'_>) -> Result<Listed, Failure>;
    /// Writes; what becomes of it shows when the transaction is committed.
    ///
    /// # Errors
    /// Why it can't even be tried.
    fn write(&self, id: &[u8], before: Option<&Standing>, writes: &Writes) -> Result<(), Failure>;
    /// Ends the transaction, and waits until it is stored.
    async fn commit(self) -> Result<(), Failure>;
}

/// What a call needs.
#[derive(Clone, Debug)]
pub enum Need {
    /// The newest record of a context, perhaps to change it.
    Context {
        /// Which.
        id: Box<[u8]>,
        /// Whether it may be changed.
        writes: bool,
    },
    /// Some ids.
    Page {
        /// See [`Page`].
        limit: usize,
        /// See [`Page`].
        cursor: Option<Box<[u8]>>,
        /// See [`Page`].
        descending: bool,
        /// See [`Page`].
        prefix: Box<[u8]>,
    },
    /// That what is due be removed.
    Cleanup {
        /// At most so many contexts.
        limit: usize,
        /// By now.
        now: f64,
    },
    /// A connection.
    Open,
    /// The end.
    Close,
}

/// A call that waits for its transaction.
pub trait Job {
    /// What it needs.
    fn need(&self) -> &Need;
    /// Whether nobody waits for it any more.
    fn is_given_up(&self) -> bool;
    /// Does the call in memory and keeps the outcome. A transaction that has to be repeated runs it again.
    fn run(&mut self);
    /// Makes this the outcome.
    fn fail(&mut self, error: &Error);
    /// Tells the outcome.
    fn settle(self: Box<Self>);
}

/// What a transaction was to change about one context, which tells afterwards whether it was stored.
struct Change {
    id: Box<[u8]>,
    before: Option<Standing>,
    after: Option<Standing>,
}

impl Change {
    /// Whether this came about, by what is stored now; none where others changed the context since and nothing tells any more.
    fn has_happened(&self, record: Option<&Record>) -> Option<bool> {
        let leads_here = |standing: &Standing| {
            record.is_some_and(|record| match standing {
                Standing::Live(row) => record.remembers(row.head),
                Standing::Deleted { .. } => standing.is(record),
            })
        };
        if self.after.as_ref().is_some_and(leads_here) {
            return Some(true);
        }
        let is_as_before = self.before.as_ref().map_or(record.is_none(), leads_here);
        is_as_before.then_some(false)
    }
}

/// One context of a group of calls.
struct Subject {
    id: Box<[u8]>,
    standing: Option<Standing>,
    /// It can't be read.
    error: Option<Error>,
}

/// Calls over a database.
pub struct Grouped<D> {
    database: D,
    policy: Policy,
    staged: Staged,
    queue: RefCell<VecDeque<Box<dyn Job>>>,
    /// So many calls at the front of the queue go alone: together they were refused.
    alone: Cell<usize>,
    is_busy: Cell<bool>,
    cached: Cell<usize>,
    /// The transaction under way has taken too long.
    is_stalled: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl<D: Database> Grouped<D> {
    /// Calls over `database`, which run on an engine over `staged`.
    pub fn new(database: D, policy: Policy, staged: Staged) -> Self {
        Grouped {
            database,
            policy,
            staged,
            queue: RefCell::default(),
            alone: Cell::new(0),
            is_busy: Cell::new(false),
            cached: Cell::new(0),
            is_stalled: Cell::new(false),
            waker: RefCell::default(),
        }
    }

    /// Adds a call to the queue. Says whether [`serve`](Self::serve) has to be run.
    pub fn add(&self, job: Box<dyn Job>) -> bool {
        self.queue.borrow_mut().push_back(job);
        !self.is_busy.replace(true)
    }

    /// Gives up the transaction under way together with its connection, and begins it anew over another.
    pub fn interrupt(&self) {
        self.is_stalled.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Serves calls until there are none.
    pub async fn serve(&self) {
        loop {
            let mut group = self.next_group();
            if group.is_empty() {
                self.is_busy.set(false);
                return;
            }
            self.serve_group(&mut group).await;
            if self.cached.get() > CACHED_BYTES {
                self.staged.memory().clear();
                self.cached.set(0);
            }
            for job in group {
                job.settle();
            }
        }
    }

    /// The calls that share the next transaction. What is about no context goes alone.
    fn next_group(&self) -> Vec<Box<dyn Job>> {
        let mut queue = self.queue.borrow_mut();
        let mut group: Vec<Box<dyn Job>> = Vec::new();
        while let Some(job) = queue.pop_front() {
            let was_refused = self.alone.get() > 0;
            self.alone.set(self.alone.get().saturating_sub(1));
            if job.is_given_up() {
                continue;
            }
            let is_alone = was_refused || !matches!(job.need(), Need::Context { .. });
            if is_alone && !group.is_empty() {
                queue.push_front(job);
                break;
            }
            group.push(job);
            if is_alone || group.len() == LARGEST_GROUP {
                break;
            }
        }
        group
    }

    async fn serve_group(&self, group: &mut Vec<Box<dyn Job>>) {
        let mut changes = Vec::new();
        let mut is_again = false;
        loop {
            self.is_stalled.set(false);
            let failure = match self.unless_stalled(self.attempt(group, &mut changes)).await {
                Ok(()) => return,
                Err(failure) => failure,
            };
            // Memory may be ahead of what is stored now.
            self.staged.memory().clear();
            self.cached.set(0);
            let error = match failure {
                Failure::Lost(_) if !is_again => {
                    self.database.disconnect();
                    group.retain(|job| !job.is_given_up());
                    is_again = true;
                    continue;
                }
                Failure::Lost(error) => {
                    self.database.disconnect();
                    error
                }
                Failure::Refused(_) if !is_again && group.len() > 1 => {
                    // One call's fault is not the others'.
                    self.alone.set(group.len());
                    let mut queue = self.queue.borrow_mut();
                    group.drain(..).rev().for_each(|job| queue.push_front(job));
                    return;
                }
                Failure::Refused(error) if changes.is_empty() => error,
                // What the first try wrote may be stored.
                Failure::Refused(_) => unsure(),
            };
            group.iter_mut().for_each(|job| job.fail(&error));
            return;
        }
    }

    /// Waits for `attempt` until it is interrupted.
    async fn unless_stalled(
        &self,
        attempt: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let mut attempt = pin!(attempt);
        poll_fn(|context| {
            if let Poll::Ready(outcome) = attempt.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            if self.is_stalled.get() {
                let error = self.database.stalled();
                return Poll::Ready(Err(Failure::Lost(error)));
            }
            *self.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    async fn attempt(
        &self,
        group: &mut Vec<Box<dyn Job>>,
        changes: &mut Vec<Change>,
    ) -> Result<(), Failure> {
        let Some(first) = group.first_mut() else {
            return Ok(());
        };
        match first.need() {
            Need::Context { .. } => return self.run_on_contexts(group, changes).await,
            Need::Page {
                limit,
                cursor,
                descending,
                prefix,
            } => {
                let connection = self.database.connect().await?;
                let page = Page {
                    limit: *limit,
                    cursor: cursor.as_deref(),
                    descending: *descending,
                    prefix,
                };
                let listed = connection.begin(false)?.page(&page).await?;
                self.staged.stage_listed(listed);
            }
            Need::Cleanup { limit, now } => {
                let connection = self.database.connect().await?;
                let transaction = connection.begin(true)?;
                if !has_removed(&transaction, changes).await? {
                    changes.clear();
                    let (cleaned, planned) = self.clean(&transaction, *limit, *now).await?;
                    self.staged.stage_cleaned(cleaned);
                    commit(transaction, planned, changes).await?;
                }
            }
            Need::Open => drop(self.database.connect().await?),
            Need::Close => self.database.disconnect(),
        }
        first.run();
        Ok(())
    }

    async fn run_on_contexts(
        &self,
        group: &mut Vec<Box<dyn Job>>,
        changes: &mut Vec<Change>,
    ) -> Result<(), Failure> {
        let mut ids: Vec<&[u8]> = Vec::new();
        let mut is_writing = false;
        for job in &*group {
            if let Need::Context { id, writes } = job.need() {
                ids.push(id);
                is_writing |= writes;
            }
        }
        ids.extend(changes.iter().map(|change| &*change.id));
        ids.sort_unstable();
        ids.dedup();
        let connection = self.database.connect().await?;
        let transaction = connection.begin(is_writing)?;
        let standings = transaction.standings(&ids).await?;
        let mut subjects = Vec::with_capacity(ids.len());
        for (id, standing) in ids.iter().zip(standings) {
            let (standing, error) = match standing {
                Err(error) => (None, Some(error)),
                Ok(standing) => {
                    let error = self.stage(&transaction, id, standing.as_ref()).await?;
                    (standing, error)
                }
            };
            subjects.push(Subject {
                id: (*id).into(),
                standing,
                error,
            });
        }
        if self.has_stored(changes, &subjects)? {
            return Ok(());
        }
        changes.clear();
        group.retain(|job| !job.is_given_up());
        for job in group.iter_mut() {
            let Need::Context { id, .. } = job.need() else {
                continue;
            };
            let subject = subjects.binary_search_by(|subject| subject.id.cmp(id));
            let subject = subject.ok().and_then(|place| subjects.get(place));
            match subject.and_then(|subject| subject.error.as_ref()) {
                Some(error) => job.fail(error),
                None => job.run(),
            }
        }
        if !is_writing {
            return Ok(());
        }
        let mut planned = Vec::new();
        for Subject { id, standing, .. } in
            subjects.iter().filter(|subject| subject.error.is_none())
        {
            let memory = self.staged.memory();
            let writes = memory
                .with(id, |record| {
                    writes(standing.as_ref(), record, &self.policy, Trim::Loosely)
                })
                .map_err(Failure::Refused)?;
            let Some(writes) = writes else { continue };
            self.grow_cached(bytes_of(id, &writes));
            transaction.write(id, standing.as_ref(), &writes)?;
            planned.push(Change {
                id: id.clone(),
                before: standing.clone(),
                after: writes.standing,
            });
        }
        if planned.is_empty() {
            return Ok(());
        }
        commit(transaction, planned, changes).await
    }

    /// Makes memory have what stands there. Gives why it can't be read, where that is so.
    async fn stage(
        &self,
        transaction: &impl Transaction,
        id: &[u8],
        standing: Option<&Standing>,
    ) -> Result<Option<Error>, Failure> {
        let memory = self.staged.memory();
        let is_there = memory.with(id, |record| match (standing, record) {
            (Some(standing), Some(record)) => standing.is(record),
            (None, None) => true,
            _ => false,
        });
        if is_there {
            return Ok(None);
        }
        self.grow_cached(id.len() + RECORD_BYTES);
        let record = match standing {
            None => None,
            Some(Standing::Deleted { head, until }) => Some(Record::deleted(*head, *until)),
            Some(Standing::Live(row)) => {
                let (snapshot, entries) = transaction.contents(id, row).await?;
                let entries_bytes: usize = entries.iter().map(|entry| entry.delta.len()).sum();
                self.grow_cached(snapshot.len() + entries_bytes);
                match row.record(snapshot, entries) {
                    Ok(record) => Some(record),
                    Err(error) => return Ok(Some(error)),
                }
            }
        };
        memory.install(id, record);
        Ok(None)
    }

    /// Whether the changes of a transaction were stored whose end was not heard of. It was all or nothing, so one context tells.
    fn has_stored(&self, changes: &[Change], subjects: &[Subject]) -> Result<bool, Failure> {
        if changes.is_empty() {
            return Ok(false);
        }
        let is_readable = |change: &&Change| {
            let found = subjects.binary_search_by(|subject| subject.id.cmp(&change.id));
            found.is_ok_and(|place| subjects[place].error.is_none())
        };
        let memory = self.staged.memory();
        let mut telling = changes.iter().filter(is_readable);
        let told = telling
            .find_map(|change| memory.with(&change.id, |record| change.has_happened(record)));
        told.ok_or_else(|| Failure::Refused(unsure()))
    }

    fn grow_cached(&self, bytes: usize) {
        self.cached.set(self.cached.get() + bytes);
    }

    /// Removes what is due. Expired contexts are not even read.
    async fn clean(
        &self,
        transaction: &impl Transaction,
        limit: usize,
        now: f64,
    ) -> Result<(Cleaned, Vec<Change>), Failure> {
        let mut cleaned = Cleaned::default();
        let mut changes = Vec::new();
        let mut visited = 0;
        while visited < limit {
            let due = transaction.due(now, limit - visited).await?;
            let mut has_progress = false;
            for (id, standing) in due {
                let before = (cleaned.contexts.len(), cleaned.deltas);
                let writes = self
                    .clean_one(transaction, &id, &standing, now, &mut cleaned)
                    .await?;
                visited += usize::from(before != (cleaned.contexts.len(), cleaned.deltas));
                if let Some(writes) = writes {
                    has_progress = true;
                    transaction.write(&id, Some(&standing), &writes)?;
                    changes.push(Change {
                        id: id.clone(),
                        before: Some(standing),
                        after: writes.standing,
                    });
                }
                self.staged.memory().install(&id, None);
            }
            // What comes up again and again must not keep this going.
            if !has_progress {
                break;
            }
        }
        Ok((cleaned, changes))
    }

    /// What is to be written in the place of something that is due; adds to `cleaned` what goes.
    async fn clean_one(
        &self,
        transaction: &impl Transaction,
        id: &[u8],
        standing: &Standing,
        now: f64,
        cleaned: &mut Cleaned,
    ) -> Result<Option<Writes>, Failure> {
        let expires = |row: &Row| {
            self.policy
                .context_ttl
                .is_some_and(|ttl| row.at + ttl <= now)
        };
        let record = match standing {
            Standing::Deleted { .. } => None,
            Standing::Live(row) if expires(row) => {
                let kept = (row.head.version + 1).saturating_sub(row.kept);
                cleaned.contexts.push((id.into(), row.head));
                cleaned.deltas += kept + u64::from(row.created.is_some());
                Some(Record::deleted(row.head, now + self.policy.tombstone_ttl))
            }
            Standing::Live(row) => {
                let (snapshot, entries) = transaction.contents(id, row).await?;
                // What can't be read is left to whoever asks for it, and must not come up again and again.
                let Ok(mut record) = row.record(snapshot, entries) else {
                    return Ok(Some(Writes::put_off(row, &self.policy)));
                };
                cleaned.deltas += record.trim(&self.policy.keep(now));
                Some(record)
            }
        };
        writes(Some(standing), record.as_ref(), &self.policy, Trim::Exactly)
            .map_err(Failure::Refused)
    }
}

/// What a context adds to memory that is written like this, more or less.
fn bytes_of(id: &[u8], writes: &Writes) -> usize {
    let entries: usize = writes.entries.iter().map(|entry| entry.delta.len()).sum();
    let snapshot = writes.snapshot.as_ref().map_or(0, Vec::len);
    id.len() + RECORD_BYTES + entries + snapshot
}

/// Commits what is planned. Until it is known not to be stored, `changes` tells of it.
async fn commit(
    transaction: impl Transaction,
    planned: Vec<Change>,
    changes: &mut Vec<Change>,
) -> Result<(), Failure> {
    *changes = planned;
    let outcome = transaction.commit().await;
    if let Err(Failure::Refused(_)) = outcome {
        changes.clear();
    }
    outcome
}

fn unsure() -> Error {
    let message =
        "the database failed while it stored this, and nothing tells whether it did; read it again";
    Error::new(Code::BackendUnavailable, message)
}

/// Whether a cleanup whose end was not heard of was stored. Where it removed no context, it can be done again.
async fn has_removed(transaction: &impl Transaction, changes: &[Change]) -> Result<bool, Failure> {
    let is_removed = |change: &&Change| matches!(change.after, Some(Standing::Deleted { .. }));
    let removed: Vec<&Change> = changes.iter().filter(is_removed).collect();
    if removed.is_empty() {
        return Ok(false);
    }
    let ids: Vec<&[u8]> = removed.iter().map(|change| &*change.id).collect();
    let standings = transaction.standings(&ids).await?;
    let mut pairs = removed.iter().zip(standings);
    Ok(pairs.any(|(change, standing)| standing.is_ok_and(|standing| standing == change.after)))
}
