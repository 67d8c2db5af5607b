//! A deep merge of [changes]: the code of the delta it makes and, where the state is small enough for that, the state after it. Both are made while the
//! changes are read and checked.
//!
//! [changes]: super::changes

use core::result::Result;
use std::borrow::Cow;

use crate::Code;
use crate::delta::code::{self, op};
use crate::delta::{Change, apply};
use crate::json::reader::{Fault, Members, Reader, Refused};
use crate::json::text;

use super::apply::{append_field, remove_field, splice};
use super::changes::{ADD, REMOVE, added_to, new_value, value};
use super::compare::passes;
use super::object::{Field, Object, Value, refilled};
use super::{Document, GROWN};

/// What a merge left of a state, so that its delta need not be applied.
#[derive(Clone, Debug, Default)]
pub struct Merged(After);

#[derive(Clone, Debug, Default)]
enum After {
    /// It has to be made by the delta.
    #[default]
    Unknown,
    /// All of a small object.
    Text(Vec<u8>),
    /// Fields of a large one.
    Fields(Vec<AfterField>),
}

#[derive(Clone, Debug)]
struct AfterField {
    /// None where it is new.
    position: Option<usize>,
    /// Bytes of its key, with the quotes.
    key: usize,
    /// `"key":value`.
    text: Vec<u8>,
}

impl Document {
    /// Appends the code of the delta of merging `changes` into this one. They are text of an object, as [`changes`](super::changes) may be, that need not
    /// be validated yet; when this succeeds, it is canonical, and what it adds is at most `depth` levels deep. What is given is for
    /// [`Document::install`].
    ///
    /// # Errors
    /// `invalid_value` and `limit_exceeded` where `changes` is not such a text, and `invalid_value` where something is to be added to another kind of
    /// value, naming the path.
    pub fn merge(&self, changes: &[u8], depth: u32, code: &mut Vec<u8>) -> crate::Result<Merged> {
        let mut reader = Reader::new(changes);
        let merged = self.merge_read(&mut reader, depth, code);
        let ended = merged.and_then(|merged| reader.end().map(|()| merged));
        ended.map_err(|refused| refused.into_error(changes))
    }

    fn merge_read(
        &self,
        changes: &mut Reader<'_>,
        depth: u32,
        code: &mut Vec<u8>,
    ) -> Result<Merged, Refused> {
        match self {
            Document::Object(object) => {
                let mut after = Some(Vec::new());
                object.merge(changes, depth, code, &mut after)?;
                Ok(Merged(after.map_or(After::Unknown, After::Fields)))
            }
            Document::Text(text) if text::is_object(text) && changes.rest().len() > GROWN => {
                Object::read(text).merge(changes, depth, code, &mut None)?;
                Ok(Merged::default())
            }
            Document::Text(text) if text::is_object(text) => {
                let mut after = Vec::with_capacity(text.len() + changes.rest().len());
                after.extend_from_slice(text);
                merge_object(&mut after, 0, changes, depth, code)?;
                Ok(Merged(After::Text(after)))
            }
            _ => {
                value(changes, depth)?;
                code.extend_from_slice(&code::EMPTY);
                Ok(Merged::default())
            }
        }
    }

    /// Makes this the state after the delta that `code` is of. `merged` is what [`Document::merge`] gave with it for this very document, which
    /// has not changed since; or the default, and then the delta is applied.
    ///
    /// # Errors
    /// As [`Document::replay`].
    pub fn install(&mut self, merged: Merged, code: &[u8]) -> crate::Result<()> {
        match (&mut *self, merged.0) {
            (Document::Text(there), After::Text(after)) => {
                *self = Document::of(refilled(there, &after));
            }
            (Document::Object(object), After::Fields(fields)) => {
                for field in fields {
                    match field.position {
                        Some(position) => object.rewrite(position, field.key, &field.text),
                        None => object.push(Field::of(field.key, field.text)),
                    }
                }
            }
            _ => return self.replay(code),
        }
        Ok(())
    }
}

impl Object {
    /// Gives whether any field changes. What becomes of each is noted in `after`, or that is given up where one is large.
    fn merge(
        &self,
        changes: &mut Reader<'_>,
        depth: u32,
        code: &mut Vec<u8>,
        after: &mut Option<Vec<AfterField>>,
    ) -> Result<bool, Refused> {
        let mut members = Members::begin(changes, depth)?;
        let mut count = Count::begin(code);
        while let Some(key) = members.next(changes)? {
            let before = code.len();
            code::write_bytes(key, code);
            let position = self.find(key);
            let mut small = None;
            let changed = match position.and_then(|position| self.field(position)) {
                None => match new_value(changes, depth - 1)? {
                    None => false,
                    Some(new) => {
                        added(&new, code);
                        // The code has it already: a second copy of what is large would wait for the commit along with it.
                        if after.is_some() && new.len() <= GROWN {
                            small = Some([key, b":", &new].concat());
                        }
                        true
                    }
                },
                Some(field) if changes.accept(REMOVE) => {
                    removed(&field.value().text(), code);
                    true
                }
                Some(Field::Text { text: old, .. }) if old.len() <= GROWN && is_short(changes) => {
                    let mut text = Vec::with_capacity(2 * old.len());
                    text.extend_from_slice(old);
                    let changed = merge_value(&mut text, key.len() + 1, changes, depth - 1, code)?;
                    small = Some(text);
                    changed
                }
                Some(field) => merge_large(field.value(), changes, depth - 1, code)?,
            };
            count.note(changed, before, code);
            if changed {
                match (&mut *after, small) {
                    (Some(after), Some(text)) => after.push(AfterField {
                        position,
                        key: key.len(),
                        text,
                    }),
                    (after, _) => *after = None,
                }
            }
        }
        Ok(count.end(code))
    }
}

/// Whether the value that stands next is so short that it may be merged into text. This only looks, and no further than that: whoever reads it
/// refuses what isn't valid.
fn is_short(changes: &Reader<'_>) -> bool {
    let rest = changes.rest();
    let start = rest.strip_prefix(&[ADD]).unwrap_or(rest).get(..=GROWN);
    start.is_none_or(|start| text::skip_value(start, 0) <= GROWN)
}

/// The fields of an object that change, as their number stands in front of them in the code.
struct Count {
    place: usize,
    fields: u64,
}

impl Count {
    fn begin(code: &mut Vec<u8>) -> Self {
        code.push(0);
        Count {
            place: code.len() - 1,
            fields: 0,
        }
    }

    /// Counts a field whose code begins at `start`, or takes it away where it doesn't change.
    fn note(&mut self, changed: bool, start: usize, code: &mut Vec<u8>) {
        if changed {
            self.fields += 1;
        } else {
            code.truncate(start);
        }
    }

    /// Whether any field changes.
    fn end(self, code: &mut Vec<u8>) -> bool {
        code::set_number(self.fields, self.place, code);
        self.fields > 0
    }
}

/// Appends what merging the value that `changes` has next makes of `value`, where one of the two is large; gives whether it changes.
fn merge_large(
    stored: Value<'_>,
    changes: &mut Reader<'_>,
    depth: u32,
    code: &mut Vec<u8>,
) -> Result<bool, Refused> {
    match (stored, changes.peek()) {
        (Value::Object(object), Some(b'{')) => {
            code.push(op::NESTED);
            object.merge(changes, depth, code, &mut None)
        }
        (Value::Text(text @ [b'{', ..]), Some(b'{')) => {
            code.push(op::NESTED);
            Object::read(text).merge(changes, depth, code, &mut None)
        }
        (Value::Text([b'[', ..]) | Value::Array(_), Some(b'[')) => {
            Ok(changed(stored.against(changes.value(depth)?), code))
        }
        (_, Some(ADD)) => Ok(changed(added_to(stored, changes, depth)?, code)),
        (Value::Text(old), _) if passes(changes, old) => Ok(false),
        _ => {
            modified(&stored.text(), &value(changes, depth)?, code);
            Ok(true)
        }
    }
}

fn changed(change: Option<Change<'_>>, code: &mut Vec<u8>) -> bool {
    if let Some(change) = &change {
        code::encode_change(change, code);
    }
    change.is_some()
}

/// Merges into the object that stands at `start`; gives whether any field changes. It stays small: what is longer than [`GROWN`] isn't merged here.
fn merge_object(
    bytes: &mut Vec<u8>,
    start: usize,
    changes: &mut Reader<'_>,
    depth: u32,
    code: &mut Vec<u8>,
) -> Result<bool, Refused> {
    let mut members = Members::begin(changes, depth)?;
    let mut count = Count::begin(code);
    let mut last = None;
    while let Some(key) = members.next(changes)? {
        let before = code.len();
        code::write_bytes(key, code);
        // Mostly fields come in the order they are stored in.
        let hint = last.map_or(start + 1, |at| text::skip_value(bytes, at) + 1);
        let changed = match text::find_field(bytes, start, hint, key) {
            Some(at) if changes.accept(REMOVE) => {
                let end = text::skip_value(bytes, at);
                removed(&bytes[at..end], code);
                remove_field(bytes, key, at, end);
                last = None;
                true
            }
            Some(at) => {
                last = Some(at);
                merge_value(bytes, at, changes, depth - 1, code)?
            }
            None => match new_value(changes, depth - 1)? {
                None => false,
                Some(new) => {
                    added(&new, code);
                    append_field(bytes, start, key, &new);
                    true
                }
            },
        };
        count.note(changed, before, code);
    }
    Ok(count.end(code))
}

/// Merges into the value that stands at `at`; gives whether it changes.
fn merge_value(
    bytes: &mut Vec<u8>,
    at: usize,
    changes: &mut Reader<'_>,
    depth: u32,
    code: &mut Vec<u8>,
) -> Result<bool, Refused> {
    let first = bytes.get(at);
    if let (Some(b'{'), Some(b'{')) = (first, changes.peek()) {
        code.push(op::NESTED);
        return merge_object(bytes, at, changes, depth, code);
    }
    let end = text::skip_value(bytes, at);
    let old = &bytes[at..end];
    if first != Some(&b'[') && passes(changes, old) {
        return Ok(false);
    }
    let change = match (first, changes.peek()) {
        (_, Some(ADD)) => added_to(Value::Text(old), changes, depth)?,
        (Some(b'['), Some(b'[')) => Value::Text(old).against(changes.value(depth)?),
        _ => {
            let new = value(changes, depth)?;
            modified(old, &new, code);
            splice(bytes, at, end, &[&new]);
            return Ok(true);
        }
    };
    let Some(change) = change else {
        return Ok(false);
    };
    // Not the new text itself: elements that differ in the order of their keys alone stay as they stand, as the delta leaves them.
    let Ok(after) = apply::value(old, &change).map(Cow::into_owned) else {
        let why = "the change of a value doesn't fit it";
        return changes.refuse(Fault::Unfit(Code::Internal, why));
    };
    code::encode_change(&change, code);
    splice(bytes, at, end, &[&after]);
    Ok(true)
}

fn added(new: &[u8], code: &mut Vec<u8>) {
    code.push(op::ADDED);
    code::write_bytes(new, code);
}

fn removed(old: &[u8], code: &mut Vec<u8>) {
    code.push(op::REMOVED);
    code::write_bytes(old, code);
}

fn modified(old: &[u8], new: &[u8], code: &mut Vec<u8>) {
    code.push(op::MODIFIED);
    code::write_bytes(old, code);
    code::write_bytes(new, code);
}
