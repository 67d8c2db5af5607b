//! The laws over all values up to a small size.

use crate::judge::laws::{pair, triple};
use crate::small;

fn contexts(fields: &[small::Field]) -> Vec<Vec<u8>> {
    fields.iter().map(small::context).collect()
}

/// Two fields at once, of a few values each.
fn two_fields() -> Vec<Vec<u8>> {
    let values = [
        None,
        Some("1"),
        Some("null"),
        Some("{}"),
        Some("{\"a\":1}"),
        Some("[]"),
        Some("[1]"),
    ];
    let objects = small::objects(&values.map(|value| value.map(str::to_owned)));
    objects.into_iter().map(String::into_bytes).collect()
}

/// Arrays of a few elements so long that edits are shorter than the whole.
fn edited() -> Vec<Vec<u8>> {
    let [p, q] = ["p", "q"].map(|letter| format!("\"{}\"", letter.repeat(120)));
    let [one, two] = ["1", "2"].map(|x| format!("{{\"x\":{x},\"y\":{p}}}"));
    let turned = format!("{{\"y\":{p},\"x\":1}}");
    let mut states = small::arrays(&[&p, &q, "null"], 3);
    states.extend(small::arrays(&[&one, &two, &turned, &q], 2));
    states.extend(small::arrays(
        &[
            &format!("[{p}]"),
            &format!("[{p},{p}]"),
            &format!("[{q},{p}]"),
        ],
        2,
    ));
    states.sort();
    states.dedup();
    states
        .iter()
        .map(|array| small::context(&Some(array.clone())))
        .collect()
}

#[test]
fn diff_apply_and_invert_agree_for_all_small_pairs() {
    for states in [
        contexts(&small::nested()),
        contexts(&small::with_arrays()),
        two_fields(),
    ] {
        for a in &states {
            states.iter().for_each(|b| pair(a, b));
        }
    }
}

#[test]
fn merge_equals_diff_for_all_small_triples_without_arrays() {
    let states = contexts(&small::nested());
    for a in &states {
        for b in &states {
            states.iter().for_each(|c| triple(a, b, c, true));
        }
    }
}

#[test]
fn merge_has_the_effect_of_both_for_all_small_triples_with_arrays() {
    for states in [contexts(&small::with_arrays()), two_fields(), edited()] {
        for a in &states {
            for b in &states {
                states.iter().for_each(|c| triple(a, b, c, false));
            }
        }
    }
}
