//! A backend as the contract asks for it, in memory, whose calls take a random number of turns and fail where they are told to.

use core::cell::RefCell;
use core::future::pending;
use std::collections::BTreeMap;
use std::rc::Rc;

use chord::backend::{Answer, Backend, Expired, Kind, News, Only, Proposal, Stored, StoredEntry};
use chord::engine::{Head, Keep, Listed, Page};
use chord::{Code, Error, Result};

use crate::executor::yields;

/// When a call fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fails {
    BeforeItsEffect,
    AfterItsEffect,
}

/// A handle to a backend; handles of one backend share what it keeps.
#[derive(Clone, Debug, Default)]
pub struct Simulated(Rc<RefCell<World>>);

/// What a backend keeps.
#[derive(Debug, Default)]
pub struct World {
    pub rows: BTreeMap<Vec<u8>, Row>,
    /// The methods called so far.
    pub calls: Vec<&'static str>,
    /// How many commits brought a snapshot.
    pub snapshots: usize,
    /// Fails the calls of these numbers, in this way and with this code.
    faults: Vec<(usize, Fails, Code)>,
    /// Answers nothing any more.
    pub hangs: bool,
    /// Calls to commit are sent a second time when their answer comes, as drivers do after a lost answer.
    pub resends: bool,
    random: u64,
}

/// What is kept of one context.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Live {
        head: Head,
        snapshot_version: u64,
        snapshot: Vec<u8>,
        tail: Vec<StoredEntry>,
        at: f64,
        expires_at: Option<f64>,
        deltas_expire_at: Option<f64>,
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

    /// What is due by then, and since when: the context itself where that has expired, whatever else is.
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

impl Simulated {
    /// A backend whose calls take turns by `seed`; by 0 each is done at once.
    pub fn new(seed: u64) -> Self {
        let backend = Simulated::default();
        backend.0.borrow_mut().random = seed;
        backend
    }

    /// What it keeps.
    pub fn world(&self) -> core::cell::RefMut<'_, World> {
        self.0.borrow_mut()
    }

    /// Fails the call that comes after `calls` more.
    pub fn fail(&self, calls: usize, fails: Fails) {
        self.fail_with(calls, fails, Code::BackendError);
    }

    /// The same with another code.
    pub fn fail_with(&self, calls: usize, fails: Fails, code: Code) {
        let mut world = self.world();
        let number = world.calls.len() + calls;
        world.faults.push((number, fails, code));
    }

    /// Fails no more, and says whether it has.
    pub fn stop_failing(&self) -> bool {
        let mut world = self.world();
        let calls = world.calls.len();
        let faults = core::mem::take(&mut world.faults);
        faults.iter().any(|(number, ..)| *number < calls)
    }

    async fn call<T>(
        &self,
        method: &'static str,
        effect: impl FnOnce(&mut World) -> T,
    ) -> Result<T> {
        let (before, after, number) = {
            let mut world = self.world();
            world.calls.push(method);
            (world.turns(), world.turns(), world.calls.len() - 1)
        };
        let fails = |when| {
            let world = self.0.borrow();
            let mut faults = world.faults.iter();
            let fault = faults.find(|(at, fails, _)| *at == number && *fails == when);
            fault.map_or(Ok(()), |(_, _, code)| {
                Err(Error::new(*code, "the simulated backend failed"))
            })
        };
        yields(before).await;
        if self.0.borrow().hangs {
            pending::<()>().await;
        }
        fails(Fails::BeforeItsEffect)?;
        let answer = effect(&mut self.world());
        yields(after).await;
        fails(Fails::AfterItsEffect)?;
        Ok(answer)
    }
}

impl World {
    fn turns(&mut self) -> u64 {
        if self.random == 0 {
            return 0;
        }
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % 5
    }

    fn news(&self, id: &[u8], have: Head) -> News {
        let Some(Row::Live { head, tail, .. }) = self.rows.get(id) else {
            return News::Gone;
        };
        if *head == have {
            return News::Same;
        }
        let next = tail.iter().position(|entry| {
            entry.previous == Some(have.revision) && entry.head.version == have.version + 1
        });
        next.map_or(News::Reload, |next| News::Tail(tail[next..].to_vec()))
    }

    fn commit(&mut self, id: &[u8], proposal: &Proposal) -> Answer {
        let there = self.rows.get(id).map(Row::head);
        if there == Some(proposal.head) {
            return Answer::Stored;
        }
        // A tombstone has the head of what was deleted: only a new lineage may follow it.
        let is_there = matches!(self.rows.get(id), Some(Row::Live { .. }));
        if there != proposal.base || !is_there && !proposal.reset {
            let news = proposal.base.map(|base| self.news(id, base));
            return Answer::Conflict(news.unwrap_or(News::Reload));
        }
        let head = proposal.head;
        let (mut snapshot_version, mut snapshot, mut tail) = match self.rows.remove(id) {
            Some(Row::Live {
                snapshot_version,
                snapshot,
                tail,
                ..
            }) if !proposal.reset => (snapshot_version, snapshot, tail),
            _ => (0, Vec::new(), Vec::new()),
        };
        tail.extend_from_slice(&proposal.entries);
        if let Some(state) = &proposal.snapshot {
            (snapshot_version, snapshot) = (head.version, state.clone());
            self.snapshots += 1;
        }
        trim(&mut tail, snapshot_version, &proposal.keep);
        let row = Row::Live {
            head,
            snapshot_version,
            snapshot,
            tail,
            at: proposal.entries.last().unwrap().at,
            expires_at: proposal.expires_at,
            deltas_expire_at: proposal.deltas_expire_at,
        };
        self.rows.insert(id.into(), row);
        Answer::Stored
    }

    fn remove(&mut self, id: &[u8], only: Only, until: f64) -> Option<Head> {
        let row = self.rows.get(id)?;
        let head = row.head();
        let is_meant = match (only, row) {
            (Only::Head(asked), Row::Live { .. }) => asked == head,
            (Only::Head(_), Row::Tombstone { .. }) => false,
            (Only::ExpiredBefore(before), Row::Live { expires_at, .. }) => {
                expires_at.is_some_and(|at| at <= before)
            }
            (Only::ExpiredBefore(before), Row::Tombstone { until, .. }) => *until <= before,
        };
        if !is_meant {
            return None;
        }
        if let Some(Row::Live { .. }) = self.rows.remove(id) {
            self.rows.insert(id.into(), Row::Tombstone { head, until });
        }
        Some(head)
    }

    fn trim(&mut self, id: &[u8], keep: &Keep, ttl: Option<f64>) -> u64 {
        let Some(Row::Live {
            snapshot_version,
            tail,
            deltas_expire_at,
            ..
        }) = self.rows.get_mut(id)
        else {
            return 0;
        };
        let dropped = trim(tail, *snapshot_version, keep);
        // Entries that stay for the snapshot alone are not due: they go when a commit brings the next one.
        let oldest = tail.iter().find(|entry| entry.at > keep.after);
        *deltas_expire_at = oldest.zip(ttl).map(|(oldest, ttl)| oldest.at + ttl);
        dropped
    }
}

fn trim(tail: &mut Vec<StoredEntry>, snapshot_version: u64, keep: &Keep) -> u64 {
    let mut dropped = 0;
    while let Some(oldest) = tail.first() {
        let bytes: usize = tail.iter().map(|entry| entry.delta.len()).sum();
        let is_over = keep.count.is_some_and(|count| tail.len() as u64 > count)
            || oldest.at <= keep.after
            || bytes > keep.bytes;
        if !is_over || oldest.head.version > snapshot_version {
            break;
        }
        tail.remove(0);
        dropped += 1;
    }
    dropped
}

impl Backend for Simulated {
    async fn load(&self, id: &[u8]) -> Result<Option<Stored>> {
        self.call("load", |world| {
            Some(match world.rows.get(id)?.clone() {
                Row::Live {
                    head,
                    snapshot_version,
                    snapshot,
                    tail,
                    at,
                    ..
                } => Stored::Live {
                    head,
                    at,
                    snapshot_version,
                    snapshot,
                    tail,
                },
                Row::Tombstone { head, .. } => Stored::Deleted(head),
            })
        })
        .await
    }

    async fn since(&self, id: &[u8], have: Head) -> Result<News> {
        self.call("since", |world| world.news(id, have)).await
    }

    async fn commit(&self, id: &[u8], proposal: &Proposal) -> Result<Answer> {
        let answer = self
            .call("commit", |world| world.commit(id, proposal))
            .await?;
        if !self.0.borrow().resends {
            return Ok(answer);
        }
        yields(7).await;
        self.call("commit", |world| world.commit(id, proposal))
            .await
    }

    async fn remove(&self, id: &[u8], only: Only, tombstone_until: f64) -> Result<Option<Head>> {
        self.call("remove", |world| world.remove(id, only, tombstone_until))
            .await
    }

    async fn trim(&self, id: &[u8], keep: &Keep, deltas_ttl: Option<f64>) -> Result<u64> {
        self.call("trim", |world| world.trim(id, keep, deltas_ttl))
            .await
    }

    async fn expired(&self, before: f64, limit: usize) -> Result<Vec<Expired>> {
        self.call("expired", |world| {
            let rows = world.rows.iter();
            let mut due: Vec<(f64, Expired)> = rows
                .filter_map(|(id, row)| {
                    let (at, kind) = row.due(before)?;
                    let id = id.clone().into_boxed_slice();
                    Some((at, Expired { id, kind }))
                })
                .filter(|(at, _)| *at <= before)
                .collect();
            due.sort_by(|one, other| one.0.total_cmp(&other.0));
            due.into_iter()
                .map(|(_, expired)| expired)
                .take(limit)
                .collect()
        })
        .await
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        self.call("list", |world| {
            let live = world
                .rows
                .iter()
                .filter(|(_, row)| matches!(row, Row::Live { .. }));
            let mut ids: Vec<Box<[u8]>> = live
                .map(|(id, _)| id.clone().into_boxed_slice())
                .filter(|id| id.starts_with(page.prefix))
                .collect();
            if page.descending {
                ids.reverse();
            }
            let is_after = |id: &[u8]| match page.cursor {
                None => true,
                Some(cursor) if page.descending => *id < *cursor,
                Some(cursor) => *id > *cursor,
            };
            ids.retain(|id| is_after(id));
            let more = ids.len() > page.limit;
            ids.truncate(page.limit);
            Listed { ids, more }
        })
        .await
    }

    async fn pause(&self, tries: u32) {
        let turns = self.world().turns();
        yields(turns * u64::from(tries)).await;
    }

    async fn open(&self) -> Result<()> {
        self.call("open", |_| ()).await
    }

    async fn close(&self) -> Result<()> {
        self.call("close", |_| ()).await
    }
}
