//! Running calls in an edition that has memory alone: at once. It has what `host.rs` has.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use crate::backend::Staged;
use crate::{Code, Error, Result};

use super::area::{INPUT, Input};
use super::asked::Asked;
use super::output::{NOTHING, status};

/// What runs the calls of one engine.
pub(super) struct Host;

impl Host {
    pub(super) fn over_memory() -> (Staged, Host) {
        (Staged::default(), Host)
    }

    /// The status of a call.
    pub(super) fn run<F>(&self, _: Asked, _: u32, _: u32, call: impl Fn(Rc<Input>) -> F) -> u32
    where
        F: Future<Output = Result<u32>>,
    {
        poll(call(INPUT.with(|input| input.borrow().clone())))
    }

    /// States up to so many bytes go along with the outcome of a write.
    pub(super) fn small_state(&self) -> usize {
        512
    }

    /// No call ever waits.
    pub(super) fn give_up(&self, _: u32) {}

    /// Nothing is ever under way.
    pub(super) fn interrupt(&self) -> u32 {
        NOTHING
    }
}

/// The status of a call, which is ready when it is polled first.
pub(super) fn poll(call: impl Future<Output = Result<u32>>) -> u32 {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => status(outcome),
        Poll::Pending => {
            let message = "the memory store kept a call waiting";
            status(Err(Error::new(Code::Internal, message)))
        }
    }
}
