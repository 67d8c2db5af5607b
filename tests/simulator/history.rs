//! What has really happened in the store, from its beginning on: each commit with the state it led to, each head a context has had.
//!
//! The store tells it; `judge` holds against it what callers were told.

use core::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chord::backend::Proposal;
use chord::delta;
use chord::engine::{Head, Revision};
use serde_json::Value;

use crate::scheduler::Scheduler;

/// A revision, to find it by.
pub type Mark = (u64, u64);

pub fn mark(revision: Revision) -> Mark {
    (revision.writer, revision.counter)
}

/// A head in short.
pub fn short(head: Head) -> String {
    format!("v{}:{}", head.version, head.revision.text())
}

/// What a context was at some time: nothing, or this.
pub type Moment = Option<Head>;

/// A commit, and the state it led to.
pub struct Commit {
    pub head: Head,
    pub before: Option<Mark>,
    pub delta: Vec<u8>,
    pub state: Rc<str>,
    pub at: f64,
    /// The tokens of the writes that show in the state.
    tokens: BTreeSet<usize>,
    /// A failover or an eviction has taken it away.
    pub is_lost: bool,
    /// When it was made. More than once where it was lost in between.
    pub events: Vec<u64>,
}

/// The past of a context.
#[derive(Default)]
pub struct Past {
    /// How often versions have begun anew, or gone back.
    pub epoch: u64,
    /// From which event on the context was what. Commits that were stored together have one event.
    moments: Vec<(u64, Moment)>,
    pub commits: BTreeMap<Mark, Commit>,
    /// The highest version of this epoch.
    last: u64,
    /// Deletions and expiries, with the heads that went.
    pub removals: Vec<(u64, Head)>,
}

/// What came of a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    UnderWay,
    /// It was acknowledged.
    Done,
    /// An error said that nothing was done.
    Refused,
    /// An error left open whether anything was done, or nobody heard.
    Unsure,
}

/// A write. Its number is the token by which it shows in a state.
pub struct Write {
    pub span: Span,
    pub fate: Fate,
    /// The commits that it shows in first.
    pub applied: Vec<Mark>,
}

/// A call's time: it began after this event.
#[derive(Clone, Debug)]
pub struct Span {
    pub id: String,
    pub began: u64,
    pub epoch: u64,
}

/// All that has happened.
pub struct History {
    scheduler: Scheduler,
    event: Cell<u64>,
    pub pasts: RefCell<BTreeMap<String, Past>>,
    pub writes: RefCell<Vec<Write>>,
    failure: RefCell<Option<String>>,
    trace: Option<RefCell<Vec<String>>>,
}

impl History {
    pub fn new(scheduler: Scheduler, is_traced: bool) -> Self {
        History {
            scheduler,
            event: Cell::new(1),
            pasts: RefCell::default(),
            writes: RefCell::default(),
            failure: RefCell::default(),
            trace: is_traced.then(RefCell::default),
        }
    }

    /// Adds a line to the trace, where there is one.
    pub fn note(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            let line = format!("{:>7} {}", self.scheduler.now(), line());
            trace.borrow_mut().push(line);
        }
    }

    pub fn trace(&self) -> Vec<String> {
        self.trace.as_ref().map(RefCell::take).unwrap_or_default()
    }

    /// Something is wrong. The first counts.
    pub fn fail(&self, what: String) {
        self.note(|| format!("WRONG: {what}"));
        self.failure.borrow_mut().get_or_insert(what);
    }

    pub fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// The latest event.
    pub fn now(&self) -> u64 {
        self.event.get()
    }

    pub fn epoch(&self, id: &str) -> u64 {
        self.pasts.borrow().get(id).map_or(0, |past| past.epoch)
    }

    /// A call begins.
    pub fn span(&self, id: &str) -> Span {
        Span {
            id: id.into(),
            began: self.now(),
            epoch: self.epoch(id),
        }
    }

    /// A write begins; gives its token.
    pub fn write(&self, id: &str) -> usize {
        let span = self.span(id);
        let mut writes = self.writes.borrow_mut();
        writes.push(Write {
            span,
            fate: Fate::UnderWay,
            applied: Vec::new(),
        });
        writes.len() - 1
    }

    /// What a context has been since a call began, at any moment.
    pub fn moments(&self, span: &Span) -> Vec<Moment> {
        let pasts = self.pasts.borrow();
        let Some(past) = pasts.get(&span.id) else {
            return vec![None];
        };
        let since = past.moments.partition_point(|(at, _)| *at <= span.began);
        let before = since.checked_sub(1).and_then(|place| past.moments[place].1);
        let later = past.moments[since..].iter().map(|(_, moment)| *moment);
        let mut moments: Vec<Moment> = core::iter::once(before).chain(later).collect();
        // A failover may lose a deletion. Whoever knows of it may go on from there as long as nobody else has.
        let removed = |head: &Head| past.removals.iter().any(|(_, gone)| gone == head);
        if moments.iter().flatten().any(removed) {
            moments.push(None);
        }
        moments
    }

    fn next_event(&self) -> u64 {
        self.event.set(self.event.get() + 1);
        self.event.get()
    }

    /// The store stores a proposal on what is there, and forgets what it logged before where it is a `reset`.
    pub fn stored(&self, id: &str, there: Moment, proposal: &Proposal) {
        let event = self.next_event();
        let mut state: Rc<str> = "{}".into();
        let mut tokens = BTreeSet::new();
        let mut before = None;
        let mut last = 0;
        {
            let mut pasts = self.pasts.borrow_mut();
            let past = pasts.entry(id.into()).or_default();
            last = last.max(past.last);
            if let (Some(head), false) = (there, proposal.reset) {
                match past.commits.get(&mark(head.revision)) {
                    Some(commit) => (state, tokens) = (commit.state.clone(), commit.tokens.clone()),
                    None => self.fail(format!("{id}: a head that was never stored")),
                }
                before = Some(mark(head.revision));
                last = head.version;
            }
        }
        for (place, entry) in proposal.entries.iter().enumerate() {
            let (version, is_first) = (entry.head.version, proposal.reset && place == 0);
            if entry.previous.map(mark) != before {
                self.fail(format!("{id}: {} doesn't lead on", short(entry.head)));
            }
            if version != last + 1 && !(is_first && version > last) {
                self.fail(format!("{id}: version {version} after {last}"));
            }
            last = version;
            let delta = delta::text::parse(&entry.delta);
            let after = delta.and_then(|delta| delta::apply(state.as_bytes(), &delta));
            let Ok(after) = after else {
                return self.fail(format!("{id}: the delta of {} doesn't fit", version));
            };
            state = String::from_utf8(after).unwrap().into();
            let shown = self.tokens(id, &state);
            let new: Vec<usize> = shown.difference(&tokens).copied().collect();
            tokens = shown;
            let [token] = *new else {
                return self.fail(format!(
                    "{id}: {} shows the writes {new:?}",
                    short(entry.head)
                ));
            };
            let commit = Commit {
                head: entry.head,
                before,
                delta: entry.delta.clone(),
                state: state.clone(),
                at: entry.at,
                tokens: tokens.clone(),
                is_lost: false,
                events: vec![event],
            };
            before = Some(mark(entry.head.revision));
            self.commit(id, commit, token);
        }
        if last != proposal.head.version {
            self.fail(format!("{id}: entries don't lead up to the head"));
        }
        let snapshot = proposal.snapshot.as_deref();
        if snapshot.is_some_and(|snapshot| !is_same(&state, &String::from_utf8_lossy(snapshot))) {
            self.fail(format!("{id}: the snapshot at {last} isn't the state"));
        }
    }

    /// Keeps a commit that shows a write.
    fn commit(&self, id: &str, commit: Commit, token: usize) {
        let (head, event) = (commit.head, self.now());
        let mut pasts = self.pasts.borrow_mut();
        let past = pasts.entry(id.into()).or_default();
        past.last = head.version;
        past.moments.push((event, Some(head)));
        self.note(|| format!("{id} is {} with t{token}", short(head)));
        match past.commits.get_mut(&mark(head.revision)) {
            Some(known) if known.is_lost && known.delta == commit.delta && known.head == head => {
                known.is_lost = false;
                known.events.push(event);
            }
            Some(_) => return self.fail(format!("{id}: {} is there twice", short(head))),
            None => {
                past.commits.insert(mark(head.revision), commit);
            }
        }
        let mut writes = self.writes.borrow_mut();
        let Some(write) = writes.get_mut(token).filter(|write| write.span.id == id) else {
            return self.fail(format!("{id}: {} shows an unknown write", short(head)));
        };
        if !write.applied.contains(&mark(head.revision)) {
            write.applied.push(mark(head.revision));
        }
        let times = write.applied.iter();
        if times.filter(|mark| !past.commits[mark].is_lost).count() > 1 {
            self.fail(format!("{id}: t{token} is there twice"));
        }
        if write.fate == Fate::Refused && write.span.epoch == past.epoch {
            self.fail(format!(
                "{id}: t{token} is there, and was said to have failed"
            ));
        }
    }

    /// The writes that show in a state.
    fn tokens(&self, id: &str, state: &str) -> BTreeSet<usize> {
        let state: Value = serde_json::from_str(state).unwrap();
        let token = |value: &Value| value.as_str()?.strip_prefix('t')?.parse::<usize>().ok();
        let logged = state["log"].as_array().map_or(&[][..], Vec::as_slice);
        let mut tokens = BTreeSet::new();
        for logged in logged.iter().filter_map(token) {
            if !tokens.insert(logged) {
                self.fail(format!("{id}: t{logged} has been added twice"));
            }
        }
        if state["n"].as_u64() != Some(logged.len() as u64) {
            self.fail(format!("{id}: {} counts {}", logged.len(), state["n"]));
        }
        tokens.extend(token(&state["by"]));
        tokens
    }

    /// The store removes a context and remembers its head.
    pub fn removed(&self, id: &str, head: Head) {
        let event = self.next_event();
        self.note(|| format!("{id} is deleted at {}", short(head)));
        let mut pasts = self.pasts.borrow_mut();
        let past = pasts.entry(id.into()).or_default();
        past.moments.push((event, None));
        past.removals.push((event, head));
    }

    /// The store forgets the tombstone of a context.
    pub fn forgotten(&self, id: &str) {
        self.next_event();
        self.note(|| format!("{id} is forgotten"));
        let mut pasts = self.pasts.borrow_mut();
        let past = pasts.entry(id.into()).or_default();
        past.epoch += 1;
        past.last = 0;
    }

    /// The store has lost a context.
    pub fn evicted(&self, id: &str) {
        self.forgotten(id);
        let mut pasts = self.pasts.borrow_mut();
        let past = pasts.entry(id.into()).or_default();
        past.moments.push((self.now(), None));
        past.commits
            .values_mut()
            .for_each(|commit| commit.is_lost = true);
    }

    /// The store is back at what it was: without these commits, and with this for a head, of a tombstone where it isn't live.
    pub fn rolled_back(&self, id: &str, lost: &[Mark], head: Moment, is_live: bool) {
        let event = self.next_event();
        let mut pasts = self.pasts.borrow_mut();
        let past = pasts.entry(id.into()).or_default();
        past.epoch += 1;
        past.last = head.map_or(0, |head| head.version);
        past.moments.push((event, head.filter(|_| is_live)));
        for mark in lost {
            if let Some(commit) = past.commits.get_mut(mark) {
                commit.is_lost = true;
            }
        }
        self.note(|| format!("{id} is back at {:?}", head.map(short)));
    }
}

/// Whether two texts say the same; the order of keys doesn't count.
pub fn is_same(one: &str, other: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    one == other || value(one) == value(other)
}
