//! The deltas a context keeps, newest last, in one run of bytes.
//!
//! ```text
//! entry = length step code length     the length stands at both ends, to be read from either
//! ```
//! An entry says how to come back to the commit before it (see `Stamp`), so the log is read from the newest commit, whose
//! stamp the record has, backwards; it is trimmed from the oldest on only, and so never has a hole.

use crate::Result;
use crate::delta::code::{Reader, set_number, write_number};
use crate::delta::text;

use super::revision::{Head, Stamp};

/// How much of a log is kept: the newest entries within all bounds.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// At most so many entries.
    pub count: Option<u64>,
    /// At most so many bytes of deltas.
    pub bytes: usize,
    /// Only entries committed later than this.
    pub after: f64,
}

/// One kept commit.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The commit.
    pub head: Head,
    /// The commit before it.
    pub previous: Head,
    /// When it was committed.
    pub at: f64,
    /// The delta's compact code.
    pub code: &'a [u8],
}

impl Entry<'_> {
    /// The delta's JSON form; without old values where `old_values` is false.
    ///
    /// # Errors
    /// `internal` where the code can't be read.
    pub fn delta(&self, old_values: bool) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(text::likely_length(self.code.len()));
        text::print_code(self.code, old_values, &mut out)?;
        Ok(out)
    }
}

/// A log. The commit that created the context has no entry of its own: its delta can be made from the state.
#[derive(Clone, Debug, Default)]
pub struct Log {
    bytes: Vec<u8>,
    /// Trimmed bytes at the front, dropped once they are half.
    start: usize,
    count: u32,
    /// Whether the commit that created the context still counts as kept.
    has_creation: bool,
    /// When the oldest kept commit was made: the creating one, or that of the first entry.
    oldest: f64,
}

impl Log {
    /// The log of a context created at `at`.
    pub(super) fn created(at: f64) -> Self {
        Log {
            has_creation: true,
            oldest: at,
            ..Log::default()
        }
    }

    /// How many commits are kept, the creating one included while it is.
    pub fn count(&self) -> u64 {
        u64::from(self.count) + u64::from(self.has_creation)
    }

    /// Bytes it takes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the creating commit is kept still.
    pub fn reaches_creation(&self) -> bool {
        self.has_creation
    }

    /// When the oldest kept commit was made.
    pub(super) fn oldest(&self) -> Option<f64> {
        (self.count() > 0).then_some(self.oldest)
    }

    pub(super) fn push(&mut self, now: Stamp, before: Stamp, code: &[u8]) {
        if self.count() == 0 {
            self.oldest = now.at;
        }
        // Between commits of one engine a step mostly has 6 bytes at most and the lengths 2 together; else 40 at most, and 10. What
        // takes more grows by itself.
        let wanted = code.len() + if now.follows(before) { 8 } else { 50 };
        if self.bytes.capacity() - self.bytes.len() < wanted {
            self.drop_trimmed();
            // The standard growth doubles; a log is one of very many and mostly short.
            self.bytes.reserve_exact(wanted + self.bytes.len() / 2);
        }
        let front = self.bytes.len();
        self.bytes.push(0);
        now.write_step(before, &mut self.bytes);
        self.bytes.extend_from_slice(code);
        let length = (self.bytes.len() - front - 1) as u64;
        set_number(length, front, &mut self.bytes);
        let end = self.bytes.len();
        write_number(length, &mut self.bytes);
        self.bytes[end..].reverse();
        self.count += 1;
    }

    /// Drops what `keep` doesn't cover and says how many commits that were.
    pub(super) fn trim(&mut self, keep: &Keep) -> u64 {
        let before = self.count();
        while let Some(oldest) = self.oldest() {
            let over = keep.count.is_some_and(|count| self.count() > count)
                || oldest <= keep.after
                || self.bytes.len() - self.start > keep.bytes;
            if !over {
                break;
            }
            self.drop_oldest();
        }
        if self.count == 0 {
            self.bytes = Vec::new();
            self.start = 0;
        } else if self.start > self.bytes.len() / 2 {
            self.drop_trimmed();
        }
        before - self.count()
    }

    fn drop_oldest(&mut self) {
        if self.has_creation {
            self.has_creation = false;
        } else {
            let mut reader = Reader(&self.bytes[self.start..]);
            let length = reader.number().unwrap_or(0);
            let head = self.bytes.len() - self.start - reader.0.len();
            self.start += 2 * head + length as usize;
            self.count -= 1;
        }
        let mut next = Reader(&self.bytes[self.start..]);
        if next.number().is_some() {
            self.oldest = Stamp::time_after(self.oldest, &mut next).unwrap_or(self.oldest);
        }
    }

    fn drop_trimmed(&mut self) {
        self.bytes.drain(..self.start);
        self.start = 0;
    }

    /// The entries from the newest, whose head and time are given, to the oldest.
    pub(super) fn newest_first(&self, head: Head, at: f64) -> Entries<'_> {
        Entries {
            rest: &self.bytes[self.start..],
            head,
            at,
        }
    }
}

/// The entries of a log, from the newest to the oldest.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
    /// The commit of the next one.
    head: Head,
    at: f64,
}

impl Entries<'_> {
    /// None at all.
    pub(super) fn none() -> Self {
        Entries {
            rest: &[],
            head: Head::default(),
            at: 0.0,
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let length = back_length(&mut self.rest)?;
        let start = self.rest.len().checked_sub(length)?;
        let (before, payload) = self.rest.split_at_checked(start)?;
        // The length in front takes as many bytes as the one behind.
        self.rest = before.get(..before.len() - number_size(length as u64))?;
        let stamp = Stamp {
            revision: self.head.revision,
            at: self.at,
        };
        let mut reader = Reader(payload);
        let previous = stamp.step_back(&mut reader)?;
        let entry = Entry {
            head: self.head,
            previous: Head {
                version: self.head.version - 1,
                revision: previous.revision,
            },
            at: self.at,
            code: reader.0,
        };
        self.head = entry.previous;
        self.at = previous.at;
        Some(entry)
    }
}

fn back_length(rest: &mut &[u8]) -> Option<usize> {
    let mut length = 0;
    let mut shift = 0;
    while shift < 64 {
        let (&byte, before) = rest.split_last()?;
        *rest = before;
        length |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return usize::try_from(length).ok();
        }
        shift += 7;
    }
    None
}

fn number_size(value: u64) -> usize {
    (70 - (value | 1).leading_zeros() as usize) / 7
}
