//! The class itself. Each method reads its arguments from the areas, calls the engine once and has the answer written.

use std::rc::Rc;

#[cfg(feature = "waiting")]
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::answers::{Inner, reply};
use super::area::{INPUT, Input};
use super::asked::Asked;
#[cfg(feature = "waiting")]
use super::output::NOTHING;
use super::output::{DONE, status};
use super::settings::Settings;
#[cfg(feature = "waiting")]
use super::waiting::Waiting;
use crate::Result;
use crate::backend::Staged;
use crate::engine::{Guard, Head, Known, Page, Revision, Since, Synced, Written};

/// An engine over one store.
#[wasm_bindgen]
pub struct Chord {
    inner: Rc<Inner>,
    /// Where calls wait, unless contexts are kept in memory.
    #[cfg(feature = "waiting")]
    waiting: Option<Rc<Waiting>>,
}

/// What the caller knows of a revision, whose text stands behind the id.
fn revision(input: &Input, id: u32, length: u32) -> Known {
    if length == 0 {
        return Known::Nothing;
    }
    Revision::parse(input.id(id, length)).map_or(Known::Foreign, Known::Revision)
}

/// What a call asks for without a guard, as then it matters not what is there; or with one.
fn unguarded(version: f64, without: Asked, with: Asked) -> Asked {
    if version < 0.0 { without } else { with }
}

/// A guard from its version, or none where that is negative.
fn guard(version: f64, known: Known) -> Option<Guard> {
    (version >= 0.0).then(|| Guard {
        version: version as u64,
        revision: match known {
            Known::Nothing => None,
            Known::Revision(revision) => Some(revision),
            // A revision that no commit had is at no version.
            Known::Foreign => Some(Revision::default()),
        },
    })
}

impl Chord {
    /// Runs a call: at once where memory is the store, else when what it asks for has been brought there. `id` and `text` are the bytes
    /// of the areas that it reads.
    fn run(
        &self,
        asked: Asked,
        id: u32,
        text: u32,
        call: impl Fn(&Inner, &Input) -> Result<u32> + 'static,
    ) -> u32 {
        #[cfg(feature = "waiting")]
        if let Some(waiting) = &self.waiting {
            let inner = self.inner.clone();
            return waiting.add(asked, id, text, Box::new(move |input| call(&inner, input)));
        }
        let _ = (asked, id, text);
        INPUT.with(|input| status(call(&self.inner, &input.borrow())))
    }
}

#[wasm_bindgen]
impl Chord {
    /// Makes an engine over memory; its settings stand where answers have their numbers, see `Settings`.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Chord {
        let settings = Settings::read();
        Chord {
            inner: Inner::new(&settings, Staged::default()),
            #[cfg(feature = "waiting")]
            waiting: None,
        }
    }

    /// Sets a whole state.
    pub fn set(&self, id: u32, known: u32, context: u32, version: f64, now: f64) -> u32 {
        self.run(
            unguarded(version, Asked::Set(id), Asked::Write(id)),
            id + known,
            context,
            move |inner, input| {
                let guard = guard(version, revision(input, id, known));
                let see = |written: Written<'_>| inner.written(&written);
                inner
                    .engine
                    .set(input.id(0, id), input.text(0, context), guard, now, see)?
            },
        )
    }

    /// Merges changes.
    pub fn update(&self, id: u32, known: u32, changes: u32, version: f64, now: f64) -> u32 {
        self.run(
            Asked::Write(id),
            id + known,
            changes,
            move |inner, input| {
                let guard = guard(version, revision(input, id, known));
                let see = |written: Written<'_>| inner.written(&written);
                let changes = input.text(0, changes);
                inner
                    .engine
                    .update(input.id(0, id), changes, guard, now, see)?
            },
        )
    }

    /// Installs a state as a new lineage.
    pub fn restore(&self, id: u32, state: u32, version: f64, now: f64) -> u32 {
        self.run(Asked::Restore(id), id, state, move |inner, input| {
            let see = |written: Written<'_>| inner.written(&written);
            let state = input.text(0, state);
            inner
                .engine
                .restore(input.id(0, id), state, version as u64, now, see)?
        })
    }

    /// The state, or nothing to tell where version and revision are those that the caller has.
    pub fn get(&self, id: u32, known: u32, version: f64) -> u32 {
        self.run(Asked::Read(id), id + known, 0, move |inner, input| {
            let have = match revision(input, id, known) {
                Known::Revision(revision) => Some(Head {
                    version: version as u64,
                    revision,
                }),
                Known::Nothing | Known::Foreign => None,
            };
            inner.state(input.id(0, id), have)
        })
    }

    /// What a client has to be told.
    pub fn sync(&self, id: u32, known: u32, version: f64, old_values: bool) -> u32 {
        self.run(Asked::Read(id), id + known, 0, move |inner, input| {
            let since = Since {
                version: version as u64,
                revision: revision(input, id, known),
            };
            let see = |synced: Synced<'_>| inner.synced(&synced);
            inner.engine.sync(input.id(0, id), since, old_values, see)?
        })
    }

    /// Deletes a context.
    pub fn delete(&self, id: u32, known: u32, version: f64, now: f64) -> u32 {
        self.run(
            unguarded(version, Asked::Delete(id), Asked::DeleteVersion(id)),
            id + known,
            0,
            move |inner, input| {
                let guard = guard(version, revision(input, id, known));
                let deleted = inner.engine.delete(input.id(0, id), guard, now)?;
                inner.deleted(deleted, now)
            },
        )
    }

    /// Ids as a JSON array. Cursor and prefix stand in the id area, one after the other.
    pub fn list(&self, limit: u32, cursor: u32, prefix: u32, descending: bool) -> u32 {
        let asked = Asked::Page {
            limit,
            cursor,
            prefix,
            descending,
        };
        self.run(asked, cursor + prefix, 0, move |inner, input| {
            let page = Page {
                limit: limit as usize,
                cursor: (cursor > 0).then(|| input.id(0, cursor)),
                descending,
                prefix: input.id(cursor, prefix),
            };
            inner.listed(&inner.engine.list(&page)?)
        })
    }

    /// Kept deltas as a JSON array of `[version, revision, the one before it or "", insertedAt, delta]`.
    pub fn deltas(&self, id: u32, limit: u32, descending: bool) -> u32 {
        self.run(Asked::Read(id), id, 0, move |inner, input| {
            let id = input.id(0, id);
            inner.kept(&inner.engine.deltas(id, limit as usize, descending)?)
        })
    }

    /// Removes what is due; removed contexts as a JSON array of `[id, version, revision]`, removed deltas as a number.
    pub fn cleanup(&self, limit: u32, now: f64) -> u32 {
        self.run(Asked::Cleanup { limit, now }, 0, 0, move |inner, _| {
            inner.cleaned(&inner.engine.cleanup(limit as usize, now)?)
        })
    }

    /// Makes sure that the store is there.
    pub fn open(&self) -> u32 {
        self.run(Asked::Open, 0, 0, |_, _| reply(DONE, |_| {}))
    }

    /// Lets go of the store.
    pub fn close(&self) -> u32 {
        self.run(Asked::Close, 0, 0, |inner, _| {
            inner.engine.close()?;
            reply(DONE, |_| {})
        })
    }

    /// Panics. For the test that shows how a defect is reported; nothing else reaches a panic.
    #[allow(clippy::panic, reason = "this is what it is for")]
    pub fn trap(&self) {
        panic!("a trap was asked for");
    }

    /// Gives up a call that is pending: what has not begun to be stored never will be, and whoever comes next need not wait for it.
    #[cfg(feature = "waiting")]
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&self, call: u32) {
        if let Some(waiting) = &self.waiting {
            waiting.give_up(call);
        }
    }

    /// Has what is under way begin anew, as it has not answered for long. The error says what may be the matter.
    #[cfg(feature = "waiting")]
    pub fn interrupt(&self) -> u32 {
        let waiting = self.waiting.as_ref();
        waiting.map_or(NOTHING, |waiting| waiting.interrupt())
    }

    /// The state that memory has, without asking what is stored.
    pub fn peek(&self, id: u32) -> u32 {
        INPUT.with(|input| status(self.inner.state(input.borrow().id(0, id), None)))
    }
}

#[cfg(feature = "waiting")]
impl Chord {
    fn over(open: impl FnOnce(&Settings) -> (Staged, Rc<Waiting>)) -> Chord {
        let settings = Settings::read();
        let (store, waiting) = open(&settings);
        Chord {
            inner: Inner::new(&settings, store),
            waiting: Some(waiting),
        }
    }
}

#[cfg(feature = "indexeddb")]
#[wasm_bindgen]
impl Chord {
    /// Makes an engine over an IndexedDB database, see `Database`. `settled` is called with the number and the status of each call that
    /// was pending.
    #[wasm_bindgen(js_name = overIndexedDb)]
    pub fn over_indexed_db(settled: JsValue, database: JsValue) -> Chord {
        let database = super::settings::Database::read(database);
        Chord::over(|settings| Waiting::over_indexed_db(settings, settled, database))
    }
}

#[cfg(feature = "backends")]
impl Chord {
    fn answered(&self, question: u32, answer: Result<Vec<u8>>) {
        if let Some(waiting) = &self.waiting {
            waiting.answer(question, answer);
        }
    }
}

#[cfg(feature = "backends")]
#[wasm_bindgen]
impl Chord {
    /// Makes an engine over a backend that JavaScript brought. `settled` is as above; `ask` is called with what to ask the backend, see
    /// `OwnBackend`.
    #[wasm_bindgen(js_name = overBackend)]
    pub fn over_backend(settled: JsValue, ask: JsValue) -> Chord {
        Chord::over(|settings| Waiting::over_backend(settings, settled, ask))
    }

    /// The answer to a question to the backend, in the text area.
    pub fn answer(&self, question: u32, text: u32) {
        let answer = INPUT.with(|input| input.borrow().text(0, text).into());
        self.answered(question, Ok(answer));
    }

    /// That a question to the backend failed, which its number names as the cause: code and message, in the text area.
    pub fn fail(&self, question: u32, code: u32, message: u32) {
        let error = INPUT.with(|input| {
            let input = input.borrow();
            let message = input.text(code, message);
            super::own_backend::failure(input.text(0, code), message, question)
        });
        self.answered(question, Err(error));
    }
}
