//! A state and up to four deltas, or up to five states, a line each: any text of an object may be either. Merged deltas have
//! the effect of all in turn, however they are grouped.

use chord::Code;
use chord::delta::merge::Merger;
use chord::delta::{Delta, apply, merge, text};
use chord::json::reader::validate;

use crate::judge::laws::{follow, pair, triple};
use crate::{DEEPEST_DELTA, is_judged, is_state, lines};

/// See the module.
pub fn check(input: &[u8]) {
    let Some(lines) = lines::<5>(input) else {
        return;
    };
    let lines: Vec<&[u8]> = lines.iter().map(AsRef::as_ref).collect();
    let end = lines.iter().position(|line| line.is_empty());
    let lines = &lines[..end.unwrap_or(lines.len())];
    let Some((state, rest)) = lines.split_first().filter(|(state, _)| is_state(state)) else {
        return;
    };
    if !lines.iter().all(|line| is_judged(line)) {
        return;
    }
    if rest.iter().all(|line| is_state(line)) {
        states(lines);
    }
    let valid = |line: &&&[u8]| validate(line, DEEPEST_DELTA).is_ok();
    let deltas = rest.iter().take_while(valid);
    let deltas: Option<Vec<Delta<'_>>> = deltas.map(|line| text::parse(line).ok()).collect();
    if let Some(deltas) = deltas {
        chain(state, &deltas);
    }
}

fn states(states: &[&[u8]]) {
    if let [a, b] = states {
        pair(a, b);
    }
    for states in states.windows(3) {
        triple(states[0], states[1], states[2], false);
    }
}

fn chain(state: &[u8], deltas: &[Delta<'_>]) {
    for deltas in deltas.windows(2) {
        follow(state, deltas[0].clone(), &deltas[1]);
    }
    let after = deltas
        .iter()
        .try_fold(state.to_vec(), |state, delta| apply(&state, delta));
    let mut merger = Merger::default();
    let pushed = deltas
        .iter()
        .try_for_each(|delta| merger.push(delta.clone()));
    let one_by_one = deltas
        .iter()
        .cloned()
        .try_fold(Delta::default(), |merged, delta| merge(merged, delta));
    for merged in [pushed.and_then(|()| merger.finish()), one_by_one] {
        match (merged, &after) {
            (Ok(merged), Ok(after)) => {
                let ours = apply(state, &merged).unwrap();
                crate::judge::assert_same(&ours, after, format_args!("{merged:?}"));
            }
            (Err(error), Ok(_)) => panic!("each fits the state before it: {error}"),
            (Err(error), Err(_)) => assert_eq!(error.code(), Code::DeltaMismatch, "{error}"),
            // What takes each other back needs no state any more.
            (Ok(merged), Err(_)) => {
                let printed = text::print(&merged);
                assert_eq!(validate(&printed, DEEPEST_DELTA), Ok(()));
            }
        }
    }
}
