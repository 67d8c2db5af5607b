//! Reading the JSON form.

use std::borrow::Cow;

use crate::delta::array::{MOST_ELEMENTS, Spans, measure, sequence};
use crate::delta::{Change, Delta, Gone, Span};
use crate::json::{Text, text};
use crate::{Code, Error, Result};

/// How deep contexts can be at the most, and so what changes inside them.
const LEVELS: u32 = 1000;

/// Reads the JSON form from validated canonical text.
///
/// # Errors
/// `invalid_argument` naming the path where the text is no delta; naming the path in the state, `delta_mismatch` where edits of
/// one array don't fit each other, and `invalid_argument` where one gives an old value that another makes unknown.
pub fn parse(text: &[u8]) -> Result<Delta<'_>> {
    parse_delta(text, LEVELS)
}

/// `levels` are left for what is nested in this one.
fn parse_delta(text: &[u8], levels: u32) -> Result<Delta<'_>> {
    if !text::is_object(text) {
        return Err(wrong("a delta must be an object"));
    }
    let mut fields = Vec::new();
    for (key, node) in text::fields(text) {
        let change = parse_change(node, levels).map_err(|error| error.under(key))?;
        fields.push((Cow::Borrowed(key), change));
    }
    Ok(Delta { fields })
}

fn inner(levels: u32) -> Result<u32> {
    levels.checked_sub(1).ok_or_else(|| {
        Error::here(
            Code::LimitExceeded,
            "a delta is nested deeper here than any context can be",
        )
    })
}

fn wrong(message: &'static str) -> Error {
    Error::here(Code::InvalidArgument, message)
}

/// The members of a change or an edit.
#[inline(never)]
fn members<'a>(text: &'a [u8], names: [&[u8]; 4]) -> Result<[Option<&'a [u8]>; 4]> {
    let mut values = [None; 4];
    for (key, value) in text::fields(text) {
        let Some(place) = names.iter().position(|name| *name == key) else {
            return Err(wrong("a member that a delta doesn't have").under(key));
        };
        values[place] = Some(value);
    }
    Ok(values)
}

fn parse_change(node: &[u8], levels: u32) -> Result<Change<'_>> {
    if !text::is_object(node) {
        return Err(wrong(
            "a node of a delta must be a change or a nested delta",
        ));
    }
    let action =
        text::fields(node).find(|(key, value)| *key == b"\"action\"" && value.starts_with(b"\""));
    let Some((_, action)) = action else {
        let nested = parse_delta(node, inner(levels)?)?;
        if nested.is_empty() {
            return Err(wrong("an empty nested node says nothing; leave it out"));
        }
        return Ok(Change::Nested(nested));
    };
    let names: [&[u8]; 4] = [b"\"action\"", b"\"value\"", b"\"oldValue\"", b"\"edits\""];
    let [_, new, old, edits] = members(node, names)?;
    match (action, new, old, edits) {
        (b"\"added\"", Some(new), None, None) => Ok(Change::Added(Cow::Borrowed(new))),
        (b"\"modified\"", Some(new), old, None) => Ok(Change::Modified {
            old: old.map(Cow::Borrowed),
            new: Cow::Borrowed(new),
        }),
        (b"\"removed\"", None, old, None) => Ok(Change::Removed(old.map(Cow::Borrowed))),
        (b"\"edited\"", None, None, Some(edits)) => parse_edits(edits, levels).map(Change::Edited),
        (b"\"added\"" | b"\"modified\"" | b"\"removed\"" | b"\"edited\"", ..) => Err(wrong(
            "a change has not the members its action needs: added { value }, modified { oldValue?, value }, removed { oldValue? }, edited { edits }",
        )),
        _ => Err(wrong("an action must be added, modified, removed or edited").under(names[0])),
    }
}

fn parse_edits(edits: &[u8], levels: u32) -> Result<Vec<Span<'_>>> {
    match Edits::read(edits, levels) {
        Ok(edits) => edits.finish(),
        Err(error) => Err(error.under(EDITS)),
    }
}

const EDITS: &[u8] = b"\"edits\"";

/// Edits as they are read. From left to right, as diff and merge print them, they are one list; where one steps back, the next list begins.
struct Edits<'a> {
    lists: Vec<Vec<Span<'a>>>,
    list: Spans<'a>,
    position: usize,
}

impl<'a> Edits<'a> {
    fn read(edits: &'a [u8], levels: u32) -> Result<Self> {
        if !text::is_array(edits) || edits == b"[]" {
            return Err(wrong("edits must be an array with one edit at least"));
        }
        let mut read = Edits {
            lists: Vec::new(),
            list: Spans::verbatim(),
            position: 0,
        };
        for (place, edit) in text::elements(edits).enumerate() {
            read.edit(edit, levels)
                .map_err(|error| error.under(place))?;
        }
        Ok(read)
    }

    fn edit(&mut self, edit: &'a [u8], levels: u32) -> Result<()> {
        if !text::is_object(edit) {
            return Err(wrong("an edit must be an object"));
        }
        let names: [&[u8]; 4] = [b"\"index\"", b"\"removed\"", b"\"added\"", b"\"delta\""];
        let [index, removed, added, inside] = members(edit, names)?;
        let Some(index) = index.and_then(parse_count) else {
            return Err(
                wrong("an edit's index must be a whole number from 0 to 2147483647")
                    .under(names[0]),
            );
        };
        self.go_to(index);
        match (removed, added, inside) {
            (None, None, Some(inside)) => self
                .inside(inside, levels)
                .map_err(|error| error.under(names[3])),
            (Some(removed), Some(added), None) => {
                let gone = match parse_count(removed) {
                    Some(count) => Gone::Count(count),
                    None if text::is_array(removed) => Gone::Values(list(removed)),
                    None => {
                        return Err(
                            wrong("removed must be an array, or a count up to 2147483647")
                                .under(names[1]),
                        );
                    }
                };
                if !text::is_array(added) {
                    return Err(wrong("added must be an array").under(names[2]));
                }
                let come = list(added);
                if gone.is_empty() && come.is_empty() {
                    return Err(wrong(
                        "an edit that removes and adds nothing says nothing; leave it out",
                    ));
                }
                self.change(gone, come);
                Ok(())
            }
            _ => Err(wrong(
                "an edit must be { index, removed, added } or { index, delta }",
            )),
        }
    }

    fn go_to(&mut self, index: usize) {
        if index < self.position {
            let list = core::mem::replace(&mut self.list, Spans::verbatim());
            self.lists.push(list.finish());
            self.position = 0;
        }
        self.list.keep(index - self.position);
        self.position = index;
    }

    /// An element's change; one that is replaced goes and comes.
    fn inside(&mut self, inside: &'a [u8], levels: u32) -> Result<()> {
        match parse_change(inside, inner(levels)?)? {
            Change::Modified { old, new } => {
                let gone = old.map_or(Gone::Count(1), |old| Gone::Values(vec![old]));
                self.change(gone, vec![new]);
            }
            Change::Added(_) | Change::Removed(_) => {
                return Err(wrong(
                    "an element can only be modified or changed inside; use removed and added",
                ));
            }
            change => {
                self.list.inside(change);
                self.position = self.position.saturating_add(1);
            }
        }
        Ok(())
    }

    fn change(&mut self, gone: Gone<'a>, come: Vec<Text<'a>>) {
        self.position = self.position.saturating_add(come.len());
        self.list.remove(gone);
        self.list.insert(come);
    }

    fn finish(mut self) -> Result<Vec<Span<'a>>> {
        self.lists.push(self.list.finish());
        let spans = sequence(self.lists)?;
        measure(&spans)?;
        if spans.iter().all(|span| matches!(span, Span::Keep(_))) {
            return Err(
                wrong("edits that take each other back say nothing; leave them out").under(EDITS),
            );
        }
        Ok(spans)
    }
}

fn list(array: &[u8]) -> Vec<Text<'_>> {
    text::elements(array).map(Cow::Borrowed).collect()
}

/// A whole number from 0 to [`MOST_ELEMENTS`].
fn parse_count(text: &[u8]) -> Option<usize> {
    if text.is_empty() || text.len() > 10 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = text
        .iter()
        .fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
    usize::try_from(value)
        .ok()
        .filter(|value| *value <= MOST_ELEMENTS)
}
