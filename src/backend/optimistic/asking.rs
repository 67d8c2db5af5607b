//! Asking a backend, and waiting for its answer no longer than anybody waits for the calls.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Poll, Waker};

use crate::engine::Head;
use crate::{Code, Error, Result};

use super::super::Job;
use super::super::contract::{Answer, Backend, News, Only, Proposal, Stored};
use super::{Lane, Optimistic};

/// What a backend is asked about a context. All goes through one function, which is compiled once.
#[derive(Clone, Copy)]
pub(super) enum Question<'q> {
    Load,
    Since(Head),
    Commit(&'q Proposal),
    Remove(Head, f64),
    Pause(u32),
}

pub(super) enum Reply {
    Stored(Option<Stored>),
    /// This has happened, and nothing was done where something was to be.
    News(News),
    Done,
}

impl<B: Backend> Optimistic<B> {
    /// Asks the backend, as long as anybody waits for the calls; and once more where it says that this may help. Says whether it
    /// did: whether the first got through or not, what was asked for happens once, for it is asked for with the same revisions.
    pub(super) async fn ask(
        &self,
        lane: &Lane,
        group: &[Box<dyn Job>],
        question: Question<'_>,
    ) -> (Result<Reply>, bool) {
        let mut was_lost = false;
        loop {
            let is_given_up = || group.iter().all(|job| job.is_given_up());
            let wait = |waker: &Waker| lane.wait(waker);
            let reply = pin!(self.reply(&lane.id, question));
            match until_given_up(reply, &is_given_up, &wait).await {
                Err(error) if error.code() == Code::BackendUnavailable && !was_lost => {
                    was_lost = true;
                }
                reply => return (reply, was_lost),
            }
        }
    }

    async fn reply(&self, id: &[u8], question: Question<'_>) -> Result<Reply> {
        let backend = &self.backend;
        Ok(match question {
            Question::Load => Reply::Stored(backend.load(id).await?),
            Question::Since(head) => Reply::News(backend.since(id, head).await?),
            Question::Commit(proposal) => match backend.commit(id, proposal).await? {
                Answer::Stored => Reply::Done,
                Answer::Conflict(news) => Reply::News(news),
            },
            Question::Remove(head, until) => {
                match backend.remove(id, Only::Head(head), until).await? {
                    Some(_) => Reply::Done,
                    None => Reply::News(News::Reload),
                }
            }
            Question::Pause(tries) => {
                backend.pause(tries).await;
                Reply::Done
            }
        })
    }
}

/// What `future` gives, as long as anybody waits for it. `wait` is told whom to wake when that may have changed.
pub(super) async fn until_given_up<T>(
    mut future: Pin<&mut impl Future<Output = Result<T>>>,
    is_given_up: &dyn Fn() -> bool,
    wait: &dyn Fn(&Waker),
) -> Result<T> {
    poll_fn(|context| {
        if let Poll::Ready(outcome) = future.as_mut().poll(context) {
            return Poll::Ready(outcome);
        }
        if is_given_up() {
            let message = "nobody waits for this any more";
            return Poll::Ready(Err(Error::new(Code::Timeout, message)));
        }
        wait(context.waker());
        Poll::Pending
    })
    .await
}

pub(super) fn unasked() -> Error {
    Error::new(Code::Internal, "a backend answered another question")
}
