//! Edits of arrays: as few and as short as they can be, found in time, and folded when deltas merge.

use std::time::{Duration, Instant};

use chord::delta::merge::Merger;
use chord::delta::{Change, Delta, Gone, Span, apply, diff, merge, text};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate::holds;
use crate::judge::{
    self,
    laws::{pair, triple},
};

/// A context with one list of words, each so long that edits are told sooner than both lists.
fn context(letters: &[u8]) -> Vec<u8> {
    list(
        &letters
            .iter()
            .map(|letter| format!("\"{}\"", char::from(*letter).to_string().repeat(99)))
            .collect::<Vec<_>>(),
    )
}

fn list(elements: &[String]) -> Vec<u8> {
    format!("{{\"list\":[{}]}}", elements.join(",")).into_bytes()
}

fn spans<'d, 'a>(delta: &'d Delta<'a>) -> &'d [Span<'a>] {
    match delta.fields.as_slice() {
        [(_, Change::Edited(spans))] => spans,
        [] => &[],
        other => panic!("not told by edits: {other:?}"),
    }
}

/// How many elements went and came.
fn moved(delta: &Delta<'_>) -> usize {
    let counts = spans(delta).iter().map(|span| match span {
        Span::Remove(gone) => gone.len(),
        Span::Insert(values) => values.len(),
        Span::Keep(_) | Span::Inside(_) => 0,
    });
    counts.sum()
}

/// The fewest removals and insertions there are, by the textbook's table.
fn fewest(a: &[u8], b: &[u8]) -> usize {
    let mut above = vec![0; b.len() + 1];
    for x in a {
        let mut row = vec![0; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            row[j + 1] = if x == y {
                above[j] + 1
            } else {
                row[j].max(above[j + 1])
            };
        }
        above = row;
    }
    a.len() + b.len() - 2 * above[b.len()]
}

fn letters(count: u8, length: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(b'a'..b'a' + count, 0..length)
}

fn told(delta: &Delta<'_>) -> String {
    String::from_utf8(text::print(delta)).unwrap()
}

#[test]
fn no_edits_of_small_arrays_move_fewer_elements() {
    holds(
        20_000,
        (1..5_u8).prop_flat_map(|count| (letters(count, 14), letters(count, 14))),
        |(a, b)| {
            let (before, after) = (context(&a), context(&b));
            let delta = diff(&before, &after);
            // Where nothing stays, both lists are told whole.
            if let [(_, Change::Modified { .. })] = delta.fields.as_slice() {
                return;
            }
            assert_eq!(moved(&delta), fewest(&a, &b), "{}", told(&delta));
        },
    );
}

#[test]
fn laws_hold_for_arrays_of_few_words_in_many_orders() {
    holds(
        15_000,
        (1..5_u8)
            .prop_flat_map(|count| [letters(count, 14), letters(count, 14), letters(count, 14)]),
        |lists| {
            let [a, b, c] = lists.map(|list| context(&list));
            pair(&a, &b);
            triple(&a, &b, &c, false);
            assert_eq!(told(&merge(diff(&a, &b), diff(&b, &a)).unwrap()), "{}");
        },
    );
}

#[test]
fn edits_are_never_longer_than_the_two_arrays() {
    let element = prop_oneof![
        Just("1"),
        Just("\"x\""),
        Just("{\"a\":1}"),
        Just("{\"a\":[1,2,3],\"b\":null}"),
        Just("[]"),
        Just("[1,1,1,1]")
    ];
    let elements = vec(element.prop_map(str::to_owned), 0..30);
    holds(10_000, (elements.clone(), elements), |(a, b)| {
        let (a, b) = (list(&a), list(&b));
        let delta = diff(&a, &b);
        let whole = format!(
            "{{\"list\":{{\"action\":\"modified\",\"oldValue\":{},\"value\":{}}}}}",
            &String::from_utf8_lossy(&a[8..a.len() - 1]),
            &String::from_utf8_lossy(&b[8..b.len() - 1])
        );
        assert!(told(&delta).len() <= whole.len(), "{}", told(&delta));
    });
}

#[test]
fn an_element_changed_inside_is_told_by_its_change() {
    let element =
        |n: usize, x: usize| format!("{{\"id\":{n},\"x\":{x},\"text\":\"{}\"}}", "t".repeat(200));
    let before: Vec<_> = (0..5).map(|n| element(n, 0)).collect();
    let mut after = before.clone();
    after[2] = element(2, 1);
    let (a, b) = (list(&before), list(&after));
    let once = r#"{"list":{"action":"edited","edits":[{"index":2,"delta":{"x":{"action":"modified","oldValue":0,"value":1}}}]}}"#;
    assert_eq!(told(&diff(&a, &b)), once);

    after[2] = element(2, 7);
    after.insert(0, "true".to_owned());
    let c = list(&after);
    let twice = once
        .replace(
            "edits\":[{\"index\":2",
            "edits\":[{\"index\":0,\"removed\":[],\"added\":[true]},{\"index\":3",
        )
        .replace(":1}", ":7}");
    assert_eq!(told(&merge(diff(&a, &b), diff(&b, &c)).unwrap()), twice);
    assert_eq!(told(&diff(&a, &c)), twice);
}

#[test]
fn appends_merge_to_one_edit_and_taking_them_back_to_none() {
    let states: Vec<_> = (0..200)
        .map(|n| {
            list(
                &(0..n)
                    .map(|x| format!("{{\"event\":{x}}}"))
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    // From the fifth on, an edit is told sooner than the list.
    let steps: Vec<_> = states[5..]
        .windows(2)
        .map(|step| diff(&step[0], &step[1]))
        .collect();
    let mut merger = Merger::default();
    steps
        .iter()
        .for_each(|step| merger.push(step.clone()).unwrap());
    let delta = merger.finish().expect("a chain that fits");
    assert!(
        matches!(spans(&delta), [Span::Keep(5), Span::Insert(values)] if values.len() == 194),
        "{}",
        told(&delta)
    );

    let mut merger = Merger::new(delta);
    for step in states[5..].windows(2).rev() {
        merger.push(diff(&step[1], &step[0])).unwrap();
    }
    assert_eq!(told(&merger.finish().expect("a chain that fits")), "{}");
}

#[test]
fn a_queue_merges_to_what_went_and_what_came() {
    let state = |from: usize| {
        list(
            &(from..from + 50)
                .map(|n| format!("\"message number {n} of many\""))
                .collect::<Vec<_>>(),
        )
    };
    let states: Vec<_> = (0..400).map(state).collect();
    let mut merger = Merger::default();
    for step in states.windows(2) {
        merger.push(diff(&step[0], &step[1])).unwrap();
    }
    let merged = merger.finish().expect("a chain that fits");
    judge::assert_same(&apply(&states[0], &merged).unwrap(), &states[399], "queue");
    // Nothing stays of the first fifty; what came and went between leaves no trace.
    assert_eq!(moved(&merged), 100, "{}", told(&merged));
}

/// Within a second where it takes tens of milliseconds; a quadratic search would take minutes.
#[track_caller]
fn in_time(what: &str, before: &[String], after: &[String]) -> usize {
    let (before, after) = (list(before), list(after));
    let start = Instant::now();
    let delta = diff(&before, &after);
    let taken = start.elapsed();
    judge::assert_same(&apply(&before, &delta).unwrap(), &after, what);
    assert!(
        text::print(&delta).len() <= before.len() + after.len() + 60,
        "{what} is longer than both arrays"
    );
    let merged = merge(delta.clone(), chord::delta::invert(&delta).unwrap()).unwrap();
    assert!(
        merged.is_empty(),
        "{what} and back leaves {} bytes",
        text::print(&merged).len()
    );
    println!("{what}: {taken:?}");
    assert!(taken < Duration::from_secs(1), "{what} took {taken:?}");
    match delta.fields.as_slice() {
        [(_, Change::Edited(_))] => moved(&delta),
        _ => before.len() + after.len(),
    }
}

#[test]
fn ten_thousand_elements_are_compared_in_near_linear_time() {
    let elements: Vec<_> = (0..10_000).map(|n| format!("\"element {n}\"")).collect();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut after = elements.clone();
        change(&mut after);
        after
    };
    assert_eq!(
        in_time(
            "append one",
            &elements,
            &with(&|list| list.push("1".to_owned()))
        ),
        1
    );
    assert_eq!(
        in_time(
            "insert first",
            &elements,
            &with(&|list| list.insert(0, "1".to_owned()))
        ),
        1
    );
    assert_eq!(
        in_time(
            "remove one",
            &elements,
            &with(&|list| drop(list.remove(5_000)))
        ),
        1
    );
    assert_eq!(
        in_time(
            "move one far",
            &elements,
            &with(&|list| list[10..9_000].rotate_left(1))
        ),
        2
    );
    assert_eq!(
        in_time(
            "every tenth replaced",
            &elements,
            &with(&|list| list
                .iter_mut()
                .step_by(10)
                .for_each(|e| *e = "0".to_owned()))
        ),
        2_000
    );
    in_time(
        "all different",
        &elements,
        &with(&|list| {
            list.iter_mut()
                .for_each(|e| *e = e.replace("element", "other"))
        }),
    );
    in_time("reversed", &elements, &with(&|list| list.reverse()));
    let shuffled = |list: &mut Vec<String>| {
        // A linear congruential generator: the same order each run.
        let mut state = 1_u64;
        for place in (1..list.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            list.swap(place, (state >> 33) as usize % (place + 1));
        }
    };
    in_time("shuffled", &elements, &with(&shuffled));
    let few: Vec<_> = (0..10_000).map(|n| (n % 7).to_string()).collect();
    let mut other = few.clone();
    shuffled(&mut other);
    in_time("many duplicates", &few, &other);
    let mut changed = few.clone();
    changed
        .iter_mut()
        .step_by(40)
        .for_each(|e| *e = "-1".to_owned());
    assert_eq!(in_time("a series changed in place", &few, &changed), 500);
    let objects = |x: usize| {
        (0..10_000)
            .map(|n| format!("{{\"n\":{},\"x\":{x},\"y\":\"some text\"}}", n % 50))
            .collect::<Vec<_>>()
    };
    in_time("each changed inside", &objects(1), &objects(2));
    in_time("nothing left", &elements, &[]);
}

#[test]
fn many_gaps_between_landmarks_and_gaps_within_gaps_stay_near_linear() {
    // Landmarks 150 elements apart, and nothing alike between them.
    let gaps = |side: &str| {
        let element = |n: usize| {
            if n.is_multiple_of(150) {
                format!("\"{n}\"")
            } else {
                format!("\"{side}{n}\"")
            }
        };
        (0..60_000).map(element).collect::<Vec<_>>()
    };
    in_time("many gaps", &gaps("a"), &gaps("b"));
    // Pairs that become landmarks only in the gap that the pair around them leaves.
    let nested = |side: usize| {
        let mut list = vec![String::new(); 60_000];
        for level in 0..200 {
            let (left, right) = (level * 150, 59_999 - level * 150);
            for place in 0..150 {
                list[left + place] = format!("\"{side} {level} {place}\"");
                list[right - place] = format!("\"{side} {level} {place}\"");
            }
            list[left] = format!("\"{level}\"");
            list[right] = format!("\"{}\"", if level % 2 == side { level + 1 } else { level });
        }
        list
    };
    in_time("gaps within gaps", &nested(0), &nested(1));
    let mut pairs: Vec<_> = (0..60_000).map(|n| (n / 2).to_string()).collect();
    let doubled = pairs.clone();
    pairs.reverse();
    in_time("each twice, reversed", &doubled, &pairs);
}

#[test]
fn spans_without_old_values_keep_their_counts() {
    let (a, b) = (context(b"abcd"), context(b"ad"));
    let mut bare = Vec::new();
    text::write(&diff(&a, &b), false, &mut bare);
    let parsed = text::parse(&bare).unwrap();
    assert_eq!(
        spans(&parsed),
        [Span::Keep(1), Span::Remove(Gone::Count(2))]
    );
    assert_eq!(apply(&a, &parsed).unwrap(), b);
}
