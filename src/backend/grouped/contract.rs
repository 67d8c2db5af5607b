//! What calls need of a database with transactions.

use crate::Error;
use crate::backend::contract::StoredEntry;
use crate::backend::row::{Row, Standing, Writes};
use crate::engine::{Listed, Page};

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
