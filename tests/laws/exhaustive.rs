//! The laws over all values up to a small size.

use chord::delta::{Delta, apply, code, diff, invert, merge, text};
use chord::json::text::validate;
use serde_json::Value;

use crate::judge::{self, delta as judged, small};

/// Deltas compared as what they say, not as how they are ordered.
pub fn told(delta: &Delta<'_>) -> Value {
    judge::read(&text::print(delta))
}

#[track_caller]
fn lossless(delta: &Delta<'_>) {
    let printed = text::print(delta);
    assert_eq!(
        validate(&printed, 100),
        Ok(()),
        "{}",
        String::from_utf8_lossy(&printed)
    );
    assert_eq!(&text::parse(&printed).unwrap(), delta);
    let mut encoded = Vec::new();
    code::encode(delta, &mut encoded);
    assert_eq!(&code::decode(&encoded).unwrap(), delta);

    let mut bare = Vec::new();
    text::write(delta, false, &mut bare);
    let parsed = text::parse(&bare).unwrap();
    assert_eq!(text::parse(&text::print(&parsed)).unwrap(), parsed);
    let mut again = Vec::new();
    text::write(&parsed, false, &mut again);
    assert_eq!(again, bare);
    let mut encoded = Vec::new();
    code::encode(&parsed, &mut encoded);
    assert_eq!(code::decode(&encoded).unwrap(), parsed);
}

/// Laws 1 and 3, and the two other forms, for one pair.
#[track_caller]
pub fn pair(a: &[u8], b: &[u8]) {
    let shown = || {
        format!(
            "{} -> {}",
            String::from_utf8_lossy(a),
            String::from_utf8_lossy(b)
        )
    };
    let delta = diff(a, b);
    let (before, after) = (judge::read(a), judge::read(b));
    assert_eq!(
        delta.is_empty(),
        judge::same(&before, &after),
        "{}",
        shown()
    );
    judge::assert_same(&apply(a, &delta).unwrap(), b, shown());
    let by_the_book =
        judged::apply(&before, &told(&delta)).unwrap_or_else(|| panic!("{}", shown()));
    assert!(judge::same(&by_the_book, &after), "{}", shown());

    let inverse = invert(&delta).unwrap();
    judge::assert_same(&apply(b, &inverse).unwrap(), a, shown());
    assert_eq!(invert(&inverse).unwrap(), delta, "{}", shown());
    lossless(&delta);

    let mut bare = Vec::new();
    text::write(&delta, false, &mut bare);
    judge::assert_same(&apply(a, &text::parse(&bare).unwrap()).unwrap(), b, shown());
}

/// Law 2 for one triple.
#[track_caller]
pub fn triple(a: &[u8], b: &[u8], c: &[u8], equal_to_diff: bool) {
    let shown = || {
        [a, b, c]
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .join(" -> ")
    };
    let merged =
        merge(diff(a, b), diff(b, c)).unwrap_or_else(|error| panic!("{error}: {}", shown()));
    judge::assert_same(&apply(a, &merged).unwrap(), c, shown());
    if equal_to_diff {
        let direct = diff(a, c);
        assert!(
            judge::same(&told(&merged), &told(&direct)),
            "{}\n {}\n {}",
            shown(),
            told(&merged),
            told(&direct)
        );
    }
}

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
