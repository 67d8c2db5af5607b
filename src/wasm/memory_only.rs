//! Running calls where memory is the only store: they are ready when they are polled first.

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use wasm_bindgen::prelude::JsValue;

use crate::backend::Memory;
use crate::engine::Policy;
use crate::{Code, Error, Result};

use super::area::{INPUT, Input};
use super::output::status;

pub(super) type Stores = Memory;

/// Nothing needs to be known to run a call.
pub(super) struct Host;

impl Host {
    /// The store. The facade has refused any backend.
    pub(super) fn open(_backend: &JsValue, _settled: JsValue, _policy: Policy) -> (Stores, Host) {
        (Memory::default(), Host)
    }

    /// States up to so many bytes go along with the outcome of a write; larger ones are asked for when somebody reads them.
    pub(super) fn small_state(&self) -> usize {
        512
    }

    /// The status of a call, polled once.
    pub(super) fn run<F>(&self, _id: u32, _text: u32, call: impl FnOnce(Rc<Input>) -> F) -> u32
    where
        F: Future<Output = Result<u32>>,
    {
        let input = INPUT.with(|input| input.borrow().clone());
        match pin!(call(input)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => status(outcome),
            Poll::Pending => status(Err(Error::new(
                Code::Internal,
                "the memory store kept a call waiting",
            ))),
        }
    }
}
