//! Changes as text: canonical JSON, but that in place of a field's value may stand what is computed when the update commits.
//!
//! | text | means |
//! | --- | --- |
//! | `!` | the field goes, if it is there |
//! | `+[1,2]` | the elements are added to the end of the array there; where there is none, they are the array |
//! | `+5`, `+-0.5` | the number there grows by that; from 0 where there is none |
//!
//! As each stands where it applies, a merge computes it on its way, and two of them never meet.

use core::result::Result;
use std::borrow::Cow;

use crate::Code;
use crate::delta::array::Extent;
use crate::delta::{Change, Span, diff};
use crate::json::reader::{Fault, Members, Reader, Refused};
use crate::json::{Text, number, text};

use super::compare::count;
use super::object::Value;

/// In place of a value: the field goes.
pub(super) const REMOVE: u8 = b'!';
/// In front of a number or an array: it is added to what is there.
pub(super) const ADD: u8 = b'+';

/// Checks changes that nothing is there to merge with.
///
/// # Errors
/// `invalid_value` and `limit_exceeded` as [`Document::merge`](super::Document::merge).
pub fn validate(changes: &[u8], depth: u32) -> crate::Result<()> {
    let mut reader = Reader::new(changes);
    let ended = value(&mut reader, depth).and_then(|_| reader.end());
    ended.map_err(|refused| refused.into_error(changes))
}

/// What stands next becomes of a field that is not there; `None` where it stays away.
pub(super) fn new_value<'a>(
    changes: &mut Reader<'a>,
    depth: u32,
) -> Result<Option<Text<'a>>, Refused> {
    match changes.peek() {
        Some(REMOVE) => {
            changes.pass(1);
            Ok(None)
        }
        Some(ADD) => addend(changes, depth).map(|text| Some(Cow::Borrowed(text))),
        _ => value(changes, depth).map(Some),
    }
}

/// The value that stands next, as it is where nothing was: mostly as it stands.
pub(super) fn value<'a>(changes: &mut Reader<'a>, depth: u32) -> Result<Text<'a>, Refused> {
    let mut plain = changes.clone();
    match plain.value(depth) {
        Ok(text) => {
            *changes = plain;
            Ok(Cow::Borrowed(text))
        }
        // It may be what makes it no JSON; if not, it is refused again.
        Err(_) => {
            let mut out = Vec::new();
            write_value(changes, depth, &mut out)?;
            Ok(Cow::Owned(out))
        }
    }
}

fn write_value(changes: &mut Reader<'_>, depth: u32, out: &mut Vec<u8>) -> Result<(), Refused> {
    if changes.peek() != Some(b'{') {
        out.extend_from_slice(changes.value(depth)?);
        return Ok(());
    }
    let mut members = Members::begin(changes, depth)?;
    out.push(b'{');
    let first = out.len();
    while let Some(key) = members.next(changes)? {
        let before = out.len();
        if before > first {
            out.push(b',');
        }
        out.extend_from_slice(key);
        out.push(b':');
        match changes.peek() {
            Some(REMOVE) => {
                changes.pass(1);
                out.truncate(before);
            }
            Some(ADD) => out.extend_from_slice(addend(changes, depth - 1)?),
            _ => write_value(changes, depth - 1, out)?,
        }
    }
    out.push(b'}');
    Ok(())
}

/// Passes what is to be added, a number or an array.
fn addend<'a>(changes: &mut Reader<'a>, depth: u32) -> Result<&'a [u8], Refused> {
    changes.expect(ADD)?;
    match changes.peek() {
        Some(b'[' | b'-' | b'0'..=b'9') => changes.value(depth),
        _ => changes.refuse(Fault::Malformed),
    }
}

/// What adding the number or the array that stands next makes of `old`; `None` where that stays as it is.
pub(super) fn added_to<'a, 't: 'a>(
    old: Value<'a>,
    changes: &mut Reader<'t>,
    depth: u32,
) -> Result<Option<Change<'a>>, Refused> {
    let at = changes.position();
    let more = addend(changes, depth)?;
    let change = if text::is_array(more) {
        append(old, more)
    } else {
        increment(old, more)
    };
    change.map_err(|why| Refused {
        fault: Fault::Unfit(Code::InvalidValue, why),
        at,
    })
}

fn append<'a>(old: Value<'a>, items: &'a [u8]) -> Result<Option<Change<'a>>, &'static str> {
    let Some(length) = count(old) else {
        return Err("append needs an array, and another kind of value stands there");
    };
    if items == b"[]" {
        return Ok(None);
    }
    let come = Span::Insert(text::elements(items).map(Cow::Borrowed).collect());
    let kept = (length > 0).then_some(Span::Keep(length));
    let spans: Vec<Span<'a>> = kept.into_iter().chain([come]).collect();
    let comma = usize::from(length > 0);
    let extent = Extent {
        before: old.length(),
        after: old.length() + items.len() - 2 + comma,
    };
    if !extent.shorter_than(&spans) {
        return Ok(Some(Change::Edited(spans)));
    }
    let old = old.text();
    let new = Cow::Owned([&old[..old.len() - 1], &b","[..comma], &items[1..]].concat());
    Ok(Some(Change::Modified {
        old: Some(old),
        new,
    }))
}

fn increment<'a>(old: Value<'a>, by: &[u8]) -> Result<Option<Change<'a>>, &'static str> {
    let old = old.text();
    let before = number::length(&old)
        .filter(|length| *length == old.len())
        .and_then(|_| number::parse(&old))
        .ok_or("increment needs a number, and another kind of value stands there")?;
    let by = number::parse(by).ok_or("increment takes a finite number")?;
    let after = before + by;
    if !after.is_finite() {
        return Err("the sum is beyond what a number can hold");
    }
    let mut sum = Vec::new();
    number::write(after, &mut sum);
    Ok(diff::owned(old, Cow::Owned(sum)))
}

/// How many times as long as changes what they add may be: in place of `"":+9` a double may stand, of 25 bytes.
pub const MOST_GROWTH: usize = 6;
