//! Running calls that may have to wait for a backend: polled once, then handed on.

use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use crate::Result;
use crate::backend::{Memory, Persistent};

use super::area::{INPUT, Input, OUTPUT};
use super::asked::Asked;
use super::js_backend::JsBackend;
use super::output::{NOTHING, PENDING, status};
use super::settings::Settings;
use super::store::AnyStore;

pub(super) type Stores = AnyStore;

type Call = Pin<Box<dyn Future<Output = Result<u32>>>>;

/// A call that waits; empty while it is polled, and once it is done or given up.
type Waiting = Rc<RefCell<Option<Call>>>;

/// Calls that wait, by number.
#[derive(Default)]
struct Calls {
    waiting: Vec<Option<Waiting>>,
    free: Vec<u32>,
}

impl Calls {
    fn add(&mut self, call: Waiting) -> u32 {
        if let Some(number) = self.free.pop() {
            self.waiting[number as usize] = Some(call);
            return number;
        }
        self.waiting.push(Some(call));
        self.waiting.len() as u32 - 1
    }

    fn remove(&mut self, number: u32) -> Option<Waiting> {
        let call = self.waiting.get_mut(number as usize)?.take()?;
        self.free.push(number);
        Some(call)
    }
}

/// Who hears of calls that were pending.
pub(super) struct Host {
    /// Called with a call's number and status, when its answer stands in the area; none where memory is the store.
    settled: Option<Function>,
    calls: Rc<RefCell<Calls>>,
}

impl Host {
    /// The store over `backend`, an object with the methods of the contract, or in memory where that is undefined.
    pub(super) fn open(settings: &Settings, backend: &JsValue, settled: JsValue) -> (Stores, Host) {
        let store = if backend.is_undefined() {
            AnyStore::Memory(Memory::default())
        } else {
            AnyStore::Js(Persistent::new(
                JsBackend::new(backend.clone()),
                settings.policy(),
            ))
        };
        let settled = settled.dyn_into().ok().filter(|_| !backend.is_undefined());
        let calls = Rc::default();
        (store, Host { settled, calls })
    }

    /// Where states can't be asked for at once, they all go along with the outcome of a write.
    pub(super) fn small_state(&self) -> usize {
        if self.settled.is_some() {
            usize::MAX
        } else {
            512
        }
    }

    /// The status of a call polled once, or that it is pending. `id` and `text` are the bytes of the areas that it reads: by the
    /// time it goes on, they hold something else.
    pub(super) fn run<F>(
        &self,
        _asked: Asked,
        id: u32,
        text: u32,
        call: impl Fn(Rc<Input>) -> F + 'static,
    ) -> u32
    where
        F: Future<Output = Result<u32>> + 'static,
    {
        let input = INPUT.with(|input| {
            let input = input.borrow();
            match self.settled {
                Some(_) => Rc::new(input.copy(id, text)),
                None => input.clone(),
            }
        });
        self.start(Box::pin(call(input)))
    }

    fn start(&self, mut call: Call) -> u32 {
        if let Poll::Ready(outcome) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return status(outcome);
        }
        let waiting: Waiting = Rc::new(RefCell::new(Some(call)));
        let number = self.calls.borrow_mut().add(waiting.clone());
        let calls = self.calls.clone();
        let settled = self.settled.clone();
        spawn_local(async move {
            let outcome = poll_fn(|context| {
                let Some(mut call) = waiting.borrow_mut().take() else {
                    return Poll::Ready(None);
                };
                if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                    return Poll::Ready(Some(outcome));
                }
                *waiting.borrow_mut() = Some(call);
                Poll::Pending
            });
            if let (Some(outcome), Some(settled)) = (outcome.await, settled) {
                calls.borrow_mut().remove(number);
                let status = status(outcome);
                // The facade's function reads the answer and never throws.
                let _ = settled.call2(&JsValue::NULL, &number.into(), &status.into());
            }
        });
        OUTPUT.with(|output| output.borrow_mut().begin().extra(f64::from(number)).end());
        PENDING
    }

    /// Drops a call that waits, and with it the turn that others wait for.
    pub(super) fn give_up(&self, number: u32) {
        let waiting = self.calls.borrow_mut().remove(number);
        let call = waiting.and_then(|waiting| waiting.borrow_mut().take());
        // Outside of any borrow: this wakes others.
        drop(call);
    }

    /// What takes long is a backend's own affair.
    pub(super) fn interrupt(&self) -> u32 {
        NOTHING
    }
}

/// The status of a call that memory answers at once; nothing where a backend would have to be asked.
pub(super) fn poll(call: impl Future<Output = Result<u32>>) -> u32 {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => status(outcome),
        Poll::Pending => NOTHING,
    }
}
