//! The answer of a call: texts one after the other, and numbers about them.

use crate::engine::{Head, Revision};
use crate::{Error, Result};

use super::area::OUTPUT;

/// The call failed; the answer is the error.
pub(super) const FAILED: u32 = 0;
/// It is done.
pub(super) const DONE: u32 = 1;
/// There is no such thing, or nothing changed.
pub(super) const NOTHING: u32 = 2;
/// The whole state follows.
pub(super) const FULL: u32 = 3;
/// A backend has to be waited for; the answer comes to the function given at the start, with the number of the call.
#[cfg(feature = "waiting")]
pub(super) const PENDING: u32 = 4;

/// Places of numbers, as `js/memory.ts` reads them.
mod place {
    pub(super) const ADDRESS: usize = 0;
    /// 1 when all texts are ASCII.
    pub(super) const ASCII: usize = 1;
    pub(super) const PARTS: usize = 2;
    /// Bytes of up to four texts.
    pub(super) const LENGTHS: usize = 3;
    pub(super) const VERSION: usize = 7;
    /// The counter of a revision of this engine's own; -1 says that the last text is the whole revision.
    pub(super) const COUNTER: usize = 8;
    pub(super) const AT: usize = 9;
    pub(super) const EXTRA: usize = 10;
    pub(super) const COUNT: usize = 12;
}

/// An answer that is told later.
#[cfg(feature = "waiting")]
#[derive(Default)]
pub(super) struct Answer {
    numbers: [f64; place::COUNT],
    text: Vec<u8>,
}

/// Larger outputs are given back once the next answer is written.
const KEPT: usize = 1 << 20;

#[cfg(feature = "waiting")]
impl Answer {
    /// The bytes of the text at a place.
    pub(super) fn length(&self, part: usize) -> usize {
        self.numbers[place::LENGTHS + part] as usize
    }

    /// Puts a text in the place of the second, which was empty.
    pub(super) fn set_second(&mut self, text: &[u8]) {
        let start = self.length(0);
        self.text.splice(start..start, text.iter().copied());
        self.numbers[place::LENGTHS + 1] = text.len() as f64;
        self.numbers[place::ADDRESS] = self.text.as_ptr().addr() as f64;
        self.numbers[place::ASCII] = f64::from(u8::from(self.text.is_ascii()));
    }
}

pub(super) struct Output {
    numbers: Box<[f64; place::COUNT]>,
    text: Vec<u8>,
    part: usize,
}

impl Default for Output {
    fn default() -> Self {
        Output {
            numbers: Box::new([0.0; place::COUNT]),
            text: Vec::new(),
            part: 0,
        }
    }
}

impl Output {
    pub(super) fn numbers(&self) -> *const f64 {
        self.numbers.as_ptr()
    }

    /// Numbers that JavaScript wrote.
    pub(super) fn told(&self) -> &[f64; place::COUNT] {
        &self.numbers
    }

    /// Begins a new answer.
    pub(super) fn begin(&mut self) -> &mut Self {
        if self.text.capacity() > KEPT {
            self.text = Vec::new();
        }
        self.text.clear();
        self.part = 0;
        self
    }

    /// Adds one text.
    pub(super) fn part(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        let start = self.text.len();
        write(&mut self.text);
        self.numbers[place::LENGTHS + self.part] = (self.text.len() - start) as f64;
        self.part += 1;
        self
    }

    /// Adds a commit; as one more text where its revision is another engine's.
    pub(super) fn head(&mut self, head: Head, at: f64, writer: u64) -> &mut Self {
        self.numbers[place::VERSION] = head.version as f64;
        self.numbers[place::AT] = at;
        if head.revision.writer == writer {
            self.numbers[place::COUNTER] = head.revision.counter as f64;
            return self;
        }
        self.numbers[place::COUNTER] = -1.0;
        self.part(|out| Revision::write(head.revision, out))
    }

    /// Adds a number that only this kind of answer has.
    pub(super) fn extra(&mut self, number: f64) -> &mut Self {
        self.numbers[place::EXTRA] = number;
        self
    }

    /// Takes the answer away, to be told later.
    #[cfg(feature = "waiting")]
    pub(super) fn take(&mut self) -> Answer {
        Answer {
            numbers: *self.numbers,
            text: core::mem::take(&mut self.text),
        }
    }

    /// Makes an answer that was taken away the one that is told.
    #[cfg(feature = "waiting")]
    pub(super) fn restore(&mut self, answer: Answer) {
        *self.numbers = answer.numbers;
        self.text = answer.text;
    }

    /// Finishes the answer.
    pub(super) fn end(&mut self) {
        self.numbers[place::ADDRESS] = self.text.as_ptr().addr() as f64;
        self.numbers[place::ASCII] = f64::from(u8::from(self.text.is_ascii()));
        self.numbers[place::PARTS] = self.part as f64;
    }

    /// Makes the answer an error: code, message, and the path where there is one.
    pub(super) fn error(&mut self, error: &Error) {
        self.begin()
            .part(|out| out.extend_from_slice(error.code().as_str().as_bytes()))
            .part(|out| out.extend_from_slice(error.message().as_bytes()));
        if let Some(path) = error.path() {
            self.part(|out| out.extend_from_slice(&path.to_json()));
        }
        self.extra(error.cause().map_or(-1.0, f64::from)).end();
    }
}

/// The status of a finished call; an error becomes the answer.
pub(super) fn status(outcome: Result<u32>) -> u32 {
    outcome.unwrap_or_else(|error| {
        OUTPUT.with(|output| output.borrow_mut().error(&error));
        FAILED
    })
}

/// Writes a JSON array.
pub(super) fn write_list<T>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = T>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    out.push(b'[');
    for (position, item) in items.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}
