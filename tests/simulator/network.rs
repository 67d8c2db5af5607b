//! Between a process and the store: messages take their time, overtake each other, get lost, arrive late or twice.

use core::cell::Cell;
use std::rc::Rc;

use chord::backend::{Answer, Backend, Expired, News, Only, Proposal, Stored};
use chord::engine::{Head, Keep, Listed, Page};
use chord::{Code, Error, Result};

use crate::flaw::Flaw;
use crate::scheduler::{Slot, WORLD};
use crate::store::Store;
use crate::world::World;

/// A process's way to the store.
#[derive(Clone)]
pub struct Link {
    pub world: Rc<World>,
    pub process: usize,
    /// Nothing gets through.
    pub is_cut: Rc<Cell<bool>>,
}

type Effect<T> = dyn Fn(&mut Store) -> Result<T>;

/// A question, however often it arrives.
struct Question<T> {
    what: &'static str,
    effect: Box<Effect<T>>,
    /// Whether an answer says that what was asked for is so, whichever sending it answers.
    is_settled: fn(&Result<T>) -> bool,
    /// The store has refused it, and whoever asked knows: it doesn't arrive again.
    is_refused: Cell<bool>,
    /// How often it has arrived.
    arrivals: Cell<u32>,
}

/// A driver asks again by itself so many times at most.
const RESENDS: usize = 3;

fn lost() -> Error {
    Error::new(Code::BackendUnavailable, "the connection was lost")
}

fn name(id: &[u8]) -> String {
    String::from_utf8_lossy(id).into_owned()
}

impl Link {
    async fn read<T: 'static>(
        &self,
        what: &'static str,
        effect: impl Fn(&mut Store) -> T + 'static,
    ) -> Result<T> {
        self.ask(what, move |store| Ok(effect(store)), |_| true)
            .await
    }

    async fn ask<T: 'static>(
        &self,
        what: &'static str,
        effect: impl Fn(&mut Store) -> Result<T> + 'static,
        is_settled: fn(&Result<T>) -> bool,
    ) -> Result<T> {
        let question = Rc::new(Question {
            what,
            effect: Box::new(effect),
            is_settled,
            is_refused: Cell::new(false),
            arrivals: Cell::new(0),
        });
        let slot = Slot::default();
        let (world, plan) = (&self.world, &self.world.plan);
        if world.happens(plan.doubled) {
            let (link, delay) = (self.clone(), world.dice.below(plan.latest));
            let (question, era) = (question.clone(), self.era());
            let ghost = async move {
                link.world.scheduler.sleep(delay).await;
                // Whatever comes of it, nobody hears.
                let _ = link.arrive(&question, era, "again");
            };
            world.scheduler.spawn(WORLD, ghost);
        }
        let (link, answer) = (self.clone(), slot.clone());
        let leg = async move { link.carry(&question, &answer).await };
        world.scheduler.spawn(WORLD, leg);
        slot.wait().await
    }

    /// Carries a question to the store, and its answer back.
    async fn carry<T: 'static>(&self, question: &Question<T>, slot: &Slot<Result<T>>) {
        let (world, plan) = (&self.world, &self.world.plan);
        for _ in 0..RESENDS {
            let (era, is_late) = (self.era(), world.happens(plan.late));
            if is_late {
                let (world, slot) = (world.clone(), slot.clone());
                let patience = 10 + 8 * plan.delay;
                let impatience = async move {
                    world.scheduler.sleep(patience).await;
                    slot.fill(Err(lost()));
                };
                self.world.scheduler.spawn(WORLD, impatience);
            }
            let most = if is_late { plan.latest } else { plan.delay };
            world.scheduler.sleep(world.dice.below(most)).await;
            if !world.happens(plan.lost_requests)
                && let Some((connection, answer)) = self.arrive(question, era, "")
            {
                world.scheduler.sleep(world.dice.below(plan.delay)).await;
                let is_there = world.store.borrow().connection == connection;
                if is_there && !self.is_cut.get() && !world.happens(plan.lost_replies) {
                    // What arrived before may have come to something that this answer says nothing about.
                    let is_first = question.arrivals.get() == 1;
                    let is_honest = is_first || (question.is_settled)(&answer);
                    let is_told = is_honest || self.has(Flaw::HidesResends);
                    return slot.fill(if is_told { answer } else { Err(lost()) });
                }
            }
            let what = question.what;
            let line = || format!("p{} loses {what}", self.process);
            world.history.note(line);
            let pause = 10 + world.dice.below(plan.delay);
            world.scheduler.sleep(pause).await;
            if world.happens(plan.hangs) {
                return;
            }
            if !world.happens(plan.resends) {
                break;
            }
        }
        slot.fill(Err(lost()));
    }

    /// A question reaches the store, if that is up. Gives what it answers, and over which connection.
    fn arrive<T>(&self, question: &Question<T>, era: u64, how: &str) -> Option<(u64, Result<T>)> {
        let (world, plan) = (&self.world, &self.world.plan);
        let store = &mut *world.store.borrow_mut();
        let is_reached = store.is_up && store.era == era && !self.is_cut.get();
        if !is_reached || question.is_refused.get() {
            return None;
        }
        question.arrivals.set(question.arrivals.get() + 1);
        let (process, what) = (self.process, question.what);
        world.history.note(|| format!("p{process} {what} {how}"));
        if world.happens(plan.errors) {
            let is_done = world.happens(500);
            let line = || format!("p{process} {what} fails, done: {is_done}");
            world.history.note(line);
            let is_refused = !is_done || (question.effect)(store).is_err();
            question.is_refused.set(is_refused);
            let failure = Error::new(Code::BackendError, "the store failed");
            return Some((store.connection, Err(failure)));
        }
        let answer = (question.effect)(store);
        question.is_refused.set(answer.is_err());
        Some((store.connection, answer))
    }

    fn era(&self) -> u64 {
        self.world.store.borrow().era
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.world.store.borrow().has(flaw)
    }
}

impl Backend for Link {
    async fn load(&self, id: &[u8]) -> Result<Option<Stored>> {
        let id = name(id);
        self.read("load", move |store| store.load(&id)).await
    }

    async fn since(&self, id: &[u8], have: Head) -> Result<News> {
        if self.has(Flaw::ReadsOldStates) && self.world.happens(200) {
            return Ok(News::Same);
        }
        let id = name(id);
        self.read("since", move |store| store.since(&id, have))
            .await
    }

    async fn commit(&self, id: &[u8], proposal: &Proposal) -> Result<Answer> {
        let (id, proposal) = (name(id), proposal.clone());
        let is_early = self.has(Flaw::AcknowledgesEarly) && self.world.happens(100);
        let sent = self.ask(
            "commit",
            move |store| store.commit(&id, &proposal),
            |answer| matches!(answer, Ok(Answer::Stored)),
        );
        if is_early {
            let _ = self.world.scheduler.within(0, sent).await;
            return Ok(Answer::Stored);
        }
        sent.await
    }

    async fn remove(&self, id: &[u8], only: Only, until: f64) -> Result<Option<Head>> {
        let id = name(id);
        self.ask(
            "remove",
            move |store| Ok(store.remove(&id, only, until)),
            |answer| matches!(answer, Ok(Some(_))),
        )
        .await
    }

    async fn trim(&self, id: &[u8], keep: &Keep, deltas_ttl: Option<f64>) -> Result<u64> {
        let (id, keep) = (name(id), *keep);
        self.read("trim", move |store| store.trim(&id, &keep, deltas_ttl))
            .await
    }

    async fn expired(&self, before: f64, limit: usize) -> Result<Vec<Expired>> {
        self.read("expired", move |store| store.expired(before, limit))
            .await
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        let (limit, descending) = (page.limit, page.descending);
        let cursor = page.cursor.map(name);
        self.read("list", move |store| {
            store.list(limit, cursor.as_deref(), descending)
        })
        .await
    }

    async fn pause(&self, tries: u32) {
        let most = 5 * u64::from(tries.min(10));
        let pause = self.world.dice.between(1, most.max(1));
        self.world.scheduler.sleep(pause).await;
    }

    async fn open(&self) -> Result<()> {
        Ok(())
    }

    async fn close(&self) -> Result<()> {
        Ok(())
    }
}
