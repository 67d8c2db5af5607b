//! Records in memory, gone with the process.
//!
//! Each record has a slot; a table finds the slot by id. Whatever else keeps order over records holds slots: a heap of
//! due times for cleanup, and, once somebody lists, the ids in order.

mod order;

use core::cell::RefCell;
use core::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::{
    Cleaned, Commit, Decide, Head, Keep, Listed, Page, Policy, Record, Step, Store, Tell,
    WriteContext,
};
use crate::json::{Positions, hash};
use crate::{Code, Error, Result};

use order::Order;

/// So many expired tombstones go along with each commit.
const TOMBSTONES_PER_COMMIT: usize = 2;

/// The memory store.
#[derive(Debug, Default)]
pub struct Memory {
    records: RefCell<Records>,
}

#[derive(Debug, Default)]
struct Records {
    slots: Vec<Option<Box<Slot>>>,
    free: Vec<u32>,
    by_id: Positions,
    /// When something of a record is due. A record has one current entry, its `scheduled`; others are passed over.
    due: BinaryHeap<Reverse<Due>>,
    tombstones: BinaryHeap<Reverse<Due>>,
    /// Made when somebody lists for the first time, so that nobody else pays for it.
    in_order: Option<Order>,
}

#[derive(Debug)]
struct Slot {
    id: Box<[u8]>,
    record: Record,
    scheduled: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Due {
    at: f64,
    slot: u32,
}

impl Eq for Due {}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.at
            .total_cmp(&other.at)
            .then(self.slot.cmp(&other.slot))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Memory {
    /// Calls `see` with what is kept by an id, a tombstone too.
    pub(super) fn with<R>(&self, id: &[u8], see: impl FnOnce(Option<&Record>) -> R) -> R {
        let records = self.records.borrow();
        let slot = records.find(id).and_then(|slot| records.get(slot));
        see(slot.map(|slot| &slot.record))
    }

    /// Puts a record in the place of what is kept by an id, or takes that away.
    pub(super) fn install(&self, id: &[u8], record: Option<Record>) {
        let mut records = self.records.borrow_mut();
        if let Some(slot) = records.find(id) {
            records.forget(slot);
        }
        if let Some(record) = record {
            records.insert(id, record);
        }
    }

    /// Takes away what is kept by an id.
    pub(super) fn take(&self, id: &[u8]) -> Option<Record> {
        let mut records = self.records.borrow_mut();
        let slot = records.find(id)?;
        records.forget(slot).map(|slot| slot.record)
    }

    /// Trims the log of what is kept by an id.
    pub(super) fn trim(&self, id: &[u8], keep: &Keep) {
        let mut records = self.records.borrow_mut();
        let slot = records.find(id);
        if let Some(slot) = slot.and_then(|slot| records.get_mut(slot)) {
            slot.record.trim(keep);
        }
    }

    /// Takes everything away.
    pub(super) fn clear(&self) {
        self.records.take();
    }
}

impl Store for Memory {
    fn read<R>(&self, id: &[u8], read: impl FnOnce(Option<&Record>) -> Result<R>) -> Result<R> {
        let records = self.records.borrow();
        let slot = records.find(id).and_then(|slot| records.get(slot));
        read(slot.map(|slot| &slot.record))
    }

    fn write(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        step: &mut Decide<'_>,
        done: &mut Tell<'_>,
    ) -> Result<()> {
        let mut records = self.records.borrow_mut();
        records.bury(context.now, TOMBSTONES_PER_COMMIT);
        let found = records
            .find(id)
            .filter(|&slot| !records.has_passed(slot, context.now));
        let record = found
            .and_then(|slot| records.get(slot))
            .map(|slot| &slot.record);
        let commit = match (step(record)?, record) {
            (Step::Commit(commit), _) => commit,
            (Step::Keep, Some(record)) => return done(record, None),
            (Step::Keep, None) => return Err(Error::new(Code::NotFound, "no context has this id")),
        };
        let (slot, code) = match (commit, found) {
            (
                Commit::Change {
                    head,
                    at,
                    code,
                    merged,
                },
                Some(slot),
            ) => {
                if let Some(there) = records.get_mut(slot) {
                    there.record.change(head, at, &code, merged)?;
                }
                (slot, code)
            }
            (commit, _) => (records.begin(id, Record::create(commit)?), Vec::new()),
        };
        records.settle(slot, context);
        match records.get(slot) {
            Some(slot) => done(&slot.record, Some(&code)),
            None => Err(Error::new(
                Code::Internal,
                "a record is gone after its commit",
            )),
        }
    }

    fn remove(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        check: &mut dyn FnMut(Option<&Record>) -> Result<bool>,
    ) -> Result<Option<Head>> {
        let mut records = self.records.borrow_mut();
        records.bury(context.now, TOMBSTONES_PER_COMMIT);
        let found = records.find(id);
        let record = found
            .and_then(|slot| records.get(slot))
            .map(|slot| &slot.record);
        let head = record.map(Record::head);
        if !check(record)? {
            return Ok(None);
        }
        if let Some(slot) = found {
            records.delete(slot, context);
        }
        Ok(head)
    }

    fn cleanup(&self, context: &WriteContext<'_>, limit: usize) -> Result<Cleaned> {
        let mut records = self.records.borrow_mut();
        records.bury(context.now, usize::MAX);
        Ok(records.cleanup(context, limit))
    }

    fn list(&self, page: &Page<'_>) -> Result<Listed> {
        Ok(self.records.borrow_mut().list(page))
    }

    fn close(&self) -> Result<()> {
        self.records.take();
        Ok(())
    }
}

impl Records {
    fn find(&self, id: &[u8]) -> Option<u32> {
        let same = |slot| self.get(slot).is_some_and(|slot| *slot.id == *id);
        self.by_id.find(hash(id), same)
    }

    fn get(&self, slot: u32) -> Option<&Slot> {
        self.slots.get(slot as usize)?.as_deref()
    }

    fn get_mut(&mut self, slot: u32) -> Option<&mut Slot> {
        self.slots.get_mut(slot as usize)?.as_deref_mut()
    }

    fn has_passed(&self, slot: u32, now: f64) -> bool {
        self.get(slot)
            .and_then(|slot| slot.record.tombstone())
            .is_some_and(|until| until <= now)
    }

    /// Begins a lineage.
    fn begin(&mut self, id: &[u8], record: Record) -> u32 {
        let slot = match self.find(id) {
            Some(slot) => {
                if let Some(there) = self.get_mut(slot) {
                    there.record = record;
                }
                slot
            }
            None => self.insert(id, record),
        };
        self.enlist(slot);
        slot
    }

    /// Keeps a record by an id that has none.
    fn insert(&mut self, id: &[u8], record: Record) -> u32 {
        let new = Some(Box::new(Slot {
            id: id.into(),
            record,
            scheduled: f64::INFINITY,
        }));
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = new;
                slot
            }
            None => {
                self.slots.push(new);
                self.slots.len() as u32 - 1
            }
        };
        let slots = &self.slots;
        self.by_id.insert(slot, &|slot| {
            slots[slot as usize]
                .as_deref()
                .map_or(0, |slot| hash(&slot.id))
        });
        slot
    }

    fn enlist(&mut self, slot: u32) {
        let id = self.slots[slot as usize].as_deref().map(|slot| &slot.id);
        if let (Some(in_order), Some(id)) = (&mut self.in_order, id) {
            in_order.insert(id);
        }
    }

    /// Trims the log and notes when the record is due next.
    fn settle(&mut self, slot: u32, context: &WriteContext<'_>) -> u64 {
        let Some(there) = self.get_mut(slot) else {
            return 0;
        };
        let trimmed = there.record.trim(&context.policy.keep(context.now));
        self.schedule(slot, context.policy);
        trimmed
    }

    fn schedule(&mut self, slot: u32, policy: &Policy) {
        let Some(there) = self.get_mut(slot) else {
            return;
        };
        // Falling due later needs no new entry: the old one is looked at in its time and put off then.
        if let Some(at) = policy.due(&there.record).filter(|at| *at < there.scheduled) {
            there.scheduled = at;
            self.due.push(Reverse(Due { at, slot }));
        }
    }

    fn delete(&mut self, slot: u32, context: &WriteContext<'_>) {
        let until = context.now + context.policy.tombstone_ttl;
        let Some(there) = self
            .slots
            .get_mut(slot as usize)
            .and_then(Option::as_deref_mut)
        else {
            return;
        };
        there.record.delete(until);
        there.scheduled = f64::INFINITY;
        if let Some(in_order) = &mut self.in_order {
            in_order.remove(&there.id);
        }
        self.tombstones.push(Reverse(Due { at: until, slot }));
    }

    /// Forgets tombstones whose time has passed, `most` at most.
    fn bury(&mut self, now: f64, most: usize) {
        for _ in 0..most {
            let Some(Reverse(tombstone)) = self
                .tombstones
                .peek()
                .copied()
                .filter(|Reverse(next)| next.at <= now)
            else {
                return;
            };
            self.tombstones.pop();
            if self.has_passed(tombstone.slot, now) {
                self.forget(tombstone.slot);
            }
        }
    }

    fn forget(&mut self, slot: u32) -> Option<Box<Slot>> {
        let there = self.slots.get_mut(slot as usize)?.take()?;
        self.by_id.remove(hash(&there.id), slot);
        self.free.push(slot);
        Some(there)
    }

    fn cleanup(&mut self, context: &WriteContext<'_>, limit: usize) -> Cleaned {
        let mut cleaned = Cleaned::default();
        let mut visited = 0;
        while visited < limit {
            let Some(Reverse(next)) = self
                .due
                .peek()
                .copied()
                .filter(|Reverse(next)| next.at <= context.now)
            else {
                break;
            };
            self.due.pop();
            let Some(there) = self
                .get_mut(next.slot)
                .filter(|slot| slot.scheduled == next.at)
            else {
                continue;
            };
            there.scheduled = f64::INFINITY;
            if context
                .policy
                .expiry(&there.record)
                .is_some_and(|expiry| expiry <= context.now)
            {
                visited += 1;
                cleaned
                    .contexts
                    .push((there.id.clone(), there.record.head()));
                cleaned.deltas += there.record.live().map_or(0, |live| live.log().count());
                self.delete(next.slot, context);
                continue;
            }
            let trimmed = self.settle(next.slot, context);
            visited += usize::from(trimmed > 0);
            cleaned.deltas += trimmed;
        }
        cleaned
    }

    fn list(&mut self, page: &Page<'_>) -> Listed {
        let slots = &self.slots;
        let in_order = self.in_order.get_or_insert_with(|| {
            let mut in_order = Order::default();
            let live = slots
                .iter()
                .flatten()
                .filter(|slot| slot.record.live().is_some());
            live.for_each(|slot| in_order.insert(&slot.id));
            in_order
        });
        let matching = |id: &&[u8]| id.starts_with(page.prefix);
        let ids = |found: &mut dyn Iterator<Item = &[u8]>| -> Vec<Box<[u8]>> {
            found.take(page.limit + 1).map(Into::into).collect()
        };
        let mut found = if page.descending {
            let end = prefix_end(page.prefix);
            let is_before = |id: &[u8]| {
                end.as_deref().is_none_or(|end| id < end)
                    && page.cursor.is_none_or(|cursor| id < cursor)
            };
            ids(&mut in_order.before(&is_before).take_while(matching))
        } else {
            let is_before =
                |id: &[u8]| id < page.prefix || page.cursor.is_some_and(|cursor| id <= cursor);
            ids(&mut in_order.after(&is_before).take_while(matching))
        };
        let more = found.len() > page.limit;
        found.truncate(page.limit);
        Listed { ids: found, more }
    }
}

/// The first id after all that start with `prefix`, if there is one.
pub(super) fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}
