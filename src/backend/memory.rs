//! Records in memory, gone with the process.

pub(super) mod order;
mod records;

use core::cell::RefCell;

use crate::engine::{
    Cleaned, Commit, Decide, Head, Keep, Listed, Page, Record, Step, Store, Tell, WriteContext,
};
use crate::{Code, Error, Result};

use records::Records;

/// So many expired tombstones go along with each commit.
const TOMBSTONES_PER_COMMIT: usize = 2;

/// The memory store.
#[derive(Debug, Default)]
pub struct Memory {
    records: RefCell<Records>,
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
