//! The calls on one context, in the order they came.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use super::super::job_queue::JobQueue;
use super::super::{Job, Need};

/// More calls than these go into another commit.
const LARGEST_GROUP: usize = 256;

/// Calls on one context.
pub struct Lane {
    pub(super) id: Box<[u8]>,
    pub(super) queue: JobQueue,
    /// Something has happened to the context, so that memory isn't believed about it.
    pub(super) is_doubtful: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Lane {
    pub(super) fn new(id: &[u8]) -> Self {
        Lane {
            id: id.into(),
            queue: JobQueue::default(),
            is_doubtful: Cell::new(false),
            waker: RefCell::default(),
        }
    }

    /// The calls that go together. A deletion goes alone, for it is no commit; so does a restore, for what was committed before it in
    /// the same group would be told to its callers and never be stored.
    pub(super) fn next_group(&self) -> Option<Vec<Box<dyn Job>>> {
        let group = self.queue.next_group(LARGEST_GROUP, Need::takes_away);
        (!group.is_empty()).then_some(group)
    }

    pub(super) fn wait(&self, waker: &Waker) {
        *self.waker.borrow_mut() = Some(waker.clone());
    }

    pub(super) fn wake(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
