//! The calls on one context, in the order they came.

use core::cell::{Cell, RefCell};
use core::task::Waker;
use std::collections::VecDeque;

use super::super::{Job, Need};

/// More calls than these go into another commit.
const LARGEST_GROUP: usize = 256;

/// Calls on one context.
pub struct Lane {
    pub(super) id: Box<[u8]>,
    queue: RefCell<VecDeque<Box<dyn Job>>>,
    /// So many calls at the front of the queue go alone: together they were refused.
    alone: Cell<usize>,
    /// Something has happened to the context, so that memory isn't believed about it.
    pub(super) is_doubtful: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Lane {
    pub(super) fn new(id: &[u8]) -> Self {
        Lane {
            id: id.into(),
            queue: RefCell::default(),
            alone: Cell::new(0),
            is_doubtful: Cell::new(false),
            waker: RefCell::default(),
        }
    }

    pub(super) fn add(&self, job: Box<dyn Job>) {
        self.queue.borrow_mut().push_back(job);
    }

    /// The calls that go together. A deletion goes alone, for it is no commit; so does a restore, for what was committed before it in
    /// the same group would be told to its callers and never be stored.
    pub(super) fn next_group(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut queue = self.queue.borrow_mut();
        let mut group: Vec<Box<dyn Job>> = Vec::new();
        while let Some(job) = queue.pop_front() {
            let was_refused = self.alone.get() > 0;
            self.alone.set(self.alone.get().saturating_sub(1));
            if job.is_given_up() {
                continue;
            }
            let is_alone = was_refused || takes_away(&*job);
            if is_alone && !group.is_empty() {
                queue.push_front(job);
                break;
            }
            group.push(job);
            if is_alone || group.len() == LARGEST_GROUP {
                break;
            }
        }
        (!group.is_empty()).then_some(group)
    }

    /// Puts calls back in front, to be tried one by one.
    pub(super) fn take_back(&self, group: &mut Vec<Box<dyn Job>>) {
        self.alone.set(group.len());
        let mut queue = self.queue.borrow_mut();
        group.drain(..).rev().for_each(|job| queue.push_front(job));
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

fn takes_away(job: &dyn Job) -> bool {
    matches!(job.need(), Need::Context { access, .. } if access.takes_away())
}
