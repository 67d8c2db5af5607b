//! What a process can be asked, with answers that can be kept and compared.

use chord::Result;
use chord::backend::{Access, Need};
use chord::delta;
use chord::engine::{Cleaned, Guard, Head, Known, Live, Page, Record, Since, Synced, Written};

use crate::process::Process;

/// What a write came to.
pub struct Wrote {
    pub changed: bool,
    pub created: bool,
    pub head: Head,
    pub state: String,
    pub delta: Option<String>,
}

/// A state and its head.
pub struct State {
    pub head: Head,
    pub text: String,
}

/// What a client is told.
pub enum Told {
    Full(State),
    Delta(Head, String),
    Same(Head),
}

impl Told {
    pub fn kind(&self) -> &'static str {
        match self {
            Told::Full(_) => "full",
            Told::Delta(..) => "delta",
            Told::Same(_) => "same",
        }
    }
}

/// Ids.
pub struct Listing {
    pub ids: Vec<String>,
}

/// A guard that asks for one commit and no other.
pub fn exactly(head: Head) -> Option<Guard> {
    Some(Guard {
        version: head.version,
        revision: Some(head.revision),
    })
}

/// A guard that asks for a version.
pub fn version(version: u64) -> Option<Guard> {
    Some(Guard {
        version,
        revision: None,
    })
}

fn need(id: &str, access: Access) -> Need {
    let id = id.as_bytes().into();
    Need::Context { id, access }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn state(record: &Record, live: &Live) -> State {
    State {
        head: record.head(),
        text: text(&live.document().text()),
    }
}

fn wrote(written: Written<'_>) -> Wrote {
    Wrote {
        changed: written.changed,
        created: written.created,
        head: written.record.head(),
        state: text(&written.document.text()),
        delta: written.code.map(printed),
    }
}

impl Process {
    pub async fn set(&self, id: &str, after: String, guard: Option<Guard>) -> Result<Wrote> {
        let access = if guard.is_some() {
            Access::Change
        } else {
            Access::Set
        };
        let (need, id, now) = (need(id, access), id.to_owned(), self.now());
        self.ask(need, async move |engine| {
            let (id, after) = (id.as_bytes(), after.as_bytes());
            engine.set(id, after, guard, now, wrote)
        })
        .await
    }

    pub async fn update(&self, id: &str, changes: String, guard: Option<Guard>) -> Result<Wrote> {
        let (need, id, now) = (need(id, Access::Change), id.to_owned(), self.now());
        self.ask(need, async move |engine| {
            let (id, changes) = (id.as_bytes(), changes.as_bytes());
            engine.update(id, changes, guard, now, wrote)
        })
        .await
    }

    pub async fn restore(&self, id: &str, after: String, version: u64) -> Result<Wrote> {
        let (need, id, now) = (need(id, Access::Restore), id.to_owned(), self.now());
        self.ask(need, async move |engine| {
            let (id, after) = (id.as_bytes(), after.as_bytes());
            engine.restore(id, after, version, now, wrote)
        })
        .await
    }

    pub async fn delete(&self, id: &str, guard: Option<Guard>) -> Result<Option<Head>> {
        let access = if guard.is_some() {
            Access::DeleteVersion
        } else {
            Access::Delete
        };
        let (need, id, now) = (need(id, access), id.to_owned(), self.now());
        self.ask(need, async move |engine| {
            engine.delete(id.as_bytes(), guard, now)
        })
        .await
    }

    pub async fn get(&self, id: &str) -> Result<Option<State>> {
        let (need, id) = (need(id, Access::Read), id.to_owned());
        self.ask(need, async move |engine| {
            let see =
                |found: Option<(&Record, &Live)>| found.map(|(record, live)| state(record, live));
            engine.get(id.as_bytes(), see)
        })
        .await
    }

    pub async fn sync(&self, id: &str, since: Since, old_values: bool) -> Result<Told> {
        let (need, id) = (need(id, Access::Read), id.to_owned());
        self.ask(need, async move |engine| {
            let see = |synced: Synced<'_>| match synced {
                Synced::Full(record, live) => Told::Full(state(record, live)),
                Synced::Delta(record, delta) => Told::Delta(record.head(), text(&delta)),
                Synced::Same(record) => Told::Same(record.head()),
            };
            engine.sync(id.as_bytes(), since, old_values, see)
        })
        .await
    }

    /// The kept deltas, newest first.
    pub async fn deltas(&self, id: &str) -> Result<Vec<(Head, String)>> {
        let (need, id) = (need(id, Access::Read), id.to_owned());
        self.ask(need, async move |engine| {
            let kept = engine.deltas(id.as_bytes(), usize::MAX, true)?;
            let kept = kept.into_iter().map(|kept| (kept.head, text(&kept.delta)));
            Ok(kept.collect())
        })
        .await
    }

    pub async fn list(&self, descending: bool) -> Result<Listing> {
        let need = Need::Page {
            limit: 100,
            cursor: None,
            descending,
            prefix: Box::default(),
        };
        self.ask(need, async move |engine| {
            let page = Page {
                limit: 100,
                cursor: None,
                descending,
                prefix: b"",
            };
            let listed = engine.list(&page)?;
            let ids = listed.ids.iter().map(|id| text(id)).collect();
            Ok(Listing { ids })
        })
        .await
    }

    pub async fn cleanup(&self, limit: usize, now: f64) -> Result<Cleaned> {
        self.ask(Need::Cleanup { limit, now }, async move |engine| {
            engine.cleanup(limit, now)
        })
        .await
    }
}

/// What a client has, as it tells it.
pub fn since(held: Option<Head>, is_bare: bool) -> Since {
    Since {
        version: held.map_or(0, |head| head.version),
        revision: match held {
            Some(head) if !is_bare => Known::Revision(head.revision),
            _ => Known::Nothing,
        },
    }
}

fn printed(code: &[u8]) -> String {
    let mut out = Vec::new();
    delta::text::print_code(code, true, &mut out).unwrap();
    text(&out)
}
