//! A slot for each record, and a table that finds it by id. Whatever else keeps order over records holds slots: a heap of due times for
//! cleanup, one of tombstones, and, once somebody lists, the ids in order.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::{Cleaned, Listed, Page, Policy, Record, WriteContext};
use crate::json::{Positions, hash};

use super::order::{Order, prefix_end};

#[derive(Debug, Default)]
pub(super) struct Records {
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
pub(super) struct Slot {
    id: Box<[u8]>,
    pub(super) record: Record,
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

impl Records {
    pub(super) fn find(&self, id: &[u8]) -> Option<u32> {
        let same = |slot| self.get(slot).is_some_and(|slot| *slot.id == *id);
        self.by_id.find(hash(id), same)
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Slot> {
        self.slots.get(slot as usize)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Slot> {
        self.slots.get_mut(slot as usize)?.as_deref_mut()
    }

    pub(super) fn has_passed(&self, slot: u32, now: f64) -> bool {
        self.get(slot)
            .and_then(|slot| slot.record.tombstone())
            .is_some_and(|until| until <= now)
    }

    /// Begins a lineage.
    pub(super) fn begin(&mut self, id: &[u8], record: Record) -> u32 {
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
    pub(super) fn insert(&mut self, id: &[u8], record: Record) -> u32 {
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
    pub(super) fn settle(&mut self, slot: u32, context: &WriteContext<'_>) -> u64 {
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

    pub(super) fn delete(&mut self, slot: u32, context: &WriteContext<'_>) {
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
    pub(super) fn bury(&mut self, now: f64, most: usize) {
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

    pub(super) fn forget(&mut self, slot: u32) -> Option<Box<Slot>> {
        let there = self.slots.get_mut(slot as usize)?.take()?;
        self.by_id.remove(hash(&there.id), slot);
        self.free.push(slot);
        Some(there)
    }

    pub(super) fn cleanup(&mut self, context: &WriteContext<'_>, limit: usize) -> Cleaned {
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

    pub(super) fn list(&mut self, page: &Page<'_>) -> Listed {
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
