//! Calls that wait for their store, in the order they came.

use core::cell::{Cell, RefCell};
use std::collections::VecDeque;

use super::{Job, Need};

/// Calls that wait.
#[derive(Default)]
pub(super) struct JobQueue {
    jobs: RefCell<VecDeque<Box<dyn Job>>>,
    /// So many calls at the front go alone: together they were refused.
    alone: Cell<usize>,
}

impl JobQueue {
    pub(super) fn add(&self, job: Box<dyn Job>) {
        self.jobs.borrow_mut().push_back(job);
    }

    /// The calls that go together next: so many at most, or one that `goes_alone`. None where nobody waits for any.
    pub(super) fn next_group(
        &self,
        most: usize,
        goes_alone: impl Fn(&Need) -> bool,
    ) -> Vec<Box<dyn Job>> {
        let mut jobs = self.jobs.borrow_mut();
        let mut group: Vec<Box<dyn Job>> = Vec::new();
        while let Some(job) = jobs.pop_front() {
            let was_refused = self.alone.get() > 0;
            self.alone.set(self.alone.get().saturating_sub(1));
            if job.is_given_up() {
                continue;
            }
            let is_alone = was_refused || goes_alone(job.need());
            if is_alone && !group.is_empty() {
                jobs.push_front(job);
                break;
            }
            group.push(job);
            if is_alone || group.len() == most {
                break;
            }
        }
        group
    }

    /// Puts calls back in front, to be tried one by one: one call's fault is not the others'.
    pub(super) fn take_back(&self, group: &mut Vec<Box<dyn Job>>) {
        self.alone.set(group.len());
        let mut jobs = self.jobs.borrow_mut();
        group.drain(..).rev().for_each(|job| jobs.push_front(job));
    }
}
