//! The laws over generated histories.

use chord::delta::merge::Merger;
use chord::delta::{Delta, apply, diff, merge, text};
use chord::json::reader::validate;
use proptest::prelude::*;

use crate::generate::{Arrays, history, holds};
use crate::judge::laws::{pair, told, triple};
use crate::judge::{self, delta as judged};

/// The deltas from each state to the next.
fn deltas(states: &[String]) -> Vec<Delta<'_>> {
    states
        .windows(2)
        .map(|step| diff(step[0].as_bytes(), step[1].as_bytes()))
        .collect()
}

#[test]
fn diff_apply_and_invert_agree() {
    holds(30_000, history(2, Arrays::With), |states| {
        for state in &states {
            assert_eq!(validate(state.as_bytes(), 10), Ok(()), "{state}");
        }
        pair(states[0].as_bytes(), states[1].as_bytes());
    });
}

#[test]
fn merge_equals_diff_without_arrays() {
    holds(20_000, history(3, Arrays::Without), |states| {
        let [a, b, c] = [0, 1, 2].map(|place: usize| states[place].as_bytes());
        triple(a, b, c, true);
    });
}

#[test]
fn merge_has_the_effect_of_both() {
    holds(20_000, history(3, Arrays::With), |states| {
        let [a, b, c] = [0, 1, 2].map(|place: usize| states[place].as_bytes());
        triple(a, b, c, false);
    });
}

#[test]
fn there_and_back_vanishes() {
    holds(15_000, history(2, Arrays::With), |states| {
        let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
        let merged = merge(diff(a, b), diff(b, a)).unwrap();
        assert!(merged.is_empty(), "{states:?} leaves {}", told(&merged));
    });
}

#[test]
fn a_chain_merges_to_its_effect_however_it_is_grouped() {
    holds(
        4_000,
        (2..21_usize).prop_flat_map(|count| history(count + 1, Arrays::With)),
        |states| merges_to_its_effect(&states),
    );
}

/// However the steps from state to state are grouped, they merge to what leads from the first to the last, and to no more than they are.
fn merges_to_its_effect(states: &[String]) {
    let (first, last) = (states[0].as_bytes(), states[states.len() - 1].as_bytes());
    let steps = deltas(states);
    let mut merger = Merger::default();
    steps
        .iter()
        .for_each(|step| merger.push(step.clone()).unwrap());
    let whole = merger.finish().expect("a chain that fits");
    judge::assert_same(&apply(first, &whole).unwrap(), last, "Merger");
    let after = judged::apply(&judge::read(first), &told(&whole)).expect("the merged delta fits");
    assert!(judge::same(&after, &judge::read(last)));

    let from_left = steps
        .iter()
        .cloned()
        .reduce(|sum, step| merge(sum, step).unwrap())
        .unwrap();
    judge::assert_same(&apply(first, &from_left).unwrap(), last, "from the left");
    let from_right = steps
        .iter()
        .cloned()
        .rev()
        .reduce(|sum, step| merge(step, sum).unwrap())
        .unwrap();
    judge::assert_same(&apply(first, &from_right).unwrap(), last, "from the right");

    let steps: usize = steps.iter().map(|step| text::print(step).len()).sum();
    let direct = text::print(&diff(first, last)).len();
    assert!(
        text::print(&whole).len() <= steps.max(direct),
        "{states:?} grew to {}",
        told(&whole)
    );
}

#[test]
fn a_chain_that_replaces_a_list_it_reorders_merges_to_no_more_than_its_steps() {
    let q = "q".repeat(90);
    let rest = r#""k18":null,"k5":null,"k19":null,"k6":{},"k7":{},"k20":null,"k21":null,"k8":null"#;
    let more = r#""k9":null,"a":{},"b":[],"c":{}"#;
    let [before, after] = [
        format!(r#""k0":["{q}","{q}",{{"a":null,"b":null}}]"#),
        format!(r#""k0":[null,"{q}",{{"b":null,"a":null}}]"#),
    ];
    merges_to_its_effect(&[
        format!(r#"{{"k4":null,{rest},{before},{more}}}"#),
        format!(r#"{{"k4":null,{rest},{before},{more},"action":{{}}}}"#),
        format!(r#"{{"k4":null,{rest},{after},{more},"action":{{}}}}"#),
        format!(r#"{{{rest},{after},{more},"action":{{}}}}"#),
    ]);
}

#[test]
fn a_chain_without_arrays_equals_the_delta_from_its_start_to_its_end() {
    holds(
        4_000,
        (2..21_usize).prop_flat_map(|count| history(count + 1, Arrays::Without)),
        |states| {
            let mut merger = Merger::default();
            deltas(&states)
                .into_iter()
                .for_each(|step| merger.push(step).unwrap());
            let whole = merger.finish().expect("a chain that fits");
            let direct = diff(states[0].as_bytes(), states[states.len() - 1].as_bytes());
            assert!(
                judge::same(&told(&whole), &told(&direct)),
                "{} is not {}",
                told(&whole),
                told(&direct)
            );
        },
    );
}
