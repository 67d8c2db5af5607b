//! What an asynchronous backend promises. `js/backend.ts` is the same contract in TypeScript.
//!
//! A backend keeps, by id: a head, a snapshot of the state at some version, and the log entries that lead on from there;
//! or the tombstone of a deleted context. Texts are opaque to it. It may be shared by any number of engines.

use crate::Result;
use crate::engine::{Head, Keep, Listed, Page, Revision};

/// One stored log entry.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEntry {
    /// The commit.
    pub head: Head,
    /// The revision before it; none for the first of a lineage.
    pub previous: Option<Revision>,
    /// The delta's JSON text.
    pub delta: Vec<u8>,
    /// When it was committed.
    pub at: f64,
}

/// What is stored of a context.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// A context.
    Live {
        /// Its newest commit.
        head: Head,
        /// When that was made.
        at: f64,
        /// The version that the snapshot shows.
        snapshot_version: u64,
        /// The state at that version.
        snapshot: Vec<u8>,
        /// Entries, oldest first; all after the snapshot, and such before it as are kept.
        tail: Vec<StoredEntry>,
    },
    /// A tombstone, with the head the context had.
    Deleted(Head),
}

/// What has happened since a head.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Nothing.
    Same,
    /// The context is not there any more.
    Gone,
    /// More than the log can tell.
    Reload,
    /// These commits, oldest first.
    Tail(Vec<StoredEntry>),
}

/// Commits to store together.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The head they build on, a tombstone's too; none where nothing is stored.
    pub base: Option<Head>,
    /// The last commit.
    pub head: Head,
    /// A new lineage begins: what was logged before goes.
    pub reset: bool,
    /// The commits, oldest first: one at least.
    pub entries: Vec<StoredEntry>,
    /// The state after them; without one the entries alone are appended.
    pub snapshot: Option<Vec<u8>>,
    /// When the context expires.
    pub expires_at: Option<f64>,
    /// When the oldest kept delta expires.
    pub deltas_expire_at: Option<f64>,
    /// What of the log is kept.
    pub keep: Keep,
}

/// The answer to a proposal.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It is stored.
    Stored,
    /// Another head stands there, and this has happened since the base.
    Conflict(News),
}

/// Which head `remove` may remove.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Only {
    /// This one.
    Head(Head),
    /// Whichever is expired by then, a tombstone too.
    ExpiredBefore(f64),
}

/// Something whose time has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Expired {
    /// Of which context.
    pub id: Box<[u8]>,
    /// What.
    pub kind: Kind,
}

/// What can expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A context.
    Context,
    /// Its oldest deltas.
    Deltas,
    /// What is left of a deleted one.
    Tombstone,
}

/// Keeps contexts.
///
/// Engines trust nothing they could check, but two rules only a backend can keep: `commit` is atomic, and no entry after the
/// snapshot goes while the context is there.
#[allow(
    async_fn_in_trait,
    reason = "an engine and its backend live on one thread"
)]
pub trait Backend {
    /// What is stored; a tombstone that has passed may still be told.
    async fn load(&self, id: &[u8]) -> Result<Option<Stored>>;
    /// What has happened since `have`: `Same` only for the same version and revision, `Tail` only for entries of which the first
    /// has `have`'s revision before it. `Gone` for a tombstone, `Reload` when in doubt.
    async fn since(&self, id: &[u8], have: Head) -> Result<News>;
    /// Stores all or nothing, where the stored head is `base` in version and revision. A tombstone has the head of what was
    /// deleted, so without `reset` the context has to be there as well. A proposal whose head is the stored head already is
    /// `Stored`: somebody on the way sent it twice. Then trims the log, as `trim` does.
    async fn commit(&self, id: &[u8], proposal: &Proposal) -> Result<Answer>;
    /// Removes the context, leaving a tombstone until then, or forgets a tombstone that has passed; gives the head that went.
    async fn remove(&self, id: &[u8], only: Only, tombstone_until: f64) -> Result<Option<Head>>;
    /// Drops entries, oldest first, as long as there are more than `keep.count`, more bytes of deltas than `keep.bytes`, or the
    /// oldest is not after `keep.after`; but none after the snapshot. Says how many went. The deltas are due next when the first
    /// entry after `keep.after` is `deltas_ttl` old; without either they aren't due. So what has been trimmed doesn't come
    /// up again at once, even if it had to stay.
    async fn trim(&self, id: &[u8], keep: &Keep, deltas_ttl: Option<f64>) -> Result<u64>;
    /// What is due at `before` or earlier, in that order; of a context that has expired, its deltas need no mention of their own.
    async fn expired(&self, before: f64, limit: usize) -> Result<Vec<Expired>>;
    /// Ids of contexts in the order of their UTF-8 bytes.
    async fn list(&self, page: &Page<'_>) -> Result<Listed>;
    /// Waits a little, at random and the longer the more often a commit has come too late, before the next try.
    async fn pause(&self, tries: u32);
    /// Makes sure that contexts can be kept there.
    async fn open(&self) -> Result<()>;
    /// Lets go of everything.
    async fn close(&self) -> Result<()>;
}
