//! Printing the JSON form, from a delta's tree or from its code.

use crate::Result;
use crate::delta::code::{Reader, op, unreadable};
use crate::delta::{Change, Delta, Gone, Span};
use crate::json::{Text, number};

const ADDED: &[u8] = b"{\"action\":\"added\"";
const MODIFIED: &[u8] = b"{\"action\":\"modified\"";
const REMOVED: &[u8] = b"{\"action\":\"removed\"";

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

    fn number(&mut self, value: usize) {
        let mut digits = Vec::with_capacity(20);
        number::write_integer(value as u64, &mut digits);
        self.put(&digits);
    }

    fn delta(&mut self, delta: &Delta<'_>) {
        let mut before: &[u8] = b"{";
        for (key, change) in &delta.fields {
            self.put(before);
            self.put(key);
            self.put(b":");
            self.change(change);
            before = b",";
        }
        self.put(if delta.is_empty() { b"{}" } else { b"}" });
    }

    fn change(&mut self, change: &Change<'_>) {
        match change {
            Change::Added(new) => self.whole(ADDED, None, Some(new)),
            Change::Modified { old, new } => self.whole(MODIFIED, old.as_deref(), Some(new)),
            Change::Removed(old) => self.whole(REMOVED, old.as_deref(), None),
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
        let mut before: &[u8] = b"{";
        let count = reader.count()?;
        for _ in 0..count {
            self.put(before);
            self.put(reader.bytes()?);
            self.put(b":");
            self.change_of(reader)?;
            before = b",";
        }
        self.put(if count == 0 { b"{}" } else { b"}" });
        Some(())
    }

    fn change_of(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        match reader.byte()? {
            op::ADDED => self.whole(ADDED, None, Some(reader.bytes()?)),
            op::MODIFIED => self.whole(MODIFIED, Some(reader.bytes()?), Some(reader.bytes()?)),
            op::MODIFIED_UNKNOWN => self.whole(MODIFIED, None, Some(reader.bytes()?)),
            op::REMOVED => self.whole(REMOVED, Some(reader.bytes()?), None),
            op::REMOVED_UNKNOWN => self.whole(REMOVED, None, None),
            op::NESTED => return self.delta_of(reader),
            op => self.change(&reader.change_of(op)?),
        }
        Some(())
    }

    /// A change that tells values as a whole.
    fn whole(&mut self, action: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        self.put(action);
        if let Some(old) = old.filter(|_| self.old_values) {
            self.put(b",\"oldValue\":");
            self.put(old);
        }
        if let Some(new) = new {
            self.put(b",\"value\":");
            self.put(new);
        }
        self.put(b"}");
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
