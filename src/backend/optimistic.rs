//! The engine over an asynchronous [`Backend`], by optimistic concurrency.
//!
//! Calls wait in lanes, one for each context. Whatever has come together by the time a lane is free runs in memory, one call after the
//! other, on the record as this process knows it; what that leads to is proposed to the backend in one commit, as a compare-and-set on
//! the head the record had. When another writer came first, the answer says what is missing: the record catches up and the calls run
//! again. So a thousand updates of one context by one process cost a few round trips, and calls on other contexts don't wait for them.
//!
//! Calls that leave everything as it was ask the backend whether the record still is the newest. Losing memory loses nothing.

mod asking;
mod cache;
mod cleanup;
mod lane;
mod plan;
mod single;

use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::engine::{Head, Policy, Record};
use crate::{Code, Error, Result};

use super::contract::{Backend, News};
use super::staged::Staged;
use super::telling::Telling;
use super::working::Working;
use super::{Job, Memory, Need};

use asking::{Question, Reply, unasked};
use cache::{Cache, Noted};
pub use lane::Lane;
use plan::{Base, Effect, Plan};
use single::Waiting;

/// How often calls are run again before the conflict is reported.
const TRIES: u32 = 100;

/// Calls over a backend.
pub struct Optimistic<B> {
    backend: B,
    policy: Policy,
    staged: Staged,
    lanes: RefCell<BTreeMap<Box<[u8]>, Rc<Lane>>>,
    /// The calls on no context that are under way.
    singles: RefCell<Vec<Waiting>>,
    cache: Cache,
    /// The latest time a call told.
    now: Cell<f64>,
}

/// Something to serve.
pub enum Work {
    /// The calls on one context.
    Lane(Rc<Lane>),
    /// A call on none.
    Single(Box<dyn Job>),
}

/// What became of an effect that was sent.
enum Sent {
    Stored,
    /// Another writer came first.
    TooLate,
    /// It isn't stored, and each call is to try it alone.
    Refused,
}

impl<B: Backend> Optimistic<B> {
    /// Calls over `backend`, which run on an engine over `staged`. That must be [untrimmed](Staged::untrimmed).
    pub fn new(backend: B, policy: Policy, staged: Staged) -> Self {
        Optimistic {
            backend,
            policy,
            staged,
            lanes: RefCell::default(),
            singles: RefCell::default(),
            cache: Cache::default(),
            now: Cell::new(f64::NEG_INFINITY),
        }
    }

    /// The backend.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Adds a call; gives what has to be [served](Self::serve), where nobody does yet.
    pub fn add(&self, job: Box<dyn Job>) -> Option<Work> {
        let Need::Context { id, .. } = job.need() else {
            return Some(Work::Single(job));
        };
        let mut lanes = self.lanes.borrow_mut();
        if let Some(lane) = lanes.get(id) {
            lane.queue.add(job);
            return None;
        }
        let lane = Rc::new(Lane::new(id));
        lanes.insert(id.clone(), lane.clone());
        lane.queue.add(job);
        Some(Work::Lane(lane))
    }

    /// Serves calls until there are none.
    pub async fn serve(&self, work: Work) {
        match work {
            Work::Single(job) => self.serve_single(job).await,
            Work::Lane(lane) => {
                while let Some(mut group) = lane.next_group() {
                    if let Err(error) = self.run(&lane, &mut group).await {
                        self.forget(&lane.id);
                        group.iter_mut().for_each(|job| job.fail(&error));
                    }
                    group.into_iter().for_each(Job::settle);
                }
                self.lanes.borrow_mut().remove(&lane.id);
                if lane.is_doubtful.get() {
                    self.forget(&lane.id);
                }
                let lanes = self.lanes.borrow();
                self.cache
                    .let_go(self.memory(), |id| lanes.contains_key(id));
            }
        }
    }

    /// Looks whether calls under way have been given up.
    pub fn look(&self) {
        let lanes: Vec<Rc<Lane>> = self.lanes.borrow().values().cloned().collect();
        lanes.iter().for_each(|lane| lane.wake());
        self.look_at_singles();
    }

    fn memory(&self) -> &Memory {
        self.staged.memory()
    }

    /// Runs calls until what they lead to is stored, or nothing has to be.
    async fn run(&self, lane: &Lane, group: &mut Vec<Box<dyn Job>>) -> Result<()> {
        let id = &*lane.id;
        if lane.is_doubtful.take() {
            self.forget(id);
        }
        let mut is_newest = self.bring(lane, group).await?;
        for tries in 0..TRIES {
            group.retain(|job| !job.is_given_up());
            // Only now: what a record remembers beyond the policy may show that a commit has been stored.
            self.trim(id);
            let base = self.base(id);
            let spare = self.spare(id);
            self.run_in_memory(id, group);
            let Some(plan) = self.plan(id, base)? else {
                if is_newest || self.refresh(lane, group).await? {
                    return Ok(());
                }
                is_newest = true;
                continue;
            };
            match self.send(lane, group, &plan, spare).await? {
                Sent::Stored => return Ok(()),
                Sent::Refused => {
                    lane.queue.take_back(group);
                    return Ok(());
                }
                Sent::TooLate => {}
            }
            is_newest = true;
            if tries > 0 {
                self.ask(lane, group, Question::Pause(tries)).await.0?;
            }
        }
        let message = "other writers came first each time; try again when they are fewer";
        Err(Error::new(Code::Conflict, message))
    }

    fn run_in_memory(&self, id: &[u8], group: &mut [Box<dyn Job>]) {
        let mut telling = Telling::default();
        for place in 0..group.len() {
            if group[place].need().takes_away() {
                telling.tell_state(self.memory(), id, group);
            }
            telling.run(self.memory(), id, group, place);
        }
        telling.tell_state(self.memory(), id, group);
    }

    /// Makes memory have a record, if there is one. Says whether it is known to be the newest: calls that may commit go by what is
    /// there, and the commit proves it.
    async fn bring(&self, lane: &Lane, group: &[Box<dyn Job>]) -> Result<bool> {
        if self.base(&lane.id).is_none() {
            self.load(lane, group).await?;
            return Ok(true);
        }
        if group.iter().any(|job| !job.need().is_read()) {
            return Ok(false);
        }
        self.refresh(lane, group).await?;
        Ok(true)
    }

    /// Asks whether memory has the newest record, and makes it so. Says whether it was so.
    async fn refresh(&self, lane: &Lane, group: &[Box<dyn Job>]) -> Result<bool> {
        let id = &*lane.id;
        // Of a tombstone there is nothing to follow.
        let Some(base) = self.base(id).filter(|base| base.is_live) else {
            let before = self.base(id);
            self.load(lane, group).await?;
            return Ok(self.base(id) == before);
        };
        let question = Question::Since(base.head);
        let Reply::News(news) = self.ask(lane, group, question).await.0? else {
            return Err(unasked());
        };
        if news == News::Same {
            return Ok(true);
        }
        let unsnapped = self.cache.noted(id).unsnapped;
        let record = self.memory().take(id);
        let working = record.map(|record| Working { record, unsnapped });
        self.catch_up(lane, group, working, news).await?;
        Ok(false)
    }

    /// Puts into memory what the record has become, from what it was and what has happened since.
    async fn catch_up(
        &self,
        lane: &Lane,
        group: &[Box<dyn Job>],
        working: Option<Working>,
        news: News,
    ) -> Result<()> {
        if let (Some(working), News::Tail(entries)) = (working, news)
            && !entries.is_empty()
            && let Ok(working) = working.follow(&entries)
        {
            self.install(&lane.id, Some(working));
            return Ok(());
        }
        self.load(lane, group).await
    }

    async fn load(&self, lane: &Lane, group: &[Box<dyn Job>]) -> Result<()> {
        let id = &*lane.id;
        let Reply::Stored(stored) = self.ask(lane, group, Question::Load).await.0? else {
            return Err(unasked());
        };
        let working = stored.map(Working::load).transpose()?;
        self.install(id, working);
        Ok(())
    }

    fn install(&self, id: &[u8], working: Option<Working>) {
        let Some(Working { record, unsnapped }) = working else {
            return self.forget(id);
        };
        // What the backend keeps is due by the oldest of it; later than that only once it has been trimmed.
        let known = self.cache.noted(id).deltas_due;
        let due = self.policy.deltas_due(&record);
        let deltas_due = known.into_iter().chain(due).reduce(f64::min);
        let noted = Noted {
            unsnapped,
            deltas_due,
        };
        self.cache.note(id, &record, noted);
        self.memory().install(id, Some(record));
    }

    /// What a backend keeps beyond the policy, for its snapshot's sake or because nobody has cleaned up yet, no client sees.
    fn trim(&self, id: &[u8]) {
        let memory = self.memory();
        if let Some(at) = memory.with(id, |record| record.map(Record::at)) {
            memory.trim(id, &self.policy.keep(self.now.get().max(at)));
        }
    }

    fn forget(&self, id: &[u8]) {
        self.cache.forget(id);
        self.memory().install(id, None);
    }

    /// Has nobody believe memory about a context that something has happened to.
    fn doubt(&self, id: &[u8]) {
        match self.lanes.borrow().get(id) {
            Some(lane) => lane.is_doubtful.set(true),
            None => self.forget(id),
        }
    }

    /// What memory has.
    fn base(&self, id: &[u8]) -> Option<Base> {
        self.memory().with(id, |record| record.map(Base::of))
    }

    /// A copy of the record, to go on from when another writer turns out to have come first. Of a large one that nobody else has
    /// written lately none is made: asking for it again would be cheaper on the whole.
    fn spare(&self, id: &[u8]) -> Option<Working> {
        let unsnapped = self.cache.noted(id).unsnapped;
        let record = self.memory().with(id, |record| {
            record
                .filter(|record| self.cache.is_worth_copying(id, record))
                .cloned()
        });
        record.map(|record| Working { record, unsnapped })
    }

    /// Sends what calls have led to, and finds out what became of it.
    async fn send(
        &self,
        lane: &Lane,
        group: &[Box<dyn Job>],
        plan: &Plan,
        spare: Option<Working>,
    ) -> Result<Sent> {
        let id = &*lane.id;
        let question = match &plan.effect {
            Effect::Commit(proposal) => Question::Commit(proposal),
            Effect::Remove { head, until } => Question::Remove(*head, *until),
        };
        let (answer, was_lost) = self.ask(lane, group, question).await;
        let is_alone = group.len() == 1;
        let (news, has_failed) = match answer {
            Ok(Reply::News(news)) => (news, false),
            Ok(_) => {
                self.stored(id, plan);
                return Ok(Sent::Stored);
            }
            Err(error) if error.code() == Code::BackendUnavailable || is_alone && !was_lost => {
                return Err(error);
            }
            // One call's fault is not the others'; and what is said of a second sending isn't said of the first.
            Err(_) => (News::Reload, true),
        };
        self.memory().take(id);
        self.cache.contended(id);
        self.catch_up(lane, group, spare, news).await?;
        if self.has_happened(id, plan, was_lost) {
            return Ok(Sent::Stored);
        }
        let leads_on = self.memory().with(id, |record| plan.is_before(record));
        if (was_lost || has_failed) && !leads_on || was_lost && has_failed {
            let message = "the backend failed while it stored this, and nothing tells whether it did; read it again";
            return Err(Error::new(Code::BackendUnavailable, message));
        }
        Ok(if has_failed {
            Sent::Refused
        } else {
            Sent::TooLate
        })
    }

    /// Whether what is there now shows that an effect whose answer was lost, or came for a second sending, took place.
    fn has_happened(&self, id: &[u8], plan: &Plan, was_lost: bool) -> bool {
        self.memory().with(id, |record| match &plan.effect {
            Effect::Commit(proposal) => {
                record.is_some_and(|record| record.remembers(proposal.head))
            }
            Effect::Remove { head, .. } => {
                was_lost
                    && record
                        .is_some_and(|record| record.live().is_none() && record.head() == *head)
            }
        })
    }

    fn stored(&self, id: &[u8], plan: &Plan) {
        if let Effect::Remove { head, .. } = plan.effect {
            self.install(id, Some(Working::deleted(head)));
        }
        self.memory().with(id, |record: Option<&Record>| {
            if let Some(record) = record {
                self.now.set(self.now.get().max(record.at()));
                self.cache.note(id, record, plan.noted);
            }
        });
    }
}

impl Base {
    fn of(record: &Record) -> Self {
        Base {
            head: record.head(),
            is_live: record.live().is_some(),
        }
    }
}

/// The head where there is one that is live.
fn live_head(base: Option<Base>) -> Option<Head> {
    base.filter(|base| base.is_live).map(|base| base.head)
}
