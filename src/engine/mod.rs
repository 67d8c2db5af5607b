//! What Chord does, as steps over a [`Store`].
//!
//! A write is a read-only step on the record as it stands, which yields a [`Commit`] or leaves things as they are; the
//! store makes it atomically. Nothing here waits: what a call needs is in memory when it runs. Clock and randomness come
//! in as arguments.

mod log;
mod policy;
mod record;
mod revision;
mod sync;
mod write;

pub use log::{Entries, Entry, Keep, Log};
pub use policy::{Limits, Policy};
pub use record::{Commit, Live, Past, Record};
pub use revision::{Head, Revision};
pub use sync::{Known, Since, Synced};
pub use write::{Guard, Written, creation};

use core::cell::Cell;

use crate::{Code, Error, Result};

/// Decides what a write does to a record.
pub type Decide<'f> = dyn FnMut(Option<&Record>) -> Result<Step> + 'f;

/// Hears what a write came to.
pub type Tell<'f> = dyn FnMut(&Record, Option<&[u8]>) -> Result<()> + 'f;

/// Where records live, as far as calls see it while they run.
///
/// `read`, `write` and `remove` see the newest record that is at hand. Where others write to what is stored, too, whoever has
/// brought it there finds out whether it still is the newest, and runs the calls again if not.
pub trait Store {
    /// Calls `read` with the record of `id`, if there is one. A tombstone, passed or not, has no live state.
    fn read<R>(&self, id: &[u8], read: impl FnOnce(Option<&Record>) -> Result<R>) -> Result<R>;

    /// Makes the commit that `step` returns for the record as it is, atomically, and calls `done` with the record after it
    /// and the code of the delta: none where nothing was committed, empty where a lineage began. A record whose tombstone has
    /// passed is absent to `step`.
    fn write(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        step: &mut Decide<'_>,
        done: &mut Tell<'_>,
    ) -> Result<()>;

    /// Deletes the context if `check` allows it for the record as it is, leaving a tombstone, and says which head went.
    fn remove(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        check: &mut dyn FnMut(Option<&Record>) -> Result<bool>,
    ) -> Result<Option<Head>>;

    /// Visits what is due in the order it fell due, `limit` contexts at most.
    fn cleanup(&self, context: &WriteContext<'_>, limit: usize) -> Result<Cleaned>;

    /// Ids in the order of their UTF-8 bytes.
    fn list(&self, page: &Page<'_>) -> Result<Listed>;

    /// Lets go of everything.
    fn close(&self) -> Result<()>;
}

/// What a write knows besides the record.
#[derive(Clone, Copy, Debug)]
pub struct WriteContext<'a> {
    /// Limits and lifetimes.
    pub policy: &'a Policy,
    /// The time of the write.
    pub now: f64,
}

/// What a step decided.
#[derive(Clone, Debug)]
pub enum Step {
    /// Nothing changes.
    Keep,
    /// This is to be committed.
    Commit(Commit),
}

/// What a cleanup run removed.
#[derive(Clone, Debug, Default)]
pub struct Cleaned {
    /// How many deltas.
    pub deltas: u64,
    /// Which contexts, with the heads they had.
    pub contexts: Vec<(Box<[u8]>, Head)>,
}

/// Which ids to list.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// At most so many.
    pub limit: usize,
    /// Go on after this id.
    pub cursor: Option<&'a [u8]>,
    /// From the last to the first.
    pub descending: bool,
    /// Only ids that start so.
    pub prefix: &'a [u8],
}

/// A page of ids.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The ids.
    pub ids: Vec<Box<[u8]>>,
    /// Whether more follow.
    pub more: bool,
}

/// One kept delta, for listings.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The commit.
    pub head: Head,
    /// The revision before it; none for the first of a lineage.
    pub previous: Option<Revision>,
    /// When.
    pub at: f64,
    /// The delta's JSON text.
    pub delta: Vec<u8>,
}

/// An engine over a store.
pub struct Engine<S> {
    store: S,
    policy: Policy,
    writer: u64,
    commits: Cell<u64>,
}

impl<S: Store> Engine<S> {
    /// An engine whose revisions carry `writer`, a random number that no other engine has.
    pub fn new(store: S, policy: Policy, writer: u64) -> Self {
        Engine {
            store,
            policy,
            writer,
            commits: Cell::new(0),
        }
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Limits and lifetimes.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    fn next_head(&self, last: u64) -> Head {
        self.commits.set(self.commits.get() + 1);
        Head {
            version: last + 1,
            revision: Revision {
                writer: self.writer,
                counter: self.commits.get(),
            },
        }
    }

    fn context(&self, now: f64) -> WriteContext<'_> {
        WriteContext {
            policy: &self.policy,
            now,
        }
    }

    /// Calls `see` with the context, or with `None` where there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn get<R>(&self, id: &[u8], see: impl FnOnce(Option<(&Record, &Live)>) -> R) -> Result<R> {
        self.store.read(id, |record| {
            Ok(see(record.and_then(|record| Some((record, record.live()?)))))
        })
    }

    /// Deletes a context and says which head it had.
    ///
    /// # Errors
    /// `conflict` where `guard` asks for another version; those of the store.
    pub fn delete(&self, id: &[u8], guard: Option<Guard>, now: f64) -> Result<Option<Head>> {
        let mut check = |record: Option<&Record>| {
            write::check(guard, record)?;
            Ok(record.is_some_and(|record| record.live().is_some()))
        };
        self.store.remove(id, &self.context(now), &mut check)
    }

    /// Removes what is due, `limit` contexts visited at most.
    ///
    /// # Errors
    /// Those of the store.
    pub fn cleanup(&self, limit: usize, now: f64) -> Result<Cleaned> {
        self.store.cleanup(&self.context(now), limit)
    }

    /// Lists ids.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list(&self, page: &Page<'_>) -> Result<Listed> {
        self.store.list(page)
    }

    /// The kept deltas of a context; none where there is no context.
    ///
    /// # Errors
    /// Those of the store.
    pub fn deltas(&self, id: &[u8], limit: usize, descending: bool) -> Result<Vec<Kept>> {
        self.store.read(id, |record| match record {
            Some(record) => kept(record, limit, descending),
            None => Ok(Vec::new()),
        })
    }

    /// Lets go of the store.
    ///
    /// # Errors
    /// Those of the store.
    pub fn close(&self) -> Result<()> {
        self.store.close()
    }
}

fn kept(record: &Record, limit: usize, descending: bool) -> Result<Vec<Kept>> {
    let mut entries: Vec<Entry<'_>> = record.newest_first().collect();
    let creation = if !descending || entries.len() < limit {
        record.creation()?
    } else {
        None
    };
    if !descending {
        entries.reverse();
    }
    entries.truncate(limit.saturating_sub(usize::from(creation.is_some())));
    let told = entries.iter().map(|entry| {
        Ok(Kept {
            head: entry.head,
            previous: Some(entry.previous.revision),
            at: entry.at,
            delta: entry.delta(true)?,
        })
    });
    let mut told = told.collect::<Result<Vec<Kept>>>()?;
    if let Some((head, at, delta)) = creation.filter(|_| limit > 0) {
        let creation = Kept {
            head,
            previous: None,
            at,
            delta,
        };
        told.insert(if descending { told.len() } else { 0 }, creation);
    }
    Ok(told)
}

/// A function that is called once at most, and what it gave.
enum Once<F, R> {
    Waiting(F),
    Called(R),
    Failed,
}

impl<F, R> Once<F, R> {
    fn new(function: F) -> Self {
        Once::Waiting(function)
    }

    fn call(&mut self, call: impl FnOnce(F) -> Result<R>) -> Result<()> {
        if let Once::Waiting(function) = core::mem::replace(self, Once::Failed) {
            *self = Once::Called(call(function)?);
        }
        Ok(())
    }

    fn result(self) -> Result<R> {
        match self {
            Once::Called(result) => Ok(result),
            _ => Err(Error::new(
                Code::Internal,
                "a store finished without telling what came of it",
            )),
        }
    }
}

fn not_found() -> Error {
    Error::new(
        Code::NotFound,
        "no context has this id; create it with setContext",
    )
}
