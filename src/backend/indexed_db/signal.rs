//! Waiting for events.
//!
//! One connection has one transaction at a time, in which requests end in the order they were made. So it needs one handler for
//! requests and two for the ends of transactions, made once: a handler for each request would cost more than the request.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::{Closure, JsCast, JsValue, wasm_bindgen};
use web_sys::{IdbRequest, IdbTransaction};

/// How a transaction ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Completed,
    Aborted,
}

#[derive(Default)]
struct State {
    waker: RefCell<Option<Waker>>,
    /// Whether the request that is waited for has ended.
    has_ended: Cell<bool>,
    /// How the transaction ended.
    end: Cell<Option<End>>,
}

impl State {
    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn wait(&self, context: &Context<'_>) {
        *self.waker.borrow_mut() = Some(context.waker().clone());
    }
}

/// The handlers of a connection, and who waits for them. They belong to the collector: what is given up ends after the connection has
/// gone, and a handler that had gone with it would throw then.
pub(super) struct Signal {
    state: Rc<State>,
    on_request: Function,
    on_complete: Function,
    on_abort: Function,
}

impl Signal {
    pub(super) fn new() -> Self {
        let state = Rc::<State>::default();
        let ended = |end: Option<End>| {
            let state = state.clone();
            let handler = Closure::<dyn FnMut()>::new(move || {
                match end {
                    None => state.has_ended.set(true),
                    end => state.end.set(end),
                }
                state.wake();
            });
            handler.into_js_value().unchecked_into()
        };
        Signal {
            on_request: ended(None),
            on_complete: ended(Some(End::Completed)),
            on_abort: ended(Some(End::Aborted)),
            state,
        }
    }

    /// Waits until a request that has just been made, or told to go on, has ended, and with it all that were made before.
    pub(super) async fn ended(&self, request: &IdbRequest) {
        self.state.has_ended.set(false);
        request.set_onsuccess(Some(&self.on_request));
        request.set_onerror(Some(&self.on_request));
        poll_fn(|context| {
            if self.state.has_ended.get() {
                return Poll::Ready(());
            }
            self.state.wait(context);
            Poll::Pending
        })
        .await;
    }

    /// Commits, and waits for the end. Gives whether that is that it is stored.
    pub(super) async fn commit(&self, transaction: &IdbTransaction) -> Result<bool, JsValue> {
        self.state.end.set(None);
        transaction.set_oncomplete(Some(&self.on_complete));
        transaction.set_onabort(Some(&self.on_abort));
        transaction.unchecked_ref::<Committing>().commit_now()?;
        let end = poll_fn(|context| match self.state.end.get() {
            Some(end) => Poll::Ready(end),
            None => {
                self.state.wait(context);
                Poll::Pending
            }
        });
        Ok(end.await == End::Completed)
    }
}

#[wasm_bindgen]
extern "C" {
    /// A transaction that can be told to end; `web-sys` has the method as deprecated, which browsers don't.
    #[wasm_bindgen(extends = IdbTransaction)]
    type Committing;
    #[wasm_bindgen(method, catch, js_name = commit)]
    fn commit_now(this: &Committing) -> Result<(), JsValue>;
}

/// What a request that has ended came to.
pub(super) fn outcome(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let value = request.result()?;
    // Nothing is what a failed request gives, too.
    if value.is_undefined()
        && let Some(error) = request.error()?
    {
        return Err(error.into());
    }
    Ok(value)
}
