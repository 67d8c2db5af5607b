//! What the suite tests: contexts reached through one engine or more, with answers that can be kept and compared.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicU64, Ordering};
use std::rc::Rc;

use chord::Result;
use chord::backend::{Memory, Persistent};
use chord::delta;
use chord::document::Operations;
use chord::engine::{
    Cleaned, Engine, Guard, Head, Known, Page, Policy, Since, Store, Synced, Written,
};
use serde_json::Value;

use crate::simulated::Simulated;

/// How calls get to an engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Through {
    /// All through one.
    One,
    /// Through three in turn, which learn of each other's commits from the store alone.
    Several,
    /// Each through a new one, which knows nothing.
    New,
}

/// A number that no other engine of this process has.
fn next_writer() -> u64 {
    static WRITERS: AtomicU64 = AtomicU64::new(1);
    WRITERS.fetch_add(1, Ordering::Relaxed)
}

/// Contexts, and the engines to reach them through.
pub struct Subject<S> {
    make: Box<dyn Fn(u64) -> Engine<S>>,
    through: Through,
    engines: RefCell<Vec<Rc<Engine<S>>>>,
    calls: Cell<u64>,
}

/// What a write came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub changed: bool,
    pub created: bool,
    pub head: Head,
    pub at: f64,
    pub state: String,
    pub delta: Option<String>,
}

/// A state with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub head: Head,
    pub at: f64,
    pub text: String,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Full(State),
    Delta(Head, String),
    Same(Head),
}

/// In memory.
pub fn memory(policy: Policy) -> Subject<Memory> {
    Subject::new(Through::One, move |writer| {
        Engine::new(Memory::default(), policy, writer)
    })
}

/// Behind a backend.
pub fn behind(
    backend: &Simulated,
    through: Through,
    policy: Policy,
) -> Subject<Persistent<Simulated>> {
    let backend = backend.clone();
    Subject::new(through, move |writer| {
        Engine::new(Persistent::new(backend.clone(), policy), policy, writer)
    })
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The state that a delta makes of another.
pub fn applied(state: &str, told: &str) -> String {
    let told = delta::text::parse(told.as_bytes()).unwrap();
    text(&delta::apply(state.as_bytes(), &told).unwrap())
}

/// A guard that asks for a version.
pub fn version(version: u64) -> Option<Guard> {
    Some(Guard {
        version,
        revision: None,
    })
}

/// A guard that asks for one commit and no other.
pub fn exactly(head: Head) -> Option<Guard> {
    Some(Guard {
        version: head.version,
        revision: Some(head.revision),
    })
}

impl<S: Store> Subject<S> {
    fn new(through: Through, make: impl Fn(u64) -> Engine<S> + 'static) -> Self {
        Subject {
            make: Box::new(make),
            through,
            engines: RefCell::default(),
            calls: Cell::new(0),
        }
    }

    pub fn through(&self) -> Through {
        self.through
    }

    /// The engine for the next call.
    pub fn engine(&self) -> Rc<Engine<S>> {
        let call = self.calls.get();
        self.calls.set(call + 1);
        let mut engines = self.engines.borrow_mut();
        let most = match self.through {
            Through::One => 1,
            Through::Several => 3,
            Through::New => return Rc::new((self.make)(next_writer())),
        };
        if engines.len() < most {
            engines.push(Rc::new((self.make)(next_writer())));
        }
        engines[call as usize % most].clone()
    }

    pub async fn set(
        &self,
        id: &str,
        state: &str,
        guard: Option<Guard>,
        now: f64,
    ) -> Result<Outcome> {
        let engine = self.engine();
        engine
            .set(id.as_bytes(), state.as_bytes(), guard, now, outcome)
            .await
    }

    pub async fn update(&self, id: &str, changes: &str, now: f64) -> Result<Outcome> {
        self.operate(id, changes, "{}", None, now).await
    }

    pub async fn operate(
        &self,
        id: &str,
        changes: &str,
        operations: &str,
        guard: Option<Guard>,
        now: f64,
    ) -> Result<Outcome> {
        let engine = self.engine();
        let operations = Operations::parse(operations.as_bytes())?;
        engine
            .update(
                id.as_bytes(),
                changes.as_bytes(),
                &operations,
                guard,
                now,
                outcome,
            )
            .await
    }

    pub async fn restore(&self, id: &str, state: &str, version: u64, now: f64) -> Result<Outcome> {
        let engine = self.engine();
        engine
            .restore(id.as_bytes(), state.as_bytes(), version, now, outcome)
            .await
    }

    pub async fn delete(&self, id: &str, guard: Option<Guard>, now: f64) -> Result<Option<Head>> {
        self.engine().delete(id.as_bytes(), guard, now).await
    }

    pub async fn get(&self, id: &str) -> Result<Option<State>> {
        let see = |found: Option<(&chord::engine::Record, &chord::engine::Live)>| {
            found.map(|(record, live)| State {
                head: record.head(),
                at: record.at(),
                text: text(&live.document().text()),
            })
        };
        self.engine().get(id.as_bytes(), see).await
    }

    pub async fn sync(&self, id: &str, version: u64, revision: Known) -> Result<Told> {
        let since = Since { version, revision };
        let see = |synced: Synced<'_>| match synced {
            Synced::Full(record, live) => Told::Full(State {
                head: record.head(),
                at: record.at(),
                text: text(&live.document().text()),
            }),
            Synced::Delta(record, delta) => Told::Delta(record.head(), text(&delta)),
            Synced::Same(record) => Told::Same(record.head()),
        };
        self.engine().sync(id.as_bytes(), since, true, see).await
    }

    /// What a client is told that knows its revision.
    pub async fn since(&self, id: &str, head: Head) -> Result<Told> {
        self.sync(id, head.version, Known::Revision(head.revision))
            .await
    }

    /// The kept deltas: version and text.
    pub async fn deltas(&self, id: &str, limit: usize, descending: bool) -> Vec<(u64, String)> {
        let kept = self.engine().deltas(id.as_bytes(), limit, descending).await;
        let kept = kept.unwrap().into_iter();
        kept.map(|kept| (kept.head.version, text(&kept.delta)))
            .collect()
    }

    pub async fn cleanup(&self, limit: usize, now: f64) -> Result<Cleaned> {
        self.engine().cleanup(limit, now).await
    }

    /// Ids, and whether there are more.
    pub async fn list(
        &self,
        limit: usize,
        cursor: Option<&str>,
        descending: bool,
        prefix: &str,
    ) -> (Vec<String>, bool) {
        let page = Page {
            limit,
            cursor: cursor.map(str::as_bytes),
            descending,
            prefix: prefix.as_bytes(),
        };
        let listed = self.engine().list(&page).await.unwrap();
        (listed.ids.iter().map(|id| text(id)).collect(), listed.more)
    }
}

fn outcome(written: Written<'_>) -> Outcome {
    Outcome {
        changed: written.changed,
        created: written.created,
        head: written.record.head(),
        at: written.record.at(),
        state: text(&written.document.text()),
        delta: written.delta.map(|delta| text(&delta::text::print(&delta))),
    }
}
