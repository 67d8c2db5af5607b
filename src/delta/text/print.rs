//! Printing the JSON form, from a delta's tree or from its code.

use crate::Result;
use crate::delta::code::{Reader, op, unreadable};
use crate::delta::{Change, Delta, Gone, Span};
use crate::json::{Text, number};

/// A change that tells values as a whole, up to the first value it tells.
struct Whole {
    with_old: &'static [u8],
    without: &'static [u8],
}

const ADDED: Whole = Whole {
    with_old: b"",
    without: b"{\"action\":\"added\",\"value\":",
};
const MODIFIED: Whole = Whole {
    with_old: b"{\"action\":\"modified\",\"oldValue\":",
    without: b"{\"action\":\"modified\",\"value\":",
};
const REMOVED: Whole = Whole {
    with_old: b"{\"action\":\"removed\",\"oldValue\":",
    without: b"{\"action\":\"removed\"",
};

/// Appends the JSON form; without old values where `old_values` is false.
pub fn write(delta: &Delta<'_>, old_values: bool, out: &mut Vec<u8>) {
    Printer::new(Some(out), old_values).delta(delta);
}

/// The JSON form.
pub fn print(delta: &Delta<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write(delta, true, &mut out);
    out
}

/// Appends the JSON form of the delta that `code` is of; without old values where `old_values` is false.
///
/// # Errors
/// `internal` for bytes that are no delta's code.
pub fn print_code(code: &[u8], old_values: bool, out: &mut Vec<u8>) -> Result<()> {
    let mut reader = Reader(code);
    let printed = Printer::new(Some(out), old_values).delta_of(&mut reader);
    printed
        .filter(|()| reader.0.is_empty())
        .ok_or_else(unreadable)
}

/// About how many bytes the JSON form has of a delta whose code has so many.
pub(crate) fn likely_length(code: usize) -> usize {
    2 * code + 64
}

/// Appends the edits of one array as JSON.
pub fn write_edits(spans: &[Span<'_>], out: &mut Vec<u8>) {
    Printer::new(Some(out), true).edits(spans);
}

/// Bytes of a change's JSON form.
pub(crate) fn change_length(change: &Change<'_>) -> usize {
    let mut printer = Printer::new(None, true);
    printer.change(change);
    printer.length
}

/// Bytes of the edits' JSON form.
pub(crate) fn edits_length(spans: &[Span<'_>]) -> usize {
    let mut printer = Printer::new(None, true);
    printer.edits(spans);
    printer.length
}

/// Prints, or only counts where there is nothing to print into.
struct Printer<'o> {
    out: Option<&'o mut Vec<u8>>,
    length: usize,
    old_values: bool,
}

impl<'o> Printer<'o> {
    fn new(out: Option<&'o mut Vec<u8>>, old_values: bool) -> Self {
        Printer {
            out,
            length: 0,
            old_values,
        }
    }

    /// Not inlined: it is called from dozens of places.
    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        match &mut self.out {
            Some(out) => out.extend_from_slice(bytes),
            None => self.length += bytes.len(),
        }
    }

    #[inline(never)]
    fn byte(&mut self, byte: u8) {
        match &mut self.out {
            Some(out) => out.push(byte),
            None => self.length += 1,
        }
    }

    fn number(&mut self, value: usize) {
        let mut digits = Vec::with_capacity(20);
        number::write_integer(value as u64, &mut digits);
        self.put(&digits);
    }

    fn delta(&mut self, delta: &Delta<'_>) {
        self.byte(b'{');
        for (done, (key, change)) in delta.fields.iter().enumerate() {
            if done > 0 {
                self.byte(b',');
            }
            self.put(key);
            self.byte(b':');
            self.change(change);
        }
        self.byte(b'}');
    }

    fn change(&mut self, change: &Change<'_>) {
        match change {
            Change::Added(new) => self.whole(&ADDED, None, Some(new)),
            Change::Modified { old, new } => self.whole(&MODIFIED, old.as_deref(), Some(new)),
            Change::Removed(old) => self.whole(&REMOVED, old.as_deref(), None),
            Change::Nested(delta) => self.delta(delta),
            Change::Edited(spans) => {
                self.put(b"{\"action\":\"edited\",\"edits\":");
                self.edits(spans);
                self.put(b"}");
            }
        }
    }

    /// The delta that a code has next, which needs no tree.
    fn delta_of(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let count = reader.count()?;
        self.byte(b'{');
        for done in 0..count {
            if done > 0 {
                self.byte(b',');
            }
            self.put(reader.bytes()?);
            self.byte(b':');
            self.change_of(reader)?;
        }
        self.byte(b'}');
        Some(())
    }

    fn change_of(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        match reader.byte()? {
            op::ADDED => self.whole(&ADDED, None, Some(reader.bytes()?)),
            op::MODIFIED => self.whole(&MODIFIED, Some(reader.bytes()?), Some(reader.bytes()?)),
            op::MODIFIED_UNKNOWN => self.whole(&MODIFIED, None, Some(reader.bytes()?)),
            op::REMOVED => self.whole(&REMOVED, Some(reader.bytes()?), None),
            op::REMOVED_UNKNOWN => self.whole(&REMOVED, None, None),
            op::NESTED => return self.delta_of(reader),
            op => self.change(&reader.change_of(op)?),
        }
        Some(())
    }

    fn whole(&mut self, change: &Whole, old: Option<&[u8]>, new: Option<&[u8]>) {
        match old.filter(|_| self.old_values) {
            Some(old) => {
                self.put(change.with_old);
                self.put(old);
                if new.is_some() {
                    self.put(b",\"value\":");
                }
            }
            None => self.put(change.without),
        }
        if let Some(new) = new {
            self.put(new);
        }
        self.byte(b'}');
    }

    fn edits(&mut self, spans: &[Span<'_>]) {
        let mut position = 0;
        let mut before: &[u8] = b"[{\"index\":";
        let mut rest = spans;
        while let [span, more @ ..] = rest {
            rest = more;
            if let Span::Keep(count) = span {
                position += count;
                continue;
            }
            self.put(before);
            self.number(position);
            before = b",{\"index\":";
            if let Span::Inside(change) = span {
                self.put(b",\"delta\":");
                self.change(change);
                position += 1;
            } else {
                let mut gone = None;
                let mut come: &[Text<'_>] = &[];
                match (span, more) {
                    (Span::Insert(values), _) => come = values,
                    (Span::Remove(values), [Span::Insert(new), after @ ..]) => {
                        (gone, come, rest) = (Some(values), new, after);
                    }
                    (Span::Remove(values), _) => gone = Some(values),
                    _ => {}
                }
                self.put(b",\"removed\":");
                match gone {
                    Some(Gone::Values(values)) if self.old_values => self.list(values),
                    None if self.old_values => self.put(b"[]"),
                    gone => self.number(gone.map_or(0, Gone::len)),
                }
                self.put(b",\"added\":");
                self.list(come);
                position += come.len();
            }
            self.put(b"}");
        }
        // Where there is none, the list has not been begun.
        self.put(if before.starts_with(b"[") {
            b"[]"
        } else {
            b"]"
        });
    }

    fn list(&mut self, values: &[Text<'_>]) {
        let mut before: &[u8] = b"[";
        for value in values {
            self.put(before);
            self.put(value);
            before = b",";
        }
        self.put(if values.is_empty() { b"[]" } else { b"]" });
    }
}
