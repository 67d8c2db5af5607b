//! The JSON form of a delta: what users see, and what crosses the border.
//!
//! ```json
//! { "status": { "action": "modified", "oldValue": "online", "value": "away" },
//!   "tags": { "action": "edited", "edits": [{ "index": 2, "removed": [], "added": ["new"] }] },
//!   "metadata": { "theme": { "action": "added", "value": "dark" } } }
//! ```
//! A node is a change exactly when its `action` is a string.

use std::borrow::Cow;

use crate::json::{Text, number, text};
use crate::{Code, Error, Result};

use super::array::{MOST_ELEMENTS, Spans, measure, sequence};
use super::{Change, Delta, Gone, Span};

/// How deep contexts can be at the most, and so what changes inside them.
const LEVELS: u32 = 1000;

/// Takes text piece by piece.
trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts bytes only.
struct Length(usize);

impl Sink for Length {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// Appends the JSON form; without old values where `old_values` is false.
pub fn write(delta: &Delta<'_>, old_values: bool, out: &mut Vec<u8>) {
    put_delta(delta, old_values, out);
}

/// The JSON form.
pub fn print(delta: &Delta<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write(delta, true, &mut out);
    out
}

/// Appends the JSON form of one change.
pub(super) fn write_change(change: &Change<'_>, old_values: bool, out: &mut Vec<u8>) {
    put_change(change, old_values, out);
}

/// Appends the edits of one array as JSON.
pub fn write_edits(spans: &[Span<'_>], out: &mut Vec<u8>) {
    put_edits(spans, true, out);
}

/// Bytes of a change's JSON form.
pub(crate) fn change_length(change: &Change<'_>) -> usize {
    let mut length = Length(0);
    put_change(change, true, &mut length);
    length.0
}

/// Bytes of the edits' JSON form.
pub(crate) fn edits_length(spans: &[Span<'_>]) -> usize {
    let mut length = Length(0);
    put_edits(spans, true, &mut length);
    length.0
}

fn put_delta(delta: &Delta<'_>, old_values: bool, out: &mut impl Sink) {
    out.put(b"{");
    for (position, (key, change)) in delta.fields.iter().enumerate() {
        out.put(if position > 0 { b"," } else { b"" });
        out.put(key);
        out.put(b":");
        put_change(change, old_values, out);
    }
    out.put(b"}");
}

fn put_change(change: &Change<'_>, old_values: bool, out: &mut impl Sink) {
    let put_old = |old: &Option<Text<'_>>, out: &mut dyn FnMut(&[u8])| {
        if let Some(old) = old.as_ref().filter(|_| old_values) {
            out(b",\"oldValue\":");
            out(old);
        }
    };
    match change {
        Change::Added(new) => {
            out.put(b"{\"action\":\"added\",\"value\":");
            out.put(new);
        }
        Change::Modified { old, new } => {
            out.put(b"{\"action\":\"modified\"");
            put_old(old, &mut |bytes| out.put(bytes));
            out.put(b",\"value\":");
            out.put(new);
        }
        Change::Removed(old) => {
            out.put(b"{\"action\":\"removed\"");
            put_old(old, &mut |bytes| out.put(bytes));
        }
        Change::Nested(delta) => return put_delta(delta, old_values, out),
        Change::Edited(spans) => {
            out.put(b"{\"action\":\"edited\",\"edits\":");
            put_edits(spans, old_values, out);
        }
    }
    out.put(b"}");
}

fn put_edits(spans: &[Span<'_>], old_values: bool, out: &mut impl Sink) {
    let mut position = 0;
    let mut first = true;
    let mut open = |position: usize, out: &mut dyn FnMut(&[u8])| {
        out(if first {
            b"{\"index\":"
        } else {
            b",{\"index\":"
        });
        first = false;
        put_number(position, out);
    };
    out.put(b"[");
    let mut spans = spans.iter().peekable();
    while let Some(span) = spans.next() {
        let (gone, come) = match span {
            Span::Keep(count) => {
                position += count;
                continue;
            }
            Span::Inside(change) => {
                open(position, &mut |bytes| out.put(bytes));
                out.put(b",\"delta\":");
                put_change(change, old_values, out);
                out.put(b"}");
                position += 1;
                continue;
            }
            Span::Remove(gone) => {
                let come = spans.next_if(|next| matches!(next, Span::Insert(_)));
                (Some(gone), come)
            }
            Span::Insert(_) => (None, Some(span)),
        };
        open(position, &mut |bytes| out.put(bytes));
        out.put(b",\"removed\":");
        match gone {
            Some(Gone::Values(values)) if old_values => put_list(values, out),
            Some(gone) => put_number(gone.len(), &mut |bytes| out.put(bytes)),
            None => out.put(if old_values { b"[]" } else { b"0" }),
        }
        out.put(b",\"added\":");
        match come {
            Some(Span::Insert(values)) => {
                put_list(values, out);
                position += values.len();
            }
            _ => out.put(b"[]"),
        }
        out.put(b"}");
    }
    out.put(b"]");
}

fn put_list(values: &[Text<'_>], out: &mut impl Sink) {
    out.put(b"[");
    for (position, value) in values.iter().enumerate() {
        out.put(if position > 0 { b"," } else { b"" });
        out.put(value);
    }
    out.put(b"]");
}

fn put_number(value: usize, out: &mut dyn FnMut(&[u8])) {
    let mut digits = Vec::with_capacity(20);
    number::write_integer(value as u64, &mut digits);
    out(&digits);
}

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

/// The members of a change or an edit, each at most once.
struct Members<'a, const N: usize>([Option<&'a [u8]>; N]);

impl<'a, const N: usize> Members<'a, N> {
    fn read(text: &'a [u8], names: [&[u8]; N]) -> Result<Self> {
        let mut values = [None; N];
        for (key, value) in text::fields(text) {
            let Some(place) = names.iter().position(|name| *name == key) else {
                return Err(wrong("a member that a delta doesn't have").under(key));
            };
            values[place] = Some(value);
        }
        Ok(Members(values))
    }
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
    let Members([_, new, old, edits]) = Members::read(node, names)?;
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
        _ => Err(
            wrong("an action must be added, modified, removed or edited")
                .under(b"\"action\"".as_slice()),
        ),
    }
}

fn parse_edits(edits: &[u8], levels: u32) -> Result<Vec<Span<'_>>> {
    let under = |error: Error| error.under(b"\"edits\"".as_slice());
    if !text::is_array(edits) || edits == b"[]" {
        return Err(under(wrong(
            "edits must be an array with one edit at least",
        )));
    }
    // Edits from left to right, as diff and merge print them, are one list; where one steps back, the next list begins.
    let mut lists = Vec::new();
    let mut list = Spans::verbatim();
    let mut position = 0;
    for (place, edit) in text::elements(edits).enumerate() {
        let (index, edit) = parse_edit(edit, levels).map_err(|error| under(error.under(place)))?;
        if index < position {
            lists.push(core::mem::replace(&mut list, Spans::verbatim()).finish());
            position = 0;
        }
        list.keep(index - position);
        position = edit
            .iter()
            .map(output_length)
            .fold(index, usize::saturating_add);
        edit.into_iter().for_each(|span| list.add(span));
    }
    lists.push(list.finish());
    let spans = sequence(lists)?;
    measure(&spans)?;
    if spans.iter().all(|span| matches!(span, Span::Keep(_))) {
        return Err(under(wrong(
            "edits that take each other back say nothing; leave them out",
        )));
    }
    Ok(spans)
}

fn output_length(span: &Span<'_>) -> usize {
    match span {
        Span::Inside(_) => 1,
        Span::Insert(values) => values.len(),
        Span::Keep(_) | Span::Remove(_) => 0,
    }
}

fn parse_edit(edit: &[u8], levels: u32) -> Result<(usize, Vec<Span<'_>>)> {
    if !text::is_object(edit) {
        return Err(wrong("an edit must be an object"));
    }
    let names: [&[u8]; 4] = [b"\"index\"", b"\"removed\"", b"\"added\"", b"\"delta\""];
    let Members([index, removed, added, inside]) = Members::read(edit, names)?;
    let Some(index) = index.and_then(parse_count) else {
        return Err(
            wrong("an edit's index must be a whole number from 0 to 2147483647")
                .under(b"\"index\"".as_slice()),
        );
    };
    let spans = match (removed, added, inside) {
        (None, None, Some(inside)) => {
            let under = |error: Error| error.under(b"\"delta\"".as_slice());
            vec![
                inside_span(
                    inner(levels)
                        .and_then(|levels| parse_change(inside, levels))
                        .map_err(under)?,
                )
                .map_err(under)?,
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        (Some(removed), Some(added), None) => {
            let gone = match parse_count(removed) {
                Some(count) => Gone::Count(count),
                None if text::is_array(removed) => Gone::Values(list(removed)),
                None => {
                    return Err(
                        wrong("removed must be an array, or a count up to 2147483647")
                            .under(b"\"removed\"".as_slice()),
                    );
                }
            };
            if !text::is_array(added) {
                return Err(wrong("added must be an array").under(b"\"added\"".as_slice()));
            }
            let come = list(added);
            if gone.is_empty() && come.is_empty() {
                return Err(wrong(
                    "an edit that removes and adds nothing says nothing; leave it out",
                ));
            }
            let gone = (!gone.is_empty()).then_some(Span::Remove(gone));
            gone.into_iter()
                .chain((!come.is_empty()).then_some(Span::Insert(come)))
                .collect()
        }
        _ => {
            return Err(wrong(
                "an edit must be { index, removed, added } or { index, delta }",
            ));
        }
    };
    Ok((index, spans))
}

/// What an element's change is as spans; one that is replaced goes and comes.
fn inside_span(change: Change<'_>) -> Result<Vec<Span<'_>>> {
    match change {
        Change::Modified { old, new } => {
            let gone = old.map_or(Gone::Count(1), |old| Gone::Values(vec![old]));
            Ok(vec![Span::Remove(gone), Span::Insert(vec![new])])
        }
        Change::Added(_) | Change::Removed(_) => Err(wrong(
            "an element can only be modified or changed inside; use removed and added",
        )),
        change => Ok(vec![Span::Inside(change)]),
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
