//! What calls have led to in memory, as something to send.

use crate::Result;
use crate::engine::{Head, Record};

use super::super::contract::{Backend, Proposal, StoredEntry};
use super::super::working::{entries_after, unsnapped};
use super::{Optimistic, live_head};

/// What was there when calls began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Base {
    pub(super) head: Head,
    pub(super) is_live: bool,
}

/// What is to be sent.
pub(super) struct Plan {
    base: Option<Base>,
    pub(super) effect: Effect,
    /// Bytes of entries since the stored snapshot, afterwards.
    pub(super) unsnapped: usize,
}

pub(super) enum Effect {
    Commit(Box<Proposal>),
    Remove { head: Head, until: f64 },
}

impl Plan {
    /// Whether a record still is, or is known to lead on from, what the plan builds on: so that what was planned would show in it.
    pub(super) fn is_before(&self, record: Option<&Record>) -> bool {
        match (self.base, record) {
            (None, record) => record.is_none(),
            (Some(base), Some(record)) => {
                record.remembers(base.head) && record.live().is_some() == base.is_live
            }
            (Some(_), None) => false,
        }
    }
}

impl<B: Backend> Optimistic<B> {
    /// What has to be sent so that the backend has what memory has; none where nothing has changed.
    pub(super) fn plan(&self, id: &[u8], base: Option<Base>) -> Result<Option<Plan>> {
        let memory = self.memory();
        if self.base(id) == base {
            return Ok(None);
        }
        let removed = memory.with(id, |record| {
            let until = record?.tombstone()?;
            live_head(base).map(|head| Effect::Remove { head, until })
        });
        if let Some(effect) = removed {
            return Ok(Some(Plan {
                base,
                effect,
                unsnapped: 0,
            }));
        }
        let Some((at, reset, entries)) = memory.with(id, |record| {
            record.map(|record| added(record, base)).transpose()
        })?
        else {
            return Ok(None);
        };
        let keep = self.policy.keep(at);
        memory.trim(id, &keep);
        let more = entries.iter().map(|entry| entry.delta.len()).sum();
        let stored = self.cache.unsnapped(id);
        Ok(memory.with(id, |record| {
            let record = record?;
            let live = record.live()?;
            let unsnapped = if reset {
                0
            } else {
                unsnapped(stored, more, record)
            };
            let oldest = live.oldest_delta();
            let proposal = Proposal {
                base: base.map(|base| base.head),
                head: record.head(),
                reset,
                entries,
                snapshot: (unsnapped == 0).then(|| live.document().text().into_owned()),
                expires_at: self.policy.expiry(record),
                deltas_expire_at: oldest
                    .zip(self.policy.delta_ttl)
                    .map(|(oldest, ttl)| oldest + ttl),
                keep,
            };
            Some(Plan {
                base,
                effect: Effect::Commit(Box::new(proposal)),
                unsnapped,
            })
        }))
    }
}

/// When the record was changed last, whether it is of another lineage than `base`, and its entries since.
fn added(record: &Record, base: Option<Base>) -> Result<(f64, bool, Vec<StoredEntry>)> {
    if let Some(head) = live_head(base)
        && let Some(entries) = entries_after(record, Some(head))?
    {
        return Ok((record.at(), false, entries));
    }
    let mut entries = entries_after(record, None)?.unwrap_or_default();
    if let Some((head, at, delta)) = record.creation()? {
        let previous = None;
        entries.insert(
            0,
            StoredEntry {
                head,
                previous,
                delta,
                at,
            },
        );
    }
    Ok((record.at(), true, entries))
}
