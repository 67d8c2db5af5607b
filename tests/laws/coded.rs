//! The code of a delta is read where it stands: printed, merged and replayed without a tree, it is what the delta is.
//! Damaged code is an error, or another delta; nothing panics.

use chord::delta::merge::Merger;
use chord::delta::{Delta, apply, code, diff, text};
use chord::document::Document;
use chord::json::reader::validate;
use chord::{Code, Error};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate::{Arrays, history, holds};
use crate::judge;
use crate::mutated::{bytes_changed, change_bytes, texts};

const LEVELS: u32 = 60;

fn encoded(delta: &Delta<'_>) -> Vec<u8> {
    let mut code = Vec::new();
    code::encode(delta, &mut code);
    code
}

fn written(delta: &Delta<'_>, old_values: bool) -> Vec<u8> {
    let mut out = Vec::new();
    text::write(delta, old_values, &mut out);
    out
}

/// What [`text::print_code`] appends.
fn printed(code: &[u8], old_values: bool) -> Result<Vec<u8>, Error> {
    let mut out = b"before".to_vec();
    text::print_code(code, old_values, &mut out)?;
    Ok(out.strip_prefix(b"before").unwrap().to_vec())
}

fn shown(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

/// The delta without old values, as one that was given so.
fn without_old_values(delta: &Delta<'_>) -> Delta<'static> {
    text::parse(&written(delta, false)).unwrap().into_owned()
}

#[test]
fn the_text_printed_from_a_code_is_the_text_of_the_delta() {
    holds(20_000, history(2, Arrays::With), |states| {
        let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
        let delta = diff(a, b);
        for delta in [without_old_values(&delta), delta] {
            let code = encoded(&delta);
            for old_values in [true, false] {
                assert_eq!(
                    shown(&printed(&code, old_values).unwrap()),
                    shown(&written(&delta, old_values)),
                );
            }
        }
    });
}

#[test]
fn a_chain_of_codes_merges_to_what_its_trees_merge_to() {
    let chain = (2..9_usize).prop_flat_map(|count| history(count + 1, Arrays::With));
    holds(8_000, (chain, any::<u8>()), |(states, bare)| {
        let steps: Vec<Delta<'_>> = states
            .windows(2)
            .enumerate()
            .map(|(place, step)| {
                let delta = diff(step[0].as_bytes(), step[1].as_bytes());
                // Some without old values, each in turn.
                if bare >> (place % 8) & 1 == 1 {
                    without_old_values(&delta)
                } else {
                    delta
                }
            })
            .collect();
        merges_alike(&steps);
    });
}

#[test]
fn codes_that_do_not_follow_one_another_are_refused_where_trees_are() {
    holds(10_000, history(4, Arrays::With), |states| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|place: usize| states[place].as_bytes());
        merges_alike(&[diff(a, b), diff(c, d)]);
        merges_alike(&[diff(a, b), diff(c, a), diff(b, d)]);
    });
}

/// Trees and codes, and a tree followed by codes as a log is, come to the same delta or the same error.
fn merges_alike(steps: &[Delta<'_>]) {
    let codes: Vec<Vec<u8>> = steps.iter().map(encoded).collect();
    let mut trees = Merger::default();
    let trees = steps
        .iter()
        .try_for_each(|step| trees.push(step.clone()))
        .and_then(|()| trees.finish());
    for first in [false, true] {
        let mut merger = Merger::default();
        if first {
            merger = Merger::new(steps[0].clone());
        }
        let merged = codes
            .iter()
            .skip(usize::from(first))
            .try_for_each(|code| merger.push_code(code))
            .and_then(|()| merger.finish());
        match (&trees, merged) {
            (Ok(trees), Ok(merged)) => {
                assert_eq!(shown(&text::print(trees)), shown(&text::print(&merged)));
                assert_eq!(*trees, merged);
            }
            (Err(expected), Err(error)) => {
                assert_eq!(expected.code(), error.code(), "{expected} / {error}");
                assert_eq!(error.code(), Code::DeltaMismatch, "{error}");
                assert_eq!(expected.to_string(), error.to_string());
            }
            (trees, merged) => panic!("trees say {trees:?}, codes {merged:?}"),
        }
    }
}

#[test]
fn replaying_a_code_is_applying_the_delta() {
    holds(10_000, history(3, Arrays::With), |states| {
        let [a, b, c] = [0, 1, 2].map(|place: usize| states[place].as_bytes());
        for delta in [diff(a, b), without_old_values(&diff(a, b))] {
            let code = encoded(&delta);
            for state in [a, c] {
                let mut document = Document::read(state);
                match (document.replay(&code), apply(state, &delta)) {
                    (Ok(()), Ok(due)) => {
                        let after = document.text().into_owned();
                        judge::assert_same(&after, &due, "replayed");
                        assert_eq!(document.length(), after.len());
                        assert_eq!(validate(&after, LEVELS), Ok(()));
                    }
                    (Err(error), Err(due)) => {
                        assert_eq!(error.code(), Code::DeltaMismatch, "{error}");
                        assert_eq!(error.path(), due.path(), "{error} / {due}");
                    }
                    (replayed, applied) => panic!("{replayed:?}, but {applied:?}"),
                }
            }
        }
    });
}

/// Flips of single bits, and cuts, besides what tells more: no byte of a code is safe from either.
fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        3 => vec((any::<usize>(), 0..8_u8), 1..4).prop_map(Damage::Flipped),
        2 => any::<usize>().prop_map(Damage::Cut),
        2 => bytes_changed().prop_map(Damage::Changed),
    ]
}

#[derive(Clone, Debug)]
enum Damage {
    Flipped(Vec<(usize, u8)>),
    Cut(usize),
    Changed(Vec<(usize, usize, u8)>),
}

impl Damage {
    fn take(&self, code: &mut Vec<u8>) {
        let length = code.len();
        match self {
            Damage::Flipped(flips) => flips
                .iter()
                .for_each(|(place, bit)| code[place % length] ^= 1 << bit),
            Damage::Cut(place) => code.truncate(place % length),
            Damage::Changed(changes) => change_bytes(code, changes),
        }
    }
}

#[test]
fn damaged_code_is_an_error_or_another_delta_and_never_a_panic() {
    holds(
        30_000,
        (history(3, Arrays::With), damage()),
        |(states, damage)| {
            let [a, b, c] = [0, 1, 2].map(|place: usize| states[place].as_bytes());
            let (first, second) = (diff(a, b), diff(b, c));
            let mut damaged = encoded(&second);
            damage.take(&mut damaged);

            let read = code::decode(&damaged);
            for old_values in [true, false] {
                match (&read, printed(&damaged, old_values)) {
                    (Ok(read), Ok(text)) => assert_eq!(text, written(read, old_values)),
                    (Err(expected), Err(error)) => {
                        assert_eq!(expected.code(), Code::Internal);
                        assert_eq!(error.code(), Code::Internal);
                    }
                    (read, printed) => panic!("read as {read:?}, printed as {printed:?}"),
                }
            }

            // Texts inside are as the log holds them; the code says nothing about those. A code that was cut has none that is broken.
            let is_whole = match &read {
                Ok(read) => texts(read).all(|text| validate(text, LEVELS).is_ok()),
                Err(_) => matches!(damage, Damage::Cut(_)),
            };
            if !is_whole {
                return;
            }
            let merged = merged_with(&first, &damaged);
            let mut document = Document::read(b);
            let replayed = document.replay(&damaged);
            if read.is_err() {
                for error in [merged.unwrap_err(), replayed.unwrap_err()] {
                    // Something may not fit before anybody comes to what can't be read.
                    let known = [Code::Internal, Code::DeltaMismatch];
                    assert!(known.contains(&error.code()), "{error}");
                }
            }
        },
    );
}

fn merged_with(first: &Delta<'_>, code: &[u8]) -> Result<(), Error> {
    let mut merger = Merger::new(first.clone());
    merger.push_code(code)?;
    merger.finish().map(drop)
}

#[test]
fn every_code_that_was_cut_or_goes_on_is_an_error() {
    holds(2_000, history(2, Arrays::With), |states| {
        let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
        let code = encoded(&diff(a, b));
        for end in 0..code.len() {
            unreadable(a, &code[..end]);
        }
        unreadable(a, &[&code[..], &[0]].concat());
    });
}

fn unreadable(state: &[u8], code: &[u8]) {
    for old_values in [true, false] {
        assert_eq!(
            printed(code, old_values).unwrap_err().code(),
            Code::Internal
        );
    }
    assert_eq!(code::decode(code).unwrap_err().code(), Code::Internal);
    let nothing = merged_with(&Delta::default(), code);
    assert_eq!(nothing.unwrap_err().code(), Code::Internal);
    let replayed = Document::read(state).replay(code);
    assert_eq!(replayed.unwrap_err().code(), Code::Internal);
}
