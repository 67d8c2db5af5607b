//! The edits between two arrays' texts.

use std::borrow::Cow;

use crate::json::{Text, text};

use super::super::diff::equal;
use super::super::text::edits_length;
use super::super::{Change, Gone, Span};
use super::{Spans, anchors::anchors};

/// What makes the array `after` of `before`, or `None` where they are equal.
pub(crate) fn diff<'a>(before: &'a [u8], after: &'a [u8]) -> Option<Change<'a>> {
    let old: Vec<&[u8]> = text::elements(before).collect();
    let new: Vec<&[u8]> = text::elements(after).collect();
    let whole = Extent {
        before: before.len(),
        after: after.len(),
    };
    let spans = edits(&old, &new);
    if spans.is_empty() {
        return None;
    }
    Some(if whole.shorter_than(&spans) {
        Change::Modified {
            old: Some(Cow::Borrowed(before)),
            new: Cow::Borrowed(after),
        }
    } else {
        Change::Edited(spans)
    })
}

/// The spans between two lists of elements.
pub(crate) fn edits<'a>(old: &[&'a [u8]], new: &[&'a [u8]]) -> Vec<Span<'a>> {
    // Anchors are found by text. Elements that differ in the order of keys alone could anchor each other at other places.
    if old.len() == new.len()
        && old
            .iter()
            .zip(new)
            .all(|(before, after)| equal(before, after))
    {
        return Vec::new();
    }
    let texts = |elements: &[&'a [u8]]| -> Vec<Text<'a>> {
        elements.iter().map(|e| Cow::Borrowed(*e)).collect()
    };
    let mut spans = Spans::reconciling();
    let (mut i, mut j) = (0, 0);
    for (x, y) in anchors(old, new)
        .into_iter()
        .chain([(old.len(), new.len())])
    {
        if i < x {
            spans.remove(Gone::Values(texts(&old[i..x])));
        }
        if j < y {
            spans.insert(texts(&new[j..y]));
        }
        spans.keep(usize::from(x < old.len()));
        (i, j) = (x + 1, y + 1);
    }
    spans.finish()
}

/// The bytes of an array's text before and after.
pub(crate) struct Extent {
    pub(crate) before: usize,
    pub(crate) after: usize,
}

impl Extent {
    /// Whether telling both arrays takes no more text than telling the edits.
    pub(crate) fn shorter_than(&self, spans: &[Span<'_>]) -> bool {
        edits_length(spans) >= self.before + self.after
    }
}
