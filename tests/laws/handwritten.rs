//! Edits written by hand, in any order of their indices: they mean what carrying them out one after the other means.

use chord::delta::{apply, text};
use chord::{Code, Error};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::generate::{Arrays, Step, holds, step, value};
use crate::judge::{self, delta as judged};

/// One edit to be made up against the array as it is by then.
#[derive(Clone, Debug)]
struct Draft {
    place: usize,
    how: u8,
    count: usize,
    new: Vec<Value>,
    inside: Step,
}

fn draft() -> impl Strategy<Value = Draft> {
    let new = vec(value(Arrays::With), 0..3);
    (
        any::<usize>(),
        any::<u8>(),
        0..4_usize,
        new,
        step(Arrays::With),
    )
        .prop_map(|(place, how, count, new, inside)| Draft {
            place,
            how,
            count,
            new,
            inside,
        })
}

impl Draft {
    /// The edit, and now and then one that doesn't fit.
    fn edit(&self, array: &[Value]) -> Value {
        let index = self.place % (array.len() + 1);
        let fits = array.len() - index;
        let count = self.count.min(fits);
        let there = &array[index..index + count];
        match self.how % 16 {
            0 => json!({ "index": index + 1, "removed": fits, "added": self.new }),
            1 => json!({ "index": index, "removed": self.new, "added": [] }),
            2..7 => json!({ "index": index, "removed": count, "added": self.new }),
            7..11 => match array.get(index) {
                Some(element) => {
                    let mut after = json!({ "x": element });
                    self.inside.take(&mut after["x"]);
                    let delta = chord::delta::diff(
                        json!({ "x": element }).to_string().as_bytes(),
                        after.to_string().as_bytes(),
                    )
                    .into_owned();
                    let told = judge::read(&text::print(&delta));
                    json!({ "index": index, "delta": told.get("x").unwrap_or(&json!({ "action": "modified", "value": element })) })
                }
                None => json!({ "index": index, "removed": [], "added": self.new }),
            },
            _ => json!({ "index": index, "removed": there, "added": self.new }),
        }
    }
}

fn says_nothing(edit: &Value) -> bool {
    let nothing = |list: &Value| *list == json!([]) || *list == json!(0);
    edit.get("delta").is_none() && nothing(&edit["removed"]) && nothing(&edit["added"])
}

fn applied(context: &[u8], delta: &[u8]) -> Result<Vec<u8>, Error> {
    apply(context, &text::parse(delta)?)
}

#[test]
fn edits_in_any_order_mean_carrying_them_out_one_after_the_other() {
    holds(
        20_000,
        (vec(value(Arrays::With), 0..5), vec(draft(), 1..6)),
        |(array, drafts)| {
            let mut state = Some(Value::Array(array.clone()));
            let mut edits = Vec::new();
            for draft in drafts {
                let last = state.clone().unwrap_or_else(|| Value::Array(array.clone()));
                let edit = draft.edit(last.as_array().unwrap());
                if says_nothing(&edit) {
                    continue;
                }
                state = state.and_then(|state| judged::edit(&state, &json!([edit])));
                edits.push(edit);
            }
            if edits.is_empty() {
                return;
            }
            let context = json!({ "list": array }).to_string();
            let delta = json!({ "list": { "action": "edited", "edits": edits } }).to_string();
            match (applied(context.as_bytes(), delta.as_bytes()), state) {
                (Ok(after), Some(state)) => judge::assert_same(
                    &after,
                    json!({ "list": state }).to_string().as_bytes(),
                    delta,
                ),
                (Err(error), None) => {
                    assert_eq!(
                        error.code(),
                        Code::DeltaMismatch,
                        "{error}: {delta} on {context}"
                    );
                    assert!(error.to_string().contains("at [\"list\""), "{error}");
                }
                // Edits that take each other back leave nothing to say.
                (Err(error), Some(state)) if error.code() == Code::InvalidArgument => {
                    assert_eq!(state, Value::Array(array), "{error}: {delta}")
                }
                (ours, judged) => {
                    panic!("{delta} on {context}\n  ours:   {ours:?}\n  judged: {judged:?}")
                }
            }
        },
    );
}

#[test]
fn what_does_not_fit_is_named_by_its_path() {
    let context = br#"{"n":1,"o":{"p":{"q":1}},"l":[1,{"x":1},[1,2],3]}"#;
    let edited = |edits: &str| format!("{{\"l\":{{\"action\":\"edited\",\"edits\":{edits}}}}}");
    for (delta, path) in [
        (
            r#"{"n":{"action":"added","value":1}}"#.to_owned(),
            r#"["n"]"#,
        ),
        (r#"{"m":{"action":"removed"}}"#.to_owned(), r#"["m"]"#),
        (r#"{"m":{"x":{"action":"removed"}}}"#.to_owned(), r#"["m"]"#),
        (r#"{"n":{"x":{"action":"removed"}}}"#.to_owned(), r#"["n"]"#),
        (
            r#"{"n":{"action":"removed","oldValue":2}}"#.to_owned(),
            r#"["n"]"#,
        ),
        (
            r#"{"n":{"action":"edited","edits":[{"index":0,"removed":[],"added":[1]}]}}"#
                .to_owned(),
            r#"["n"]"#,
        ),
        (
            r#"{"o":{"p":{"q":{"action":"modified","oldValue":2,"value":3}}}}"#.to_owned(),
            r#"["o","p","q"]"#,
        ),
        (
            r#"{"o":{"p":{"r":{"action":"modified","value":3}}}}"#.to_owned(),
            r#"["o","p","r"]"#,
        ),
        (
            edited(r#"[{"index":5,"removed":[],"added":[1]}]"#),
            r#"["l",4]"#,
        ),
        (
            edited(r#"[{"index":4,"removed":1,"added":[1]}]"#),
            r#"["l",4]"#,
        ),
        (
            edited(r#"[{"index":3,"removed":[3,4],"added":[]}]"#),
            r#"["l",4]"#,
        ),
        (
            edited(r#"[{"index":0,"removed":[1,{"x":2}],"added":[]}]"#),
            r#"["l",1]"#,
        ),
        (
            edited(r#"[{"index":1,"delta":{"x":{"action":"removed","oldValue":2}}}]"#),
            r#"["l",1,"x"]"#,
        ),
        (
            edited(
                r#"[{"index":2,"delta":{"action":"edited","edits":[{"index":1,"removed":[1],"added":[]}]}}]"#,
            ),
            r#"["l",2,1]"#,
        ),
        (
            edited(r#"[{"index":3,"delta":{"x":{"action":"removed"}}}]"#),
            r#"["l",3]"#,
        ),
        (
            edited(r#"[{"index":2147483647,"removed":2147483647,"added":[]}]"#),
            r#"["l",4]"#,
        ),
        (
            edited(r#"[{"index":2147483647,"removed":[],"added":[1]}]"#),
            r#"["l",2147483648]"#,
        ),
        (
            edited(
                r#"[{"index":0,"removed":2147483647,"added":[]},{"index":0,"removed":1,"added":[]}]"#,
            ),
            r#"["l",0]"#,
        ),
    ] {
        let error = applied(context, delta.as_bytes()).expect_err(&delta);
        assert_eq!(
            (error.code(), error.path().unwrap().to_string().as_str()),
            (Code::DeltaMismatch, path),
            "{delta}: {error}"
        );
    }
}

#[test]
fn text_that_is_no_delta_is_refused_with_its_path() {
    for (delta, path) in [
        ("[]", "[]"),
        ("1", "[]"),
        (r#"{"a":1}"#, r#"["a"]"#),
        (r#"{"a":[]}"#, r#"["a"]"#),
        (r#"{"a":{}}"#, r#"["a"]"#),
        (r#"{"a":{"b":{}}}"#, r#"["a","b"]"#),
        (
            r#"{"a":{"action":"replaced","value":1}}"#,
            r#"["a","action"]"#,
        ),
        (r#"{"a":{"action":"added"}}"#, r#"["a"]"#),
        (
            r#"{"a":{"action":"added","value":1,"oldValue":1}}"#,
            r#"["a"]"#,
        ),
        (r#"{"a":{"action":"removed","value":1}}"#, r#"["a"]"#),
        (r#"{"a":{"action":"modified","oldValue":1}}"#, r#"["a"]"#),
        (
            r#"{"a":{"action":"modified","value":1,"extra":1}}"#,
            r#"["a","extra"]"#,
        ),
        (r#"{"a":{"action":"edited"}}"#, r#"["a"]"#),
        (
            r#"{"a":{"action":"edited","edits":{}}}"#,
            r#"["a","edits"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[]}}"#,
            r#"["a","edits"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[1]}}"#,
            r#"["a","edits",0]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":[],"added":[]}]}}"#,
            r#"["a","edits",0]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":0,"added":[]}]}}"#,
            r#"["a","edits",0]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":1.5,"removed":[],"added":[1]}]}}"#,
            r#"["a","edits",0,"index"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":-1,"removed":[],"added":[1]}]}}"#,
            r#"["a","edits",0,"index"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":2147483648,"removed":[],"added":[1]}]}}"#,
            r#"["a","edits",0,"index"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":9007199254740993,"added":[1]}]}}"#,
            r#"["a","edits",0,"removed"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":"0","removed":[],"added":[1]}]}}"#,
            r#"["a","edits",0,"index"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":[],"added":[1]},{"removed":[],"added":[1]}]}}"#,
            r#"["a","edits",1,"index"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":{},"added":[1]}]}}"#,
            r#"["a","edits",0,"removed"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":-1,"added":[1]}]}}"#,
            r#"["a","edits",0,"removed"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":[],"added":1}]}}"#,
            r#"["a","edits",0,"added"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":[1]}]}}"#,
            r#"["a","edits",0]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"delta":{}}]}}"#,
            r#"["a","edits",0,"delta"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"delta":{"action":"removed"}}]}}"#,
            r#"["a","edits",0,"delta"]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"delta":{"x":{"action":"removed"}},"added":[]}]}}"#,
            r#"["a","edits",0]"#,
        ),
        (
            r#"{"a":{"action":"edited","edits":[{"index":0,"removed":[],"added":[1]},{"index":0,"removed":[1],"added":[]}]}}"#,
            r#"["a","edits"]"#,
        ),
    ] {
        let error = text::parse(delta.as_bytes()).expect_err(delta);
        assert_eq!(
            (error.code(), error.path().unwrap().to_string().as_str()),
            (Code::InvalidArgument, path),
            "{delta}: {error}"
        );
    }
}

#[test]
fn an_old_value_that_an_edit_before_makes_unknown_is_refused_and_not_left_unchecked() {
    let edits = |first: &str, second: &str| {
        format!(
            r#"{{"a":{{"action":"edited","edits":[{{"index":1,"delta":{{"x":{first}}}}},{second}]}}}}"#
        )
    };
    let known = r#"{"action":"removed","oldValue":1}"#;
    let unknown = r#"{"action":"removed"}"#;
    let values = r#"{"index":1,"removed":[{}],"added":[]}"#;
    let count = r#"{"index":1,"removed":1,"added":[]}"#;
    let state = br#"{"a":[0,{"x":1},2]}"#;
    for delta in [
        edits(known, values),
        edits(known, count),
        edits(unknown, count),
    ] {
        assert_eq!(applied(state, delta.as_bytes()).unwrap(), br#"{"a":[0,2]}"#);
    }
    let error = applied(state, edits(unknown, values).as_bytes()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert_eq!(error.path().unwrap().to_string(), r#"["a",1]"#);
}

#[test]
fn keys_named_like_the_parts_of_a_change_are_ordinary() {
    let before = br#"{"action":{"value":1,"oldValue":2},"x":{"action":1},"edits":[]}"#;
    let after = br#"{"action":{"value":"added","action":{}},"x":{"action":null,"y":"removed"}}"#;
    judge::laws::pair(before, after);
    let nested = text::parse(br#"{"x":{"action":{"action":"modified","value":2}}}"#).unwrap();
    assert_eq!(
        apply(before, &nested).unwrap(),
        br#"{"action":{"value":1,"oldValue":2},"x":{"action":2},"edits":[]}"#
    );
}
