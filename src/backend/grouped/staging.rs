//! Bringing into memory what stands in the database, also where that can't be read.

use crate::engine::Record;
use crate::{Code, Error};

use super::super::row::{Row, Standing, damaged};
use super::super::{Access, Job};
use super::{Database, Failure, Grouped, RECORD_BYTES, Subject, Transaction};

impl<D: Database> Grouped<D> {
    /// Makes memory have what stands there. Gives why it can't be read, where that is so.
    pub(super) async fn stage(
        &self,
        transaction: &impl Transaction,
        id: &[u8],
        standing: Option<&Standing>,
    ) -> Result<Option<Error>, Failure> {
        if self.is_staged(id, standing) {
            return Ok(None);
        }
        self.grow_cached(id.len() + RECORD_BYTES);
        let record = match standing {
            None => None,
            Some(Standing::Deleted { head, until }) => Some(Record::deleted(*head, *until)),
            Some(Standing::Live(row)) => match self.record(transaction, id, row).await? {
                Ok(record) => Some(record),
                Err(error) => return Ok(Some(error)),
            },
        };
        self.staged.memory().install(id, record);
        Ok(None)
    }

    /// Whether memory has what stands there.
    pub(super) fn is_staged(&self, id: &[u8], standing: Option<&Standing>) -> bool {
        let memory = self.staged.memory();
        memory.with(id, |record| match (standing, record) {
            (Some(standing), Some(record)) => standing.is(record),
            (None, None) => true,
            _ => false,
        })
    }

    /// The record of a row and its contents, or why it can't be put together.
    pub(super) async fn record(
        &self,
        transaction: &impl Transaction,
        id: &[u8],
        row: &Row,
    ) -> Result<crate::Result<Record>, Failure> {
        if self.is_unreadable(id) {
            return Ok(Err(damaged("state or log")));
        }
        let contents = transaction.contents(id, row).await;
        if let Err(Failure::Refused(error)) = &contents
            && error.code() == Code::BackendError
        {
            self.unreadable.borrow_mut().push(id.into());
        }
        let (snapshot, entries) = contents?;
        let entries_bytes: usize = entries.iter().map(|entry| entry.delta.len()).sum();
        self.grow_cached(snapshot.len() + entries_bytes);
        Ok(row.record(snapshot, entries))
    }

    pub(super) fn is_unreadable(&self, id: &[u8]) -> bool {
        let unreadable = self.unreadable.borrow();
        unreadable.iter().any(|unreadable| **unreadable == *id)
    }

    /// Does a call that puts something in the place of what can't be read, and fails any other.
    pub(super) fn mend(&self, job: &mut Box<dyn Job>, access: Access, subject: &mut Subject) {
        let Some((standing, error)) = subject.standing.as_ref().zip(subject.error.as_ref()) else {
            return;
        };
        if !access.mends() {
            return job.fail(error);
        }
        let (memory, head) = (self.staged.memory(), standing.head());
        // What comes next has the next version and is a new lineage; and there is something to delete.
        let stand_in = if access == Access::Delete {
            Record::empty(head)
        } else {
            Record::deleted(head, f64::INFINITY)
        };
        memory.install(&subject.id, Some(stand_in));
        job.run();
        let is_live = memory.with(&subject.id, |record| {
            record.is_some_and(|record| record.live().is_some())
        });
        if is_live == (access != Access::Delete) {
            subject.error = None;
        } else {
            // The call was refused for another reason.
            memory.install(&subject.id, None);
        }
    }
}
