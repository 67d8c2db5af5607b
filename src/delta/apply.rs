//! Applying a delta to a value's text.

use std::borrow::Cow;

use crate::json::{Text, object::Fields, text};
use crate::{Code, Error, Result};

use super::{Change, Delta, array, diff};

/// The object that `object`, validated canonical text, becomes under `delta`. Changed fields keep their place, added ones go to the end.
///
/// # Errors
/// `delta_mismatch` naming the path where the delta doesn't fit: a field to add that is there, one to change that isn't,
/// an old value that differs, an index out of range.
///
/// ```
/// use chord::delta::{apply, diff, text};
/// let before = br#"{"status":"online","seen":1}"#;
/// let delta = diff(before, br#"{"status":"away","seen":1}"#);
/// assert_eq!(apply(before, &delta)?, br#"{"status":"away","seen":1}"#);
/// # Ok::<(), chord::Error>(())
/// ```
pub fn apply(object: &[u8], delta: &Delta<'_>) -> Result<Vec<u8>> {
    if !text::is_object(object) {
        return Err(mismatch("expected an object"));
    }
    let mut fields = Fields::read(object);
    let mut becomes: Vec<Option<Text<'_>>> = Vec::with_capacity(fields.len());
    for (_, value) in fields.iter() {
        becomes.push(Some(Cow::Borrowed(value)));
    }
    // Of what is added; it stands behind what was there.
    let mut keys: Vec<&[u8]> = Vec::new();
    for (position, (key, change)) in delta.fields.iter().enumerate() {
        let found = fields.find(key, position);
        let before = found.map(|place| fields.value(place));
        let after = step(before, change).map_err(|error| error.under(key.as_ref()))?;
        match found {
            Some(place) => becomes[place] = after,
            None => {
                keys.push(key);
                becomes.push(after);
            }
        }
    }
    let mut out = Vec::with_capacity(object.len() + 64);
    out.push(b'{');
    for (place, value) in becomes.iter().enumerate() {
        let Some(value) = value else {
            continue;
        };
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(match place.checked_sub(fields.len()) {
            None => fields.key(place),
            Some(added) => keys[added],
        });
        out.push(b':');
        out.extend_from_slice(value);
    }
    out.push(b'}');
    Ok(out)
}

/// What a field with the value `before` becomes; `None` is absence.
pub(crate) fn step<'v>(
    before: Option<&'v [u8]>,
    change: &'v Change<'_>,
) -> Result<Option<Text<'v>>> {
    match (change, before) {
        (Change::Added(new), None) => Ok(Some(Cow::Borrowed(new))),
        (Change::Added(_), Some(_)) => Err(mismatch("a field to be added is there already")),
        (_, None) => Err(mismatch("a field to be changed is not there")),
        (Change::Removed(old), Some(before)) => expect(old.as_deref(), before).map(|()| None),
        (_, Some(before)) => value(before, change).map(Some),
    }
}

/// What a present value becomes under a change that leaves it present.
pub(crate) fn value<'v>(before: &'v [u8], change: &'v Change<'_>) -> Result<Text<'v>> {
    match change {
        Change::Modified { old, new } => {
            expect(old.as_deref(), before).map(|()| Cow::Borrowed(new.as_ref()))
        }
        Change::Nested(delta) => apply(before, delta).map(Cow::Owned),
        Change::Edited(spans) => array::apply(before, spans).map(Cow::Owned),
        Change::Added(_) | Change::Removed(_) => {
            Err(mismatch("an element can only be changed inside"))
        }
    }
}

/// Fails unless the old value that a delta gives, if any, is the one that stands there.
pub(crate) fn expect(old: Option<&[u8]>, before: &[u8]) -> Result<()> {
    match old {
        Some(old) if !diff::equal(old, before) => Err(mismatch(
            "the old value differs from the one that stands there",
        )),
        _ => Ok(()),
    }
}

pub(crate) fn mismatch(message: &'static str) -> Error {
    Error::here(Code::DeltaMismatch, message)
}
