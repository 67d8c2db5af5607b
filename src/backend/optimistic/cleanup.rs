//! Removing what is due.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::Poll;

use crate::Result;
use crate::engine::{Cleaned, Head};

use super::super::Job;
use super::super::contract::{Backend, Expired, Kind, Only};
use super::Optimistic;

/// So many are removed at the same time.
const AT_ONCE: usize = 100;

/// What became of something that was due.
enum Outcome {
    Trimmed(u64),
    Removed(Option<Head>),
}

impl<B: Backend> Optimistic<B> {
    /// What has been removed is told, even where removing more has failed: nobody else would hear of it.
    pub(super) async fn cleanup(&self, limit: usize, now: f64, job: &dyn Job) -> Result<Cleaned> {
        self.now.set(self.now.get().max(now));
        let mut cleaned = Cleaned::default();
        let outcome = self.clean(limit, now, job, &mut cleaned).await;
        if cleaned.contexts.is_empty() {
            outcome?;
        }
        Ok(cleaned)
    }

    /// Adds to `cleaned` what it removes.
    async fn clean(
        &self,
        limit: usize,
        now: f64,
        job: &dyn Job,
        cleaned: &mut Cleaned,
    ) -> Result<()> {
        let mut visited = 0;
        while visited < limit && !job.is_given_up() {
            let asked = (limit - visited).min(AT_ONCE);
            let due = self.backend.expired(now, asked).await?;
            let is_last = due.len() < asked;
            let mut has_progress = false;
            let outcomes = all(due.iter().map(|expired| self.clean_one(expired, now))).await;
            let mut failure = None;
            for (expired, outcome) in due.into_iter().zip(outcomes) {
                match outcome {
                    Ok(Outcome::Trimmed(count)) => {
                        cleaned.deltas += count;
                        visited += 1;
                        has_progress |= count > 0;
                    }
                    Ok(Outcome::Removed(head)) => {
                        has_progress |= head.is_some();
                        if let (Some(head), Kind::Context) = (head, expired.kind) {
                            cleaned.contexts.push((expired.id, head));
                            visited += 1;
                        }
                    }
                    Err(error) => failure = Some(error),
                }
            }
            if let Some(error) = failure {
                return Err(error);
            }
            // A backend that gives the same again and again must not keep this going.
            if is_last || !has_progress {
                break;
            }
        }
        Ok(())
    }

    async fn clean_one(&self, expired: &Expired, now: f64) -> Result<Outcome> {
        let Expired { id, kind } = expired;
        let outcome = if *kind == Kind::Deltas {
            let keep = self.policy.keep(now);
            let trimmed = self.backend.trim(id, &keep, self.policy.delta_ttl).await;
            trimmed.map(Outcome::Trimmed)
        } else {
            let until = now + self.policy.tombstone_ttl;
            let only = Only::ExpiredBefore(now);
            let removed = self.backend.remove(id, only, until).await;
            removed.map(Outcome::Removed)
        };
        self.doubt(id);
        outcome
    }
}

/// What all come to, which run at the same time.
async fn all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<Option<Pin<Box<F>>>> = futures.map(|one| Some(Box::pin(one))).collect();
    let mut outputs: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_pending = false;
        for (one, output) in waiting.iter_mut().zip(&mut outputs) {
            let Some(future) = one else { continue };
            match future.as_mut().poll(context) {
                Poll::Ready(value) => {
                    *output = Some(value);
                    *one = None;
                }
                Poll::Pending => is_pending = true,
            }
        }
        if is_pending {
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
    outputs.into_iter().flatten().collect()
}
