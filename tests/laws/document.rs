//! The stored form: compared with a new text, changed by deltas and by partial updates, it is what the plain text would be.

use chord::Code;
use chord::delta::{apply, diff, merge};
use chord::document::{Document, Operation, Operations};
use chord::json::text::validate;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::exhaustive::told;
use crate::judge::generate::{Arrays, context, holds, key, step, value};
use crate::judge::{self};
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
            assert_eq!(
                merge(delta.clone(), back).unwrap(),
                Default::default(),
                "{}",
                told(&delta)
            );
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
            let valid = validate(&text, 20).is_ok() && text.starts_with(b"{");
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

/// The contract of `updateContext`, without operations.
fn merged(state: &mut Value, changes: &Value) {
    match (state, changes) {
        (Value::Object(state), Value::Object(changes)) => {
            for (key, change) in changes {
                match state.get_mut(key) {
                    Some(before) => merged(before, change),
                    None => drop(state.insert(key.clone(), change.clone())),
                }
            }
        }
        (state, changes) => *state = changes.clone(),
    }
}

/// The contract of one operation; `None` where another kind of value stands in the way.
fn operated(state: Option<Value>, path: &[String], asked: &Asked) -> Option<Option<Value>> {
    let Some((key, rest)) = path.split_first() else {
        return match (asked, state) {
            (Asked::Remove, _) => Some(None),
            (Asked::Append(items), None) => Some(Some(json!(items))),
            (Asked::Append(items), Some(Value::Array(mut array))) => {
                array.extend(items.iter().cloned());
                Some(Some(Value::Array(array)))
            }
            (Asked::Increment(by), None) => Some(Some(json!(by))),
            (Asked::Increment(by), Some(Value::Number(number))) => {
                let mut out = Vec::new();
                chord::json::number::write(number.as_f64()? + f64::from(*by), &mut out);
                Some(Some(judge::read(&out)))
            }
            _ => None,
        };
    };
    match state {
        None if matches!(asked, Asked::Remove) => Some(None),
        None => Some(Some(json!({ key: operated(None, rest, asked)?? }))),
        Some(Value::Object(mut fields)) => {
            match operated(fields.get(key).cloned(), rest, asked)? {
                Some(after) => drop(fields.insert(key.clone(), after)),
                None => drop(fields.shift_remove(key)),
            }
            Some(Some(Value::Object(fields)))
        }
        Some(_) => None,
    }
}

#[test]
fn a_partial_update_is_a_deep_merge_followed_by_its_operations() {
    let input = (
        large(),
        prop_oneof![context(Arrays::With), large()],
        vec(asked(), 0..5),
    );
    holds(2_000, input, |(state, changes, list)| {
        let (before, changed) = (state.to_string(), changes.to_string());
        let mut expected = state.clone();
        merged(&mut expected, &changes);
        let mut expected = Some(expected);
        for (path, asked) in &list {
            expected = expected.and_then(|state| operated(Some(state), path, asked)?);
        }

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
        let operations = Operations(operations.collect());
        let mut document = Document::read(before.as_bytes());
        let delta = document
            .update(changed.as_bytes(), &operations)
            .map(|delta| delta.into_owned());
        match (delta, expected) {
            (Ok(delta), Some(expected)) => {
                let expected = expected.to_string();
                judge::assert_same(
                    &apply(before.as_bytes(), &delta).unwrap(),
                    expected.as_bytes(),
                    told(&delta),
                );
                assert_eq!(
                    delta.is_empty(),
                    judge::same(&judge::read(expected.as_bytes()), &state),
                    "{}",
                    told(&delta)
                );
                let whole = document.length() + changed.len() + operations.longest();
                document.apply(&delta).unwrap();
                judge::assert_same(&document.text(), expected.as_bytes(), told(&delta));
                assert!(
                    document.length() <= whole,
                    "{list:?} made {} of {whole} bytes",
                    document.length()
                );
                let deepest = operations
                    .deepest()
                    .max(chord::json::text::depth(changed.as_bytes()));
                assert!(
                    document.depth() <= deepest.max(chord::json::text::depth(before.as_bytes())),
                    "{list:?}"
                );
            }
            (Err(error), None) => assert_eq!(error.code(), Code::InvalidValue, "{error}"),
            (ours, expected) => panic!(
                "{list:?} after {changed} on {before}\n  ours: {ours:?}\n  expected: {expected:?}"
            ),
        }
    });
}
