//! A store over an asynchronous [`Backend`].
//!
//! Each context in use has a [working record](Working), which the engine's steps read. A commit goes to the backend first, as a
//! compare-and-set on the head that the working record shows, and is applied to it only when it is stored. When another writer came
//! first, the answer says what is missing; the record catches up and the step runs again. Losing the working records loses nothing:
//! an operation takes its record out and puts it back when it knows that it is right, so whatever fails or is given up costs a `load`.

use core::cell::{Cell, RefCell};

use crate::engine::{
    Cleaned, Commit, Decide, Head, Listed, Page, Policy, Record, Step, Store, Tell, WriteContext,
};
use crate::{Code, Error, Result};

use super::contract::{Answer, Backend, Kind, News, Only};
use super::turn::Turns;
use super::working::{Working, WorkingSet, propose};

/// How often a step is run again before the conflict is reported.
const TRIES: usize = 100;

/// Working records over a backend.
#[derive(Debug)]
pub struct Persistent<B> {
    backend: B,
    policy: Policy,
    working: RefCell<WorkingSet>,
    turns: Turns,
    /// The time of the last write or cleanup.
    now: Cell<f64>,
}

impl<B: Backend> Persistent<B> {
    /// A store over `backend`, which uses no more of a context's log than `policy`, the engine's own, says.
    pub fn new(backend: B, policy: Policy) -> Self {
        Persistent {
            backend,
            policy,
            working: RefCell::default(),
            turns: Turns::default(),
            now: Cell::new(f64::NEG_INFINITY),
        }
    }

    /// The backend.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    fn take_working(&self, id: &[u8]) -> Option<Working> {
        self.working.borrow_mut().take(id)
    }

    fn keep_working(&self, id: &[u8], working: Option<Working>) {
        if let Some(working) = working {
            self.working.borrow_mut().keep(id, working);
        }
    }

    async fn load(&self, id: &[u8]) -> Result<Option<Working>> {
        match self.backend.load(id).await? {
            Some(stored) => Ok(Some(self.trimmed(Working::load(stored)?))),
            None => Ok(None),
        }
    }

    /// What a backend keeps beyond the policy, for its snapshot's sake or because nobody has cleaned up yet, no client sees.
    fn trimmed(&self, mut working: Working) -> Working {
        let now = self.now.get().max(working.record.at());
        working.record.trim(&self.policy.keep(now));
        working
    }

    /// The working record as the backend has it now.
    async fn refresh(&self, id: &[u8], working: Option<Working>) -> Result<Option<Working>> {
        let Some(working) = working else {
            return self.load(id).await;
        };
        let news = self.backend.since(id, working.record.head()).await?;
        if news == News::Same {
            return Ok(Some(working));
        }
        self.catch_up(id, Some(working), news).await
    }

    /// The working record after something happened.
    async fn catch_up(
        &self,
        id: &[u8],
        working: Option<Working>,
        news: News,
    ) -> Result<Option<Working>> {
        if let (Some(mut working), News::Tail(entries)) = (working, news)
            && !entries.is_empty()
            && working.follow(&entries).is_ok()
        {
            return Ok(Some(self.trimmed(working)));
        }
        self.load(id).await
    }

    /// Adds to `cleaned` what it removes.
    async fn clean(
        &self,
        context: &WriteContext<'_>,
        limit: usize,
        cleaned: &mut Cleaned,
    ) -> Result<()> {
        let keep = context.policy.keep(context.now);
        let until = context.now + context.policy.tombstone_ttl;
        let mut visited = 0;
        while visited < limit {
            let asked = limit - visited;
            let due = self.backend.expired(context.now, asked).await?;
            let is_last = due.len() < asked;
            let mut has_progress = false;
            for expired in due {
                let id = &*expired.id;
                let _turn = self.turns.take(id).await;
                self.take_working(id);
                if expired.kind == Kind::Deltas {
                    let trimmed = self
                        .backend
                        .trim(id, &keep, context.policy.delta_ttl)
                        .await?;
                    cleaned.deltas += trimmed;
                    visited += 1;
                    has_progress |= trimmed > 0;
                    continue;
                }
                let only = Only::ExpiredBefore(context.now);
                let gone = self.backend.remove(id, only, until).await?;
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

impl<B: Backend> Store for Persistent<B> {
    async fn read<R>(
        &self,
        id: &[u8],
        read: impl FnOnce(Option<&Record>) -> Result<R>,
    ) -> Result<R> {
        let _turn = self.turns.take(id).await;
        let working = self.take_working(id);
        let working = self.refresh(id, working).await?;
        let answer = read(working.as_ref().map(|working| &working.record));
        self.keep_working(id, working);
        answer
    }

    async fn write(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        step: &mut Decide<'_>,
        done: &mut Tell<'_>,
    ) -> Result<()> {
        let _turn = self.turns.take(id).await;
        self.now.set(context.now);
        let mut working = self.take_working(id);
        // A step that commits is proven right by the compare-and-set; one that doesn't must have seen the newest record.
        let mut is_newest = working.is_none();
        if working.is_none() {
            working = self.load(id).await?;
        }
        for _ in 0..TRIES {
            let decided = step(working.as_ref().map(|working| &working.record));
            let commit = match decided {
                Ok(Step::Commit(commit)) => commit,
                _ if !is_newest => {
                    working = self.refresh(id, working).await?;
                    is_newest = true;
                    continue;
                }
                Ok(Step::Keep) => {
                    let answer = match &working {
                        Some(working) => done(&working.record, None),
                        None => Err(Error::new(Code::NotFound, "no context has this id")),
                    };
                    self.keep_working(id, working);
                    return answer;
                }
                Err(error) => {
                    self.keep_working(id, working);
                    return Err(error);
                }
            };
            let code = match &commit {
                Commit::Change { code, .. } => code.clone(),
                Commit::Create { .. } => Vec::new(),
            };
            let before = working.take();
            let (after, proposal) = propose(before.clone(), commit, context)?;
            match self.backend.commit(id, &proposal).await? {
                Answer::Stored => {
                    let answer = done(&after.record, Some(&code));
                    self.keep_working(id, Some(after));
                    return answer;
                }
                Answer::Conflict(news) => working = self.catch_up(id, before, news).await?,
            }
            // A backend that tried again by itself after a lost answer finds its own commit there, perhaps under others.
            let own = proposal.entry.head;
            if working
                .as_ref()
                .is_some_and(|working| working.record.remembers(own))
            {
                let answer = done(&after.record, Some(&code));
                self.keep_working(id, working);
                return answer;
            }
            is_newest = true;
        }
        let message = "other writers came first each time; try again when they are fewer";
        Err(Error::new(Code::Conflict, message))
    }

    async fn remove(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        check: &mut dyn FnMut(Option<&Record>) -> Result<bool>,
    ) -> Result<Option<Head>> {
        let _turn = self.turns.take(id).await;
        let mut working = self.take_working(id);
        for _ in 0..TRIES {
            working = self.refresh(id, working).await?;
            let wanted = check(working.as_ref().map(|working| &working.record))?;
            let Some(head) = working
                .as_ref()
                .map(|working| working.record.head())
                .filter(|_| wanted)
            else {
                self.keep_working(id, working);
                return Ok(None);
            };
            let until = context.now + context.policy.tombstone_ttl;
            if self
                .backend
                .remove(id, Only::Head(head), until)
                .await?
                .is_some()
            {
                return Ok(Some(head));
            }
        }
        let message = "other writers came first each time; try again when they are fewer";
        Err(Error::new(Code::Conflict, message))
    }

    async fn cleanup(&self, context: &WriteContext<'_>, limit: usize) -> Result<Cleaned> {
        self.now.set(context.now);
        let mut cleaned = Cleaned::default();
        match self.clean(context, limit, &mut cleaned).await {
            // Whoever subscribed has to hear of what is gone; the failure comes back in the next run.
            Err(error) if cleaned.contexts.is_empty() => Err(error),
            _ => Ok(cleaned),
        }
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        self.backend.list(page).await
    }

    async fn close(&self) -> Result<()> {
        self.working.take();
        self.backend.close().await
    }
}
