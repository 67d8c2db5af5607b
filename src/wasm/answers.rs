//! An engine, and what JavaScript is told of what it says.

use std::rc::Rc;
use std::sync::Once;

use crate::Result;
use crate::backend::Staged;
use crate::delta;
use crate::engine::{Cleaned, Engine, Head, Kept, Listed, Synced, Written};
use crate::json::{canonical::write_string, number, seed};

use super::area::OUTPUT;
use super::output::{DONE, FULL, NOTHING, Output, write_list};
use super::settings::Settings;

static SEEDED: Once = Once::new();

/// States up to so many bytes go along with the outcome of a write. Larger ones are asked for when somebody reads them; where calls
/// share transactions, they come with the last write.
const SMALL_STATE: usize = 512;

pub(super) struct Inner {
    pub(super) engine: Engine<Staged>,
    writer: u64,
}

pub(super) fn reply(status: u32, write: impl FnOnce(&mut Output)) -> Result<u32> {
    OUTPUT.with(|output| {
        let mut output = output.borrow_mut();
        write(output.begin());
        output.end();
    });
    Ok(status)
}

impl Inner {
    pub(super) fn new(settings: &Settings, store: Staged) -> Rc<Self> {
        SEEDED.call_once(|| seed(settings.seed));
        Rc::new(Inner {
            engine: Engine::new(store, settings.policy, settings.writer),
            writer: settings.writer,
        })
    }

    pub(super) fn state(&self, id: &[u8], have: Option<Head>) -> Result<u32> {
        self.engine.get(id, |found| match found {
            None => Ok(NOTHING),
            Some((record, _)) if have == Some(record.head()) => Ok(DONE),
            Some((record, live)) => reply(FULL, |output| {
                output.part(|out| live.document().write(out)).head(
                    record.head(),
                    record.at(),
                    self.writer,
                );
            }),
        })?
    }

    pub(super) fn written(&self, written: &Written<'_>) -> Result<u32> {
        let status = if written.changed { DONE } else { NOTHING };
        let length = written.document.length();
        reply(status, |output| {
            output.part(|out| {
                if let Some(code) = written.code {
                    // The engine made it.
                    let _ = delta::text::print_code(code, true, out);
                }
            });
            output.part(|out| {
                if length <= SMALL_STATE {
                    written.document.write(out);
                }
            });
            output
                .head(written.record.head(), written.record.at(), self.writer)
                .extra(length as f64);
        })
    }

    pub(super) fn synced(&self, synced: &Synced<'_>) -> Result<u32> {
        let (status, record) = match synced {
            Synced::Same(record) => (NOTHING, record),
            Synced::Delta(record, _) => (DONE, record),
            Synced::Full(record, _) => (FULL, record),
        };
        reply(status, |output| {
            output.part(|out| match synced {
                Synced::Same(_) => {}
                Synced::Delta(_, delta) => out.extend_from_slice(delta),
                Synced::Full(_, live) => live.document().write(out),
            });
            output.head(record.head(), record.at(), self.writer);
        })
    }

    pub(super) fn deleted(&self, deleted: Option<Head>, now: f64) -> Result<u32> {
        match deleted {
            Some(head) => reply(DONE, |output| {
                output.head(head, now, self.writer);
            }),
            None => Ok(NOTHING),
        }
    }

    pub(super) fn listed(&self, listed: &Listed) -> Result<u32> {
        reply(DONE, |output| {
            output
                .part(|out| write_list(out, listed.ids.iter(), |id, out| write_string(id, out)))
                .extra(f64::from(u8::from(listed.more)));
        })
    }

    pub(super) fn kept(&self, kept: &[Kept]) -> Result<u32> {
        reply(DONE, |output| {
            output.part(|out| {
                write_list(out, kept.iter(), |kept, out| {
                    out.push(b'[');
                    number::write_integer(kept.head.version, out);
                    out.extend_from_slice(b",\"");
                    kept.head.revision.write(out);
                    out.extend_from_slice(b"\",\"");
                    if let Some(previous) = kept.previous {
                        previous.write(out);
                    }
                    out.extend_from_slice(b"\",");
                    number::write(kept.at, out);
                    out.push(b',');
                    out.extend_from_slice(&kept.delta);
                    out.push(b']');
                });
            });
        })
    }

    pub(super) fn cleaned(&self, cleaned: &Cleaned) -> Result<u32> {
        reply(DONE, |output| {
            output
                .part(|out| {
                    write_list(out, cleaned.contexts.iter(), |(id, head), out| {
                        out.push(b'[');
                        write_string(id, out);
                        out.push(b',');
                        number::write_integer(head.version, out);
                        out.extend_from_slice(b",\"");
                        head.revision.write(out);
                        out.extend_from_slice(b"\"]");
                    });
                })
                .extra(cleaned.deltas as f64);
        })
    }
}
