//! Records from what is stored, and what is to be stored from records.

use crate::delta::{code, text};
use crate::document::{Document, Merged};
use crate::engine::{Head, Past, Record};
use crate::json;
use crate::{Code, Error, Result};

use super::contract::{Stored, StoredEntry};

/// Deltas nest four levels for each level of a context, and those have a thousand at most.
const DEEPEST: u32 = 4000;

/// Entries since the last snapshot up to so many bytes are read again faster than another snapshot is written, however small that is.
const SHORT_TAIL: usize = 4096;

/// A record, and how far the stored snapshot is behind it.
#[derive(Clone, Debug)]
pub(super) struct Working {
    pub(super) record: Record,
    /// Bytes of entries stored since the last snapshot.
    pub(super) unsnapped: usize,
}

impl Working {
    /// The record of what is stored.
    pub(super) fn load(stored: Stored) -> Result<Self> {
        match stored {
            Stored::Deleted(head) => Ok(Working::deleted(head)),
            Stored::Live {
                head,
                at,
                snapshot_version,
                snapshot,
                tail,
            } => {
                let after = tail
                    .iter()
                    .filter(|entry| entry.head.version > snapshot_version);
                let unsnapped = after.map(|entry| entry.delta.len()).sum();
                let valid = json::reader::validate(&snapshot, DEEPEST).is_ok();
                if !valid || !json::text::is_object(&snapshot) {
                    return Err(broken("a snapshot that is no object"));
                }
                let tail = tail.iter().map(past).collect::<Result<Vec<Past>>>()?;
                let record =
                    Record::load(head, at, snapshot_version, Document::read(&snapshot), &tail);
                let record = record.map_err(broken)?;
                Ok(Working { record, unsnapped })
            }
        }
    }

    /// The record of a deleted context. How long it is remembered is the backend's to say: versions go on from there as long as it does.
    pub(super) fn deleted(head: Head) -> Self {
        Working {
            record: Record::deleted(head, f64::INFINITY),
            unsnapped: 0,
        }
    }

    /// The record after what others committed.
    pub(super) fn follow(mut self, entries: &[StoredEntry]) -> Result<Self> {
        for entry in entries {
            let head = self.record.head();
            if entry.previous != Some(head.revision) || entry.head.version != head.version + 1 {
                return Err(broken("entries that don't follow each other"));
            }
            let Past { head, at, code, .. } = past(entry)?;
            self.record.change(head, at, &code, Merged::default())?;
            self.unsnapped = unsnapped(self.unsnapped, entry.delta.len(), &self.record);
        }
        Ok(self)
    }
}

fn past(entry: &StoredEntry) -> Result<Past> {
    let valid = json::reader::validate(&entry.delta, DEEPEST);
    let parsed = valid.ok().and_then(|()| text::parse(&entry.delta).ok());
    let mut code = Vec::new();
    code::encode(
        &parsed.ok_or_else(|| broken("a delta that is none"))?,
        &mut code,
    );
    Ok(Past {
        head: entry.head,
        previous: entry.previous,
        at: entry.at,
        code,
    })
}

/// The error of an answer that the contract doesn't allow.
pub(crate) fn broken(what: &str) -> Error {
    Error::new(
        Code::BackendError,
        ["the backend answered with ", what].concat(),
    )
}

/// Bytes of entries since the last snapshot, with so many more that led to `after`; 0 when those bring a snapshot.
///
/// Writing a snapshot costs as much as it spares: never more often than the tail has grown as long. All engines do so by the
/// same rule, hence whoever follows entries knows well enough whether a snapshot came with them.
pub(super) fn unsnapped(before: usize, more: usize, after: &Record) -> usize {
    let length = after.live().map_or(0, |live| live.document().length());
    Some(before + more)
        .filter(|bytes| *bytes < length.max(SHORT_TAIL))
        .unwrap_or(0)
}

/// The record's entries after `stored`, oldest first, or all; none where they don't lead on from there.
pub(super) fn entries_after(
    record: &Record,
    stored: Option<Head>,
) -> Result<Option<Vec<StoredEntry>>> {
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
            delta: entry.delta(true)?,
            at: entry.at,
        });
    }
    entries.reverse();
    Ok((reached || stored.is_none()).then_some(entries))
}
