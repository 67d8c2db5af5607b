//! Calls on no context, each for itself.

use core::cell::RefCell;
use core::pin::pin;
use core::task::Waker;
use std::rc::Rc;

use crate::Result;

use super::super::contract::Backend;
use super::super::{Job, Need};
use super::Optimistic;
use super::asking::until_given_up;

/// Whom to wake when a call may have been given up.
pub(super) type Waiting = Rc<RefCell<Option<Waker>>>;

impl<B: Backend> Optimistic<B> {
    pub(super) async fn serve_single(&self, mut job: Box<dyn Job>) {
        let waiting = Waiting::default();
        self.singles.borrow_mut().push(waiting.clone());
        let outcome = {
            let is_given_up = || job.is_given_up();
            let wait = |waker: &Waker| drop(waiting.replace(Some(waker.clone())));
            until_given_up(pin!(self.single(&*job)), &is_given_up, &wait).await
        };
        let mut singles = self.singles.borrow_mut();
        singles.retain(|single| !Rc::ptr_eq(single, &waiting));
        drop(singles);
        match outcome {
            Ok(()) => drop(job.run()),
            Err(error) => job.fail(&error),
        }
        job.settle();
    }

    /// Looks whether calls under way have been given up.
    pub(super) fn look_at_singles(&self) {
        let singles = self.singles.borrow().clone();
        let wakers = singles.iter().filter_map(|single| single.take());
        wakers.for_each(Waker::wake);
    }

    async fn single(&self, job: &dyn Job) -> Result<()> {
        if let Some(page) = job.need().page() {
            let listed = self.backend.list(&page).await?;
            self.staged.stage_listed(listed);
            return Ok(());
        }
        match job.need() {
            Need::Cleanup { limit, now } => {
                let cleaned = self.cleanup(*limit, *now, job).await?;
                self.staged.stage_cleaned(cleaned);
                Ok(())
            }
            Need::Close => self.backend.close().await,
            Need::Open | Need::Page { .. } | Need::Context { .. } => self.backend.open().await,
        }
    }
}
