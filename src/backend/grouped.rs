//! The engine over a store with transactions.
//!
//! Calls wait in a queue. Whatever has come together by the time the store is free shares one transaction: it reads where the contexts
//! stand, brings into memory what memory doesn't have, runs the calls there one after the other, and writes what they changed. So a
//! call sees the newest state and nobody comes between its reading and its writing, in whichever tab, worker or process; a thousand
//! concurrent updates cost one transaction; and the engine is the one that runs over memory.
//!
//! Between transactions memory is a cache that is asked again before it is believed. Losing it loses nothing.

mod change;
mod cleanup;
mod contract;
mod staging;

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Poll, Waker};

use crate::Error;
use crate::engine::Policy;

use super::job_queue::JobQueue;
use super::row::{Row, Standing, Trim, Writes, writes};
use super::staged::Staged;
use super::telling::Telling;
use super::{Access, Job, Need};

use change::{Change, commit, has_removed, unsure};
pub use contract::{Connection, Database, Failure, Transaction};

/// More calls than these go into another transaction, so that the first of very many needn't wait for the last.
const LARGEST_GROUP: usize = 1000;

/// So many bytes of contexts are kept in memory between transactions.
const CACHED_BYTES: usize = 32 << 20;

/// What a context takes there besides id, state and log, more or less.
const RECORD_BYTES: usize = 256;

/// One context of a group of calls.
struct Subject {
    id: Box<[u8]>,
    standing: Option<Standing>,
    /// It can't be read.
    error: Option<Error>,
    telling: Telling,
}

/// Calls over a database.
pub struct Grouped<D> {
    database: D,
    policy: Policy,
    staged: Staged,
    queue: JobQueue,
    is_busy: Cell<bool>,
    cached: Cell<usize>,
    /// Contexts whose contents can't be read, which ended a transaction under way: the next try does without them.
    unreadable: RefCell<Vec<Box<[u8]>>>,
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
            queue: JobQueue::default(),
            is_busy: Cell::new(false),
            cached: Cell::new(0),
            unreadable: RefCell::default(),
            is_stalled: Cell::new(false),
            waker: RefCell::default(),
        }
    }

    /// Adds a call to the queue. Says whether [`serve`](Self::serve) has to be run.
    pub fn add(&self, job: Box<dyn Job>) -> bool {
        self.queue.add(job);
        !self.is_busy.replace(true)
    }

    /// Gives up the transaction under way together with its connection, and begins it anew over another; where that has been done
    /// already, its calls fail. Gives what to say to those that don't wait any longer.
    pub fn interrupt(&self) -> Error {
        let error = self.database.stalled();
        self.is_stalled.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        error
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
        let is_on_none = |need: &Need| !matches!(need, Need::Context { .. });
        self.queue.next_group(LARGEST_GROUP, is_on_none)
    }

    async fn serve_group(&self, group: &mut Vec<Box<dyn Job>>) {
        let mut changes = Vec::new();
        let mut is_again = false;
        self.unreadable.borrow_mut().clear();
        loop {
            self.is_stalled.set(false);
            let unreadable = self.unreadable.borrow().len();
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
                Failure::Refused(_) if self.unreadable.borrow().len() > unreadable => {
                    group.retain(|job| !job.is_given_up());
                    continue;
                }
                Failure::Refused(_) if !is_again && group.len() > 1 => {
                    self.queue.take_back(group);
                    return;
                }
                Failure::Refused(error) => error,
            };
            for job in group.iter_mut() {
                // What the first try wrote may be stored.
                if changes.is_empty() || job.need().is_read() {
                    job.fail(&error);
                } else {
                    job.fail(&unsure());
                }
            }
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
            Need::Page { .. } => {
                let connection = self.database.connect().await?;
                if let Some(page) = first.need().page() {
                    let listed = connection.begin(false)?.page(&page).await?;
                    self.staged.stage_listed(listed);
                }
            }
            Need::Cleanup { limit, now } => {
                let (limit, now) = (*limit, *now);
                loop {
                    let connection = self.database.connect().await?;
                    let transaction = connection.begin(true)?;
                    if has_removed(&transaction, changes).await? {
                        break;
                    }
                    changes.clear();
                    let (cleaned, planned, is_all) = self.clean(&transaction, limit, now).await?;
                    let is_told = cleaned.deltas > 0 || !cleaned.contexts.is_empty();
                    self.staged.stage_cleaned(cleaned);
                    commit(transaction, planned, changes).await?;
                    // What nobody counts may be very much. Done bit by bit it is over some time, even where a call isn't given enough.
                    if is_told || is_all || first.is_given_up() {
                        break;
                    }
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
        // In order and each once. Sorting at the end would do, in two per cent of the whole module's code.
        let mut ids: Vec<&[u8]> = Vec::new();
        let mut is_writing = false;
        for job in &*group {
            if let Need::Context { id, access } = job.need() {
                insert_sorted(&mut ids, id);
                is_writing |= *access != Access::Read;
            }
        }
        changes
            .iter()
            .for_each(|change| insert_sorted(&mut ids, &change.id));
        let connection = self.database.connect().await?;
        let transaction = connection.begin(is_writing)?;
        let standings = transaction.standings(&ids).await?;
        for (id, standing) in ids.iter().zip(&standings) {
            if let Ok(Some(standing @ Standing::Live(row))) = standing
                && !self.is_staged(id, Some(standing))
                && !self.is_unreadable(id)
            {
                transaction.prefetch(id, row)?;
            }
        }
        let mut subjects = Vec::with_capacity(ids.len());
        for (id, standing) in ids.iter().zip(standings) {
            let (standing, error) = match standing {
                Err(error) => (Some(Standing::Live(Row::unreadable())), Some(error)),
                Ok(standing) => {
                    let error = self.stage(&transaction, id, standing.as_ref()).await?;
                    (standing, error)
                }
            };
            subjects.push(Subject {
                id: (*id).into(),
                standing,
                error,
                telling: Telling::default(),
            });
        }
        if self.has_stored(changes, &subjects)? {
            return Ok(());
        }
        changes.clear();
        group.retain(|job| !job.is_given_up());
        for place in 0..group.len() {
            let Need::Context { id, access } = group[place].need() else {
                continue;
            };
            let access = *access;
            let Ok(found) = subjects.binary_search_by(|subject| subject.id.cmp(id)) else {
                continue;
            };
            let subject = &mut subjects[found];
            if subject.error.is_some() {
                self.mend(&mut group[place], access, subject);
                continue;
            }
            let Subject { id, telling, .. } = subject;
            if access.takes_away() {
                telling.tell_state(self.staged.memory(), id, group);
            }
            telling.run(self.staged.memory(), id, group, place);
        }
        if !is_writing {
            return Ok(());
        }
        for Subject { id, telling, .. } in &mut subjects {
            telling.tell_state(self.staged.memory(), id, group);
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

    fn grow_cached(&self, bytes: usize) {
        self.cached.set(self.cached.get() + bytes);
    }
}

fn insert_sorted<'a>(ids: &mut Vec<&'a [u8]>, id: &'a [u8]) {
    if let Err(place) = ids.binary_search(&id) {
        ids.insert(place, id);
    }
}

/// What a context adds to memory that is written like this, more or less.
fn bytes_of(id: &[u8], writes: &Writes) -> usize {
    let entries: usize = writes.entries.iter().map(|entry| entry.delta.len()).sum();
    let snapshot = writes.snapshot.as_ref().map_or(0, Vec::len);
    id.len() + RECORD_BYTES + entries + snapshot
}
