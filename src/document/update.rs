//! The delta that a partial update makes: a deep merge, and the operations that are computed when they are committed.

use std::borrow::Cow;

use crate::delta::array::Extent;
use crate::delta::merge::Merger;
use crate::delta::{Change, Delta, Span, apply, diff};
use crate::json::{Positions, Text, hash, number, object::Fields, text};
use crate::{Code, Error, Result};

use super::Document;
use super::compare::count;
use super::object::{Object, Value};

/// What to do at a path.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// The field goes, if it is there.
    Remove,
    /// Elements (the text of an array) are added to the end of the array there; where there is none, they are the array.
    Append(&'a [u8]),
    /// The number there grows by that of the text; from 0 where there is none.
    Increment(&'a [u8]),
}

/// Operations with their paths: keys as JSON string text.
#[derive(Clone, Debug, Default)]
pub struct Operations<'a>(pub Vec<(Vec<&'a [u8]>, Operation<'a>)>);

/// The hash of a path.
fn hash_of(path: &[&[u8]]) -> u64 {
    path.iter().fold(0, |above, key| hash_further(above, key))
}

/// The hash of a path that goes on by a key.
fn hash_further(above: u64, key: &[u8]) -> u64 {
    above.rotate_left(7) ^ hash(key)
}

impl<'a> Operations<'a> {
    /// Reads `{ remove?: path[], append?: [path, items][], increment?: [path, by][] }` from validated text.
    ///
    /// # Errors
    /// `invalid_argument` for another shape.
    pub fn parse(text: &'a [u8]) -> Result<Self> {
        let wrong = || {
            let shape = "operations must be { remove?: path[], append?: [path, items][], increment?: [path, by][] }, a path being an array of keys";
            Error::new(Code::InvalidArgument, shape)
        };
        if !text::is_object(text) {
            return Err(wrong());
        }
        let path = |text: &'a [u8]| {
            let keys: Vec<&[u8]> = text::is_array(text).then(|| text::elements(text).collect())?;
            (!keys.is_empty() && keys.iter().all(|key| key.starts_with(b"\""))).then_some(keys)
        };
        let mut found = Vec::new();
        for (kind, list) in text::fields(text) {
            if !text::is_array(list) {
                return Err(wrong());
            }
            for entry in text::elements(list) {
                let pair =
                    || text::is_array(entry).then(|| text::elements(entry).collect::<Vec<_>>());
                let operation = match (kind, pair().as_deref()) {
                    (b"\"remove\"", _) => path(entry).map(|path| (path, Operation::Remove)),
                    (b"\"append\"", Some([at, items])) if text::is_array(items) => {
                        path(at).map(|path| (path, Operation::Append(items)))
                    }
                    (b"\"increment\"", Some([at, by])) if number::length(by) == Some(by.len()) => {
                        path(at).map(|path| (path, Operation::Increment(by)))
                    }
                    _ => None,
                };
                found.push(operation.ok_or_else(wrong)?);
            }
        }
        Ok(Operations(found))
    }

    /// Whether no operation is about what another one is about, or about something inside it.
    ///
    /// Sorting would do, too, but the standard library's is a fortieth of the whole WebAssembly.
    fn are_apart(&self) -> bool {
        let path = |position: u32| self.0[position as usize].0.as_slice();
        let hash_at = |position: u32| hash_of(path(position));
        let mut known = Positions::default();
        for position in 0..self.0.len() as u32 {
            let is_same = |other: u32| path(other) == path(position);
            if known.find(hash_at(position), is_same).is_some() {
                return false;
            }
            known.insert(position, &hash_at);
        }
        self.0.iter().all(|(path_at, _)| {
            let mut above = 0;
            path_at.iter().enumerate().all(|(level, key)| {
                let is_above = |other: u32| path(other) == &path_at[..level];
                let is_free = known.find(above, is_above).is_none();
                above = hash_further(above, key);
                is_free
            })
        })
    }

    /// How many bytes of text they can add at most.
    pub fn longest(&self) -> usize {
        // A printed double has 25 bytes at most; a key brings a colon, a comma and the braces of an object.
        const NUMBER: usize = 25;
        let longest = self.0.iter().map(|(path, operation)| {
            let keys: usize = path.iter().map(|key| key.len() + 4).sum();
            keys + match operation {
                Operation::Remove => 0,
                Operation::Append(items) => items.len() + 1,
                Operation::Increment(_) => NUMBER,
            }
        });
        longest.sum()
    }

    /// How many levels the deepest value they add has at its place.
    pub fn deepest(&self) -> u32 {
        let deepest = self.0.iter().map(|(path, operation)| {
            path.len() as u32
                + match operation {
                    Operation::Append(items) => text::depth(items),
                    Operation::Remove | Operation::Increment(_) => 0,
                }
        });
        deepest.max().unwrap_or(0)
    }
}

impl Document {
    /// The delta of merging `changes`, validated text of an object, into this one, followed by `operations`.
    ///
    /// # Errors
    /// `invalid_value` naming the path where an operation meets another kind of value.
    pub fn update<'a>(
        &'a self,
        changes: &'a [u8],
        operations: &Operations<'a>,
    ) -> Result<Delta<'a>> {
        let this = Value::of(self);
        let merged = match this.merge(changes) {
            Some(Change::Nested(delta)) => delta,
            _ => Delta::default(),
        };
        if operations.0.is_empty() {
            return Ok(merged);
        }
        let apart = operations.are_apart();
        let mut so_far = merged;
        let mut merger = Merger::new(so_far.clone());
        for (path, operation) in &operations.0 {
            // What the others did is told anew only where this one may meet it: that takes as long as all of them together.
            if !(apart && State::Stored(this, Some(&so_far)).has_parent(path)) {
                so_far = merger.finish()?;
                merger = Merger::new(so_far.clone());
            }
            let next = State::Stored(this, Some(&so_far)).operate(path, *operation)?;
            if let Some(Change::Nested(next)) = next {
                merger.push(next)?;
            }
        }
        merger.finish()
    }
}

impl<'a> Value<'a> {
    fn merge(self, change: &'a [u8]) -> Option<Change<'a>> {
        if !text::is_object(change) {
            return self.against(change);
        }
        let fields: Vec<_> = match self {
            Value::Object(object) => merge_fields(change, |key, _| child(object, key)),
            Value::Text(stored) if text::is_object(stored) => {
                let mut fields = Fields::read(stored);
                merge_fields(change, |key, hint| {
                    fields
                        .find(key, hint)
                        .map(|position| Value::Text(fields.value(position)))
                })
            }
            _ => {
                return Some(Change::Modified {
                    old: Some(self.text()),
                    new: Cow::Borrowed(change),
                });
            }
        };
        (!fields.is_empty()).then_some(Change::Nested(Delta { fields }))
    }
}

fn merge_fields<'a>(
    changes: &'a [u8],
    mut find: impl FnMut(&[u8], usize) -> Option<Value<'a>>,
) -> Vec<(Text<'a>, Change<'a>)> {
    let fields = text::fields(changes).enumerate();
    fields
        .filter_map(|(hint, (key, new))| {
            let change = match find(key, hint) {
                Some(value) => value.merge(new)?,
                None => Change::Added(Cow::Borrowed(new)),
            };
            Some((Cow::Borrowed(key), change))
        })
        .collect()
}

fn child<'a>(object: &'a Object, key: &[u8]) -> Option<Value<'a>> {
    Some(object.field(object.find(key)?)?.value())
}

/// A value as it stands after the changes found so far.
enum State<'a, 's> {
    Absent,
    /// Stored, with what becomes of its fields, where it is an object that changes.
    Stored(Value<'a>, Option<&'s Delta<'a>>),
    /// Already changed as a whole.
    Changed(Text<'a>),
}

impl<'a, 's> State<'a, 's> {
    /// The change that the operation makes at the end of `path`, as seen from here; `None` where it makes none.
    ///
    /// A loop, not a recursion: a path may be as long as contexts are deep, and JavaScript's stack is not.
    fn operate(self, path: &[&'a [u8]], operation: Operation<'a>) -> Result<Option<Change<'a>>> {
        let mut state = self;
        let mut absent = Vec::with_capacity(path.len());
        let mut failure = None;
        for key in path {
            absent.push(matches!(state, State::Absent));
            match state.field(key, operation) {
                Ok(inner) => state = inner,
                Err(error) => {
                    failure = Some(error);
                    state = State::Absent;
                    absent.pop();
                    break;
                }
            }
        }
        let outcome = match failure {
            Some(error) => Err(error),
            None => state.operate_here(operation),
        };
        let way = path.iter().zip(absent).rev();
        let mut change = match outcome {
            Ok(Some(change)) => change,
            Ok(None) => return Ok(None),
            Err(error) => return Err(way.fold(error, |error, (key, _)| error.under(*key))),
        };
        for (key, was_absent) in way {
            change = match change {
                Change::Added(value) if was_absent => {
                    Change::Added(Cow::Owned([b"{", *key, b":", &value, b"}"].concat()))
                }
                change => Change::Nested(Delta {
                    fields: vec![(Cow::Borrowed(*key), change)],
                }),
            };
        }
        Ok(Some(change))
    }

    /// Whether all but the last step of `path` are there, or the way is barred, which it stays.
    fn has_parent(self, path: &[&'a [u8]]) -> bool {
        let mut state = self;
        for key in path.iter().take(path.len().saturating_sub(1)) {
            match state.field(key, Operation::Remove) {
                Ok(State::Absent) => return false,
                Ok(inner) => state = inner,
                Err(_) => return true,
            }
        }
        true
    }

    /// The field `key` of this value.
    fn field(&self, key: &[u8], operation: Operation<'_>) -> Result<State<'a, 's>> {
        match self {
            State::Absent => Ok(State::Absent),
            State::Stored(value, changes) => value.field(key, *changes, operation),
            State::Changed(text) if text::is_object(text) => Ok(match owned_field(text, key) {
                Some(value) => State::Changed(value),
                None => State::Absent,
            }),
            State::Changed(_) => Err(not_an_object(operation)),
        }
    }

    fn operate_here(self, operation: Operation<'a>) -> Result<Option<Change<'a>>> {
        match operation {
            Operation::Remove => Ok(match self {
                State::Absent => None,
                present => Some(Change::Removed(Some(present.text()?))),
            }),
            Operation::Append(items) => self.append(items),
            Operation::Increment(by) => self.increment(by),
        }
    }

    fn text(self) -> Result<Text<'a>> {
        match self {
            State::Absent => Ok(Cow::Borrowed(b"null")),
            State::Changed(text) => Ok(text),
            State::Stored(value, None) => Ok(value.text()),
            State::Stored(value, Some(changes)) => apply(&value.text(), changes).map(Cow::Owned),
        }
    }

    fn append(self, items: &'a [u8]) -> Result<Option<Change<'a>>> {
        let (length, bytes) = match &self {
            State::Absent => return Ok(Some(Change::Added(Cow::Borrowed(items)))),
            State::Stored(value, None) => (count(*value), value.length()),
            State::Changed(text) => (count(Value::Text(text)), text.len()),
            State::Stored(..) => (None, 0),
        };
        let Some(length) = length else {
            let message = "append needs an array, and another kind of value stands there";
            return Err(Error::here(Code::InvalidValue, message));
        };
        if items == b"[]" {
            return Ok(None);
        }
        let come = Span::Insert(text::elements(items).map(Cow::Borrowed).collect());
        let spans: Vec<Span<'a>> = (length > 0)
            .then_some(Span::Keep(length))
            .into_iter()
            .chain([come])
            .collect();
        let comma = usize::from(length > 0);
        let extent = Extent {
            before: bytes,
            after: bytes + items.len() - 2 + comma,
        };
        if !extent.shorter_than(&spans) {
            return Ok(Some(Change::Edited(spans)));
        }
        let old = self.text()?;
        let new = Cow::Owned([&old[..old.len() - 1], &b","[..comma], &items[1..]].concat());
        Ok(Some(Change::Modified {
            old: Some(old),
            new,
        }))
    }

    fn increment(self, by: &[u8]) -> Result<Option<Change<'a>>> {
        let mut sum = Vec::new();
        let added =
            number::parse(by).ok_or_else(|| not_a_number("increment takes a finite number"))?;
        if let State::Absent = self {
            number::write(added, &mut sum);
            return Ok(Some(Change::Added(Cow::Owned(sum))));
        }
        let old = self.text()?;
        let before = number::length(&old)
            .filter(|length| *length == old.len())
            .and_then(|_| number::parse(&old));
        let before = before.ok_or_else(|| {
            not_a_number("increment needs a number, and another kind of value stands there")
        })?;
        let after = before + added;
        if !after.is_finite() {
            return Err(not_a_number("the sum is beyond what a number can hold"));
        }
        number::write(after, &mut sum);
        Ok(diff::owned(old, Cow::Owned(sum)))
    }
}

impl<'a> Value<'a> {
    /// The field `key` after `changes`.
    fn field<'s>(
        self,
        key: &[u8],
        changes: Option<&'s Delta<'a>>,
        operation: Operation<'_>,
    ) -> Result<State<'a, 's>> {
        let stored = match self {
            Value::Object(object) => child(object, key),
            Value::Text(stored) if text::is_object(stored) => {
                let found = text::fields(stored).find(|(there, _)| *there == key);
                found.map(|(_, value)| Value::Text(value))
            }
            _ => return Err(not_an_object(operation)),
        };
        let change =
            changes.and_then(|delta| delta.fields.iter().find(|(there, _)| there.as_ref() == key));
        Ok(match (stored, change.map(|(_, change)| change)) {
            (Some(value), None) => State::Stored(value, None),
            (Some(value), Some(Change::Nested(delta))) => State::Stored(value, Some(delta)),
            (Some(value), Some(change @ Change::Edited(_))) => {
                let after = apply::value(&value.text(), change)?.into_owned();
                State::Changed(Cow::Owned(after))
            }
            (_, Some(Change::Added(new) | Change::Modified { new, .. })) => {
                State::Changed(new.clone())
            }
            (None, _) | (_, Some(Change::Removed(_))) => State::Absent,
        })
    }

    fn length(self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Object(object) => object.length(),
            Value::Array(array) => array.length(),
        }
    }
}

fn owned_field<'a>(object: &Text<'a>, key: &[u8]) -> Option<Text<'a>> {
    match object {
        Cow::Borrowed(text) => text::fields(text)
            .find(|(there, _)| *there == key)
            .map(|(_, value)| Cow::Borrowed(value)),
        Cow::Owned(text) => {
            let found = text::fields(text).find(|(there, _)| *there == key);
            found.map(|(_, value)| Cow::Owned(value.to_vec()))
        }
    }
}

fn not_an_object(operation: Operation<'_>) -> Error {
    let name = match operation {
        Operation::Remove => "remove",
        Operation::Append(_) => "append",
        Operation::Increment(_) => "increment",
    };
    Error::here(
        Code::InvalidValue,
        [name, " goes through a value that is no object"].concat(),
    )
}

fn not_a_number(message: &'static str) -> Error {
    Error::here(Code::InvalidValue, message)
}
