//! The store that processes share: it keeps the contract, says what it does to the history, and fails where trouble wants it to.

use std::collections::BTreeMap;
use std::rc::Rc;

use chord::backend::{Answer, Expired, Kind, News, Only, Proposal, Stored, StoredEntry};
use chord::engine::{Head, Keep, Listed};
use chord::{Code, Error, Result};

use crate::flaw::Flaw;
use crate::history::{History, Mark, mark};

/// What is kept of one context.
#[derive(Clone)]
pub enum Row {
    Live {
        head: Head,
        snapshot_version: u64,
        snapshot: Vec<u8>,
        tail: Vec<StoredEntry>,
        expires_at: Option<f64>,
        deltas_expire_at: Option<f64>,
        at: f64,
    },
    Tombstone {
        head: Head,
        until: f64,
    },
}

impl Row {
    pub fn head(&self) -> Head {
        match self {
            Row::Live { head, .. } | Row::Tombstone { head, .. } => *head,
        }
    }

    pub fn is_live(&self) -> bool {
        matches!(self, Row::Live { .. })
    }

    /// What is due first, and when; the context itself where that has expired, whatever else has.
    fn due(&self, before: f64) -> Option<(f64, Kind)> {
        let (expires_at, deltas_expire_at) = match self {
            Row::Tombstone { until, .. } => return Some((*until, Kind::Tombstone)),
            Row::Live {
                expires_at,
                deltas_expire_at,
                ..
            } => (*expires_at, *deltas_expire_at),
        };
        let first = expires_at.into_iter().chain(deltas_expire_at);
        let is_over = expires_at.is_some_and(|at| at <= before);
        let kind = if is_over { Kind::Context } else { Kind::Deltas };
        Some((first.reduce(f64::min)?, kind))
    }
}

/// A change that a replica may not have yet.
struct Change {
    id: String,
    before: Option<Row>,
    commits: Vec<Mark>,
}

/// The store.
pub struct Store {
    pub rows: BTreeMap<String, Row>,
    /// The latest changes, oldest first.
    changes: Vec<Change>,
    pub history: Rc<History>,
    pub flaw: Option<Flaw>,
    /// Whether it answers.
    pub is_up: bool,
    /// Counts connections: what was asked over an earlier one isn't answered any more.
    pub connection: u64,
    /// Counts how often it has lost something: what was asked before doesn't arrive any more.
    pub era: u64,
    /// Refuses proposals with more bytes than that.
    pub room: Option<usize>,
}

/// So many changes a failover may lose.
const CHANGES: usize = 64;

impl Store {
    pub fn new(history: Rc<History>, flaw: Option<Flaw>) -> Self {
        Store {
            rows: BTreeMap::new(),
            changes: Vec::new(),
            history,
            flaw,
            is_up: true,
            connection: 0,
            era: 0,
            room: None,
        }
    }

    pub fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn put(&mut self, id: &str, row: Option<Row>, commits: Vec<Mark>) {
        let before = match row {
            Some(row) => self.rows.insert(id.into(), row),
            None => self.rows.remove(id),
        };
        if self.changes.len() == CHANGES {
            self.changes.remove(0);
        }
        let id = id.into();
        self.changes.push(Change {
            id,
            before,
            commits,
        });
    }

    pub fn load(&self, id: &str) -> Option<Stored> {
        Some(match self.rows.get(id)?.clone() {
            Row::Tombstone { head, .. } => Stored::Deleted(head),
            Row::Live {
                head,
                at,
                snapshot_version,
                snapshot,
                tail,
                ..
            } => Stored::Live {
                head,
                at,
                snapshot_version,
                snapshot,
                tail,
            },
        })
    }

    pub fn since(&self, id: &str, have: Head) -> News {
        let Some(Row::Live { head, tail, .. }) = self.rows.get(id) else {
            return News::Gone;
        };
        if *head == have || self.has(Flaw::SameByVersion) && head.version == have.version {
            return News::Same;
        }
        let is_next = |entry: &StoredEntry| {
            let leads_on = entry.previous == Some(have.revision) || self.has(Flaw::TailByNumber);
            leads_on && entry.head.version == have.version + 1
        };
        match tail.iter().position(is_next) {
            Some(next) => News::Tail(tail[next..].to_vec()),
            None => News::Reload,
        }
    }

    pub fn commit(&mut self, id: &str, proposal: &Proposal) -> Result<Answer> {
        let size: usize = proposal.entries.iter().map(|entry| entry.delta.len()).sum();
        if self.room.is_some_and(|room| size > room) {
            self.history.note(|| format!("{id}: no room"));
            return Err(Error::new(Code::QuotaExceeded, "the store is full"));
        }
        let there = self.rows.get(id);
        let head = there.map(Row::head);
        let is_there = there.is_some_and(Row::is_live);
        if is_there && head == Some(proposal.head) {
            self.history
                .note(|| format!("{id}: {} again", proposal.head.version));
            return Ok(Answer::Stored);
        }
        let is_base = match self.flaw {
            Some(Flaw::ComparesVersions) => {
                head.map(|head| head.version) == proposal.base.map(|head| head.version)
            }
            Some(Flaw::ComparesNothing) => true,
            _ => head == proposal.base,
        };
        let fits = is_there || proposal.reset || self.has(Flaw::FollowsTombstones);
        if !is_base || !fits {
            let news = proposal.base.map(|base| self.since(id, base));
            return Ok(Answer::Conflict(news.unwrap_or(News::Reload)));
        }
        let mut proposal = proposal.clone();
        if self.has(Flaw::StoresHalf) && proposal.entries.len() > 1 {
            proposal.entries.pop();
            proposal.snapshot = None;
        }
        self.store(id, &proposal);
        Ok(Answer::Stored)
    }

    fn store(&mut self, id: &str, proposal: &Proposal) {
        let there = self.rows.get(id);
        let base = there.filter(|row| row.is_live()).map(Row::head);
        self.history.stored(id, base, proposal);
        let (mut snapshot_version, mut snapshot, mut tail) = match there {
            Some(Row::Live {
                snapshot_version,
                snapshot,
                tail,
                ..
            }) if !proposal.reset => (*snapshot_version, snapshot.clone(), tail.clone()),
            _ => (0, b"{}".to_vec(), Vec::new()),
        };
        tail.extend_from_slice(&proposal.entries);
        let head = tail.last().map_or(proposal.head, |last| last.head);
        if let Some(state) = &proposal.snapshot {
            (snapshot_version, snapshot) = (head.version, state.clone());
        }
        self.trim_tail(&mut tail, snapshot_version, &proposal.keep);
        let row = Row::Live {
            head,
            snapshot_version,
            snapshot,
            tail,
            expires_at: proposal.expires_at,
            deltas_expire_at: proposal.deltas_expire_at,
            at: proposal.entries.last().map_or(0.0, |last| last.at),
        };
        let commits = proposal.entries.iter();
        let commits = commits.map(|entry| mark(entry.head.revision)).collect();
        self.put(id, Some(row), commits);
    }

    pub fn remove(&mut self, id: &str, only: Only, until: f64) -> Option<Head> {
        let row = self.rows.get(id)?;
        let head = row.head();
        let is_meant = match (only, row) {
            (Only::Head(asked), Row::Live { .. }) => {
                asked == head || self.has(Flaw::RemovesAnything)
            }
            (Only::Head(_), Row::Tombstone { .. }) => false,
            (Only::ExpiredBefore(before), Row::Live { expires_at, .. }) => {
                expires_at.is_some_and(|at| at <= before) || self.has(Flaw::ExpiresTheRenewed)
            }
            (Only::ExpiredBefore(before), Row::Tombstone { until, .. }) => *until <= before,
        };
        if !is_meant {
            return None;
        }
        if !row.is_live() {
            self.history.forgotten(id);
            self.put(id, None, Vec::new());
            return Some(head);
        }
        self.history.removed(id, head);
        let is_kept = !self.has(Flaw::ForgetsTheDeleted);
        self.put(
            id,
            is_kept.then_some(Row::Tombstone { head, until }),
            Vec::new(),
        );
        Some(head)
    }

    pub fn trim(&mut self, id: &str, keep: &Keep, ttl: Option<f64>) -> u64 {
        let Some(mut row) = self.rows.get(id).cloned() else {
            return 0;
        };
        let Row::Live {
            snapshot_version,
            tail,
            deltas_expire_at,
            ..
        } = &mut row
        else {
            return 0;
        };
        let dropped = self.trim_tail(tail, *snapshot_version, keep);
        let oldest = tail.iter().find(|entry| entry.at > keep.after);
        *deltas_expire_at = oldest.zip(ttl).map(|(oldest, ttl)| oldest.at + ttl);
        self.history
            .note(|| format!("{id} is trimmed by {dropped}"));
        self.put(id, Some(row), Vec::new());
        dropped
    }

    fn trim_tail(&self, tail: &mut Vec<StoredEntry>, snapshot_version: u64, keep: &Keep) -> u64 {
        let mut dropped = 0;
        while let Some(oldest) = tail.first() {
            let is_needed = oldest.head.version > snapshot_version && !self.has(Flaw::TrimsTooMuch);
            if !is_over(tail, keep) || is_needed || self.has(Flaw::NeverTrims) {
                break;
            }
            tail.remove(0);
            dropped += 1;
        }
        dropped
    }

    pub fn expired(&self, before: f64, limit: usize) -> Vec<Expired> {
        let rows = self.rows.iter();
        let mut due: Vec<(f64, Expired)> = rows
            .filter_map(|(id, row)| {
                let (at, kind) = row.due(before)?;
                let id = id.as_bytes().into();
                (at <= before).then_some((at, Expired { id, kind }))
            })
            .collect();
        due.sort_by(|one, other| one.0.total_cmp(&other.0));
        due.truncate(limit);
        due.into_iter().map(|(_, expired)| expired).collect()
    }

    /// The first ids after the cursor, in order.
    pub fn list(&self, limit: usize, cursor: Option<&str>, descending: bool) -> Listed {
        let rows = self.rows.iter().filter(|(_, row)| row.is_live());
        let mut ids: Vec<&String> = rows.map(|(id, _)| id).collect();
        if descending {
            ids.reverse();
        }
        ids.retain(|id| match cursor {
            None => true,
            Some(cursor) if descending => id.as_str() < cursor,
            Some(cursor) => id.as_str() > cursor,
        });
        let more = ids.len() > limit;
        let ids = ids.into_iter().take(limit).map(|id| id.as_bytes().into());
        Listed {
            ids: ids.collect(),
            more,
        }
    }

    /// Loses a context.
    pub fn evict(&mut self, id: &str) {
        if self.rows.remove(id).is_some() {
            self.history.evicted(id);
            self.era += 1;
            // A replica has lost it, too.
            self.changes.clear();
        }
    }

    /// A replica takes over that has all but so many changes.
    pub fn fail_over(&mut self, behind: usize) {
        self.era += 1;
        let kept = self.changes.len().saturating_sub(behind);
        let mut lost: BTreeMap<String, Vec<Mark>> = BTreeMap::new();
        while self.changes.len() > kept
            && let Some(change) = self.changes.pop()
        {
            match change.before {
                Some(row) => self.rows.insert(change.id.clone(), row),
                None => self.rows.remove(&change.id),
            };
            lost.entry(change.id).or_default().extend(change.commits);
        }
        if self.has(Flaw::LosesSilently) {
            return;
        }
        for (id, lost) in lost {
            let row = self.rows.get(&id);
            let is_live = row.is_some_and(Row::is_live);
            self.history
                .rolled_back(&id, &lost, row.map(Row::head), is_live);
        }
    }
}

/// Whether a log is beyond what is to be kept.
pub fn is_over(tail: &[StoredEntry], keep: &Keep) -> bool {
    let bytes: usize = tail.iter().map(|entry| entry.delta.len()).sum();
    keep.count.is_some_and(|count| tail.len() as u64 > count)
        || bytes > keep.bytes
        || tail.first().is_some_and(|oldest| oldest.at <= keep.after)
}
