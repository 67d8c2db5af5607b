//! The delta that a new text makes of the stored form, found while the text is read.
//!
//! What is equal is passed by comparing bytes, without being parsed; only what differs is validated and looked into.

use core::result::Result;
use std::borrow::Cow;

use crate::delta::array::{Extent, Spans, edits};
use crate::delta::{Change, Delta, Span, diff};
use crate::json::object::Keys;
use crate::json::reader::{Elements, Fault, Reader, Refused};
use crate::json::{Text, text};

use super::Document;
use super::array::Array;
use super::object::{Object, Value};

impl Document {
    /// The delta that makes the object `after` of this one. `after` need not be validated yet; when this succeeds, it is
    /// canonical and at most `depth` levels deep.
    ///
    /// # Errors
    /// Where `after` is not such a text of an object.
    pub fn compare<'a>(&'a self, after: &'a [u8], depth: u32) -> Result<Delta<'a>, Refused> {
        let mut reader = Reader::new(after);
        if reader.peek() != Some(b'{') {
            return reader.refuse(Fault::Malformed);
        }
        let change = Value::of(self).compare(&mut reader, depth)?;
        reader.end()?;
        match change {
            Some(Change::Nested(delta)) => Ok(delta),
            Some(_) => reader.refuse(Fault::Malformed),
            None => Ok(Delta::default()),
        }
    }
}

impl<'a> Value<'a> {
    /// What makes the value that `reader` stands at of this one; `None` where they are equal.
    pub(super) fn compare(
        self,
        reader: &mut Reader<'a>,
        depth: u32,
    ) -> Result<Option<Change<'a>>, Refused> {
        match (self, reader.peek()) {
            (Value::Text(before), _) if passes(reader, before) => Ok(None),
            (Value::Text(before), _) => Ok(diff::value(before, reader.value(depth)?)),
            (Value::Object(object), Some(b'{')) => {
                let delta = object.compare(reader, depth)?;
                Ok((!delta.is_empty()).then_some(Change::Nested(delta)))
            }
            (Value::Array(array), Some(b'[')) => array.compare(reader, depth),
            (value, _) => Ok(Some(Change::Modified {
                old: Some(value.text()),
                new: Cow::Borrowed(reader.value(depth)?),
            })),
        }
    }

    /// Whether validated text is this value, ignoring the order of keys.
    pub(super) fn equals(self, after: &[u8]) -> bool {
        match self {
            Value::Text(before) => diff::equal(before, after),
            Value::Object(object) => {
                let same = |(key, value)| {
                    let field = object.find(key).and_then(|position| object.field(position));
                    field.is_some_and(|field| field.value().equals(value))
                };
                object.length() == after.len()
                    && text::is_object(after)
                    && text::fields(after).all(same)
            }
            Value::Array(array) => {
                let mut elements = array.elements().iter();
                let mut same = |value| {
                    elements
                        .next()
                        .is_some_and(|element| Value::of(element).equals(value))
                };
                array.length() == after.len()
                    && text::is_array(after)
                    && text::elements(after).all(&mut same)
            }
        }
    }

    /// Like [`Value::compare`], for validated text.
    pub(super) fn against(self, after: &'a [u8]) -> Option<Change<'a>> {
        self.compare(&mut Reader::new(after), u32::MAX)
            .unwrap_or_default()
    }
}

/// Passes `expected` if just that stands next.
pub(super) fn passes(reader: &mut Reader<'_>, expected: &[u8]) -> bool {
    let rest = reader.rest();
    let same = begins_with(rest, expected)
        && matches!(rest.get(expected.len()), None | Some(b',' | b'}' | b']'));
    if same {
        reader.pass(expected.len());
    }
    same
}

/// `starts_with`, eight bytes at a time: WebAssembly's own comparison is a loop over single bytes.
fn begins_with(text: &[u8], start: &[u8]) -> bool {
    let Some(text) = text.get(..start.len()) else {
        return false;
    };
    let ((words, rest), (expected, expected_rest)) = (text.as_chunks(), start.as_chunks());
    let is_same =
        |(one, other): (&[u8; 8], &[u8; 8])| u64::from_le_bytes(*one) == u64::from_le_bytes(*other);
    words.iter().zip(expected).all(is_same) && rest == expected_rest
}

impl Object {
    fn compare<'a>(&'a self, reader: &mut Reader<'a>, depth: u32) -> Result<Delta<'a>, Refused> {
        if depth == 0 {
            return reader.refuse(Fault::TooDeep);
        }
        let mut met = Met::new(self.positions());
        let mut added = Keys::default();
        let mut fields = Vec::new();
        let mut next = 0;
        reader.expect(b'{')?;
        if !reader.accept(b'}') {
            loop {
                next = self.skip_holes(next);
                let at = reader.position();
                if self.passes_field(reader, next) {
                    if !met.add(next) {
                        let fault = Fault::DuplicateKey;
                        return Err(Refused { fault, at });
                    }
                    next += 1;
                } else {
                    let key = reader.string()?;
                    reader.expect(b':')?;
                    let found = self.find(key);
                    let first = match found {
                        Some(position) => met.add(position),
                        None => added.insert(key),
                    };
                    if !first {
                        let fault = Fault::DuplicateKey;
                        return Err(Refused { fault, at });
                    }
                    let change = match found.and_then(|position| self.field(position)) {
                        Some(field) => field.value().compare(reader, depth - 1)?,
                        None => Some(Change::Added(Cow::Borrowed(reader.value(depth - 1)?))),
                    };
                    next = found.map_or(next, |position| position + 1);
                    fields.extend(change.map(|change| (Cow::Borrowed(key), change)));
                }
                if !reader.accept(b',') {
                    reader.expect(b'}')?;
                    break;
                }
            }
        }
        if met.count < self.live() {
            let gone = (0..self.positions()).filter(|&position| !met.has(position));
            fields.extend(gone.filter_map(|position| {
                let field = self.field(position)?;
                Some((
                    Cow::Borrowed(field.key()),
                    Change::Removed(Some(field.value().text())),
                ))
            }));
        }
        Ok(Delta { fields })
    }

    fn skip_holes(&self, mut position: usize) -> usize {
        while position < self.positions() && self.field(position).is_none() {
            position += 1;
        }
        position
    }

    fn passes_field(&self, reader: &mut Reader<'_>, position: usize) -> bool {
        match self.field(position) {
            Some(super::object::Field::Text { text, .. }) => passes(reader, text),
            _ => false,
        }
    }
}

/// Which positions were met.
struct Met {
    bits: Vec<u64>,
    count: usize,
}

impl Met {
    fn new(positions: usize) -> Self {
        Met {
            bits: vec![0; positions.div_ceil(64)],
            count: 0,
        }
    }

    fn has(&self, position: usize) -> bool {
        self.bits[position / 64] >> (position % 64) & 1 == 1
    }

    /// `false` when it was met before.
    fn add(&mut self, position: usize) -> bool {
        let first = !self.has(position);
        self.bits[position / 64] |= 1 << (position % 64);
        self.count += usize::from(first);
        first
    }
}

impl Array {
    fn compare<'a>(
        &'a self,
        reader: &mut Reader<'a>,
        depth: u32,
    ) -> Result<Option<Change<'a>>, Refused> {
        let start = reader.clone();
        let mut elements = Elements::begin(reader, depth)?;
        let old = self.elements();
        let mut prefix = 0;
        let mut new: Vec<&'a [u8]> = Vec::new();
        while elements.next(reader)? {
            let before = old.get(prefix).filter(|_| new.is_empty()).map(Value::of);
            if matches!(before, Some(Value::Text(text)) if passes(reader, text)) {
                prefix += 1;
                continue;
            }
            let after = reader.value(depth - 1)?;
            if before.is_some_and(|before| before.equals(after)) {
                prefix += 1;
            } else {
                new.push(after);
            }
        }
        let mut old = &old[prefix..];
        let mut rest = new.as_slice();
        while let (Some(before), Some(after)) = (old.last(), rest.last()) {
            if !Value::of(before).equals(after) {
                break;
            }
            old = &old[..old.len() - 1];
            rest = &rest[..rest.len() - 1];
        }
        if old.is_empty() && rest.is_empty() {
            return Ok(None);
        }
        let mut spans = Spans::verbatim();
        spans.keep(prefix);
        middle(old, rest)
            .into_iter()
            .for_each(|span| spans.add(span));
        let spans = spans.finish();
        let extent = Extent {
            before: self.length(),
            after: reader.position() - start.position(),
        };
        Ok(Some(if extent.shorter_than(&spans) {
            let mut old = Vec::new();
            self.write(&mut old);
            Change::Modified {
                old: Some(Cow::Owned(old)),
                new: Cow::Borrowed(&start.rest()[..extent.after]),
            }
        } else {
            Change::Edited(spans)
        }))
    }
}

fn middle<'a>(old: &'a [Document], new: &[&'a [u8]]) -> Vec<Span<'a>> {
    let borrowed: Option<Vec<&'a [u8]>> = old
        .iter()
        .map(|element| match Value::of(element) {
            Value::Text(text) => Some(text),
            _ => None,
        })
        .collect();
    match borrowed {
        Some(old) => edits(&old, new),
        None => {
            let texts: Vec<Text<'_>> = old.iter().map(Document::text).collect();
            let old: Vec<&[u8]> = texts.iter().map(AsRef::as_ref).collect();
            edits(&old, new).into_iter().map(Span::into_owned).collect()
        }
    }
}

/// How many elements validated text of an array has.
pub(super) fn count(array: Value<'_>) -> Option<usize> {
    match array {
        Value::Text(text) if text::is_array(text) => Some(text::elements(text).count()),
        Value::Array(array) => Some(array.elements().len()),
        _ => None,
    }
}
