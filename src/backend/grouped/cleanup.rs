//! Removing what is due, within one transaction.

use crate::engine::{Cleaned, Record};

use super::super::row::{Row, Standing, Trim, Writes, writes};
use super::{Change, Database, Failure, Grouped, LARGEST_GROUP, Transaction};

impl<D: Database> Grouped<D> {
    /// Removes what is due, as much as goes into one transaction; says whether that was all. Expired contexts are not even read.
    pub(super) async fn clean(
        &self,
        transaction: &impl Transaction,
        limit: usize,
        now: f64,
    ) -> Result<(Cleaned, Vec<Change>, bool), Failure> {
        let mut cleaned = Cleaned::default();
        let mut changes = Vec::new();
        let mut visited = 0;
        let mut looked_at = 0;
        while visited < limit && looked_at < limit.max(LARGEST_GROUP) {
            let due = transaction.due(now, limit - visited).await?;
            let mut has_progress = false;
            looked_at += due.len();
            for (id, standing) in due {
                let before = (cleaned.contexts.len(), cleaned.deltas);
                let writes = self
                    .clean_one(transaction, &id, &standing, now, &mut cleaned)
                    .await?;
                visited += usize::from(before != (cleaned.contexts.len(), cleaned.deltas));
                if let Some(writes) = writes {
                    has_progress = true;
                    transaction.write(&id, Some(&standing), &writes)?;
                    changes.push(Change {
                        id: id.clone(),
                        before: Some(standing),
                        after: writes.standing,
                    });
                }
                self.staged.memory().install(&id, None);
            }
            // What comes up again and again must not keep this going.
            if !has_progress {
                return Ok((cleaned, changes, true));
            }
        }
        Ok((cleaned, changes, false))
    }

    /// What is to be written in the place of something that is due; adds to `cleaned` what goes.
    async fn clean_one(
        &self,
        transaction: &impl Transaction,
        id: &[u8],
        standing: &Standing,
        now: f64,
        cleaned: &mut Cleaned,
    ) -> Result<Option<Writes>, Failure> {
        let expires = |row: &Row| {
            self.policy
                .context_ttl
                .is_some_and(|ttl| row.at + ttl <= now)
        };
        let record = match standing {
            Standing::Deleted { .. } => None,
            Standing::Live(row) if expires(row) => {
                let kept = (row.head.version + 1).saturating_sub(row.first_kept);
                cleaned.contexts.push((id.into(), row.head));
                cleaned.deltas += kept + u64::from(row.created.is_some());
                Some(Record::deleted(row.head, now + self.policy.tombstone_ttl))
            }
            Standing::Live(row) => {
                // What can't be read is left to whoever asks for it, and must not come up again and again.
                let Ok(mut record) = self.record(transaction, id, row).await? else {
                    return Ok(Some(Writes::put_off(row, &self.policy)));
                };
                cleaned.deltas += record.trim(&self.policy.keep(now));
                Some(record)
            }
        };
        writes(Some(standing), record.as_ref(), &self.policy, Trim::Exactly)
            .map_err(Failure::Refused)
    }
}
