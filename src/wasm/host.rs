//! Running calls: at once where memory is the store, else when what they need has been brought there.

use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use js_sys::Function;
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

#[cfg(feature = "backends")]
use crate::backend::Optimistic;
use crate::backend::{Access, Job, Need, Staged};
#[cfg(feature = "indexeddb")]
use crate::backend::{Grouped, indexed_db::IndexedDb};
use crate::engine::Record;
use crate::{Code, Error, Result};

use super::area::{INPUT, Input, OUTPUT};
use super::asked::Asked;
use super::output::{Answer, FAILED, NOTHING, PENDING, status};
#[cfg(feature = "backends")]
use super::own_backend::OwnBackend;
use super::settings::Settings;

/// What runs the calls of one engine.
pub(super) struct Host(Option<Rc<Waiting>>);

/// Where calls wait.
enum Queue {
    #[cfg(feature = "indexeddb")]
    IndexedDb(Grouped<IndexedDb>),
    #[cfg(feature = "backends")]
    Own(Optimistic<OwnBackend>),
}

/// Calls that wait.
struct Waiting {
    queue: Queue,
    /// Called with a call's number and status, when its answer stands in the area.
    settled: Function,
    /// How many calls there have been.
    count: Cell<u32>,
    /// It will be looked at soon which calls have been given up.
    is_looking: Cell<bool>,
    /// Calls that nobody waits for any more, in the order of their numbers. There may be very many at once.
    given_up: RefCell<VecDeque<u32>>,
}

/// A call and its outcome.
struct Call {
    waiting: Weak<Waiting>,
    number: u32,
    need: Need,
    input: Rc<Input>,
    call: Box<dyn Fn(Rc<Input>) -> u32>,
    status: u32,
    answer: Answer,
}

impl Host {
    pub(super) fn over_memory() -> (Staged, Host) {
        (Staged::default(), Host(None))
    }

    #[cfg(feature = "indexeddb")]
    pub(super) fn over_indexed_db(
        settings: &Settings,
        settled: JsValue,
        database: super::settings::Database,
    ) -> (Staged, Host) {
        let staged = Staged::front();
        let database = IndexedDb::new(database.name, database.strict);
        let grouped = Grouped::new(database, settings.policy, staged.clone());
        (staged, Host::over(Queue::IndexedDb(grouped), settled))
    }

    #[cfg(feature = "backends")]
    pub(super) fn over_backend(
        settings: &Settings,
        settled: JsValue,
        ask: JsValue,
    ) -> (Staged, Host) {
        let staged = Staged::untrimmed(&settings.policy);
        let backend = OwnBackend::new(ask.unchecked_into());
        let optimistic = Optimistic::new(backend, settings.policy, staged.clone());
        (staged, Host::over(Queue::Own(optimistic), settled))
    }

    fn over(queue: Queue, settled: JsValue) -> Host {
        let waiting = Waiting {
            queue,
            // The facade gives a function.
            settled: settled.unchecked_into(),
            count: Cell::new(0),
            is_looking: Cell::new(false),
            given_up: RefCell::default(),
        };
        Host(Some(Rc::new(waiting)))
    }

    /// The status of a call that memory can answer, or that it is pending. `id` and `text` are the bytes of the areas that it
    /// reads: by the time it goes on, they hold something else.
    pub(super) fn run<F>(
        &self,
        asked: Asked,
        id: u32,
        text: u32,
        call: impl Fn(Rc<Input>) -> F + 'static,
    ) -> u32
    where
        F: Future<Output = Result<u32>>,
    {
        let input = INPUT.with(|input| input.borrow().clone());
        match &self.0 {
            None => poll(call(input)),
            Some(waiting) => {
                let input = Rc::new(input.copy(id, text));
                waiting.add(
                    asked.need(&input),
                    input,
                    Box::new(move |input| poll(call(input))),
                )
            }
        }
    }

    /// States up to so many bytes go along with the outcome of a write. Larger ones are asked for when somebody reads them; where calls
    /// share transactions, they come with the last write.
    pub(super) fn small_state(&self) -> usize {
        512
    }

    /// Drops a call that waits.
    pub(super) fn give_up(&self, number: u32) {
        if let Some(waiting) = &self.0 {
            let mut given_up = waiting.given_up.borrow_mut();
            if let Err(place) = given_up.binary_search(&number) {
                given_up.insert(place, number);
            }
            drop(given_up);
            // Once for all that are given up together.
            if !waiting.is_looking.replace(true) {
                let waiting = waiting.clone();
                spawn_local(async move {
                    waiting.is_looking.set(false);
                    waiting.queue.look();
                });
            }
        }
    }

    /// Begins anew with what has not answered anybody for long.
    pub(super) fn interrupt(&self) -> u32 {
        match &self.0 {
            Some(waiting) => waiting.queue.interrupt(),
            None => NOTHING,
        }
    }

    /// A backend has answered a question.
    #[cfg(feature = "backends")]
    pub(super) fn answer(&self, question: u32, answer: Result<Vec<u8>>) {
        #[allow(irrefutable_let_patterns, reason = "there may be other queues")]
        if let Some(waiting) = &self.0
            && let Queue::Own(optimistic) = &waiting.queue
        {
            optimistic.backend().answer(question, answer);
        }
    }
}

impl Queue {
    /// Adds a call, and has it served.
    fn add(waiting: &Rc<Waiting>, job: Box<dyn Job>) {
        let server = waiting.clone();
        match &waiting.queue {
            #[cfg(feature = "indexeddb")]
            Queue::IndexedDb(grouped) => {
                if grouped.add(job) {
                    spawn_local(async move {
                        #[allow(irrefutable_let_patterns, reason = "there may be other queues")]
                        if let Queue::IndexedDb(grouped) = &server.queue {
                            grouped.serve().await;
                        }
                    });
                }
            }
            #[cfg(feature = "backends")]
            Queue::Own(optimistic) => {
                if let Some(work) = optimistic.add(job) {
                    spawn_local(async move {
                        #[allow(irrefutable_let_patterns, reason = "there may be other queues")]
                        if let Queue::Own(optimistic) = &server.queue {
                            optimistic.serve(work).await;
                        }
                    });
                }
            }
        }
    }

    /// A call has been given up.
    fn look(&self) {
        match self {
            #[cfg(feature = "indexeddb")]
            Queue::IndexedDb(_) => {}
            #[cfg(feature = "backends")]
            Queue::Own(optimistic) => optimistic.look(),
        }
    }

    fn interrupt(&self) -> u32 {
        match self {
            #[cfg(feature = "indexeddb")]
            Queue::IndexedDb(grouped) => status(Err(grouped.interrupt())),
            // What takes long is a backend's own affair.
            #[cfg(feature = "backends")]
            Queue::Own(_) => NOTHING,
        }
    }
}

/// The status of a call over memory, which is ready when it is polled first.
pub(super) fn poll(call: impl Future<Output = Result<u32>>) -> u32 {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => status(outcome),
        Poll::Pending => {
            let message = "the memory store kept a call waiting";
            status(Err(Error::new(Code::Internal, message)))
        }
    }
}

impl Waiting {
    fn add(
        self: &Rc<Self>,
        need: Need,
        input: Rc<Input>,
        call: Box<dyn Fn(Rc<Input>) -> u32>,
    ) -> u32 {
        let number = self.count.get();
        self.count.set(number.wrapping_add(1));
        let job = Call {
            waiting: Rc::downgrade(self),
            number,
            need,
            input,
            call,
            status: 0,
            answer: Answer::default(),
        };
        Queue::add(self, Box::new(job));
        OUTPUT.with(|output| output.borrow_mut().begin().extra(f64::from(number)).end());
        PENDING
    }
}

impl Job for Call {
    fn need(&self) -> &Need {
        &self.need
    }

    fn is_given_up(&self) -> bool {
        let waiting = self.waiting.upgrade();
        waiting.is_some_and(|waiting| {
            waiting
                .given_up
                .borrow()
                .binary_search(&self.number)
                .is_ok()
        })
    }

    fn run(&mut self) -> Option<usize> {
        self.status = (self.call)(self.input.clone());
        self.answer = OUTPUT.with(|output| output.borrow_mut().take());
        let is_write = matches!(
            self.need,
            Need::Context {
                access: Access::Change | Access::Set,
                ..
            }
        );
        (is_write && self.status != FAILED).then(|| self.answer.length(0))
    }

    fn tell_state(&mut self, record: &Record) {
        let Some(live) = record.live().filter(|_| self.answer.length(1) == 0) else {
            return;
        };
        self.answer.set_second(&live.document().text());
    }

    fn fail(&mut self, error: &Error) {
        self.status = status(Err(error.clone()));
        self.answer = OUTPUT.with(|output| output.borrow_mut().take());
    }

    fn settle(mut self: Box<Self>) {
        let Some(waiting) = self.waiting.upgrade() else {
            return;
        };
        let answer = core::mem::take(&mut self.answer);
        OUTPUT.with(|output| output.borrow_mut().restore(answer));
        // The facade's function reads the answer and never throws.
        let (number, status) = (self.number.into(), self.status.into());
        let _ = waiting.settled.call2(&JsValue::NULL, &number, &status);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.upgrade() {
            let mut given_up = waiting.given_up.borrow_mut();
            if let Ok(place) = given_up.binary_search(&self.number) {
                given_up.remove(place);
            }
        }
    }
}
