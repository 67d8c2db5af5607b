//! Deltas, states and logs that somebody has changed: refused with a path, or understood as the judge understands them.
//! Nothing panics.

use chord::Code;
use chord::delta::{Change, Delta, Gone, Span, apply, code, diff, invert, merge, text};
use chord::json::reader::validate;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate::{Arrays, history, holds, step};
use crate::judge::{
    self,
    laws::{examine, follow},
};

const LEVELS: u32 = 60;

/// Small changes to bytes: other bytes, and pieces cut, doubled, swapped, or put in from a list of telling ones.
pub fn bytes_changed() -> impl Strategy<Value = Vec<(usize, usize, u8)>> {
    vec((any::<usize>(), 0..12_usize, any::<u8>()), 1..4)
}

pub fn change_bytes(text: &mut Vec<u8>, changes: &[(usize, usize, u8)]) {
    const PIECES: [&str; 14] = [
        "[]",
        "{}",
        "null",
        ",",
        "\"action\":\"edited\"",
        "\"edits\":[]",
        "\"index\":0",
        "\"removed\":2147483647",
        "-1",
        "\\ud800",
        "\u{0}",
        "1e999",
        "\"a\":",
        "\\u0041",
    ];
    for &(place, length, byte) in changes {
        let at = place % (text.len() + 1);
        let end = (at + length).min(text.len());
        match byte % 8 {
            0 => drop(text.drain(at..end)),
            1 => text.extend_from_within(at..end),
            2 => {
                let piece: Vec<u8> = text[at..end].to_vec();
                text.splice(at..at, piece);
            }
            3 | 4 => drop(text.splice(
                at..end,
                PIECES[usize::from(byte) / 8 % PIECES.len()].bytes(),
            )),
            5 if at < text.len() => text[at] = byte,
            6 => text.truncate(at),
            _ => text.insert(at, b"{}[]\",:019-.e+ \\tfnu"[usize::from(byte) / 8 % 20]),
        }
    }
}

#[test]
fn deltas_on_other_states_are_refused_just_where_they_do_not_fit() {
    let other = (history(3, Arrays::With), vec(step(Arrays::With), 1..3));
    holds(20_000, other, |(states, steps)| {
        let [a, b, c] = [0, 1, 2].map(|place: usize| states[place].as_bytes());
        let delta = diff(a, b);
        let printed = text::print(&delta);
        let mut changed = judge::read(a);
        steps.iter().for_each(|step| step.take(&mut changed));
        examine(changed.to_string().as_bytes(), &printed);
        examine(c, &printed);
        follow(c, diff(c, a), &diff(b, c));
        follow(a, delta, &diff(c, a));
    });
}

#[test]
fn deltas_with_members_changed_are_refused_or_understood() {
    let input = (history(2, Arrays::With), vec(step(Arrays::With), 1..3));
    holds(20_000, input, |(states, steps)| {
        let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
        let delta = diff(a, b);
        let mut changed = judge::read(&text::print(&delta));
        steps.iter().for_each(|step| step.take(&mut changed));
        is_refused_or_understood(a, b, &changed.to_string());
    });
}

/// `changed` is the text of the delta from `a` to `b`, or something like it.
fn is_refused_or_understood(a: &[u8], b: &[u8], changed: &str) {
    let changed = changed.as_bytes();
    examine(a, changed);
    if let Ok(parsed) = text::parse(changed) {
        follow(b, diff(b, a), &parsed);
        follow(a, parsed.clone(), &diff(a, b));
    }
}

#[test]
fn edits_that_are_told_twice_are_refused_or_understood() {
    let p = "p".repeat(90);
    let a = format!(r#"{{"a":[null,["added","{p}"]]}}"#);
    let b = format!(r#"{{"a":[null,["{p}","added"],null]}}"#);
    let moved = r#"{"action":"edited","edits":[{"index":0,"removed":["added"],"added":[]},{"index":1,"removed":[],"added":["added"]}]}"#;
    let edits =
        format!(r#"{{"index":1,"delta":{moved}}},{{"index":2,"removed":[],"added":[null]}}"#);
    let [once, twice] = [edits.clone(), format!("{edits},{edits}")]
        .map(|edits| format!(r#"{{"a":{{"action":"edited","edits":[{edits}]}}}}"#));
    assert_eq!(
        text::print(&diff(a.as_bytes(), b.as_bytes())),
        once.as_bytes()
    );
    is_refused_or_understood(a.as_bytes(), b.as_bytes(), &twice);
}

#[test]
fn delta_text_with_bytes_changed_never_panics() {
    holds(
        30_000,
        (history(2, Arrays::With), bytes_changed()),
        |(states, changes)| {
            let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
            let mut printed = text::print(&diff(a, b));
            change_bytes(&mut printed, &changes);
            if core::str::from_utf8(&printed).is_err() {
                // Whoever hands text in has made UTF-8 of it.
                return;
            }
            match validate(&printed, LEVELS) {
                Ok(()) => examine(a, &printed),
                Err(refused) => {
                    let error = refused.into_error(&printed);
                    assert!(
                        matches!(error.code(), Code::InvalidValue | Code::LimitExceeded),
                        "{error}"
                    );
                }
            }
        },
    );
}

#[test]
fn a_log_with_bytes_changed_is_refused_or_read_and_never_panics() {
    holds(
        20_000,
        (history(2, Arrays::With), bytes_changed()),
        |(states, changes)| {
            let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
            let delta = diff(a, b);
            let mut encoded = Vec::new();
            code::encode(&delta, &mut encoded);
            change_bytes(&mut encoded, &changes);
            match code::decode(&encoded) {
                Err(error) => assert_eq!(error.code(), Code::Internal),
                // Whole texts inside are as the log holds them; the code says nothing about them.
                Ok(read) if texts(&read).all(|text| validate(text, LEVELS).is_ok()) => {
                    let _ = apply(a, &read);
                    let _ = invert(&read);
                    let _ = merge(read.clone(), delta.clone());
                    let _ = merge(delta.clone(), read);
                }
                Ok(_) => {}
            }
        },
    );
    let deep: Vec<u8> = [1, 0, 4].repeat(200_000);
    assert_eq!(code::decode(&deep).unwrap_err().code(), Code::Internal);
    let deep: Vec<u8> = [[1, 0].as_slice(), &[5, 1, 2].repeat(200_000)].concat();
    assert_eq!(code::decode(&deep).unwrap_err().code(), Code::Internal);
}

/// All texts that a delta holds.
pub fn texts<'d>(delta: &'d Delta<'_>) -> Box<dyn Iterator<Item = &'d [u8]> + 'd> {
    Box::new(
        delta
            .fields
            .iter()
            .flat_map(|(key, change)| core::iter::once(key.as_ref()).chain(within(change))),
    )
}

fn within<'d>(change: &'d Change<'_>) -> Box<dyn Iterator<Item = &'d [u8]> + 'd> {
    match change {
        Change::Added(new) => Box::new(core::iter::once(new.as_ref())),
        Change::Removed(old) => Box::new(old.as_deref().into_iter()),
        Change::Modified { old, new } => Box::new(old.as_deref().into_iter().chain([new.as_ref()])),
        Change::Nested(delta) => texts(delta),
        Change::Edited(spans) => Box::new(spans.iter().flat_map(|span| match span {
            Span::Inside(change) => within(change),
            Span::Remove(Gone::Values(values)) | Span::Insert(values) => {
                Box::new(values.iter().map(AsRef::as_ref))
            }
            Span::Remove(Gone::Count(_)) | Span::Keep(_) => Box::new(core::iter::empty::<&[u8]>()),
        })),
    }
}

#[test]
fn a_refused_delta_leaves_the_state_as_it_was() {
    let state = br#"{"a":1,"b":[1,2],"c":{"d":1}}"#.to_vec();
    let delta = r#"{"a":{"action":"modified","value":2},"b":{"action":"edited","edits":[{"index":0,"removed":1,"added":[]}]},"c":{"e":{"action":"removed"}}}"#;
    let before = state.clone();
    let error = apply(&state, &text::parse(delta.as_bytes()).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a field to be changed is not there at [\"c\",\"e\"]"
    );
    assert_eq!(state, before);
}
