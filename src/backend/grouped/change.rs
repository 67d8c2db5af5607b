//! A transaction's end may not be heard of. What it was to change tells afterwards whether it was stored, so that nothing is done twice.

use crate::engine::Record;
use crate::{Code, Error};

use super::super::row::Standing;
use super::contract::{Database, Failure, Transaction};
use super::{Grouped, Subject};

/// What a transaction was to change about one context, which tells afterwards whether it was stored.
pub(super) struct Change {
    pub(super) id: Box<[u8]>,
    pub(super) before: Option<Standing>,
    pub(super) after: Option<Standing>,
}

impl Change {
    /// Whether this came about, by what is stored now; none where others changed the context since and nothing tells any more.
    pub(super) fn has_happened(&self, record: Option<&Record>) -> Option<bool> {
        let leads_here = |standing: &Standing| {
            record.is_some_and(|record| match standing {
                Standing::Live(row) => record.remembers(row.head),
                Standing::Deleted { .. } => standing.is(record),
            })
        };
        if self.after.as_ref().is_some_and(leads_here) {
            return Some(true);
        }
        let is_as_before = self.before.as_ref().map_or(record.is_none(), leads_here);
        is_as_before.then_some(false)
    }
}

/// Commits what is planned. Until it is known not to be stored, `changes` tells of it.
pub(super) async fn commit(
    transaction: impl Transaction,
    planned: Vec<Change>,
    changes: &mut Vec<Change>,
) -> Result<(), Failure> {
    *changes = planned;
    let outcome = transaction.commit().await;
    if let Err(Failure::Refused(_)) = outcome {
        changes.clear();
    }
    outcome
}

/// The error of whom nothing tells whether it was stored.
pub(super) fn unsure() -> Error {
    let message =
        "the database failed while it stored this, and nothing tells whether it did; read it again";
    Error::new(Code::BackendUnavailable, message)
}

/// Whether a cleanup whose end was not heard of was stored. Where it removed no context, it can be done again.
pub(super) async fn has_removed(
    transaction: &impl Transaction,
    changes: &[Change],
) -> Result<bool, Failure> {
    let is_removed = |change: &&Change| matches!(change.after, Some(Standing::Deleted { .. }));
    let removed: Vec<&Change> = changes.iter().filter(is_removed).collect();
    if removed.is_empty() {
        return Ok(false);
    }
    let ids: Vec<&[u8]> = removed.iter().map(|change| &*change.id).collect();
    let standings = transaction.standings(&ids).await?;
    let mut pairs = removed.iter().zip(standings);
    Ok(pairs.any(|(change, standing)| standing.is_ok_and(|standing| standing == change.after)))
}

impl<D: Database> Grouped<D> {
    /// Whether the changes of a transaction were stored whose end was not heard of. It was all or nothing, so one context tells.
    pub(super) fn has_stored(
        &self,
        changes: &[Change],
        subjects: &[Subject],
    ) -> Result<bool, Failure> {
        if changes.is_empty() {
            return Ok(false);
        }
        let is_readable = |change: &&Change| {
            let found = subjects.binary_search_by(|subject| subject.id.cmp(&change.id));
            found.is_ok_and(|place| subjects[place].error.is_none())
        };
        let memory = self.staged.memory();
        let mut telling = changes.iter().filter(is_readable);
        let told = telling
            .find_map(|change| memory.with(&change.id, |record| change.has_happened(record)));
        told.ok_or_else(|| Failure::Refused(unsure()))
    }
}
