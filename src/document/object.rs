//! A large object: its fields in order, and an index of their keys.

use std::borrow::Cow;

use crate::json::{Positions, Text, hash, text};

use super::{Document, is_large};

/// One field. A small value stands behind its key in one allocation, as `"key":value`.
#[derive(Clone, Debug)]
pub(super) enum Field {
    Text { key: u32, text: Box<[u8]> },
    Tree(Box<(Box<[u8]>, Document)>),
}

impl Field {
    pub(super) fn new(key: &[u8], value: &[u8]) -> Self {
        if is_large(value) {
            return Field::Tree(Box::new((key.into(), Document::read(value))));
        }
        let mut text = Vec::with_capacity(key.len() + 1 + value.len());
        text.extend_from_slice(key);
        text.push(b':');
        text.extend_from_slice(value);
        Field::Text {
            key: key.len() as u32,
            text: text.into(),
        }
    }

    /// From `"key":value`, where the key with its quotes takes `key` bytes.
    pub(super) fn of(key: usize, text: Vec<u8>) -> Self {
        let value = &text[key + 1..];
        if is_large(value) {
            return Field::new(&text[..key], value);
        }
        Field::Text {
            key: key as u32,
            text: text.into(),
        }
    }

    pub(super) fn key(&self) -> &[u8] {
        match self {
            Field::Text { key, text } => &text[..*key as usize],
            Field::Tree(tree) => &tree.0,
        }
    }

    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Field::Text { key, text } => Value::Text(&text[*key as usize + 1..]),
            Field::Tree(tree) => Value::of(&tree.1),
        }
    }

    /// Bytes of `"key":value`.
    fn length(&self) -> usize {
        match self {
            Field::Text { text, .. } => text.len(),
            Field::Tree(tree) => tree.0.len() + 1 + tree.1.length(),
        }
    }
}

/// A stored value, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Text(&'a [u8]),
    Object(&'a Object),
    Array(&'a super::Array),
}

impl<'a> Value<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        match document {
            Document::Text(text) => Value::Text(text),
            Document::Object(object) => Value::Object(object),
            Document::Array(array) => Value::Array(array),
        }
    }

    pub(super) fn length(self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Object(object) => object.length(),
            Value::Array(array) => array.length(),
        }
    }

    pub(super) fn text(self) -> Text<'a> {
        let mut out = Vec::new();
        match self {
            Value::Text(text) => return Cow::Borrowed(text),
            Value::Object(object) => object.write(&mut out),
            Value::Array(array) => array.write(&mut out),
        }
        Cow::Owned(out)
    }
}

/// A large object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Removed fields leave a hole, so that positions hold; many holes are closed at once.
    fields: Vec<Option<Field>>,
    index: Positions,
    live: usize,
    /// Bytes of all fields without commas and braces.
    bytes: usize,
}

impl Object {
    pub(super) fn read(text: &[u8]) -> Self {
        let mut object = Object::default();
        for (key, value) in text::fields(text) {
            object.push(Field::new(key, value));
        }
        object
    }

    pub(super) fn length(&self) -> usize {
        2 + self.bytes + self.live.saturating_sub(1)
    }

    pub(super) fn live(&self) -> usize {
        self.live
    }

    /// One more than the last position, holes included.
    pub(super) fn positions(&self) -> usize {
        self.fields.len()
    }

    pub(super) fn field(&self, position: usize) -> Option<&Field> {
        self.fields.get(position)?.as_ref()
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.length());
        out.push(b'{');
        for (count, field) in self.fields.iter().flatten().enumerate() {
            if count > 0 {
                out.push(b',');
            }
            match field {
                Field::Text { text, .. } => out.extend_from_slice(text),
                Field::Tree(tree) => {
                    out.extend_from_slice(&tree.0);
                    out.push(b':');
                    tree.1.write(out);
                }
            }
        }
        out.push(b'}');
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<usize> {
        let found = self
            .index
            .find(hash(key), |position| self.has_key(position, key));
        found.map(|position| position as usize)
    }

    fn has_key(&self, position: u32, key: &[u8]) -> bool {
        self.field(position as usize)
            .is_some_and(|field| field.key() == key)
    }

    /// Adds a field whose key isn't there.
    pub(super) fn push(&mut self, field: Field) {
        self.bytes += field.length();
        self.live += 1;
        self.fields.push(Some(field));
        let fields = &self.fields;
        self.index.insert(fields.len() as u32 - 1, &|position| {
            key_hash(fields, position)
        });
    }

    /// The large value of the field at `position`. Whoever changes it says so with [`Object::resized`].
    pub(super) fn document_mut(&mut self, position: usize) -> Option<&mut Document> {
        match self.fields.get_mut(position)?.as_mut()? {
            Field::Tree(tree) => Some(&mut tree.1),
            Field::Text { .. } => None,
        }
    }

    /// Notes that a value had `before` bytes and has `after` now.
    pub(super) fn resized(&mut self, before: usize, after: usize) {
        self.bytes = self.bytes + after - before;
    }

    /// Changes the field at `position` in place; its key stays.
    pub(super) fn change<E>(
        &mut self,
        position: usize,
        change: impl FnOnce(&mut Field) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(Some(field)) = self.fields.get_mut(position) {
            self.bytes -= field.length();
            let outcome = change(field);
            self.bytes += field.length();
            outcome?;
        }
        Ok(())
    }

    /// Makes `text`, `"key":value`, the field at `position`, which is small and has that key.
    pub(super) fn rewrite(&mut self, position: usize, key: usize, text: &[u8]) {
        let Some(Some(field)) = self.fields.get_mut(position) else {
            return;
        };
        debug_assert_eq!(Some(field.key()), text.get(..key), "of another document");
        let Field::Text { text: there, .. } = field else {
            return;
        };
        self.bytes = self.bytes + text.len() - there.len();
        let bytes = refilled(there, text);
        *field = Field::of(key, bytes);
    }

    pub(super) fn remove(&mut self, position: usize) {
        let Some(field) = self.fields.get_mut(position).and_then(Option::take) else {
            return;
        };
        self.live -= 1;
        self.bytes -= field.length();
        self.index.remove(hash(field.key()), position as u32);
        if self.fields.len() > 32 && self.live < self.fields.len() / 2 {
            self.close_holes();
        }
    }

    fn close_holes(&mut self) {
        self.fields.retain(Option::is_some);
        let fields = &self.fields;
        self.index = Positions::of(fields.len(), &|position| key_hash(fields, position));
    }
}

/// What `text` says, where `there` stood: an allocation that is given back for another one leaves memory in pieces.
pub(super) fn refilled(there: &mut Box<[u8]>, text: &[u8]) -> Vec<u8> {
    let mut bytes = core::mem::take(there).into_vec();
    bytes.clear();
    bytes.reserve_exact(text.len());
    bytes.extend_from_slice(text);
    bytes
}

fn key_hash(fields: &[Option<Field>], position: u32) -> u64 {
    fields[position as usize]
        .as_ref()
        .map_or(0, |field| hash(field.key()))
}
