//! The delta between two values' texts.

use std::borrow::Cow;

use crate::json::{Text, hash, object::Fields, text};

use super::{Change, Delta, array};

/// The delta that makes `after` of `before`; both are validated canonical text of objects.
///
/// Where both sides are objects it nests; where both are arrays it edits, if that is shorter than telling both; anything
/// else is told as a whole.
pub fn diff<'a>(before: &'a [u8], after: &'a [u8]) -> Delta<'a> {
    let mut old = Fields::read(before);
    let mut met = vec![false; old.len()];
    let mut fields = Vec::new();
    for (position, (key, new)) in text::fields(after).enumerate() {
        let change = match old.find(key, position) {
            Some(place) => {
                met[place] = true;
                value(old.value(place), new)
            }
            None => Some(Change::Added(Cow::Borrowed(new))),
        };
        fields.extend(change.map(|change| (Cow::Borrowed(key), change)));
    }
    for ((key, gone), met) in old.iter().zip(met) {
        if !met {
            fields.push((
                Cow::Borrowed(key),
                Change::Removed(Some(Cow::Borrowed(gone))),
            ));
        }
    }
    Delta { fields }
}

/// What makes `after` of `before`, or `None` where they are equal.
pub fn value<'a>(before: &'a [u8], after: &'a [u8]) -> Option<Change<'a>> {
    if before == after {
        return None;
    }
    if text::is_object(before) && text::is_object(after) {
        let delta = diff(before, after);
        return (!delta.is_empty()).then_some(Change::Nested(delta));
    }
    if text::is_array(before) && text::is_array(after) {
        return array::diff(before, after);
    }
    Some(Change::Modified {
        old: Some(Cow::Borrowed(before)),
        new: Cow::Borrowed(after),
    })
}

/// [`value`] for texts that may be owned.
pub(crate) fn owned<'a>(before: Text<'a>, after: Text<'a>) -> Option<Change<'a>> {
    match (before, after) {
        (Cow::Borrowed(before), Cow::Borrowed(after)) => value(before, after),
        (before, after) if same_container(&before, &after) => {
            value(&before, &after).map(Change::into_owned)
        }
        (before, after) => (before != after).then_some(Change::Modified {
            old: Some(before),
            new: after,
        }),
    }
}

fn same_container(a: &[u8], b: &[u8]) -> bool {
    a.first() == b.first() && matches!(a.first(), Some(b'{' | b'['))
}

/// Whether two values are equal, ignoring the order of keys.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    // Reordering keys never changes the length of canonical text. Most values that differ differ in their digests, which are
    // found in one pass; comparing takes a pass for each level.
    a.len() == b.len()
        && same_container(a, b)
        && digest(a, &mut 0) == digest(b, &mut 0)
        && equal_inside(a, b)
}

fn equal_inside(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    if a.len() != b.len() || !same_container(a, b) {
        return false;
    }
    if text::is_array(a) {
        let mut others = text::elements(b);
        return text::elements(a).all(|x| others.next().is_some_and(|y| equal_inside(x, y)))
            && others.next().is_none();
    }
    let mut others = Fields::read(b);
    let mut count = 0;
    text::fields(a).enumerate().all(|(position, (key, x))| {
        count += 1;
        others
            .find(key, position)
            .is_some_and(|place| equal_inside(x, others.value(place)))
    }) && count == others.len()
}

/// A number that equal values have in common, whatever the order of their keys. Reads the validated value at `at` and goes behind it.
fn digest(text: &[u8], at: &mut usize) -> u64 {
    let mix = |sum: u64, next: u64| (sum.rotate_left(5) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let start = *at;
    match text.get(start) {
        Some(b'[') => {
            let mut sum = 1;
            *at += 1;
            while text.get(*at).is_some_and(|byte| *byte != b']') {
                sum = mix(sum, digest(text, at));
                *at += usize::from(text.get(*at) == Some(&b','));
            }
            *at += 1;
            sum
        }
        Some(b'{') => {
            let mut sum = 2_u64;
            *at += 1;
            while text.get(*at).is_some_and(|byte| *byte != b'}') {
                let colon = text::skip_string(text, *at);
                let key = hash(&text[*at..colon]);
                *at = colon + 1;
                sum = sum.wrapping_add(mix(key, digest(text, at)));
                *at += usize::from(text.get(*at) == Some(&b','));
            }
            *at += 1;
            mix(sum, 3)
        }
        _ => {
            *at = text::skip_value(text, start);
            hash(&text[start..*at])
        }
    }
}
