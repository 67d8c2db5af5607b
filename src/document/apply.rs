//! Applying a delta to the stored form, touching only what it names.
//!
//! It is read from its code as it is applied: a delta that was just made, or comes from a log, needs no tree.

use crate::Result;
use crate::delta::apply::{expect, mismatch, value};
use crate::delta::code::{self, Reader, op};
use crate::delta::{Change, Delta, Gone, Span};
use crate::json::text;

use super::array::Array;
use super::object::{Field, Object};
use super::{Document, GROWN, is_large};

impl Document {
    /// Applies `delta`.
    ///
    /// # Errors
    /// `delta_mismatch` naming the path where it doesn't fit. The document may be changed in part then and must be dropped.
    pub fn apply(&mut self, delta: &Delta<'_>) -> Result<()> {
        let mut code = Vec::new();
        code::encode(delta, &mut code);
        self.replay(&code)
    }

    /// Applies the delta that `code` is of.
    ///
    /// # Errors
    /// As [`apply`](Document::apply); `internal` for bytes that are no delta's code.
    pub fn replay(&mut self, code: &[u8]) -> Result<()> {
        let mut reader = Reader(code);
        self.fields(&mut reader)?;
        if reader.0.is_empty() {
            Ok(())
        } else {
            Err(code::unreadable())
        }
    }

    fn fields(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        match self {
            Document::Text(text) => {
                let mut bytes = core::mem::take(text).into_vec();
                splice_object(&mut bytes, 0, reader)?;
                *self = Document::of(bytes);
                Ok(())
            }
            Document::Object(object) => object.replay(reader),
            Document::Array(_) => Err(mismatch("expected an object")),
        }
    }

    /// The stored form of validated canonical text.
    pub(super) fn of(text: Vec<u8>) -> Self {
        if is_large(&text) {
            return Document::read(&text);
        }
        Document::Text(text.into())
    }

    /// Applies a change that leaves the value present.
    fn change(&mut self, change: &Change<'_>) -> Result<()> {
        match (&mut *self, change) {
            (_, Change::Nested(delta)) => return self.apply(delta),
            (Document::Array(array), Change::Edited(spans)) => return array.apply(spans),
            _ => {}
        }
        let text = self.text();
        let after = value(&text, change)?.into_owned();
        *self = Document::of(after);
        Ok(())
    }
}

/// What the code has next, or that it is damaged.
fn next<T>(read: Option<T>) -> Result<T> {
    read.ok_or_else(code::unreadable)
}

/// Applies a delta to the object that stands at `start`. It is small: looking for a key through all of it is faster than an index.
fn splice_object(bytes: &mut Vec<u8>, start: usize, reader: &mut Reader<'_>) -> Result<()> {
    if bytes.get(start) != Some(&b'{') {
        return Err(mismatch("expected an object"));
    }
    let mut last = None;
    let count = next(reader.count())?;
    for done in 0..count {
        // The last one is looked for in a text of any length: an index would take longer to make.
        if bytes.len() > GROWN && count - done > 1 {
            return splice_grown(bytes, start, count - done, reader);
        }
        let key = next(reader.bytes())?;
        // Mostly fields come in the order they are stored in.
        let hint = last.map_or(start + 1, |at| text::skip_value(bytes, at) + 1);
        let found = text::find_field(bytes, start, hint, key);
        match splice_field(bytes, start, key, found, reader) {
            Ok(at) => last = at,
            Err(error) => return Err(error.under(key)),
        }
    }
    Ok(())
}

/// Applies what is left of a delta to an object that is small no longer: each field would take as long as all before it.
fn splice_grown(
    bytes: &mut Vec<u8>,
    start: usize,
    count: usize,
    reader: &mut Reader<'_>,
) -> Result<()> {
    let end = text::skip_value(bytes, start);
    let mut object = Object::read(&bytes[start..end]);
    object.replay_fields(count, reader)?;
    let mut after = Vec::new();
    object.write(&mut after);
    splice(bytes, start, end, &[&after]);
    Ok(())
}

/// Applies the next change to the field `key`, of which `found` is where the value begins; gives where its value stands, unless it came or went.
fn splice_field(
    bytes: &mut Vec<u8>,
    start: usize,
    key: &[u8],
    found: Option<usize>,
    reader: &mut Reader<'_>,
) -> Result<Option<usize>> {
    let op = next(reader.byte())?;
    let at = match (op, found) {
        (op::ADDED, Some(_)) => {
            return Err(mismatch("a field to be added is there already"));
        }
        (op::ADDED, None) => {
            append_field(bytes, start, key, next(reader.bytes())?);
            return Ok(None);
        }
        (_, None) => return Err(mismatch("a field to be changed is not there")),
        (_, Some(at)) => at,
    };
    if op == op::REMOVED || op == op::REMOVED_UNKNOWN {
        let end = text::skip_value(bytes, at);
        if op == op::REMOVED {
            expect(Some(next(reader.bytes())?), &bytes[at..end])?;
        }
        remove_field(bytes, key, at, end);
        return Ok(None);
    }
    splice_value(bytes, at, op, reader)?;
    Ok(Some(at))
}

/// Adds a field to the object that stands at `start`, behind all others.
pub(super) fn append_field(bytes: &mut Vec<u8>, start: usize, key: &[u8], value: &[u8]) {
    let end = text::skip_value(bytes, start) - 1;
    let comma = &b","[..usize::from(bytes[end - 1] != b'{')];
    splice(bytes, end, end, &[comma, key, b":", value]);
}

/// Takes the field `key` away, whose value stands from `at` to `end`.
pub(super) fn remove_field(bytes: &mut Vec<u8>, key: &[u8], at: usize, end: usize) {
    let from = at - 1 - key.len();
    // A comma goes along: the one behind, or that in front of the last field.
    let (from, end) = match (bytes[end], bytes[from - 1]) {
        (b',', _) => (from, end + 1),
        (_, b',') => (from - 1, end),
        _ => (from, end),
    };
    bytes.drain(from..end);
}

/// Applies a change that leaves a value present to the one that stands at `at`.
fn splice_value(bytes: &mut Vec<u8>, at: usize, op: u8, reader: &mut Reader<'_>) -> Result<()> {
    match op {
        op::MODIFIED | op::MODIFIED_UNKNOWN => {
            let end = text::skip_value(bytes, at);
            if op == op::MODIFIED {
                expect(Some(next(reader.bytes())?), &bytes[at..end])?;
            }
            splice(bytes, at, end, &[next(reader.bytes())?]);
            Ok(())
        }
        op::NESTED => splice_object(bytes, at, reader),
        _ => {
            let change = next(reader.change_of(op))?;
            let end = text::skip_value(bytes, at);
            let after = value(&bytes[at..end], &change)?.into_owned();
            splice(bytes, at, end, &[&after]);
            Ok(())
        }
    }
}

/// Puts `parts` in the place of what stands from `start` to `end`.
pub(super) fn splice(bytes: &mut Vec<u8>, start: usize, end: usize, parts: &[&[u8]]) {
    let comes: usize = parts.iter().map(|part| part.len()).sum();
    let goes = end - start;
    let length = bytes.len();
    if comes > goes {
        // Just as much: what is given back again would leave memory in pieces.
        bytes.reserve_exact(comes - goes);
        bytes.resize(length + comes - goes, 0);
    }
    bytes.copy_within(end..length, start + comes);
    bytes.truncate(length + comes - goes);
    let mut at = start;
    for part in parts {
        bytes[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    }
}

impl Object {
    fn replay(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let count = next(reader.count())?;
        self.replay_fields(count, reader)
    }

    /// Recurses once a level and for no other reason: all else is called, so that its stack frame stays small.
    fn replay_fields(&mut self, count: usize, reader: &mut Reader<'_>) -> Result<()> {
        for _ in 0..count {
            let key = next(reader.bytes())?;
            let found = self.find(key);
            let op = next(reader.byte())?;
            let outcome = match found.and_then(|position| self.inner(position, op)) {
                Some(inner) => {
                    let before = inner.length();
                    let outcome = inner.replay(reader);
                    let after = inner.length();
                    self.resized(before, after);
                    outcome
                }
                None => self.step(key, found, op, reader),
            };
            if let Err(error) = outcome {
                return Err(error.under(key));
            }
        }
        Ok(())
    }

    /// The large object at `position`, where the change is inside it.
    fn inner(&mut self, position: usize, op: u8) -> Option<&mut Object> {
        match self.document_mut(position)? {
            Document::Object(inner) if op == op::NESTED => Some(inner),
            _ => None,
        }
    }

    #[inline(never)]
    fn step(
        &mut self,
        key: &[u8],
        found: Option<usize>,
        op: u8,
        reader: &mut Reader<'_>,
    ) -> Result<()> {
        match (op, found) {
            (op::ADDED, Some(_)) => Err(mismatch("a field to be added is there already")),
            (op::ADDED, None) => {
                self.push(Field::new(key, next(reader.bytes())?));
                Ok(())
            }
            (_, None) => Err(mismatch("a field to be changed is not there")),
            (op::REMOVED | op::REMOVED_UNKNOWN, Some(position)) => {
                if op == op::REMOVED {
                    let old = next(reader.bytes())?;
                    if let Some(field) = self.field(position) {
                        expect(Some(old), &field.value().text())?;
                    }
                }
                self.remove(position);
                Ok(())
            }
            (op, Some(position)) => self.change(position, |field| field.replay(op, reader)),
        }
    }
}

impl Field {
    fn replay(&mut self, op: u8, reader: &mut Reader<'_>) -> Result<()> {
        match self {
            Field::Tree(tree) => {
                let change = next(reader.change_of(op))?;
                tree.1.change(&change)
            }
            Field::Text { key, text } => {
                let at = *key as usize + 1;
                let mut bytes = core::mem::take(text).into_vec();
                splice_value(&mut bytes, at, op, reader)?;
                *self = Field::of(at - 1, bytes);
                Ok(())
            }
        }
    }
}

impl Array {
    fn apply(&mut self, spans: &[Span<'_>]) -> Result<()> {
        let mut position = 0;
        let mut spans = spans.iter();
        // Elements before the first one that goes or comes stay where they are.
        let first = loop {
            match spans.next() {
                None => return Ok(()),
                Some(Span::Keep(count)) => position += count,
                Some(Span::Inside(change)) => {
                    self.within(position)?;
                    self.change(position, |element| element.change(change))
                        .map_err(|error| error.under(position))?;
                    position += 1;
                }
                Some(span) => break span,
            }
        };
        if position > self.elements().len() {
            self.within(position)?;
        }
        let mut tail = self.split_off(position).into_iter();
        for span in core::iter::once(first).chain(spans) {
            match span {
                Span::Keep(count) => {
                    let kept: Vec<Document> = tail.by_ref().take(*count).collect();
                    self.came(kept.len(), *count, position)?;
                    position += count;
                    self.extend(kept);
                }
                Span::Inside(change) => {
                    let mut element = tail.next().ok_or_else(|| out_of_range(position))?;
                    element
                        .change(change)
                        .map_err(|error| error.under(position))?;
                    position += 1;
                    self.extend([element]);
                }
                Span::Remove(gone) => {
                    let removed: Vec<Document> = tail.by_ref().take(gone.len()).collect();
                    self.came(removed.len(), gone.len(), position)?;
                    fits(gone, &removed, position)?;
                    position += gone.len();
                }
                Span::Insert(values) => {
                    self.extend(values.iter().map(|value| Document::read(value)))
                }
            }
        }
        self.extend(tail);
        Ok(())
    }

    fn within(&self, position: usize) -> Result<()> {
        if position < self.elements().len() {
            return Ok(());
        }
        Err(out_of_range(position))
    }

    fn came(&self, got: usize, wanted: usize, position: usize) -> Result<()> {
        if got == wanted {
            return Ok(());
        }
        Err(out_of_range(position + got))
    }
}

fn out_of_range(position: usize) -> crate::Error {
    mismatch("an index is out of range").under(position)
}

fn fits(gone: &Gone<'_>, removed: &[Document], position: usize) -> Result<()> {
    let Gone::Values(values) = gone else {
        return Ok(());
    };
    for (offset, (old, element)) in values.iter().zip(removed).enumerate() {
        expect(Some(old), &element.text()).map_err(|error| error.under(position + offset))?;
    }
    Ok(())
}
