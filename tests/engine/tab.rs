//! One tab or process: an engine over memory in front of a simulated store. Calls become jobs, as in `src/wasm/waiting.rs`.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use chord::backend::{Grouped, Job, Need, Optimistic, Staged};
use chord::engine::{Engine, Policy, Record};
use chord::{Error, Result};

use crate::executor::{spawn, yields};
use crate::simulated::Simulated;
use crate::simulated_database::{Client, SimulatedDatabase};
use crate::subject::Host;

/// What calls wait in.
pub trait Queue: 'static {
    /// Adds a call, and serves it where nobody does.
    async fn take(self: &Rc<Self>, job: Box<dyn Job>);
    /// A call has been given up.
    fn look(&self) {}
}

impl Queue for Grouped<Client> {
    async fn take(self: &Rc<Self>, job: Box<dyn Job>) {
        if self.add(job) {
            // In a browser, too, what is asked for at the same time comes together first.
            yields(1).await;
            self.serve().await;
        }
    }
}

impl Queue for Optimistic<Simulated> {
    async fn take(self: &Rc<Self>, job: Box<dyn Job>) {
        if let Some(work) = self.add(job) {
            let queue = self.clone();
            spawn(async move { queue.serve(work).await });
        }
    }

    fn look(&self) {
        Optimistic::look(self);
    }
}

/// A tab, or a process.
pub struct Caller<Q>(Rc<Parts<Q>>);

/// A tab over a simulated database.
pub type Tab = Caller<Grouped<Client>>;

/// A process over a simulated backend.
pub type Process = Caller<Optimistic<Simulated>>;

struct Parts<Q> {
    client: usize,
    queue: Rc<Q>,
    engine: Engine<Staged>,
    staged: Staged,
}

impl<Q> Clone for Caller<Q> {
    fn clone(&self) -> Self {
        Caller(self.0.clone())
    }
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
        let number = client.number();
        let queue = Grouped::new(client, policy, staged.clone());
        Caller::over(queue, staged, policy, writer, number)
    }

    /// The number of its client.
    pub fn client(&self) -> usize {
        self.0.client
    }

    /// The transaction under way has taken too long.
    pub fn interrupt(&self) {
        self.0.queue.interrupt();
    }
}

impl Process {
    pub fn new(backend: &Simulated, policy: Policy, writer: u64) -> Self {
        let staged = Staged::untrimmed(&policy);
        let queue = Optimistic::new(backend.clone(), policy, staged.clone());
        Caller::over(queue, staged, policy, writer, 0)
    }
}

impl<Q: Queue> Caller<Q> {
    fn over(queue: Q, staged: Staged, policy: Policy, writer: u64, client: usize) -> Self {
        Caller(Rc::new(Parts {
            client,
            queue: Rc::new(queue),
            engine: Engine::new(staged.clone(), policy, writer),
            staged,
        }))
    }

    /// How many contexts memory has.
    pub fn cached(&self, ids: impl Iterator<Item = String>) -> usize {
        let memory = self.0.staged.memory();
        let is_there = |id: &String| {
            let record =
                chord::engine::Store::read(memory, id.as_bytes(), |record| Ok(record.is_some()));
            record.unwrap()
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
        let _given_up = GivenUp(&self.0.queue, &asked);
        self.0.queue.take(Box::new(job)).await;
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

/// Gives a call up when nobody waits for it any more, as the facade does at its deadline.
struct GivenUp<'a, Q: Queue, T>(&'a Rc<Q>, &'a Rc<Asked<T>>);

impl<Q: Queue, T> Drop for GivenUp<'_, Q, T> {
    fn drop(&mut self) {
        self.1.give_up();
        self.0.look();
    }
}

/// What becomes of a call over memory, which is ready when it is polled first.
fn settled<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("memory kept a call waiting"),
    }
}

/// See [`Host::KNOWS_WHAT_IS_KEPT`].
pub trait Knowing {
    const KNOWS_WHAT_IS_KEPT: bool;
}

impl Knowing for Tab {
    const KNOWS_WHAT_IS_KEPT: bool = true;
}

impl Knowing for Process {
    const KNOWS_WHAT_IS_KEPT: bool = false;
}

impl<Q: Queue> Host for Caller<Q>
where
    Caller<Q>: Knowing,
{
    type Store = Staged;
    const KNOWS_WHAT_IS_KEPT: bool = <Self as Knowing>::KNOWS_WHAT_IS_KEPT;

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
