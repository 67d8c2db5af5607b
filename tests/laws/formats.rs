//! The three formats, read back by the letter of their RFCs and of the documentation.

use chord::Code;
use chord::delta::{Delta, diff, text};
use chord::format::{Format, Metadata, format};
use serde_json::{Value, json};

use crate::generate::{Arrays, history, holds};
use crate::judge::{self, patch};

fn printed(name: Format, delta: &Delta<'_>, context: Option<&[u8]>) -> chord::Result<Value> {
    let metadata = Metadata {
        context_id: Some(b"c\"1\""),
        version: Some(3),
        context,
    };
    let text = format(name, delta, metadata)?;
    // Nothing is printed that JSON.stringify would print otherwise.
    assert_eq!(
        chord::json::reader::validate(&text, 100),
        Ok(()),
        "{}",
        String::from_utf8_lossy(&text)
    );
    Ok(judge::read(&text))
}

/// Carries out the changes of the default format.
fn changed(before: &Value, printed: &Value) -> Value {
    let mut state = before.clone();
    assert_eq!(printed["version"], 3);
    for change in printed["changes"].as_array().unwrap() {
        assert_eq!(change["contextId"], "c\"1\"");
        let path: Vec<&str> = match &change["key"] {
            Value::Array(keys) => keys.iter().map(|key| key.as_str().unwrap()).collect(),
            key => vec![key.as_str().unwrap()],
        };
        assert_eq!(change["key"].is_string(), path.len() == 1, "{change}");
        let (last, parents) = path.split_last().unwrap();
        let mut place = &mut state;
        for key in parents {
            let fields = place.as_object_mut().unwrap();
            place = fields.entry(*key).or_insert_with(|| json!({}));
        }
        let fields = place.as_object_mut().unwrap();
        let there = fields.get(*last);
        if let Some(old) = change.get("oldValue") {
            assert!(judge::same(old, there.unwrap()), "{change}");
        }
        let value = change.get("value").cloned();
        let after = match (change["action"].as_str().unwrap(), there) {
            ("added", None) => {
                assert!(
                    value
                        .as_ref()
                        .unwrap()
                        .as_object()
                        .is_none_or(serde_json::Map::is_empty),
                    "{change}"
                );
                value
            }
            ("modified", Some(_)) => value,
            ("removed", Some(_)) => None,
            ("edited", Some(array)) => Some(judge::delta::edit(array, &change["edits"]).unwrap()),
            other => panic!("{other:?} in {change}"),
        };
        match after {
            Some(after) => fields.insert((*last).to_owned(), after),
            None => fields.shift_remove(*last),
        };
    }
    state
}

/// Whether a merge patch can't lead to `after`: there is a `null` that `before` hasn't.
fn needs_null(before: Option<&Value>, after: &Value) -> bool {
    match (before, after) {
        (Some(before), after) if judge::same(before, after) => false,
        (_, Value::Null) => true,
        (before, Value::Object(after)) => after.iter().any(|(key, value)| {
            needs_null(
                before.and_then(|before| before.as_object()?.get(key)),
                value,
            )
        }),
        _ => false,
    }
}

#[test]
fn default_changes_lead_to_the_new_state() {
    holds(10_000, history(2, Arrays::With), |states| {
        let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
        let printed = printed(Format::Default, &diff(a, b), None).unwrap();
        let after = changed(&judge::read(a), &printed);
        assert!(judge::same(&after, &judge::read(b)), "{printed}");
    });
}

#[test]
fn json_patches_lead_to_the_new_state_with_and_without_old_values() {
    holds(15_000, history(2, Arrays::With), |states| {
        let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
        let delta = diff(a, b);
        let operations = printed(Format::JsonPatch, &delta, None).unwrap();
        let after = patch::json_patch(&judge::read(a), &operations)
            .unwrap_or_else(|| panic!("{operations}"));
        assert!(judge::same(&after, &judge::read(b)), "{operations}");

        let mut bare = Vec::new();
        text::write(&delta, false, &mut bare);
        let without = printed(Format::JsonPatch, &text::parse(&bare).unwrap(), None).unwrap();
        assert_eq!(without, operations);
    });
}

#[test]
fn merge_patches_lead_to_the_new_state_or_there_is_a_null_to_say() {
    holds(15_000, history(2, Arrays::With), |states| {
        let [a, b] = [0, 1].map(|place: usize| states[place].as_bytes());
        let (before, after) = (judge::read(a), judge::read(b));
        let delta = diff(a, b);
        match printed(Format::MergePatch, &delta, Some(a)) {
            Ok(printed) => {
                assert!(
                    judge::same(&patch::merge_patch(&before, &printed), &after),
                    "{printed}"
                );
                assert!(!needs_null(Some(&before), &after), "{printed}");
            }
            Err(error) => {
                assert_eq!(error.code(), Code::InvalidArgument, "{error}");
                assert!(needs_null(Some(&before), &after), "{error}");
                let path = judge::read(&error.path().unwrap().to_json());
                let named = path
                    .as_array()
                    .unwrap()
                    .iter()
                    .try_fold(&after, |value, key| value.get(key.as_str()?));
                assert_eq!(named, Some(&Value::Null), "{error}");
            }
        }
        // Without the state before it is the same patch, or an array is edited.
        if let Ok(alone) = printed(Format::MergePatch, &delta, None) {
            assert_eq!(alone, printed(Format::MergePatch, &delta, Some(a)).unwrap());
        }
        if judge::delta::apply(&after, &judge::read(&text::print(&delta))).is_none() {
            let error = printed(Format::MergePatch, &delta, Some(b)).unwrap_err();
            assert!(
                matches!(error.code(), Code::DeltaMismatch | Code::InvalidArgument),
                "{error}"
            );
        }
    });
}

#[test]
fn arrays_of_few_words_in_many_orders_are_patched_element_by_element() {
    let letters = || proptest::collection::vec(b'a'..b'e', 0..12);
    holds(10_000, (letters(), letters()), |(a, b)| {
        let list = |letters: &[u8]| {
            let words: Vec<_> = letters
                .iter()
                .map(|letter| char::from(*letter).to_string().repeat(99))
                .collect();
            json!({ "l/~": words }).to_string().into_bytes()
        };
        let (a, b) = (list(&a), list(&b));
        let operations = printed(Format::JsonPatch, &diff(&a, &b), None).unwrap();
        let after = patch::json_patch(&judge::read(&a), &operations)
            .unwrap_or_else(|| panic!("{operations}"));
        assert!(judge::same(&after, &judge::read(&b)), "{operations}");
    });
}

#[test]
fn formats_are_known_by_their_names_alone() {
    for name in Format::ALL {
        assert_eq!(Format::from_name(name.name()), Some(name));
    }
    for name in ["", "Default", "json_patch", "jsonpatch", "merge"] {
        assert_eq!(Format::from_name(name), None, "{name}");
    }
}
