//! The stored form: compared with a new text, changed by deltas and by partial updates, it is what the plain text would be.

use std::time::{Duration, Instant};

use chord::Code;
use chord::delta::{apply, diff, merge};
use chord::document::{Document, changes};
use chord::json::reader::validate;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::generate::{Arrays, context, holds, key, step, value};
use crate::judge::update::{Change, updated};
use crate::judge::{self, laws, laws::told};
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

fn told_by(refused: &chord::Result<()>) -> Option<String> {
    refused.as_ref().err().map(chord::Error::to_string)
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
            match changes::validate(&text, 20) {
                // It may stand in front of what is wrong with the text.
                Err(_) if told_by(&merged).is_some_and(|told| told.contains("needs a")) => {}
                Err(refused) => {
                    assert!(!valid);
                    assert_eq!(told_by(&merged), Some(refused.to_string()));
                }
                Ok(()) if valid => assert_eq!(merged, Ok(())),
                Ok(()) => {}
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

/// What may stand in place of a value, with a path of a few keys to it.
fn placed() -> impl Strategy<Value = (Vec<String>, Change)> {
    let change = prop_oneof![
        Just(Change::Remove),
        vec(value(Arrays::With), 0..3).prop_map(|items| Change::Add(items.into())),
        (-5..5_i32).prop_map(|by| Change::Add(by.into())),
    ];
    let name = prop_oneof![
        3 => proptest::sample::select(&["a", "b", "c"][..]).prop_map(str::to_owned),
        2 => (0..8_u8).prop_map(|n| format!("k{n}")),
        1 => key(),
    ];
    (vec(name, 1..4), change)
}

fn place(changes: &mut Change, path: &[String], change: Change) {
    let Some((key, rest)) = path.split_first() else {
        *changes = change;
        return;
    };
    if !matches!(changes, Change::Inside(_)) {
        *changes = Change::Inside(Vec::new());
    }
    let Change::Inside(fields) = changes else {
        unreachable!("it was made so");
    };
    let found = fields.iter().position(|(there, _)| there == key);
    let position = found.unwrap_or_else(|| {
        fields.push((key.clone(), Change::Remove));
        fields.len() - 1
    });
    place(&mut fields[position].1, rest, change);
}

/// One operation that is refused would have all refused, unless that is wanted.
fn updates_hold(
    cases: u32,
    placed: impl Strategy<Value = Vec<(Vec<String>, Change)>>,
    keeps_refused: bool,
) {
    let changes = prop_oneof![context(Arrays::With), large()];
    holds(
        cases,
        (large(), changes, placed),
        |(state, changes, list)| {
            let mut changes = Change::from(changes);
            for (path, change) in list {
                let mut more = changes.clone();
                place(&mut more, &path, change);
                if keeps_refused || updated(Some(&state), &more).is_some() {
                    changes = more;
                }
            }
            laws::update(state.to_string().as_bytes(), changes.to_string().as_bytes());
        },
    );
}

#[test]
fn a_partial_update_is_a_deep_merge_with_its_operations_in_place() {
    updates_hold(2_000, vec(placed(), 0..5), true);
}

#[test]
fn so_is_one_with_very_many_operations() {
    updates_hold(300, vec(placed(), 150..250), false);
}

#[test]
fn a_merge_leaves_equal_elements_of_an_array_as_they_stand() {
    let (one, other) = (r#"{"x":"one","y":"two"}"#, r#"{"y":"two","x":"one"}"#);
    let long = "l".repeat(600);
    for padding in ["p", &long] {
        let before = format!(r#"{{"list":[{one},{one},1],"padding":"{padding}"}}"#);
        let changes = format!(r#"{{"list":[{other},{other},2]}}"#);
        laws::update(before.as_bytes(), changes.as_bytes());
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
        laws::update(few, many);
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
    let fields = |text: &dyn Fn(usize) -> String| {
        let fields: Vec<String> = (0..30_000).map(text).collect();
        format!("{{{}}}", fields.join(","))
    };
    let numbers = fields(&|n| format!(r#""k{n}":{n}"#));
    let state = format!(r#"{{"a":{numbers},"b":{{"c":{numbers}}}}}"#);
    for operation in ["+1", "!"] {
        let operations = fields(&|n| format!(r#""k{n}":{operation}"#));
        for changes in [
            format!(r#"{{"a":{operations},"b":{{"c":{operations}}}}}"#),
            format!(r#"{{"new":{operations},"b":{{"new":{operations}}}}}"#),
        ] {
            let document = Document::read(state.as_bytes());
            let start = Instant::now();
            let mut code = Vec::new();
            document
                .merge(changes.as_bytes(), u32::MAX, &mut code)
                .unwrap();
            let taken = start.elapsed();
            assert!(taken < Duration::from_secs(1), "took {taken:?}");
        }
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
    let state = br#"{"n":1,"s":"x","l":[1],"o":{"n":1e+308,"deep":{"l":[]}}}"#;
    let number = "increment needs a number";
    let array = "append needs an array";
    let shape = "not JSON";
    for (changes, message, path) in [
        (r#"{"s":+1}"#, number, r#"["s"]"#),
        (r#"{"l":+1}"#, number, r#"["l"]"#),
        (r#"{"o":+1}"#, number, r#"["o"]"#),
        (r#"{"a":1,"n":+[1]}"#, array, r#"["n"]"#),
        (r#"{"o":{"deep":+[1]}}"#, array, r#"["o","deep"]"#),
        (
            r#"{"o":{"n":+1e+308}}"#,
            "the sum is beyond",
            r#"["o","n"]"#,
        ),
        (r#"{"n":+"1"}"#, shape, r#"["n"]"#),
        (r#"{"n":+{}}"#, shape, r#"["n"]"#),
        (r#"{"n":+}"#, shape, r#"["n"]"#),
        (r#"{"n":+01}"#, shape, r#"["n"]"#),
        (r#"{"n":++1}"#, shape, r#"["n"]"#),
        (r#"{"n":!1}"#, shape, r#"["n"]"#),
        (r#"{"n":[!]}"#, shape, r#"["n",0]"#),
        (r#"{"n":[+1]}"#, shape, r#"["n",0]"#),
        (r#"{"new":{"n":[{"m":+1}]}}"#, shape, r#"["new","n",0,"m"]"#),
        (r#"{"l":+[2,+3]}"#, shape, r#"["l",1]"#),
        (
            r#"{"new":{"l":!,"l":+[1]}}"#,
            "a key stands twice",
            r#"["new","l"]"#,
        ),
        (
            r#"{"l":+[1,{"d":"\ud800"}]}"#,
            "a lone surrogate",
            r#"["l",1,"d"]"#,
        ),
        (
            r#"{"o":{"deep":{"l":+[[1]]}}}"#,
            "nested deeper",
            r#"["o","deep","l",0]"#,
        ),
        (
            r#"{"o":{"new":{"l":+[[1]]}}}"#,
            "nested deeper",
            r#"["o","new","l",0]"#,
        ),
    ] {
        let document = Document::read(state);
        let merged = document.merge(changes.as_bytes(), 4, &mut Vec::new());
        let error = merged.expect_err(changes);
        assert!(error.message().starts_with(message), "{error}: {changes}");
        let told = String::from_utf8(error.path().unwrap().to_json()).unwrap();
        assert_eq!(told, path, "{changes}");
    }
    for text in ["!", "+1", "+[]", "[]", ""] {
        let merged = Document::read(state).merge(text.as_bytes(), 4, &mut Vec::new());
        assert_eq!(merged.map(drop).expect_err(text).code(), Code::InvalidValue);
    }
}
