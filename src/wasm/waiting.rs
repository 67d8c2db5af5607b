//! Calls that wait until what they need has been brought to memory.

use core::cell::{Cell, RefCell};
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
use crate::{Error, Result};

use super::area::{INPUT, Input, OUTPUT};
use super::asked::Asked;
#[cfg(feature = "backends")]
use super::output::NOTHING;
use super::output::{Answer, FAILED, PENDING, status};
#[cfg(feature = "backends")]
use super::own_backend::OwnBackend;
use super::settings::Settings;

/// Where calls wait.
enum Queue {
    #[cfg(feature = "indexeddb")]
    IndexedDb(Grouped<IndexedDb>),
    #[cfg(feature = "backends")]
    Own(Optimistic<OwnBackend>),
}

/// Calls that wait.
pub(super) struct Waiting {
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

/// Runs a call on what it needs, which is in memory then.
type Run = dyn Fn(&Input) -> Result<u32>;

/// A call and its outcome.
struct Call {
    waiting: Weak<Waiting>,
    number: u32,
    need: Need,
    input: Input,
    run: Box<Run>,
    status: u32,
    answer: Answer,
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

impl Waiting {
    #[cfg(feature = "indexeddb")]
    pub(super) fn over_indexed_db(
        settings: &Settings,
        settled: JsValue,
        database: super::settings::Database,
    ) -> (Staged, Rc<Self>) {
        let staged = Staged::front();
        let database = IndexedDb::new(database.name, database.strict);
        let grouped = Grouped::new(database, settings.policy, staged.clone());
        (staged, Waiting::over(Queue::IndexedDb(grouped), settled))
    }

    #[cfg(feature = "backends")]
    pub(super) fn over_backend(
        settings: &Settings,
        settled: JsValue,
        ask: JsValue,
    ) -> (Staged, Rc<Self>) {
        let staged = Staged::untrimmed(&settings.policy);
        let backend = OwnBackend::new(ask.unchecked_into());
        let optimistic = Optimistic::new(backend, settings.policy, staged.clone());
        (staged, Waiting::over(Queue::Own(optimistic), settled))
    }

    fn over(queue: Queue, settled: JsValue) -> Rc<Self> {
        Rc::new(Waiting {
            queue,
            // The facade gives a function.
            settled: settled.unchecked_into(),
            count: Cell::new(0),
            is_looking: Cell::new(false),
            given_up: RefCell::default(),
        })
    }

    /// Adds a call that reads so many bytes of the areas, which hold something else by the time it goes on.
    pub(super) fn add(self: &Rc<Self>, asked: Asked, id: u32, text: u32, run: Box<Run>) -> u32 {
        let input = INPUT.with(|input| input.borrow().copy(id, text));
        let need = asked.need(&input);
        let number = self.count.get();
        self.count.set(number.wrapping_add(1));
        let job = Call {
            waiting: Rc::downgrade(self),
            number,
            need,
            input,
            run,
            status: 0,
            answer: Answer::default(),
        };
        Queue::add(self, Box::new(job));
        OUTPUT.with(|output| output.borrow_mut().begin().extra(f64::from(number)).end());
        PENDING
    }

    /// Drops a call that waits.
    pub(super) fn give_up(self: &Rc<Self>, number: u32) {
        let mut given_up = self.given_up.borrow_mut();
        if let Err(place) = given_up.binary_search(&number) {
            given_up.insert(place, number);
        }
        drop(given_up);
        // Once for all that are given up together.
        if !self.is_looking.replace(true) {
            let waiting = self.clone();
            spawn_local(async move {
                waiting.is_looking.set(false);
                waiting.queue.look();
            });
        }
    }

    /// Begins anew with what has not answered anybody for long.
    pub(super) fn interrupt(&self) -> u32 {
        self.queue.interrupt()
    }

    /// A backend has answered a question.
    #[cfg(feature = "backends")]
    pub(super) fn answer(&self, question: u32, answer: Result<Vec<u8>>) {
        #[allow(irrefutable_let_patterns, reason = "there may be other queues")]
        if let Queue::Own(optimistic) = &self.queue {
            optimistic.backend().answer(question, answer);
        }
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
        self.status = status((self.run)(&self.input));
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
