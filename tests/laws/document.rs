//! The stored form: compared with a new text, changed by deltas and by partial updates, it is what the plain text would be.

use std::time::{Duration, Instant};

use chord::Code;
use chord::delta::{apply, diff, merge};
use chord::document::{Document, Operation, Operations};
use chord::json::reader::validate;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::generate::{Arrays, context, holds, key, step, value};
use crate::judge::{self, laws, laws::told, update::updated};
use crate::mutated::{bytes_changed, change_bytes};

/// Contexts so large that they are indexed, with large objects and arrays inside.
fn large() -> impl Strategy<Value = Value> {
    let fields = vec((0..60_u8, value(Arrays::With)), 0..24);
    let elements = vec(value(Arrays::With), 0..12);
    (fields.clone(), fields, elements, context(Arrays::With)).prop_map(
        |(outer, inner, list, small)| {
            let object = |fields: Vec<(u8, Value)>| {
                let fields = fields
                    .into_iter()
                    .map(|(n, value)| (format!("k{n}"), value));
                fields.collect::<Map<_, _>>()
            };
            let mut context = object(outer);
            context.insert("a".to_owned(), Value::Object(object(inner)));
            context.insert("b".to_owned(), Value::Array(list));
            context.insert("c".to_owned(), small);
            Value::Object(context)
        },
    )
}

/// A large context and those that a few steps each make of it.
fn histories() -> impl Strategy<Value = Vec<String>> {
    (large(), vec(vec(step(Arrays::With), 1..9), 1..6)).prop_map(|(first, changes)| {
        let mut state = first;
        let mut texts = vec![state.to_string()];
        for steps in changes {
            steps.iter().for_each(|step| step.take(&mut state));
            texts.push(state.to_string());
        }
        texts
    })
}

#[test]
fn comparing_and_applying_keep_the_stored_form_equal_to_the_text() {
    holds(1_500, histories(), |states| {
        let mut document = Document::read(states[0].as_bytes());
        for after in &states {
            let before = document.text().into_owned();
            let delta = document.compare(after.as_bytes(), 20).unwrap().into_owned();
            judge::assert_same(
                &apply(&before, &delta).unwrap(),
                after.as_bytes(),
                told(&delta),
            );
            assert_eq!(
                delta.is_empty(),
                diff(&before, after.as_bytes()).is_empty(),
                "{}",
                told(&delta)
            );

            document.apply(&delta).unwrap();
            let text = document.text().into_owned();
            judge::assert_same(&text, after.as_bytes(), told(&delta));
            assert_eq!(document.length(), text.len());
            assert_eq!(document.depth(), chord::json::text::depth(&text));
            assert_eq!(validate(&text, 20), Ok(()));

            let back = document.compare(&before, 20).unwrap();
            let nothing = merge(delta.clone(), back).unwrap();
            // Of equal elements, others may have stayed on the way back than on the way there; all else vanishes.
            if !told(&delta).to_string().contains(r#""action":"edited""#) {
                assert_eq!(nothing, Default::default(), "{}", told(&delta));
            }
            judge::assert_same(&apply(&before, &nothing).unwrap(), &before, told(&delta));
        }
    });
}

#[test]
fn a_new_text_is_refused_just_when_it_is_not_canonical() {
    holds(
        2_000,
        (histories(), bytes_changed()),
        |(states, changes)| {
            let document = Document::read(states[0].as_bytes());
            let mut text = states[1].clone().into_bytes();
            change_bytes(&mut text, &changes);
            if core::str::from_utf8(&text).is_err() {
                return;
            }
            let refused = validate(&text, 20).err();
            let valid = refused.is_none() && text.starts_with(b"{");
            let merged = document.merge(&text, 20, &mut Vec::new()).map(drop);
            match refused {
                Some(refused) if text.starts_with(b"{") => {
                    let error = merged.unwrap_err();
                    assert_eq!(error.to_string(), refused.into_error(&text).to_string());
                }
                _ => assert_eq!(merged.is_ok(), valid, "{merged:?}"),
            }
            let delta = document.compare(&text, 20);
            assert_eq!(delta.is_ok(), valid, "{delta:?}");
            if let Ok(delta) = delta {
                judge::assert_same(
                    &apply(states[0].as_bytes(), &delta).unwrap(),
                    &text,
                    told(&delta),
                );
            }
        },
    );
}

#[test]
fn a_key_that_stands_twice_is_refused_wherever_it_stands() {
    let pad = "p".repeat(600);
    let document = Document::read(format!("{{\"a\":1,\"b\":2,\"c\":\"{pad}\"}}").as_bytes());
    for order in [
        "aab", "aba", "baa", "bba", "bab", "abb", "acba", "bacb", "cabc", "ccab",
    ] {
        let fields = order.chars().map(|key| match key {
            'a' => "\"a\":1".to_owned(),
            'b' => "\"b\":2".to_owned(),
            _ => format!("\"c\":\"{pad}\""),
        });
        let text = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
        let refused = document.compare(text.as_bytes(), 5).expect_err(order);
        assert_eq!(
            refused,
            validate(text.as_bytes(), 5).unwrap_err(),
            "{order}"
        );
    }
}

#[test]
fn deltas_that_do_not_fit_the_stored_form_are_refused_as_for_the_text() {
    holds(1_000, (histories(), histories()), |(states, others)| {
        let delta = diff(others[0].as_bytes(), others[1].as_bytes());
        let mut document = Document::read(states[0].as_bytes());
        match (document.apply(&delta), apply(states[0].as_bytes(), &delta)) {
            (Ok(()), Ok(after)) => judge::assert_same(&document.text(), &after, told(&delta)),
            (Err(ours), Err(plain)) => {
                assert_eq!(ours.code(), Code::DeltaMismatch);
                // Of an index beyond the end, one names it and the other the end.
                let field = |error: &chord::Error| {
                    let mut path = error.path().unwrap().clone();
                    if error.message().contains("out of range") {
                        path.pop_back();
                    }
                    path
                };
                assert_eq!(
                    field(&ours),
                    field(&plain),
                    "{ours} and {plain}: {}",
                    told(&delta)
                );
            }
            (ours, plain) => panic!("{ours:?} and {plain:?}: {}", told(&delta)),
        }
    });
}

/// An operation to come, with a path of a few keys.
#[derive(Clone, Debug)]
enum Asked {
    Remove,
    Append(Vec<Value>),
    Increment(i32),
}

fn asked() -> impl Strategy<Value = (Vec<String>, Asked)> {
    let operation = prop_oneof![
        Just(Asked::Remove),
        vec(value(Arrays::With), 0..3).prop_map(Asked::Append),
        (-5..5_i32).prop_map(Asked::Increment),
    ];
    let name = prop_oneof![
        3 => proptest::sample::select(&["a", "b", "c"][..]).prop_map(str::to_owned),
        2 => (0..8_u8).prop_map(|n| format!("k{n}")),
        1 => key(),
    ];
    (vec(name, 1..4), operation)
}

#[test]
fn a_partial_update_is_a_deep_merge_followed_by_its_operations() {
    updates_hold(2_000, vec(asked(), 0..5), |_, _, operations| operations);
}

#[test]
fn so_is_one_with_very_many_operations() {
    // One of them that is refused would have all refused.
    updates_hold(300, vec(asked(), 150..250), |state, changes, operations| {
        let mut accepted = Operations::default();
        for operation in operations.0 {
            accepted.0.push(operation);
            if updated(state, changes, &accepted).is_none() {
                accepted.0.pop();
            }
        }
        accepted
    });
}

fn updates_hold(
    cases: u32,
    operations: impl Strategy<Value = Vec<(Vec<String>, Asked)>>,
    choose: impl for<'a> Fn(&Value, &Value, Operations<'a>) -> Operations<'a>,
) {
    let input = (
        large(),
        prop_oneof![context(Arrays::With), large()],
        operations,
    );
    holds(cases, input, |(state, changes, list)| {
        let (before, changed) = (state.to_string(), changes.to_string());
        let texts: Vec<(Vec<String>, String)> = list
            .iter()
            .map(|(path, asked)| {
                let keys = path.iter().map(|key| json!(key).to_string()).collect();
                let argument = match asked {
                    Asked::Remove => String::new(),
                    Asked::Append(items) => json!(items).to_string(),
                    Asked::Increment(by) => by.to_string(),
                };
                (keys, argument)
            })
            .collect();
        let operations = list
            .iter()
            .zip(&texts)
            .map(|((_, asked), (path, argument))| {
                let operation = match asked {
                    Asked::Remove => Operation::Remove,
                    Asked::Append(_) => Operation::Append(argument.as_bytes()),
                    Asked::Increment(_) => Operation::Increment(argument.as_bytes()),
                };
                (path.iter().map(|key| key.as_bytes()).collect(), operation)
            });
        let operations = choose(&state, &changes, Operations(operations.collect()));
        laws::update(before.as_bytes(), changed.as_bytes(), &operations);
    });
}

#[test]
fn a_merge_leaves_equal_elements_of_an_array_as_they_stand() {
    let (one, other) = (r#"{"x":"one","y":"two"}"#, r#"{"y":"two","x":"one"}"#);
    let long = "l".repeat(600);
    for padding in ["p", &long] {
        let before = format!(r#"{{"list":[{one},{one},1],"padding":"{padding}"}}"#);
        let changes = format!(r#"{{"list":[{other},{other},2]}}"#);
        laws::merged(before.as_bytes(), changes.as_bytes());
        let mut document = Document::read(before.as_bytes());
        let mut code = Vec::new();
        let merged = document
            .merge(changes.as_bytes(), u32::MAX, &mut code)
            .unwrap();
        document.install(merged, &code).unwrap();
        let after = format!(r#"{{"list":[{one},{one},2],"padding":"{padding}"}}"#);
        assert_eq!(document.text(), after.as_bytes());
    }
}

#[test]
fn thousands_of_fields_come_and_go_in_a_time_that_grows_with_their_number() {
    let fields: Vec<String> = (0..30_000).map(|n| format!(r#""k{n}":{n}"#)).collect();
    let many = format!("{{{}}}", fields.join(","));
    for (few, many) in [
        ("{}".to_owned(), many.clone()),
        (r#"{"a":{}}"#.to_owned(), format!(r#"{{"a":{many}}}"#)),
        (
            format!(r#"{{"a":{{}},"b":"{}"}}"#, "l".repeat(600)),
            format!(r#"{{"a":{many}}}"#),
        ),
    ] {
        let (few, many) = (few.as_bytes(), many.as_bytes());
        let start = Instant::now();
        laws::merged(few, many);
        for (before, after) in [(few, many), (many, few)] {
            let mut document = Document::read(before);
            let delta = document.compare(after, 9).unwrap().into_owned();
            document.apply(&delta).unwrap();
            assert_eq!(document.length(), after.len());
        }
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(2), "took {taken:?}");
    }
}

#[test]
fn thousands_of_operations_take_little_longer_than_one_each() {
    let paths: Vec<String> = (0..30_000)
        .map(|n| format!(r#"["{}","k{n}"]"#, n % 3))
        .collect();
    let list = |argument: &str| {
        let entries = paths.iter().map(|path| format!("[{path},{argument}]"));
        entries.collect::<Vec<_>>().join(",")
    };
    let fields: Vec<String> = (0..30_000).map(|n| format!(r#""m{n}":{n}"#)).collect();
    let mixed = format!(r#"{{"0":{{{0}}},"1":{{{0}}},"2":{{}}}}"#, fields.join(","));
    for (operations, changes) in [
        (format!(r#"{{"increment":[{}]}}"#, list("1")), "{}"),
        (
            format!(r#"{{"append":[{}]}}"#, list("[1]")),
            r#"{"0":{},"1":{}}"#,
        ),
        (
            format!(r#"{{"increment":[{}]}}"#, list("1")),
            mixed.as_str(),
        ),
    ] {
        let document = Document::read(b"{}");
        let operations = Operations::parse(operations.as_bytes(), u32::MAX).unwrap();
        let start = Instant::now();
        let delta = document
            .update(changes.as_bytes(), &operations, u32::MAX)
            .unwrap();
        let taken = start.elapsed();
        assert_eq!(delta.fields.len(), 3);
        assert!(taken < Duration::from_secs(1), "took {taken:?}");
    }
}

#[test]
fn changes_are_read_once_however_deep_what_is_large_in_them_stands() {
    let levels = 95;
    let large: Vec<String> = (0..40_000).map(|n| format!(r#""k{n}":"{n}""#)).collect();
    let nested = |inner: &str| {
        let (open, close) = (r#"{"a":"#.repeat(levels), "}".repeat(levels));
        format!("{open}{inner}{close}")
    };
    // Beside a field that is large by itself, so that the state is indexed.
    let state = format!(r#"{{"a":{},"b":"{}"}}"#, nested("{}"), "l".repeat(600));
    let changes = format!(r#"{{"a":{}}}"#, nested(&format!("{{{}}}", large.join(","))));
    let document = Document::read(state.as_bytes());
    let start = Instant::now();
    document
        .merge(changes.as_bytes(), 100, &mut Vec::new())
        .unwrap();
    let taken = start.elapsed();
    let start = Instant::now();
    validate(changes.as_bytes(), 100).unwrap();
    let validated = start.elapsed();
    assert!(
        taken < 12 * validated + Duration::from_millis(5),
        "took {taken:?}, and to validate it {validated:?}"
    );
}

#[test]
fn operations_are_refused_by_what_is_wrong_with_them() {
    let shape = "invalid_argument";
    for (text, code, path) in [
        ("[]", shape, None),
        ("{}{}", shape, None),
        (r#"{"move":[["a"]]}"#, shape, None),
        (r#"{"remove":["a"]}"#, shape, None),
        (r#"{"remove":[[]]}"#, shape, None),
        (r#"{"remove":[[1]]}"#, shape, None),
        (r#"{"remove":[["a"]],"remove":[["b"]]}"#, shape, None),
        (r#"{"append":[["a"]]}"#, shape, None),
        (r#"{"append":[[["a"]]]}"#, shape, None),
        (r#"{"append":[[["a"],[1],2]]}"#, shape, None),
        (r#"{"append":[[["a"],{"0":1}]]}"#, shape, None),
        (r#"{"append":[[["a"],[01]]]}"#, shape, None),
        (r#"{"increment":[[["a"],"1"]]}"#, shape, None),
        (r#"{"increment":[[["a"],[1]]]}"#, shape, None),
        (r#"{"increment":[[["a"],1e]]}"#, shape, None),
        (
            r#"{"append":[[["a"],[1]],[["b","c"],[2,{"d":"\ud800"}]]]}"#,
            "invalid_value",
            Some(r#"["b","c",1,"d"]"#),
        ),
        (
            r#"{"remove":[["a"],["b","\udfff"]]}"#,
            "invalid_value",
            Some(r#"["b"]"#),
        ),
        (
            r#"{"append":[[["a"],[[[1]]]]]}"#,
            "limit_exceeded",
            Some(r#"["a",0,0]"#),
        ),
    ] {
        let error = Operations::parse(text.as_bytes(), 2).expect_err(text);
        let told = error
            .path()
            .map(|path| String::from_utf8(path.to_json()).unwrap());
        let expected = (code, path.map(str::to_owned));
        assert_eq!((error.code().as_str(), told), expected, "{text}");
    }
    let text = r#"{"remove":[["a"]],"append":[[["b","c"],[[1]]]],"increment":[[["d"],-1.5]]}"#;
    assert_eq!(Operations::parse(text.as_bytes(), 2).unwrap().0.len(), 3);
}
