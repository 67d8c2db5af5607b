//! One tab: an engine over memory in front of a simulated database. Calls become jobs, as in `src/wasm/host.rs`.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use chord::backend::grouped::{Job, Need};
use chord::backend::{Grouped, Staged};
use chord::engine::{Engine, Policy, Record};
use chord::{Error, Result};

use crate::executor::yields;
use crate::simulated_database::{Client, SimulatedDatabase};
use crate::subject::Host;

/// A tab.
#[derive(Clone)]
pub struct Tab(Rc<Parts>);

struct Parts {
    client: usize,
    grouped: Grouped<Client>,
    engine: Engine<Staged>,
    staged: Staged,
}

/// What the caller and the job both have of a call.
pub struct Asked<T> {
    outcome: RefCell<Option<Result<T>>>,
    waker: RefCell<Option<Waker>>,
    is_given_up: Cell<bool>,
    runs: Cell<usize>,
}

struct Call<T> {
    need: Need,
    run: Box<dyn Fn() -> Result<T>>,
    outcome: Option<Result<T>>,
    asked: Rc<Asked<T>>,
}

impl Tab {
    pub fn new(database: &SimulatedDatabase, policy: Policy, writer: u64) -> Self {
        let staged = Staged::front();
        let client = database.client();
        Tab(Rc::new(Parts {
            client: client.number(),
            grouped: Grouped::new(client, policy, staged.clone()),
            engine: Engine::new(staged.clone(), policy, writer),
            staged,
        }))
    }

    /// The number of its client.
    pub fn client(&self) -> usize {
        self.0.client
    }

    /// The transaction under way has taken too long.
    pub fn interrupt(&self) {
        self.0.grouped.interrupt();
    }

    /// How many contexts memory has.
    pub fn cached(&self, ids: impl Iterator<Item = String>) -> usize {
        let memory = self.0.staged.memory();
        let is_there = |id: &String| {
            let record =
                chord::engine::Store::read(memory, id.as_bytes(), |record| Ok(record.is_some()));
            settled(record).unwrap()
        };
        ids.filter(is_there).count()
    }

    /// Makes a call that can be given up.
    pub async fn ask<T: 'static>(
        &self,
        asked: Rc<Asked<T>>,
        need: Need,
        call: impl AsyncFn(&Engine<Staged>) -> Result<T> + 'static,
    ) -> Result<T> {
        let parts = self.0.clone();
        let job = Call {
            need,
            run: Box::new(move || settled(call(&parts.engine))),
            outcome: None,
            asked: asked.clone(),
        };
        if self.0.grouped.add(Box::new(job)) {
            // In a browser, too, what is asked for at the same time comes together first.
            yields(1).await;
            self.0.grouped.serve().await;
        }
        poll_fn(|context| match asked.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                *asked.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

/// What becomes of a call over memory, which is ready when it is polled first.
fn settled<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("memory kept a call waiting"),
    }
}

impl Host for Tab {
    type Store = Staged;
    const KNOWS_WHAT_IS_KEPT: bool = true;

    async fn run<T: 'static>(
        &self,
        need: Need,
        call: impl AsyncFn(&Engine<Staged>) -> Result<T> + 'static,
    ) -> Result<T> {
        self.ask(Rc::default(), need, call).await
    }
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Asked {
            outcome: RefCell::default(),
            waker: RefCell::default(),
            is_given_up: Cell::default(),
            runs: Cell::default(),
        }
    }
}

impl<T> Asked<T> {
    /// Nobody waits for it any more. A call that never was run has no outcome either.
    pub fn give_up(&self) {
        self.is_given_up.set(true);
    }

    /// How often it was run.
    pub fn runs(&self) -> usize {
        self.runs.get()
    }
}

impl<T> Job for Call<T> {
    fn need(&self) -> &Need {
        &self.need
    }

    fn is_given_up(&self) -> bool {
        self.asked.is_given_up.get()
    }

    fn run(&mut self) -> Option<usize> {
        self.asked.runs.set(self.asked.runs.get() + 1);
        self.outcome = Some((self.run)());
        None
    }

    fn tell_state(&mut self, _: &Record) {}

    fn fail(&mut self, error: &Error) {
        self.outcome = Some(Err(error.clone()));
    }

    fn settle(self: Box<Self>) {
        assert!(self.outcome.is_some(), "a call is settled without outcome");
        *self.asked.outcome.borrow_mut() = self.outcome;
        if let Some(waker) = self.asked.waker.take() {
            waker.wake();
        }
    }
}
