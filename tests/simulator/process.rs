//! A process: an engine over memory in front of the store. Calls become jobs, as in `src/wasm/waiting.rs`, and end by a deadline.

use core::cell::Cell;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use chord::backend::{Job, Need, Optimistic, Staged};
use chord::engine::{Engine, Record};
use chord::{Code, Error, Result};

use crate::dice::Dice;
use crate::network::Link;
use crate::scheduler::{Owner, Slot};
use crate::world::World;

/// A process, from its start to its end.
pub struct Process {
    pub number: usize,
    world: Rc<World>,
    owner: Owner,
    queue: Rc<Optimistic<Link>>,
    engine: Rc<Engine<Staged>>,
    pub is_cut: Rc<Cell<bool>>,
    /// How far its clock is ahead.
    skew: u64,
}

struct Call<T> {
    need: Need,
    run: Box<dyn Fn() -> Result<T>>,
    outcome: Option<Result<T>>,
    slot: Slot<Result<T>>,
    is_given_up: Rc<Cell<bool>>,
}

impl Process {
    /// The `start`th process of all.
    pub fn new(world: &Rc<World>, number: usize, start: u64) -> Rc<Self> {
        let policy = world.plan.policy();
        let dice = Dice::new(world.plan.seed, 1000 + start);
        let is_cut = Rc::new(Cell::new(false));
        let link = Link {
            world: world.clone(),
            process: number,
            is_cut: is_cut.clone(),
        };
        let staged = Staged::untrimmed(&policy);
        Rc::new(Process {
            number,
            world: world.clone(),
            owner: start,
            queue: Rc::new(Optimistic::new(link, policy, staged.clone())),
            engine: Rc::new(Engine::new(staged, policy, dice.next())),
            is_cut,
            skew: dice.below(world.plan.skew + 1),
        })
    }

    /// Ends all that it does, wherever that stands.
    pub fn kill(&self) {
        self.world.scheduler.kill(self.owner);
    }

    pub fn now(&self) -> f64 {
        self.world.time(self.skew)
    }

    /// What comes of a call; `timeout` when the deadline has passed.
    pub async fn ask<T: 'static>(
        &self,
        need: Need,
        call: impl AsyncFn(&Engine<Staged>) -> Result<T> + 'static,
    ) -> Result<T> {
        let engine = self.engine.clone();
        let (slot, is_given_up) = (Slot::default(), Rc::new(Cell::new(false)));
        let job = Box::new(Call {
            need,
            run: Box::new(move || settled(call(&engine))),
            outcome: None,
            slot: slot.clone(),
            is_given_up: is_given_up.clone(),
        });
        let scheduler = &self.world.scheduler;
        if let Some(work) = self.queue.add(job) {
            let queue = self.queue.clone();
            scheduler.spawn(self.owner, async move { queue.serve(work).await });
        }
        let outcome = scheduler.within(self.world.plan.deadline, slot.wait());
        outcome.await.unwrap_or_else(|| {
            is_given_up.set(true);
            self.queue.look();
            Err(Error::new(Code::Timeout, "the deadline has passed"))
        })
    }
}

/// What becomes of a call over memory, which is ready when it is polled first.
fn settled<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("memory kept a call waiting"),
    }
}

impl<T> Job for Call<T> {
    fn need(&self) -> &Need {
        &self.need
    }

    fn is_given_up(&self) -> bool {
        self.is_given_up.get()
    }

    fn run(&mut self) -> Option<usize> {
        self.outcome = Some((self.run)());
        None
    }

    fn tell_state(&mut self, _: &Record) {}

    fn fail(&mut self, error: &Error) {
        self.outcome = Some(Err(error.clone()));
    }

    fn settle(self: Box<Self>) {
        let outcome = self.outcome.expect("a call is settled without outcome");
        self.slot.fill(outcome);
    }
}
