//! A call that waits for its store, and what it needs of it.

use crate::Error;
use crate::engine::{Page, Record};

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

impl Need {
    /// Whether a call leaves the context as it is that it is about.
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Need::Context {
                access: Access::Read,
                ..
            }
        )
    }

    /// See [`Access::takes_away`].
    pub fn takes_away(&self) -> bool {
        matches!(self, Need::Context { access, .. } if access.takes_away())
    }

    /// The page of ids that is asked for, where one is.
    pub fn page(&self) -> Option<Page<'_>> {
        let Need::Page {
            limit,
            cursor,
            descending,
            prefix,
        } = self
        else {
            return None;
        };
        Some(Page {
            limit: *limit,
            cursor: cursor.as_deref(),
            descending: *descending,
            prefix,
        })
    }
}

/// A call that waits for its store.
pub trait Job {
    /// What it needs.
    fn need(&self) -> &Need;
    /// Whether nobody waits for it any more.
    fn is_given_up(&self) -> bool;
    /// Does the call in memory and keeps the outcome. Where what it led to can't be stored, it is run again.
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
