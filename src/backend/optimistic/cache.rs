//! What is known of the records in memory, and how many of those are kept.

use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::engine::Record;

use super::super::Memory;

/// After so many bytes of records have been used, those that weren't are let go.
const GENERATION_BYTES: usize = 32 << 20;

/// What a record takes besides id, state and log, more or less.
const RECORD_BYTES: usize = 256;

/// Records up to so many bytes are copied sooner than asked for again.
const SMALL: usize = 4096;

/// A conflict makes the next so many commits expect another.
const CONTENTION: u8 = 8;

/// What the backend has noted of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Noted {
    /// Bytes of entries stored since the last snapshot.
    pub(super) unsnapped: usize,
    /// When the deltas are due, where this process has said so.
    pub(super) deltas_due: Option<f64>,
}

#[derive(Clone, Copy)]
struct Known {
    noted: Noted,
    /// Greater than 0 where another writer has come first lately.
    contention: u8,
    /// Used since others were let go.
    is_young: bool,
}

/// What is known of records in memory.
pub(super) struct Cache {
    known: RefCell<BTreeMap<Box<[u8]>, Known>>,
    young_bytes: Cell<usize>,
}

impl Default for Cache {
    fn default() -> Self {
        Cache {
            known: RefCell::default(),
            young_bytes: Cell::new(0),
        }
    }
}

impl Cache {
    /// Notes a record as it is stored.
    pub(super) fn note(&self, id: &[u8], record: &Record, noted: Noted) {
        let mut all = self.known.borrow_mut();
        let is_young = match all.get_mut(id) {
            Some(known) => {
                known.noted = noted;
                known.contention = known.contention.saturating_sub(1);
                core::mem::replace(&mut known.is_young, true)
            }
            None => {
                let known = Known {
                    noted,
                    contention: 0,
                    is_young: true,
                };
                all.insert(id.into(), known);
                false
            }
        };
        if !is_young {
            self.young_bytes
                .set(self.young_bytes.get() + id.len() + RECORD_BYTES + size(record));
        }
    }

    pub(super) fn forget(&self, id: &[u8]) {
        self.known.borrow_mut().remove(id);
    }

    pub(super) fn noted(&self, id: &[u8]) -> Noted {
        let known = self.known.borrow();
        known.get(id).map(|known| known.noted).unwrap_or_default()
    }

    /// Notes that another writer came first.
    pub(super) fn contended(&self, id: &[u8]) {
        if let Some(known) = self.known.borrow_mut().get_mut(id) {
            known.contention = CONTENTION;
        }
    }

    /// Whether having a copy of a record is worth making it.
    pub(super) fn is_worth_copying(&self, id: &[u8], record: &Record) -> bool {
        let known = self.known.borrow();
        size(record) <= SMALL || known.get(id).is_some_and(|known| known.contention > 0)
    }

    /// Lets go of what hasn't been used for long, unless it `is_needed`.
    pub(super) fn let_go(&self, memory: &Memory, is_needed: impl Fn(&[u8]) -> bool) {
        if self.young_bytes.get() < GENERATION_BYTES {
            return;
        }
        self.young_bytes.set(0);
        self.known.borrow_mut().retain(|id, known| {
            let stays = known.is_young || is_needed(id);
            if !stays {
                memory.take(id);
            }
            known.is_young = false;
            stays
        });
    }
}

/// Bytes of state and log, more or less.
fn size(record: &Record) -> usize {
    let live = record.live();
    live.map_or(0, |live| live.document().length() + live.log().size())
}
