//! One delta with the effect of several.

use crate::json::{Positions, Text, hash};
use crate::{Code, Error, Result};

use super::apply::{expect, mismatch, value};
use super::code::{Reader, op, unreadable};
use super::invert::change_back;
use super::{Change, Delta, array, diff};

/// Up to this many fields are compared one by one: faster than hashing them.
const LINEAR: usize = 8;

/// Returns one delta with the effect of `first` followed by `second`.
///
/// # Errors
/// `delta_mismatch` where `second` doesn't fit the state `first` leaves, naming the path.
pub fn merge<'a>(first: Delta<'a>, second: Delta<'a>) -> Result<Delta<'a>> {
    let mut merger = Merger::new(first);
    merger.push(second)?;
    merger.finish()
}

/// Merges a chain of deltas, each in time proportional to its own size however long the chain is.
#[derive(Default)]
pub struct Merger<'a> {
    /// A field that came to nothing stays as `None`, so that positions hold.
    fields: Vec<(Text<'a>, Option<Slot<'a>>)>,
    index: Option<Positions>,
    wording: Wording,
}

/// How much of what was said is said again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Only what it comes to.
    #[default]
    Brief,
    /// Values that come and go, too, so that they are still checked: for edits of one array that a user listed.
    Verbatim,
}

enum Slot<'a> {
    Change(Change<'a>),
    /// A nested delta that was merged into, with its own index.
    Nested(Merger<'a>),
    /// A whole new value, and what happened inside it since. That is carried out once, at the end: a series of appends to
    /// a new array would otherwise copy it each time.
    Since(Change<'a>, Box<Slot<'a>>),
}

impl<'a> Merger<'a> {
    /// Starts with one delta.
    pub fn new(first: Delta<'a>) -> Self {
        let mut fields = Vec::with_capacity(first.fields.len());
        for (key, change) in first.fields {
            fields.push((key, Some(Slot::Change(change))));
        }
        Merger {
            fields,
            index: None,
            wording: Wording::Brief,
        }
    }

    /// Follows what is there with one more delta.
    ///
    /// # Errors
    /// `delta_mismatch` naming the path; the merger is of no further use then.
    pub fn push(&mut self, next: Delta<'a>) -> Result<()> {
        for (position, (key, change)) in next.fields.into_iter().enumerate() {
            let Some(place) = self.find(&key, position) else {
                self.add(key, Slot::Change(change));
                continue;
            };
            let slot = &mut self.fields[place].1;
            *slot = match slot.take() {
                None => Some(Slot::Change(change)),
                Some(first) => follow(first, change, self.wording)
                    .map_err(|error| error.under(key.as_ref()))?,
            };
        }
        Ok(())
    }

    /// The same with the delta that `code` is of, without building it first.
    ///
    /// # Errors
    /// As [`push`](Merger::push); `internal` for bytes that are no delta's code.
    pub fn push_code(&mut self, code: &'a [u8]) -> Result<()> {
        let mut reader = Reader(code);
        self.follow_code(&mut reader)?;
        if reader.0.is_empty() {
            return Ok(());
        }
        Err(unreadable())
    }

    fn follow_code(&mut self, reader: &mut Reader<'a>) -> Result<()> {
        let count = reader.count().ok_or_else(unreadable)?;
        for position in 0..count {
            let key = reader.bytes().ok_or_else(unreadable)?;
            let op = reader.byte().ok_or_else(unreadable)?;
            let Some(place) = self.find(key, position) else {
                let slot = self.begin(op, reader)?;
                self.add(Text::Borrowed(key), slot);
                continue;
            };
            if let Err(error) = self.follow_at(place, op, reader) {
                return Err(error.under(key));
            }
        }
        Ok(())
    }

    /// What a field that was not mentioned before begins with.
    fn begin(&self, op: u8, reader: &mut Reader<'a>) -> Result<Slot<'a>> {
        if op != op::NESTED {
            return Ok(Slot::Change(reader.change_of(op).ok_or_else(unreadable)?));
        }
        let mut inner = Merger {
            wording: self.wording,
            ..Merger::default()
        };
        inner.follow_code(reader)?;
        Ok(Slot::Nested(inner))
    }

    fn follow_at(&mut self, place: usize, op: u8, reader: &mut Reader<'a>) -> Result<()> {
        let wording = self.wording;
        match (&mut self.fields[place].1, op) {
            (Some(Slot::Nested(inner)), op::NESTED) => return inner.follow_code(reader),
            (
                Some(Slot::Change(Change::Modified {
                    old: Some(first),
                    new,
                })),
                op::MODIFIED,
            ) if wording == Wording::Brief && is_scalar(first) && is_scalar(new) => {
                let read = reader.bytes().zip(reader.bytes());
                let (expected, after) = read.ok_or_else(unreadable)?;
                expect(Some(expected), new)?;
                if is_scalar(after) && **first != *after {
                    *new = Text::Borrowed(after);
                    return Ok(());
                }
                let replaced = replaced(Some(first.clone()), Text::Borrowed(after), wording);
                self.fields[place].1 = replaced.map(Slot::Change);
                return Ok(());
            }
            (None, _) => {
                self.fields[place].1 = Some(self.begin(op, reader)?);
                return Ok(());
            }
            _ => {}
        }
        let change = reader.change_of(op).ok_or_else(unreadable)?;
        let slot = &mut self.fields[place].1;
        if let Some(first) = slot.take() {
            *slot = follow(first, change, wording)?;
        }
        Ok(())
    }

    /// The merged delta.
    ///
    /// # Errors
    /// `delta_mismatch` naming the path.
    pub fn finish(self) -> Result<Delta<'a>> {
        let mut fields = Vec::with_capacity(self.fields.len());
        for (key, slot) in self.fields {
            let Some(slot) = slot else {
                continue;
            };
            match slot.into_change(self.wording) {
                Ok(Some(change)) => fields.push((key, change)),
                Ok(None) => {}
                Err(error) => return Err(error.under(key.as_ref())),
            }
        }
        Ok(Delta { fields })
    }

    fn find(&mut self, key: &[u8], hint: usize) -> Option<usize> {
        let fields = &self.fields;
        if fields
            .get(hint)
            .is_some_and(|(there, _)| there.as_ref() == key)
        {
            return Some(hint);
        }
        if fields.len() <= LINEAR {
            return fields.iter().position(|(there, _)| there.as_ref() == key);
        }
        let index = self.index.get_or_insert_with(|| {
            Positions::of(fields.len(), &|position| hash(&fields[position as usize].0))
        });
        let found = index.find(hash(key), |position| {
            fields[position as usize].0.as_ref() == key
        });
        found.map(|position| position as usize)
    }

    fn add(&mut self, key: Text<'a>, slot: Slot<'a>) {
        self.fields.push((key, Some(slot)));
        if let Some(index) = &mut self.index {
            let fields = &self.fields;
            index.insert(fields.len() as u32 - 1, &|position| {
                hash(&fields[position as usize].0)
            });
        }
    }
}

impl<'a> Slot<'a> {
    fn into_change(self, wording: Wording) -> Result<Option<Change<'a>>> {
        match self {
            Slot::Change(change) => Ok(Some(change)),
            Slot::Nested(merger) => {
                let delta = merger.finish()?;
                Ok((!delta.is_empty()).then_some(Change::Nested(delta)))
            }
            Slot::Since(whole, inside) => match inside.into_change(wording)? {
                Some(inside) => compose(whole, inside, wording),
                None => Ok(Some(whole)),
            },
        }
    }
}

fn is_scalar(text: &[u8]) -> bool {
    !matches!(text.first(), Some(b'{' | b'['))
}

#[inline(never)]
fn follow<'a>(first: Slot<'a>, second: Change<'a>, wording: Wording) -> Result<Option<Slot<'a>>> {
    match (first, second) {
        (Slot::Nested(mut merger), Change::Nested(next)) => {
            merger.push(next)?;
            Ok(Some(Slot::Nested(merger)))
        }
        (Slot::Change(Change::Nested(before)), Change::Nested(next)) => {
            let mut merger = Merger::new(before);
            merger.wording = wording;
            merger.push(next)?;
            Ok(Some(Slot::Nested(merger)))
        }
        (
            Slot::Change(whole @ (Change::Added(_) | Change::Modified { .. })),
            inside @ (Change::Nested(_) | Change::Edited(_)),
        ) => Ok(Some(Slot::Since(whole, Box::new(Slot::Change(inside))))),
        (Slot::Since(whole, before), inside @ (Change::Nested(_) | Change::Edited(_))) => {
            Ok(Some(match follow(*before, inside, wording)? {
                Some(since) => Slot::Since(whole, Box::new(since)),
                None => Slot::Change(whole),
            }))
        }
        (first, second) => match first.into_change(wording)? {
            Some(first) => Ok(compose(first, second, wording)?.map(Slot::Change)),
            None => Ok(Some(Slot::Change(second))),
        },
    }
}

/// The one change with the effect of `first` followed by `second`, or `None` where they cancel out.
///
/// Not inlined: what recurses once a level must keep its stack frames small.
#[inline(never)]
pub(crate) fn compose<'a>(
    first: Change<'a>,
    second: Change<'a>,
    wording: Wording,
) -> Result<Option<Change<'a>>> {
    use Change::{Added, Edited, Modified, Nested, Removed};
    Ok(match (first, second) {
        (Removed(old), Added(new)) => replaced(old, new, wording),
        (Removed(_), _) => return Err(mismatch("a field to be changed was removed before")),
        (_, Added(_)) => return Err(mismatch("a field to be added is there already")),
        (Added(value), Removed(old)) => {
            expect(old.as_deref(), &value)?;
            None
        }
        (Added(before), second) => Some(Added(after(before, second)?)),
        (Modified { old, new }, Removed(expected)) => {
            expect(expected.as_deref(), &new)?;
            Some(Removed(old))
        }
        (Modified { old, new }, second) => replaced(old, after(new, second)?, wording),
        (Nested(first), Nested(second)) => {
            let mut merger = Merger::new(first);
            merger.wording = wording;
            merger.push(second)?;
            let merged = merger.finish()?;
            (!merged.is_empty()).then_some(Nested(merged))
        }
        (Edited(first), Edited(second)) => {
            let spans = array::merge(first, second, wording)?;
            (!spans.is_empty()).then_some(Edited(spans))
        }
        (Nested(_), Edited(_)) | (Edited(_), Nested(_)) => {
            return Err(mismatch(
                "an object was changed before, and an array is now, or the other way round",
            ));
        }
        (first, Modified { old, new }) => replaced(before(old, &first, wording)?, new, wording),
        (first, Removed(old)) => Some(Removed(before(old, &first, wording)?)),
    })
}

fn replaced<'a>(old: Option<Text<'a>>, new: Text<'a>, wording: Wording) -> Option<Change<'a>> {
    match old {
        Some(_) if wording == Wording::Verbatim => Some(Change::Modified { old, new }),
        Some(old) => diff::owned(old, new),
        None => Some(Change::Modified { old: None, new }),
    }
}

/// The value that `second` makes of `before`.
fn after<'a>(before: Text<'a>, second: Change<'a>) -> Result<Text<'a>> {
    if let Change::Modified { old, new } = second {
        expect(old.as_deref(), &before)?;
        return Ok(new);
    }
    Ok(value(&before, &second)?.into_owned().into())
}

/// The value that `first` made `after` of, where both are known.
pub(super) fn before<'a>(
    after: Option<Text<'a>>,
    first: &Change<'a>,
    wording: Wording,
) -> Result<Option<Text<'a>>> {
    let Some(after) = after else {
        return Ok(None);
    };
    match change_back(first) {
        Ok(inverse) => Ok(Some(value(&after, &inverse)?.into_owned().into())),
        Err(_) if wording == Wording::Brief => Ok(None),
        Err(_) => Err(Error::here(
            Code::InvalidArgument,
            "an old value can't be checked here, for an edit before changes it and leaves out what was there; give both or neither",
        )),
    }
}
