//! A context as a store with transactions keeps it, and what has to be written there after a commit.
//!
//! By id such a store keeps a *row*, which says where things stand, a *snapshot* of the state at some version, and the *entries* of
//! the log; or, in the place of all three, a *tombstone*. A one-field change writes the row and one entry. A snapshot follows when the
//! entries since the last one have outgrown the state, so writing snapshots costs no more than the entries did.

use crate::delta::{code, text};
use crate::engine::{Head, Keep, Live, Policy, Record};
use crate::{Code, Error, Result};

use super::contract::{Stored, StoredEntry};
use super::working::Working;

/// Entries since the last snapshot up to so many bytes are read again faster than another snapshot is written.
const SHORT_TAIL: u64 = 4096;

/// So many entries that are not needed any more are dropped at once: one deletion a commit would make each commit dearer.
const LOOSE_ENTRIES: u64 = 16;

/// Where a context stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The newest commit.
    pub head: Head,
    /// When it was made.
    pub at: f64,
    /// The version of the snapshot.
    pub snapshot: u64,
    /// Bytes of the entries after it.
    pub unsnapped: u64,
    /// The version of the oldest stored entry; one after the head's where there is none.
    pub first: u64,
    /// The version of the oldest entry that counts as kept; those before it are stored for the snapshot's sake.
    pub kept: u64,
    /// When the context was created, while that commit counts as kept. It has no entry: its delta is made from the state.
    pub created: Option<f64>,
    /// When cleanup has to look at it; infinite for never.
    pub due: f64,
}

/// What is stored by an id.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// A context.
    Live(Row),
    /// What is left of a deleted one.
    Deleted {
        /// The head it had.
        head: Head,
        /// How long that is remembered.
        until: f64,
    },
}

/// What has to be written so that the store has a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Writes {
    /// What stands there afterwards; none for nothing.
    pub standing: Option<Standing>,
    /// The snapshot and all entries go first.
    pub clear: bool,
    /// Entries from the first of these versions on and before the second go.
    pub drop: Option<(u64, u64)>,
    /// Entries that come, oldest first.
    pub entries: Vec<StoredEntry>,
    /// The snapshot that comes.
    pub snapshot: Option<Vec<u8>>,
}

/// When to drop entries that the policy doesn't keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trim {
    /// When there are some.
    Loosely,
    /// At once.
    Exactly,
}

impl Standing {
    /// The head of the context, or the one it had.
    pub fn head(&self) -> Head {
        match self {
            Standing::Live(row) => row.head,
            Standing::Deleted { head, .. } => *head,
        }
    }

    /// Whether `record` is what stands there.
    pub fn is(&self, record: &Record) -> bool {
        match self {
            Standing::Live(row) => record.live().is_some() && record.head() == row.head,
            Standing::Deleted { head, until } => {
                record.tombstone() == Some(*until) && record.head() == *head
            }
        }
    }
}

impl Row {
    /// The record that the row, its snapshot and its entries tell of.
    ///
    /// # Errors
    /// `backend_error` where they don't belong together.
    pub fn record(&self, snapshot: Vec<u8>, mut tail: Vec<StoredEntry>) -> Result<Record> {
        if let Some(at) = self.created {
            let head = match tail.first() {
                None => self.head,
                Some(first) => Head {
                    version: first.head.version.saturating_sub(1),
                    revision: first.previous.unwrap_or_default(),
                },
            };
            let delta = b"{}".to_vec();
            let creation = StoredEntry {
                head,
                previous: None,
                delta,
                at,
            };
            tail.insert(0, creation);
        }
        let kept = (self.head.version + 1).saturating_sub(self.kept);
        let count = kept + u64::from(self.created.is_some());
        let stored = Stored::Live {
            head: self.head,
            at: self.at,
            snapshot_version: self.snapshot,
            snapshot,
            tail,
        };
        let mut record = Working::load(stored)?.record;
        record.trim(&Keep {
            count: Some(count),
            bytes: usize::MAX,
            after: f64::NEG_INFINITY,
        });
        Ok(record)
    }
}

/// What to write where `before` is stored and `record` is to be; none where nothing has changed.
///
/// # Errors
/// `internal` for a record whose log can't be read.
pub fn writes(
    before: Option<&Standing>,
    record: Option<&Record>,
    policy: &Policy,
    trim: Trim,
) -> Result<Option<Writes>> {
    let Some(record) = record else {
        return Ok(before.map(|before| gone(before, None)));
    };
    match (before, record.live()) {
        (Some(before), None) if before.is(record) => Ok(None),
        (before, None) => {
            let until = record.tombstone().unwrap_or(f64::INFINITY);
            let head = record.head();
            let tombstone = Some(Standing::Deleted { head, until });
            Ok(Some(match before {
                Some(before) => gone(before, tombstone),
                None => Writes::of(tombstone),
            }))
        }
        (Some(Standing::Live(row)), Some(live)) => continued(row, record, live, policy, trim),
        (before, Some(live)) => begun(before.is_some(), record, live, policy).map(Some),
    }
}

impl Writes {
    fn of(standing: Option<Standing>) -> Self {
        Writes {
            standing,
            clear: false,
            drop: None,
            entries: Vec::new(),
            snapshot: None,
        }
    }
}

fn gone(before: &Standing, tombstone: Option<Standing>) -> Writes {
    Writes {
        clear: matches!(before, Standing::Live(_)),
        ..Writes::of(tombstone)
    }
}

/// A lineage that is not stored yet.
fn begun(clear: bool, record: &Record, live: &Live, policy: &Policy) -> Result<Writes> {
    let entries = entries_after(record, None)?.unwrap_or_default();
    let head = record.head();
    let first = head.version + 1 - entries.len() as u64;
    let row = Row {
        head,
        at: record.at(),
        snapshot: head.version,
        unsnapped: 0,
        first,
        kept: first,
        created: created(live),
        due: due(record, policy),
    };
    Ok(Writes {
        clear,
        entries,
        snapshot: Some(live.document().text().into_owned()),
        ..Writes::of(Some(Standing::Live(row)))
    })
}

/// The lineage that is stored, perhaps further on or with a shorter log; or another one.
fn continued(
    row: &Row,
    record: &Record,
    live: &Live,
    policy: &Policy,
    trim: Trim,
) -> Result<Option<Writes>> {
    let Some(entries) = entries_after(record, Some(row.head))? else {
        return begun(true, record, live, policy).map(Some);
    };
    let head = record.head();
    let mut after = Row {
        head,
        at: record.at(),
        created: created(live),
        due: due(record, policy),
        ..*row
    };
    let added: usize = entries.iter().map(|entry| entry.delta.len()).sum();
    after.unsnapped += added as u64;
    let length = live.document().length() as u64;
    let snapshot = (after.unsnapped >= length.max(SHORT_TAIL)).then(|| {
        after.snapshot = head.version;
        after.unsnapped = 0;
        live.document().text().into_owned()
    });
    let count = live.log().count() - u64::from(live.log().reaches_creation());
    after.kept = head.version + 1 - count;
    // What came after the snapshot is needed to tell the state.
    let needed = after.kept.min(after.snapshot + 1);
    let loose = needed.saturating_sub(row.first);
    let drop = (loose > 0 && (trim == Trim::Exactly || loose >= LOOSE_ENTRIES)).then(|| {
        after.first = needed;
        (row.first, needed)
    });
    if after == *row {
        return Ok(None);
    }
    Ok(Some(Writes {
        drop,
        entries,
        snapshot,
        ..Writes::of(Some(Standing::Live(after)))
    }))
}

fn created(live: &Live) -> Option<f64> {
    live.oldest_delta()
        .filter(|_| live.log().reaches_creation())
}

fn due(record: &Record, policy: &Policy) -> f64 {
    policy.due(record).unwrap_or(f64::INFINITY)
}

/// The record's entries after `stored`, oldest first, or all; none where they don't lead on from there.
fn entries_after(record: &Record, stored: Option<Head>) -> Result<Option<Vec<StoredEntry>>> {
    let mut entries = Vec::new();
    let mut reached = stored == Some(record.head());
    for entry in record.newest_first() {
        if reached {
            break;
        }
        reached = stored == Some(entry.previous);
        entries.push(StoredEntry {
            head: entry.head,
            previous: Some(entry.previous.revision),
            delta: text::print(&code::decode(entry.code)?),
            at: entry.at,
        });
    }
    entries.reverse();
    Ok((reached || stored.is_none()).then_some(entries))
}

/// The error of a store that has something else than it was given.
pub fn damaged(what: &str) -> Error {
    let message = [
        "the stored record is damaged (",
        what,
        "); delete the context, or restore it from elsewhere",
    ];
    Error::new(Code::BackendError, message.concat())
}
