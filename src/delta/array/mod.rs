//! Array edits: finding, applying and composing lists of [`Span`](super::Span)s.

mod anchors;
mod diff;
mod merge;
mod spans;

pub(crate) use diff::{Extent, diff, edits};
pub(crate) use merge::{merge, sequence};
pub(crate) use spans::Spans;

use crate::Result;
use crate::json::{Text, text};

use super::apply::{expect, mismatch, value};
use super::{Gone, Span};

/// WebAssembly has no memory for an array of more elements, and no position that is reckoned from smaller numbers overflows.
pub(crate) const MOST_ELEMENTS: usize = (1 << 31) - 1;

/// Fails where edits together reach further than each of them may. Removals with nothing kept between them are one, once their old
/// values are left out.
pub(crate) fn measure(spans: &[Span<'_>]) -> Result<()> {
    let (mut position, mut gone) = (0_usize, 0_usize);
    for span in spans {
        match span {
            Span::Keep(count) => (position, gone) = (position.saturating_add(*count), 0),
            Span::Inside(_) => (position, gone) = (position.saturating_add(1), 0),
            Span::Insert(values) => position = position.saturating_add(values.len()),
            Span::Remove(values) => gone = gone.saturating_add(values.len()),
        }
        if position.max(gone) > MOST_ELEMENTS {
            return Err(mismatch("an index is out of range").under(position));
        }
    }
    Ok(())
}

/// The array that `array`, validated canonical text, becomes.
pub(crate) fn apply(array: &[u8], spans: &[Span<'_>]) -> Result<Vec<u8>> {
    if !text::is_array(array) {
        return Err(mismatch("expected an array"));
    }
    let elements: Vec<&[u8]> = text::elements(array).collect();
    let mut out = Vec::with_capacity(array.len() + 64);
    let mut put = |element: &[u8]| {
        out.push(if out.is_empty() { b'[' } else { b',' });
        out.extend_from_slice(element);
    };
    let mut position = 0;
    for span in spans {
        match span {
            Span::Insert(values) => values.iter().for_each(|value| put(value)),
            Span::Keep(count) => {
                let kept = range(&elements, position, *count)?;
                kept.iter().for_each(|element| put(element));
                position += count;
            }
            Span::Inside(change) => {
                let [element] = range(&elements, position, 1)? else {
                    return Err(mismatch("an index is out of range"));
                };
                let new: Text<'_> =
                    value(element, change).map_err(|error| error.under(position))?;
                put(&new);
                position += 1;
            }
            Span::Remove(gone) => {
                fits(gone, range(&elements, position, gone.len())?, position)?;
                position += gone.len();
            }
        }
    }
    elements
        .iter()
        .skip(position)
        .for_each(|element| put(element));
    if out.is_empty() {
        out.push(b'[');
    }
    out.push(b']');
    Ok(out)
}

/// Fails unless the removed elements are those that stand there.
pub(crate) fn fits(gone: &Gone<'_>, there: &[&[u8]], position: usize) -> Result<()> {
    if let Gone::Values(values) = gone {
        for (offset, (old, element)) in values.iter().zip(there).enumerate() {
            expect(Some(old), element).map_err(|error| error.under(position + offset))?;
        }
    }
    Ok(())
}

fn range<'e, 't>(
    elements: &'e [&'t [u8]],
    position: usize,
    count: usize,
) -> Result<&'e [&'t [u8]]> {
    position
        .checked_add(count)
        .and_then(|end| elements.get(position..end))
        .ok_or_else(|| mismatch("an index is out of range").under(elements.len()))
}
