//! The delta that a partial update with operations makes: they are computed when it is committed, on what its merge leaves.

use std::borrow::Cow;

use crate::delta::array::Extent;
use crate::delta::code;
use crate::delta::merge::Merger;
use crate::delta::{Change, Delta, Span, apply, diff};
use crate::json::{Text, number, text};
use crate::{Code, Error, Result};

use super::compare::count;
use super::object::{Object, Value};
use super::{Document, Operation, Operations};

impl Document {
    /// The delta of merging `changes`, as [`Document::merge`] reads them, followed by `operations`.
    ///
    /// # Errors
    /// As there; `invalid_value` naming the path where an operation meets another kind of value.
    pub fn update<'a>(
        &'a self,
        changes: &'a [u8],
        operations: &Operations<'a>,
        depth: u32,
    ) -> Result<Delta<'a>> {
        let count = operations.0.len();
        if count >= MANY && count.saturating_mul(WORTH) > self.length() + changes.len() {
            return self.operated_copy(changes, operations, depth);
        }
        let mut merged = Delta::default();
        if changes != b"{}" {
            let mut bytes = Vec::new();
            self.merge(changes, depth, &mut bytes)?;
            merged = code::decode(&bytes)?.into_owned();
        }
        let this = Value::of(self);
        if let ([(path, operation)], true) = (operations.0.as_slice(), merged.is_empty()) {
            let change = State::Stored(this, None).operate(path, *operation)?;
            return Ok(match change {
                Some(Change::Nested(delta)) => delta,
                _ => merged,
            });
        }
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

    /// The same by doing all to a copy, which takes as long as the copy is large and the operations are many. Each by itself is looked for in
    /// what the others have changed.
    fn operated_copy(
        &self,
        changes: &[u8],
        operations: &Operations<'_>,
        depth: u32,
    ) -> Result<Delta<'static>> {
        let mut copy = self.clone();
        let mut code = Vec::new();
        let merged = copy.merge(changes, depth, &mut code)?;
        copy.install(merged, &code)?;
        for (path, operation) in &operations.0 {
            let change = State::Stored(Value::of(&copy), None).operate(path, *operation)?;
            if let Some(Change::Nested(delta)) = change {
                code.clear();
                code::encode(&delta, &mut code);
                copy.replay(&code)?;
            }
        }
        let after = copy.text();
        let delta = self.compare(&after, u32::MAX);
        delta
            .map(Delta::into_owned)
            .map_err(|refused| refused.into_error(&after))
    }
}

/// Fewer operations are done without a copy of the state,
const MANY: usize = 64;
/// and so are those of which there is not one for so many bytes that would have to be copied and compared.
const WORTH: usize = 2048;

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
            Value::Text(text @ [b'{', ..]) => text::find_field(text, 0, 1, key)
                .map(|at| Value::Text(&text[at..text::skip_value(text, at)])),
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
