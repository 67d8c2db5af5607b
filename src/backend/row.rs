//! A context as a store with transactions keeps it, and what has to be written there after a commit.
//!
//! By id such a store keeps a *row*, which says where things stand and has the last entries of the log, its *tail*; a *snapshot* of the
//! state at some version; and earlier *entries*. Or, in the place of all three, a *tombstone*. A one-field change writes the row and
//! nothing else. The tail goes to the other entries when it has grown long, and a snapshot follows when the entries since the last one
//! have outgrown a sixth of the state.

use crate::engine::{Head, Keep, Live, Policy, Record};
use crate::{Code, Error, Result};

use super::contract::{Stored, StoredEntry};
use super::working::{Working, entries_after};

/// Entries since the last snapshot up to so many bytes are read again faster than another snapshot is written.
const SHORT_TAIL: u64 = 4096;

/// Entries since the last snapshot up to this part of the state are left to be read again. A smaller part would write more, a larger one
/// make the first read slower; `npm run bench:browsers` prints both.
const SNAPSHOT_SHARE: u64 = 6;

/// A longer tail goes to the other entries, so that a row takes a few hundred bytes on average.
const LONG_TAIL: usize = 1024;

/// What an entry takes in a row besides its delta, more or less.
const ENTRY_BYTES: usize = 80;

/// So many entries that are not needed any more are dropped at once: one deletion a commit would make each commit dearer.
const LOOSE_ENTRIES: u64 = 16;

/// Where a context stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The newest commit.
    pub head: Head,
    /// When it was made.
    pub at: f64,
    /// The version of the snapshot.
    pub snapshot_version: u64,
    /// Bytes of the deltas after it.
    pub since_snapshot: u64,
    /// The version of the oldest stored entry; one after the head's where there is none.
    pub first_stored: u64,
    /// The version of the oldest entry that counts as kept; those before it are stored for the snapshot's sake.
    pub first_kept: u64,
    /// When the context was created, while that commit counts as kept. It has no entry: its delta is made from the state.
    pub created: Option<f64>,
    /// When cleanup is to look at it, which may turn out to be too early; infinite for never.
    pub due: f64,
    /// The newest entries.
    pub tail: Vec<StoredEntry>,
}

/// What is stored by an id.
#[derive(Clone, Debug, PartialEq)]
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
    /// Entries that come, oldest first, to be kept together. `drop` takes them when it takes the last of them.
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

    /// When cleanup is to look at it; infinite for never.
    pub fn due(&self) -> f64 {
        match self {
            Standing::Live(row) => row.due,
            Standing::Deleted { until, .. } => *until,
        }
    }

    /// Whether `record` is what stands there.
    pub fn is(&self, record: &Record) -> bool {
        match self {
            // Another tab's cleanup may have shortened the log, and then memory has more of it than is stored.
            Standing::Live(row) => record.live().is_some_and(|live| {
                record.head() == row.head
                    && kept(record, live) == row.first_kept
                    && created(live) == row.created
            }),
            Standing::Deleted { head, until } => {
                record.tombstone() == Some(*until) && record.head() == *head
            }
        }
    }
}

impl Row {
    /// In the place of one that can't be read, so that whatever belongs to it goes with it.
    pub(super) fn unreadable() -> Self {
        Row {
            head: Head::default(),
            at: 0.0,
            snapshot_version: 0,
            since_snapshot: 0,
            first_stored: 0,
            first_kept: 0,
            created: None,
            due: f64::INFINITY,
            tail: Vec::new(),
        }
    }

    /// Takes the tail away when it is long.
    fn without_long_tail(&mut self) -> Vec<StoredEntry> {
        let bytes = self
            .tail
            .iter()
            .map(|entry| entry.delta.len() + ENTRY_BYTES);
        if bytes.sum::<usize>() <= LONG_TAIL {
            return Vec::new();
        }
        core::mem::take(&mut self.tail)
    }

    /// The record that the row, its snapshot and its entries tell of.
    ///
    /// # Errors
    /// `backend_error` where they don't belong together.
    pub fn record(&self, snapshot: Vec<u8>, entries: Vec<StoredEntry>) -> Result<Record> {
        let mut tail = entries;
        tail.extend_from_slice(&self.tail);
        let oldest = tail.first().map(|entry| entry.head.version);
        if oldest.unwrap_or(self.head.version + 1) > self.first_stored {
            return Err(damaged("log"));
        }
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
        let kept = (self.head.version + 1).saturating_sub(self.first_kept);
        let count = kept + u64::from(self.created.is_some());
        let stored = Stored::Live {
            head: self.head,
            at: self.at,
            snapshot_version: self.snapshot_version,
            snapshot,
            tail,
        };
        let loaded = Working::load(stored).map_err(|_| damaged("state or log"))?;
        let mut record = loaded.record;
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
    /// What makes cleanup look at a context no more until it changes or expires.
    pub(super) fn put_off(row: &Row, policy: &Policy) -> Self {
        let expiry = policy.context_ttl.map(|ttl| row.at + ttl);
        Writes::of(Some(Standing::Live(Row {
            due: expiry.unwrap_or(f64::INFINITY),
            ..row.clone()
        })))
    }

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
    let tail = entries_after(record, None)?.unwrap_or_default();
    let head = record.head();
    let first = head.version + 1 - tail.len() as u64;
    let mut row = Row {
        head,
        at: record.at(),
        snapshot_version: head.version,
        since_snapshot: 0,
        first_stored: first,
        first_kept: first,
        created: created(live),
        due: due(record, policy),
        tail,
    };
    let entries = row.without_long_tail();
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
    let Some(added) = entries_after(record, Some(row.head))? else {
        return begun(true, record, live, policy).map(Some);
    };
    let head = record.head();
    let added_bytes: usize = added.iter().map(|entry| entry.delta.len()).sum();
    let mut after = Row {
        head,
        at: record.at(),
        first_kept: kept(record, live),
        created: created(live),
        since_snapshot: row.since_snapshot + added_bytes as u64,
        ..row.clone()
    };
    after.tail.extend(added);
    let due = due(record, policy);
    // Falling due later needs no new note: cleanup looks at the old one in its time and puts it off then.
    if trim == Trim::Exactly || due < row.due {
        after.due = due;
    }
    let length = live.document().length() as u64;
    let snapshot = (after.since_snapshot >= (length / SNAPSHOT_SHARE).max(SHORT_TAIL)).then(|| {
        after.snapshot_version = head.version;
        after.since_snapshot = 0;
        live.document().text().into_owned()
    });
    // What came after the snapshot is needed to tell the state.
    let needed = after.first_kept.min(after.snapshot_version + 1);
    let loose = needed.saturating_sub(row.first_stored);
    let drop = (loose > 0 && (trim == Trim::Exactly || loose >= LOOSE_ENTRIES)).then(|| {
        after.first_stored = needed;
        after.tail.retain(|entry| entry.head.version >= needed);
        (row.first_stored, needed)
    });
    let entries = after.without_long_tail();
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

/// The version of the oldest entry that the log has.
fn kept(record: &Record, live: &Live) -> u64 {
    let count = live.log().count() - u64::from(live.log().reaches_creation());
    record.head().version + 1 - count
}

fn created(live: &Live) -> Option<f64> {
    live.oldest_delta()
        .filter(|_| live.log().reaches_creation())
}

fn due(record: &Record, policy: &Policy) -> f64 {
    policy.due(record).unwrap_or(f64::INFINITY)
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
