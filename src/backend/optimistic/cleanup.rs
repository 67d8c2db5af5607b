//! Removing what is due.

use crate::Result;
use crate::engine::Cleaned;

use super::super::contract::{Backend, Kind, Only};
use super::Optimistic;

impl<B: Backend> Optimistic<B> {
    /// What has been removed is told, even where removing more has failed: nobody else would hear of it.
    pub(super) async fn cleanup(&self, limit: usize, now: f64) -> Result<Cleaned> {
        self.now.set(self.now.get().max(now));
        let mut cleaned = Cleaned::default();
        let outcome = self.clean(limit, now, &mut cleaned).await;
        if cleaned.contexts.is_empty() {
            outcome?;
        }
        Ok(cleaned)
    }

    /// Adds to `cleaned` what it removes.
    async fn clean(&self, limit: usize, now: f64, cleaned: &mut Cleaned) -> Result<()> {
        let keep = self.policy.keep(now);
        let until = now + self.policy.tombstone_ttl;
        let mut visited = 0;
        while visited < limit {
            let asked = limit - visited;
            let due = self.backend.expired(now, asked).await?;
            let is_last = due.len() < asked;
            let mut has_progress = false;
            for expired in due {
                let id = &*expired.id;
                if expired.kind == Kind::Deltas {
                    let trimmed = self.backend.trim(id, &keep, self.policy.delta_ttl).await;
                    self.doubt(id);
                    let trimmed = trimmed?;
                    cleaned.deltas += trimmed;
                    visited += 1;
                    has_progress |= trimmed > 0;
                    continue;
                }
                let only = Only::ExpiredBefore(now);
                let gone = self.backend.remove(id, only, until).await;
                self.doubt(id);
                let gone = gone?;
                has_progress |= gone.is_some();
                if let (Some(head), Kind::Context) = (gone, expired.kind) {
                    cleaned.contexts.push((expired.id.clone(), head));
                    visited += 1;
                }
            }
            // A backend that gives the same again and again must not keep this going.
            if is_last || !has_progress {
                break;
            }
        }
        Ok(())
    }
}
