//! The compact code of a delta, for the log: one byte for an action, lengths instead of quotes and brackets.
//!
//! ```text
//! delta  = count field*            field  = bytes change          bytes = length byte*
//! change = 1 bytes                 added
//!        | 2 bytes bytes           modified, old and new
//!        | 3 bytes                 removed
//!        | 4 delta                 nested
//!        | 5 count span*           edited
//!        | 6 bytes | 7             modified, removed, without old values
//! span   = 1 count                 keep
//!        | 2 change                inside
//!        | 3 count bytes*          remove
//!        | 4 count bytes*          insert
//!        | 5 count                 remove, without old values
//! ```
//! Counts and lengths are LEB128. The code never leaves the process: persistent backends keep the JSON form.

use std::borrow::Cow;

use crate::json::Text;
use crate::{Code, Error, Result};

use super::{Change, Delta, Gone, Span};

/// Levels that a delta can have: more than any limit on the depth of contexts allows.
const LEVELS: u32 = 1_024;

/// The bytes that stand for actions.
pub(crate) mod op {
    pub(crate) const ADDED: u8 = 1;
    pub(crate) const MODIFIED: u8 = 2;
    pub(crate) const REMOVED: u8 = 3;
    pub(crate) const NESTED: u8 = 4;
    pub(crate) const EDITED: u8 = 5;
    pub(crate) const MODIFIED_UNKNOWN: u8 = 6;
    pub(crate) const REMOVED_UNKNOWN: u8 = 7;
}

/// The code of a delta that changes nothing.
pub(crate) const EMPTY: [u8; 1] = [0];

/// Appends the code of a delta.
pub fn encode(delta: &Delta<'_>, out: &mut Vec<u8>) {
    write_count(delta.fields.len(), out);
    for (key, change) in &delta.fields {
        write_bytes(key, out);
        encode_change(change, out);
    }
}

pub(crate) fn encode_change(change: &Change<'_>, out: &mut Vec<u8>) {
    match change {
        Change::Added(new) => {
            out.push(op::ADDED);
            write_bytes(new, out);
        }
        Change::Modified {
            old: Some(old),
            new,
        } => {
            out.push(op::MODIFIED);
            write_bytes(old, out);
            write_bytes(new, out);
        }
        Change::Removed(Some(old)) => {
            out.push(op::REMOVED);
            write_bytes(old, out);
        }
        Change::Nested(delta) => {
            out.push(op::NESTED);
            encode(delta, out);
        }
        Change::Edited(spans) => {
            out.push(op::EDITED);
            write_count(spans.len(), out);
            spans.iter().for_each(|span| encode_span(span, out));
        }
        Change::Modified { old: None, new } => {
            out.push(op::MODIFIED_UNKNOWN);
            write_bytes(new, out);
        }
        Change::Removed(None) => out.push(op::REMOVED_UNKNOWN),
    }
}

fn encode_span(span: &Span<'_>, out: &mut Vec<u8>) {
    let list = |code: u8, values: &[Text<'_>], out: &mut Vec<u8>| {
        out.push(code);
        write_count(values.len(), out);
        values.iter().for_each(|value| write_bytes(value, out));
    };
    match span {
        Span::Keep(count) => {
            out.push(1);
            write_count(*count, out);
        }
        Span::Inside(change) => {
            out.push(2);
            encode_change(change, out);
        }
        Span::Remove(Gone::Values(values)) => list(3, values, out),
        Span::Insert(values) => list(4, values, out),
        Span::Remove(Gone::Count(count)) => {
            out.push(5);
            write_count(*count, out);
        }
    }
}

/// Reads a delta back; its texts are borrowed from the code.
///
/// # Errors
/// `internal` for bytes that [`encode`] didn't make.
pub fn decode(code: &[u8]) -> Result<Delta<'_>> {
    let mut reader = Reader(code);
    let delta = reader.delta(LEVELS).filter(|_| reader.0.is_empty());
    delta.ok_or_else(unreadable)
}

/// The error of bytes that are no delta's code.
#[cold]
pub(crate) fn unreadable() -> Error {
    Error::new(Code::Internal, "a log entry can't be read")
}

/// Reads bytes from the front.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        // Nearly all are short, and arithmetic on 64 bits is slow where there are 32.
        match self.0 {
            [byte, rest @ ..] if *byte < 128 => {
                self.0 = rest;
                Some(u64::from(*byte))
            }
            _ => self.long_number(),
        }
    }

    #[cold]
    #[inline(never)]
    fn long_number(&mut self) -> Option<u64> {
        // Loops by hand: the standard library's iterators in steps are not inlined where code is to be small.
        let mut value = 0;
        let mut shift = 0;
        while shift < 64 {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Some(value);
            }
            shift += 7;
        }
        None
    }

    #[inline]
    pub(crate) fn count(&mut self) -> Option<usize> {
        if let [byte, rest @ ..] = self.0
            && *byte < 128
        {
            self.0 = rest;
            return Some(usize::from(*byte));
        }
        usize::try_from(self.long_number()?).ok()
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        self.take(length)
    }

    fn text(&mut self) -> Option<Text<'a>> {
        self.bytes().map(Cow::Borrowed)
    }

    fn list(&mut self) -> Option<Vec<Text<'a>>> {
        let count = self.count()?;
        let mut texts = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            texts.push(self.text()?);
        }
        Some(texts)
    }

    fn delta(&mut self, levels: u32) -> Option<Delta<'a>> {
        let levels = levels.checked_sub(1)?;
        let count = self.count()?;
        // A field takes three bytes at least: a wrong count can't ask for more memory than the code has.
        let mut fields = Vec::with_capacity(count.min(self.0.len() / 3));
        for _ in 0..count {
            fields.push((self.text()?, self.change(levels)?));
        }
        Some(Delta { fields })
    }

    fn change(&mut self, levels: u32) -> Option<Change<'a>> {
        let op = self.byte()?;
        self.rest_of_change(op, levels)
    }

    /// The change that begins with `op`, which has been read.
    pub(crate) fn change_of(&mut self, op: u8) -> Option<Change<'a>> {
        self.rest_of_change(op, LEVELS)
    }

    fn rest_of_change(&mut self, op: u8, levels: u32) -> Option<Change<'a>> {
        Some(match op {
            op::ADDED => Change::Added(self.text()?),
            op::MODIFIED => Change::Modified {
                old: Some(self.text()?),
                new: self.text()?,
            },
            op::REMOVED => Change::Removed(Some(self.text()?)),
            op::NESTED => Change::Nested(self.delta(levels)?),
            op::EDITED => {
                let levels = levels.checked_sub(1)?;
                let mut spans = Vec::new();
                for _ in 0..self.count()? {
                    spans.push(self.span(levels)?);
                }
                Change::Edited(spans)
            }
            op::MODIFIED_UNKNOWN => Change::Modified {
                old: None,
                new: self.text()?,
            },
            op::REMOVED_UNKNOWN => Change::Removed(None),
            _ => return None,
        })
    }

    fn span(&mut self, levels: u32) -> Option<Span<'a>> {
        Some(match self.byte()? {
            1 => Span::Keep(self.count()?),
            2 => Span::Inside(self.change(levels)?),
            3 => Span::Remove(Gone::Values(self.list()?)),
            4 => Span::Insert(self.list()?),
            5 => Span::Remove(Gone::Count(self.count()?)),
            _ => return None,
        })
    }
}

/// How many bytes a state's text grows by at the most when the delta of `code` is applied to it: a comma may be counted too many. None where only
/// applying it can tell.
pub(crate) fn longest_growth(code: &[u8]) -> Option<isize> {
    grown_by(&mut Reader(code))
}

fn grown_by(reader: &mut Reader<'_>) -> Option<isize> {
    let mut growth = 0_isize;
    for _ in 0..reader.count()? {
        let key = reader.bytes()?.len() as isize;
        growth += match reader.byte()? {
            op::ADDED => key + 2 + reader.bytes()?.len() as isize,
            op::MODIFIED => {
                let old = reader.bytes()?.len() as isize;
                reader.bytes()?.len() as isize - old
            }
            op::REMOVED => -(key + 1 + reader.bytes()?.len() as isize),
            op::NESTED => grown_by(reader)?,
            _ => return None,
        };
    }
    Some(growth)
}

/// Appends an unsigned LEB128 number.
pub(crate) fn write_number(value: u64, out: &mut Vec<u8>) {
    if value < 128 {
        out.push(value as u8);
    } else {
        write_long_number(value, out);
    }
}

#[cold]
#[inline(never)]
fn write_long_number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Puts a number in the place of the zero that stands for it at `place`.
pub(crate) fn set_number(value: u64, place: usize, out: &mut Vec<u8>) {
    if value < 128 {
        out[place] = value as u8;
        return;
    }
    let mut bytes = Vec::with_capacity(8);
    write_number(value, &mut bytes);
    out.splice(place..=place, bytes);
}

fn write_count(count: usize, out: &mut Vec<u8>) {
    if count < 128 {
        return out.push(count as u8);
    }
    write_number(count as u64, out);
}

pub(crate) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_count(bytes.len(), out);
    out.extend_from_slice(bytes);
}
