//! What calls need of a database with transactions, and what is needed of a call.

use crate::Error;
use crate::backend::contract::StoredEntry;
use crate::backend::row::{Row, Standing, Writes};
use crate::engine::{Listed, Page, Record};

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
    /// Says that the contents of a context will be asked for, in the order of these calls.
    ///
    /// # Errors
    /// Why that won't do.
    fn prefetch(&self, _id: &[u8], _row: &Row) -> Result<(), Failure> {
        Ok(())
    }
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

/// What a call does with a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It leaves it as it is.
    Read,
    /// It may commit a delta that leads on from the state there is, or a first state.
    Change,
    /// It makes another state of it, whatever it was.
    Set,
    /// It begins a new lineage, whatever it was.
    Restore,
    /// It deletes it, whatever it was.
    Delete,
    /// It deletes it if it is the version that is asked for.
    DeleteVersion,
}

impl Access {
    /// Whether the call can do without what is there, so that this needn't be readable.
    pub fn mends(self) -> bool {
        matches!(self, Access::Set | Access::Restore | Access::Delete)
    }

    /// Whether no delta leads from the state there was to what the call leaves.
    pub fn takes_away(self) -> bool {
        matches!(
            self,
            Access::Restore | Access::Delete | Access::DeleteVersion
        )
    }
}

/// What a call needs.
#[derive(Clone, Debug)]
pub enum Need {
    /// The newest record of a context.
    Context {
        /// Which.
        id: Box<[u8]>,
        /// What for.
        access: Access,
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
    /// Gives the bytes of the delta it committed, where its outcome is what a write led to.
    fn run(&mut self) -> Option<usize>;
    /// Adds the state to the outcome of a write, which was the last to change the record: later outcomes don't lead back to it, and by
    /// the time that this one is told, memory may have another state or none.
    fn tell_state(&mut self, record: &Record);
    /// Makes this the outcome.
    fn fail(&mut self, error: &Error);
    /// Tells the outcome.
    fn settle(self: Box<Self>);
}
