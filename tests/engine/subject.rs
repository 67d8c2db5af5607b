//! What the suite tests: contexts reached through one engine or more, with answers that can be kept and compared.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicU64, Ordering};
use std::rc::Rc;

use chord::Result;
use chord::backend::{Access, Memory, Need};
use chord::delta;
use chord::engine::{
    Cleaned, Engine, Guard, Head, Known, Page, Policy, Since, Store, Synced, Written,
};
use serde_json::Value;

use crate::simulated::Simulated;
use crate::simulated_database::SimulatedDatabase;
use crate::tab::{Process, Tab};

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

/// What runs calls on an engine: the engine itself, or whoever brings first what they need.
pub trait Host {
    type Store: Store;

    /// Whether each engine knows at once what of the log another's cleanup has left.
    const KNOWS_WHAT_IS_KEPT: bool;

    async fn run<T: 'static>(
        &self,
        need: Need,
        call: impl AsyncFn(&Engine<Self::Store>) -> Result<T> + 'static,
    ) -> Result<T>;
}

impl<S: Store> Host for Engine<S> {
    type Store = S;
    const KNOWS_WHAT_IS_KEPT: bool = false;

    async fn run<T: 'static>(
        &self,
        _: Need,
        call: impl AsyncFn(&Engine<S>) -> Result<T> + 'static,
    ) -> Result<T> {
        call(self).await
    }
}

/// Contexts, and the engines to reach them through.
pub struct Subject<H> {
    make: Box<dyn Fn(u64) -> H>,
    through: Through,
    hosts: RefCell<Vec<Rc<H>>>,
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

/// Contexts behind a backend.
pub type Behind = Subject<Process>;

/// In memory.
pub fn memory(policy: Policy) -> Subject<Engine<Memory>> {
    Subject::new(Through::One, move |writer| {
        Engine::new(Memory::default(), policy, writer)
    })
}

/// Behind a backend.
pub fn behind(backend: &Simulated, through: Through, policy: Policy) -> Behind {
    let backend = backend.clone();
    Subject::new(through, move |writer| {
        Process::new(&backend, policy, writer)
    })
}

/// In a database.
pub fn stored(database: &SimulatedDatabase, through: Through, policy: Policy) -> Subject<Tab> {
    let database = database.clone();
    Subject::new(through, move |writer| Tab::new(&database, policy, writer))
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

impl<H: Host> Subject<H> {
    fn new(through: Through, make: impl Fn(u64) -> H + 'static) -> Self {
        Subject {
            make: Box::new(make),
            through,
            hosts: RefCell::default(),
            calls: Cell::new(0),
        }
    }

    /// Whether what is listed of a log is what the policy keeps, and nothing more.
    pub fn knows_what_is_kept(&self) -> bool {
        H::KNOWS_WHAT_IS_KEPT || self.through == Through::One
    }

    /// Where the next call goes.
    pub fn host(&self) -> Rc<H> {
        let call = self.calls.get();
        self.calls.set(call + 1);
        let mut hosts = self.hosts.borrow_mut();
        let most = match self.through {
            Through::One => 1,
            Through::Several => 3,
            Through::New => return Rc::new((self.make)(next_writer())),
        };
        if hosts.len() < most {
            hosts.push(Rc::new((self.make)(next_writer())));
        }
        hosts[call as usize % most].clone()
    }

    pub async fn set(
        &self,
        id: &str,
        state: &str,
        guard: Option<Guard>,
        now: f64,
    ) -> Result<Outcome> {
        let (id, state) = (id.to_owned(), state.to_owned());
        let need = guarded(guard, Access::Set, Access::Change, &id);
        let call = async move |engine: &Engine<H::Store>| {
            let (id, state) = (id.as_bytes(), state.as_bytes());
            engine.set(id, state, guard, now, outcome)
        };
        self.host().run(need, call).await
    }

    pub async fn update(&self, id: &str, changes: &str, now: f64) -> Result<Outcome> {
        self.update_guarded(id, changes, None, now).await
    }

    pub async fn update_guarded(
        &self,
        id: &str,
        changes: &str,
        guard: Option<Guard>,
        now: f64,
    ) -> Result<Outcome> {
        let (id, changes) = (id.to_owned(), changes.to_owned());
        let need = writing(&id);
        let call = async move |engine: &Engine<H::Store>| {
            let (id, changes) = (id.as_bytes(), changes.as_bytes());
            engine.update(id, changes, guard, now, outcome)
        };
        self.host().run(need, call).await
    }

    pub async fn restore(&self, id: &str, state: &str, version: u64, now: f64) -> Result<Outcome> {
        let (id, state) = (id.to_owned(), state.to_owned());
        let need = guarded(None, Access::Restore, Access::Restore, &id);
        let call = async move |engine: &Engine<H::Store>| {
            let (id, state) = (id.as_bytes(), state.as_bytes());
            engine.restore(id, state, version, now, outcome)
        };
        self.host().run(need, call).await
    }

    pub async fn delete(&self, id: &str, guard: Option<Guard>, now: f64) -> Result<Option<Head>> {
        let (need, id) = (
            guarded(guard, Access::Delete, Access::DeleteVersion, id),
            id.to_owned(),
        );
        let call = async move |engine: &Engine<H::Store>| engine.delete(id.as_bytes(), guard, now);
        self.host().run(need, call).await
    }

    pub async fn get(&self, id: &str) -> Result<Option<State>> {
        let (need, id) = (reading(id), id.to_owned());
        let see = |found: Option<(&chord::engine::Record, &chord::engine::Live)>| {
            found.map(|(record, live)| State {
                head: record.head(),
                at: record.at(),
                text: text(&live.document().text()),
            })
        };
        let call = async move |engine: &Engine<H::Store>| engine.get(id.as_bytes(), see);
        self.host().run(need, call).await
    }

    pub async fn sync(&self, id: &str, version: u64, revision: Known) -> Result<Told> {
        let (need, id) = (reading(id), id.to_owned());
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
        let call =
            async move |engine: &Engine<H::Store>| engine.sync(id.as_bytes(), since, true, see);
        self.host().run(need, call).await
    }

    /// What a client is told that knows its revision.
    pub async fn since(&self, id: &str, head: Head) -> Result<Told> {
        self.sync(id, head.version, Known::Revision(head.revision))
            .await
    }

    /// The kept deltas: version and text.
    pub async fn deltas(&self, id: &str, limit: usize, descending: bool) -> Vec<(u64, String)> {
        let (need, id) = (reading(id), id.to_owned());
        let call =
            async move |engine: &Engine<H::Store>| engine.deltas(id.as_bytes(), limit, descending);
        let kept = self.host().run(need, call).await.unwrap().into_iter();
        kept.map(|kept| (kept.head.version, text(&kept.delta)))
            .collect()
    }

    pub async fn cleanup(&self, limit: usize, now: f64) -> Result<Cleaned> {
        let call = async move |engine: &Engine<H::Store>| engine.cleanup(limit, now);
        self.host().run(Need::Cleanup { limit, now }, call).await
    }

    /// Ids, and whether there are more.
    pub async fn list(
        &self,
        limit: usize,
        cursor: Option<&str>,
        descending: bool,
        prefix: &str,
    ) -> (Vec<String>, bool) {
        let page = self.page(limit, cursor, descending, prefix).await;
        page.unwrap()
    }

    pub async fn page(
        &self,
        limit: usize,
        cursor: Option<&str>,
        descending: bool,
        prefix: &str,
    ) -> Result<(Vec<String>, bool)> {
        let cursor: Option<Box<[u8]>> = cursor.map(|cursor| cursor.as_bytes().into());
        let prefix: Box<[u8]> = prefix.as_bytes().into();
        let need = Need::Page {
            limit,
            cursor: cursor.clone(),
            descending,
            prefix: prefix.clone(),
        };
        let call = async move |engine: &Engine<H::Store>| {
            let page = Page {
                limit,
                cursor: cursor.as_deref(),
                descending,
                prefix: &prefix,
            };
            engine.list(&page)
        };
        let listed = self.host().run(need, call).await?;
        let ids = listed.ids.iter().map(|id| text(id)).collect();
        Ok((ids, listed.more))
    }
}

/// What a call needs that may change a context.
pub fn writing(id: impl AsRef<str>) -> Need {
    let id = id.as_ref().as_bytes().into();
    Need::Context {
        id,
        access: Access::Change,
    }
}

/// `guarded` where there is a guard, else `free`.
fn guarded(guard: Option<Guard>, free: Access, guarded: Access, id: &str) -> Need {
    Need::Context {
        id: id.as_bytes().into(),
        access: if guard.is_some() { guarded } else { free },
    }
}

fn reading(id: &str) -> Need {
    let id = id.as_bytes().into();
    Need::Context {
        id,
        access: Access::Read,
    }
}

fn outcome(written: Written<'_>) -> Outcome {
    Outcome {
        changed: written.changed,
        created: written.created,
        head: written.record.head(),
        at: written.record.at(),
        state: text(&written.document.text()),
        delta: written.code.map(printed),
    }
}

fn printed(code: &[u8]) -> String {
    let mut out = Vec::new();
    delta::text::print_code(code, true, &mut out).unwrap();
    text(&out)
}
