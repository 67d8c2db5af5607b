//! The algebra of changes between JSON values.
//!
//! A [`Delta`] says how one object becomes another. Its laws, with equality that ignores key order:
//!
//! 1. `apply(a, diff(a, b)) = b`, and `diff(a, a)` is empty.
//! 2. `merge(diff(a, b), diff(b, c))` applied to `a` gives `c`; without arrays it equals `diff(a, c)`.
//! 3. `apply(b, invert(diff(a, b))) = a`, and `invert(invert(d)) = d`.
//! 4. A delta that doesn't fit is `delta_mismatch` naming the path, and nothing is applied.
//!
//! Values are canonical text ([`Text`]), borrowed from wherever they stand. Two more forms of a delta have a module each:
//! [`code`], compact bytes for the log, and [`text`], the JSON that users see.

pub mod apply;
pub(crate) mod array;
pub mod code;
pub mod diff;
pub mod invert;
pub mod merge;
pub mod text;

use crate::json::Text;

pub use apply::apply;
pub use diff::diff;
pub use invert::invert;
pub use merge::merge;

/// What becomes of the fields of one object. Keys are JSON string text with quotes, each at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta<'a> {
    /// Key and what becomes of its value.
    pub fields: Vec<(Text<'a>, Change<'a>)>,
}

/// What becomes of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Absent before.
    Added(Text<'a>),
    /// Replaced as a whole. The old value is unknown in a delta that was made without old values.
    Modified {
        /// The value before.
        old: Option<Text<'a>>,
        /// The value after.
        new: Text<'a>,
    },
    /// Absent afterwards.
    Removed(Option<Text<'a>>),
    /// An object before and after.
    Nested(Delta<'a>),
    /// An array before and after.
    Edited(Vec<Span<'a>>),
}

/// One stretch of an array, from its start to its end.
///
/// Lists of spans are kept in one form: neighbours of a kind are one span, at one place `Remove` stands before `Insert`,
/// no span is empty, and what is kept at the end is not mentioned. Elements removed with and without their values are two
/// kinds, so that no value that is given goes unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span<'a> {
    /// So many elements stay.
    Keep(usize),
    /// One element changes inside: [`Change::Nested`] or [`Change::Edited`].
    Inside(Change<'a>),
    /// Elements go.
    Remove(Gone<'a>),
    /// Elements come.
    Insert(Vec<Text<'a>>),
}

/// Removed elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone<'a> {
    /// The elements themselves.
    Values(Vec<Text<'a>>),
    /// Their number only, in a delta without old values.
    Count(usize),
}

impl Gone<'_> {
    /// How many elements went.
    pub fn len(&self) -> usize {
        match self {
            Gone::Values(values) => values.len(),
            Gone::Count(count) => *count,
        }
    }

    /// Whether none went.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Delta<'_> {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

impl Delta<'_> {
    /// The same delta, holding its own copies of all texts.
    pub fn into_owned(self) -> Delta<'static> {
        // Loops: what collects in place is made anew for each kind of item.
        let mut fields = Vec::with_capacity(self.fields.len());
        for (key, change) in self.fields {
            fields.push((own(key), change.into_owned()));
        }
        Delta { fields }
    }
}

impl<'a> Change<'a> {
    /// The same change, holding its own copies of all texts.
    pub fn into_owned(self) -> Change<'static> {
        match self {
            Change::Added(new) => Change::Added(own(new)),
            Change::Modified { old, new } => Change::Modified {
                old: old.map(own),
                new: own(new),
            },
            Change::Removed(old) => Change::Removed(old.map(own)),
            Change::Nested(delta) => Change::Nested(delta.into_owned()),
            Change::Edited(spans) => {
                let mut owned = Vec::with_capacity(spans.len());
                for span in spans {
                    owned.push(span.into_owned());
                }
                Change::Edited(owned)
            }
        }
    }
}

impl<'a> Span<'a> {
    pub(crate) fn into_owned(self) -> Span<'static> {
        match self {
            Span::Keep(count) => Span::Keep(count),
            Span::Inside(change) => Span::Inside(change.into_owned()),
            Span::Remove(Gone::Count(count)) => Span::Remove(Gone::Count(count)),
            Span::Remove(Gone::Values(values)) => Span::Remove(Gone::Values(own_all(values))),
            Span::Insert(values) => Span::Insert(own_all(values)),
        }
    }
}

fn own_all(texts: Vec<Text<'_>>) -> Vec<Text<'static>> {
    let mut owned = Vec::with_capacity(texts.len());
    for text in texts {
        owned.push(own(text));
    }
    owned
}

fn own(text: Text<'_>) -> Text<'static> {
    Text::Owned(text.into_owned())
}
