//! Who made a commit, and which one it was.

use crate::delta::code::{Reader, write_number};
use crate::json::number;

/// An opaque token, unique per commit: a random number for the writing engine and its count of commits.
///
/// A version alone is not enough: after delete-and-recreate, a restore, or a failover that lost writes, version 7 may
/// be another version 7. As text: both numbers in hexadecimal, joined by `-`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Revision {
    /// The engine.
    pub writer: u64,
    /// Its commit.
    pub counter: u64,
}

impl Revision {
    /// Appends the text form.
    pub fn write(self, out: &mut Vec<u8>) {
        write_hex(self.writer, out);
        out.push(b'-');
        write_hex(self.counter, out);
    }

    /// The text form.
    pub fn text(self) -> String {
        let mut out = Vec::with_capacity(24);
        self.write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Reads the text form; `None` for any other text.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let dash = text.iter().position(|byte| *byte == b'-')?;
        Some(Revision {
            writer: parse_hex(&text[..dash])?,
            counter: parse_hex(&text[dash + 1..])?,
        })
    }
}

fn write_hex(value: u64, out: &mut Vec<u8>) {
    let digits = (67 - value.leading_zeros().min(63)) / 4;
    out.extend(
        (0..digits)
            .rev()
            .map(|digit| b"0123456789abcdef"[(value >> (4 * digit) & 15) as usize]),
    );
}

fn parse_hex(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    text.iter().try_fold(0_u64, |value, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u64::from(digit))
    })
}

/// A commit's place in a context's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Grows by one per change.
    pub version: u64,
    /// Which version of that number it is.
    pub revision: Revision,
}

/// The step back from a commit to the one before it, in few bytes: both mostly come from one engine within a short time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stamp {
    pub(super) revision: Revision,
    pub(super) at: f64,
}

const OTHER_WRITER: u8 = 1;
const EXACT_TIMES: u8 = 2;

impl Stamp {
    /// Whether the step to `before` takes few bytes, as it does for the commits of one engine.
    pub(super) fn follows(self, before: Stamp) -> bool {
        self.revision.writer == before.revision.writer
            && self.at - before.at < 1e6
            && self.revision.counter.wrapping_sub(before.revision.counter) < 1 << 28
    }

    /// Appends how to come from this stamp to `before`.
    pub(super) fn write_step(self, before: Stamp, out: &mut Vec<u8>) {
        let elapsed = self.at - before.at;
        let small_time = number::is_whole(elapsed)
            && elapsed.abs() < 1e15
            && before.at + elapsed == self.at
            && self.at - elapsed == before.at;
        let counted = self.revision.counter.checked_sub(before.revision.counter);
        let counted = counted.filter(|_| self.revision.writer == before.revision.writer);
        out.push(
            if counted.is_none() { OTHER_WRITER } else { 0 }
                | if small_time { 0 } else { EXACT_TIMES },
        );
        match counted {
            Some(count) => write_number(count, out),
            None => {
                write_number(before.revision.writer, out);
                write_number(before.revision.counter, out);
            }
        }
        if small_time {
            let elapsed = elapsed as i64;
            write_number((elapsed << 1 ^ elapsed >> 63) as u64, out);
        } else {
            out.extend_from_slice(&before.at.to_le_bytes());
            out.extend_from_slice(&self.at.to_le_bytes());
        }
    }

    /// Reads the step and gives the stamp before `self`.
    pub(super) fn step_back(self, reader: &mut Reader<'_>) -> Option<Stamp> {
        let flags = reader.byte()?;
        let revision = if flags & OTHER_WRITER == 0 {
            Revision {
                writer: self.revision.writer,
                counter: self.revision.counter.checked_sub(reader.number()?)?,
            }
        } else {
            Revision {
                writer: reader.number()?,
                counter: reader.number()?,
            }
        };
        let at = match read_times(flags, reader)? {
            Times::Elapsed(elapsed) => self.at - elapsed,
            Times::Exact { before, .. } => before,
        };
        Some(Stamp { revision, at })
    }

    /// The time of a commit, read from its step, given the time of the one before.
    pub(super) fn time_after(before: f64, reader: &mut Reader<'_>) -> Option<f64> {
        let flags = reader.byte()?;
        reader.number()?;
        if flags & OTHER_WRITER != 0 {
            reader.number()?;
        }
        Some(match read_times(flags, reader)? {
            Times::Elapsed(elapsed) => before + elapsed,
            Times::Exact { after, .. } => after,
        })
    }
}

enum Times {
    Elapsed(f64),
    Exact { before: f64, after: f64 },
}

fn read_times(flags: u8, reader: &mut Reader<'_>) -> Option<Times> {
    if flags & EXACT_TIMES == 0 {
        let zigzag = reader.number()?;
        return Some(Times::Elapsed(
            ((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)) as f64,
        ));
    }
    let mut double = || Some(f64::from_le_bytes(reader.take(8)?.try_into().ok()?));
    Some(Times::Exact {
        before: double()?,
        after: double()?,
    })
}

/// A whole number as text, for messages.
pub(super) fn decimal(value: u64) -> String {
    let mut out = Vec::new();
    number::write_integer(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
