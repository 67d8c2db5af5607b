//! A context as this process knows it between commits, and how many of those are kept.

use crate::delta::{code, text};
use crate::document::Document;
use crate::engine::{Commit, Past, Record, WriteContext, creation};
use crate::json::{self, Ids};
use crate::{Code, Error, Result};

use super::contract::{Proposal, Stored, StoredEntry};

/// Deltas nest four levels for each level of a context, and those have a thousand at most.
const DEEPEST: u32 = 4000;

/// A generation of working records ends with so many, or so many bytes of them.
const MOST: usize = 500;
const MOST_BYTES: usize = 32 << 20;

/// A record, and how far the stored snapshot is behind it.
#[derive(Clone, Debug)]
pub(super) struct Working {
    pub(super) record: Record,
    /// Bytes of entries stored since the last snapshot.
    unsnapped: usize,
}

/// Working records of contexts used lately. They stand in two generations: when the young one is full it becomes the old one,
/// and what nobody asked for meanwhile is let go.
#[derive(Debug)]
pub(super) struct WorkingSet {
    young: Ids<Working>,
    young_bytes: usize,
    old: Ids<Working>,
}

impl Default for WorkingSet {
    fn default() -> Self {
        WorkingSet {
            young: json::ids(),
            young_bytes: 0,
            old: json::ids(),
        }
    }
}

impl WorkingSet {
    /// Takes a record out.
    pub(super) fn take(&mut self, id: &[u8]) -> Option<Working> {
        let Some(working) = self.young.remove(id) else {
            return self.old.remove(id);
        };
        self.young_bytes -= working.size();
        Some(working)
    }

    /// Puts a record back.
    pub(super) fn keep(&mut self, id: &[u8], working: Working) {
        self.take(id);
        self.young_bytes += working.size();
        self.young.insert(id.into(), working);
        if self.young.len() >= MOST || self.young_bytes >= MOST_BYTES {
            self.old = core::mem::replace(&mut self.young, json::ids());
            self.young_bytes = 0;
        }
    }
}

impl Working {
    /// The record of what is stored.
    pub(super) fn load(stored: Stored) -> Result<Self> {
        match stored {
            Stored::Deleted(head) => Ok(Working {
                record: Record::deleted(head, f64::INFINITY),
                unsnapped: 0,
            }),
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
                let valid = json::text::validate(&snapshot, DEEPEST).is_ok();
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

    /// Applies what others committed; after an error nothing has changed.
    pub(super) fn follow(&mut self, entries: &[StoredEntry]) -> Result<()> {
        let mut record = self.record.clone();
        let mut unsnapped = self.unsnapped;
        for entry in entries {
            if entry.previous != Some(record.head().revision)
                || entry.head.version != record.head().version + 1
            {
                return Err(broken("entries that don't follow each other"));
            }
            let Past { head, at, code, .. } = past(entry)?;
            record.apply(Commit::Change { head, at, code })?;
            unsnapped = grown(unsnapped, entry, &record).unwrap_or(0);
        }
        self.record = record;
        self.unsnapped = unsnapped;
        Ok(())
    }

    /// Bytes of state and log, more or less.
    fn size(&self) -> usize {
        let live = self.record.live();
        live.map_or(0, |live| live.document().length() + live.log().size())
    }
}

fn past(entry: &StoredEntry) -> Result<Past> {
    let valid = json::text::validate(&entry.delta, DEEPEST);
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

/// Bytes of entries since the last snapshot, with one more entry that led to `after`; none when that brings a snapshot.
///
/// Writing a snapshot costs as much as it spares: never more often than the tail has grown as long. All engines do so by the
/// same rule, hence whoever follows an entry knows whether a snapshot came with it.
fn grown(unsnapped: usize, entry: &StoredEntry, after: &Record) -> Option<usize> {
    let length = after.live().map_or(0, |live| live.document().length());
    Some(unsnapped + entry.delta.len()).filter(|bytes| *bytes < length)
}

/// The record after the commit, and what to tell the backend.
pub(super) fn propose(
    working: Option<Working>,
    commit: Commit,
    context: &WriteContext<'_>,
) -> Result<(Working, Proposal)> {
    let base = working.as_ref().map(|working| working.record.head());
    let keep = context.policy.keep(context.now);
    let (after, entry, snapshot, reset) = match (working, commit) {
        (Some(mut working), Commit::Change { head, at, code }) => {
            let delta = text::print(&code::decode(&code)?);
            let previous = Some(working.record.head().revision);
            working.record.apply(Commit::Change { head, at, code })?;
            let entry = StoredEntry {
                head,
                previous,
                delta,
                at,
            };
            let unsnapped = grown(working.unsnapped, &entry, &working.record);
            working.unsnapped = unsnapped.unwrap_or(0);
            let document = working.record.live().map(|live| live.document());
            let snapshot = document.filter(|_| unsnapped.is_none());
            let snapshot = snapshot.map(|document| document.text().into_owned());
            (working, entry, snapshot, false)
        }
        (_, commit) => {
            let record = Record::create(commit)?;
            let (head, at) = (record.head(), record.at());
            let state = record
                .live()
                .map(|live| live.document().text().into_owned())
                .unwrap_or_default();
            let delta = text::print(&creation(&state));
            let entry = StoredEntry {
                head,
                previous: None,
                delta,
                at,
            };
            (
                Working {
                    record,
                    unsnapped: 0,
                },
                entry,
                Some(state),
                true,
            )
        }
    };
    let mut after = after;
    after.record.trim(&keep);
    let oldest = after.record.live().and_then(|live| live.oldest_delta());
    let proposal = Proposal {
        base,
        reset,
        entry,
        snapshot,
        expires_at: context.policy.expiry(&after.record),
        deltas_expire_at: oldest
            .zip(context.policy.delta_ttl)
            .map(|(oldest, ttl)| oldest + ttl),
        keep,
    };
    Ok((after, proposal))
}
