//! A backend that JavaScript brought: asks it, and waits for its answers.
//!
//! `js/own-backend.ts` calls its methods and checks what they give. What crosses is text, see `backend::contract_text`.

use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::task::{Poll, Waker};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::JsValue;

use crate::backend::contract_text::{
    parse_answer, parse_count, parse_expired, parse_head, parse_listed, parse_news, parse_stored,
    print_due, print_head, print_page, print_proposal, print_removal, print_trim,
};
use crate::backend::{Answer, Backend, Expired, News, Only, Proposal, Stored};
use crate::engine::{Head, Keep, Listed, Page};
use crate::json::number;
use crate::{Code, Error, Result};

use super::area::OUTPUT;

/// What is asked for, by the numbers that `js/own-backend.ts` knows.
#[derive(Clone, Copy)]
enum Question {
    Load,
    Since,
    Commit,
    Remove,
    Trim,
    Expired,
    List,
    Pause,
    Open,
    Close,
}

/// Asks a backend.
#[derive(Clone)]
pub(super) struct OwnBackend(Rc<Asked>);

struct Asked {
    /// Called with the number of a question and what is asked for, while the rest of it stands in the output.
    ask: Function,
    answers: RefCell<Answers>,
}

/// Answers and those that wait for them, by the number of the question.
#[derive(Default)]
struct Answers {
    slots: Vec<Slot>,
    free: Vec<usize>,
}

enum Slot {
    Free,
    Waiting(Option<Waker>),
    /// Nobody waits any more, and the answer is still to come.
    Abandoned,
    Answered(Result<Vec<u8>>),
}

/// A place where an answer is waited for; it is given up when this is dropped.
struct Place<'a> {
    asked: &'a Asked,
    number: usize,
}

impl OwnBackend {
    pub(super) fn new(ask: Function) -> Self {
        OwnBackend(Rc::new(Asked {
            ask,
            answers: RefCell::default(),
        }))
    }

    /// The answer to a question has come.
    pub(super) fn answer(&self, number: u32, answer: Result<Vec<u8>>) {
        let waker = self.0.answers.borrow_mut().put(number as usize, answer);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Asks at once, and waits for the answer when that is polled.
    fn ask(
        &self,
        question: Question,
        id: &[u8],
        print: impl FnOnce(&mut Vec<u8>),
    ) -> impl Future<Output = Result<Vec<u8>>> {
        let place = self.0.place();
        OUTPUT.with(|output| {
            let mut output = output.borrow_mut();
            output
                .begin()
                .part(|out| out.extend_from_slice(id))
                .part(print)
                .end();
        });
        let (number, question) = (place.number as u32, question as u32);
        // The facade's function never throws.
        let _ = self
            .0
            .ask
            .call2(&JsValue::NULL, &number.into(), &question.into());
        poll_fn(move |context| place.poll(context.waker()))
    }
}

impl Asked {
    fn place(&self) -> Place<'_> {
        let mut answers = self.answers.borrow_mut();
        let number = answers.free.pop().unwrap_or(answers.slots.len());
        if number == answers.slots.len() {
            answers.slots.push(Slot::Free);
        }
        answers.slots[number] = Slot::Waiting(None);
        Place {
            asked: self,
            number,
        }
    }
}

impl Answers {
    /// Puts an answer where it is waited for; gives who waits.
    fn put(&mut self, number: usize, answer: Result<Vec<u8>>) -> Option<Waker> {
        match self.slots.get_mut(number)? {
            Slot::Waiting(waker) => {
                let waker = waker.take();
                self.slots[number] = Slot::Answered(answer);
                waker
            }
            Slot::Abandoned => {
                self.free(number);
                None
            }
            Slot::Free | Slot::Answered(_) => None,
        }
    }

    fn free(&mut self, number: usize) {
        self.slots[number] = Slot::Free;
        self.free.push(number);
    }
}

impl Place<'_> {
    fn poll(&self, waker: &Waker) -> Poll<Result<Vec<u8>>> {
        let slot = &mut self.asked.answers.borrow_mut().slots[self.number];
        match slot {
            Slot::Answered(answer) => Poll::Ready(core::mem::replace(answer, Ok(Vec::new()))),
            _ => {
                *slot = Slot::Waiting(Some(waker.clone()));
                Poll::Pending
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut answers = self.asked.answers.borrow_mut();
        if let Slot::Waiting(_) = answers.slots[self.number] {
            answers.slots[self.number] = Slot::Abandoned;
        } else {
            answers.free(self.number);
        }
    }
}

/// The error that a backend's method failed with.
pub(super) fn failure(code: &[u8], message: &[u8], cause: u32) -> Error {
    let code = Code::ALL
        .into_iter()
        .find(|known| known.as_str().as_bytes() == code);
    let message = String::from_utf8_lossy(message);
    Error::new(code.unwrap_or(Code::BackendError), message).because(cause)
}

impl Backend for OwnBackend {
    async fn load(&self, id: &[u8]) -> Result<Option<Stored>> {
        parse_stored(&self.ask(Question::Load, id, |_| {}).await?)
    }

    async fn since(&self, id: &[u8], have: Head) -> Result<News> {
        let answer = self.ask(Question::Since, id, |out| print_head(have, out));
        parse_news(&answer.await?)
    }

    async fn commit(&self, id: &[u8], proposal: &Proposal) -> Result<Answer> {
        let answer = self.ask(Question::Commit, id, |out| print_proposal(proposal, out));
        parse_answer(&answer.await?)
    }

    async fn remove(&self, id: &[u8], only: Only, tombstone_until: f64) -> Result<Option<Head>> {
        let answer = self.ask(Question::Remove, id, |out| {
            print_removal(only, tombstone_until, out);
        });
        parse_head(&answer.await?)
    }

    async fn trim(&self, id: &[u8], keep: &Keep, deltas_ttl: Option<f64>) -> Result<u64> {
        let answer = self.ask(Question::Trim, id, |out| print_trim(keep, deltas_ttl, out));
        parse_count(&answer.await?)
    }

    async fn expired(&self, before: f64, limit: usize) -> Result<Vec<Expired>> {
        let answer = self.ask(Question::Expired, b"", |out| print_due(before, limit, out));
        parse_expired(&answer.await?)
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        let answer = self.ask(Question::List, b"", |out| print_page(page, out));
        parse_listed(&answer.await?)
    }

    async fn pause(&self, tries: u32) {
        let print = |out: &mut Vec<u8>| number::write_integer(tries.into(), out);
        // It can't fail.
        let _ = self.ask(Question::Pause, b"", print).await;
    }

    async fn open(&self) -> Result<()> {
        self.ask(Question::Open, b"", |_| {}).await.map(drop)
    }

    async fn close(&self) -> Result<()> {
        self.ask(Question::Close, b"", |_| {}).await.map(drop)
    }
}
