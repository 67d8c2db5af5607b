//! The format of the original: one flat list of changes.

use crate::delta::{Change, Delta, text as delta_text};
use crate::json::{Text, canonical::write_string, number, text};

/// `{ version, changes }`. A change is `{ key, action, value?, oldValue?, contextId }`, or has `edits` in place of values.
///
/// `key` is a string for a field of the context and an array of keys for one further in. An added object is told by its
/// leaves, each `added`; one without fields is a leaf. Removed and modified values are told whole, as they stand in the delta.
pub(super) fn print(delta: &Delta<'_>, context_id: Option<&[u8]>, version: Option<u64>) -> Vec<u8> {
    let mut context_text = Vec::new();
    match context_id {
        Some(id) => write_string(id, &mut context_text),
        None => context_text.extend_from_slice(b"null"),
    }
    let mut changes = Changes {
        out: b"{\"version\":".to_vec(),
        context_id: &context_text,
        first: true,
    };
    match version {
        Some(version) => number::write_integer(version, &mut changes.out),
        None => changes.out.extend_from_slice(b"null"),
    }
    changes.out.extend_from_slice(b",\"changes\":[");
    changes.delta(delta, &mut Vec::new());
    changes.out.extend_from_slice(b"]}");
    changes.out
}

struct Changes<'c> {
    out: Vec<u8>,
    context_id: &'c [u8],
    first: bool,
}

impl Changes<'_> {
    fn delta<'d>(&mut self, delta: &'d Delta<'_>, path: &mut Vec<&'d [u8]>) {
        for (key, change) in &delta.fields {
            path.push(key);
            match change {
                Change::Nested(inner) => self.delta(inner, path),
                Change::Added(new) => self.added(new, path),
                Change::Modified { old, new } => {
                    self.begin(path, b"modified");
                    self.member(b",\"value\":", new);
                    self.old_value(old);
                }
                Change::Removed(old) => {
                    self.begin(path, b"removed");
                    self.old_value(old);
                }
                Change::Edited(spans) => {
                    self.begin(path, b"edited");
                    self.put(b",\"edits\":");
                    delta_text::write_edits(spans, &mut self.out);
                    self.end();
                }
            }
            path.pop();
        }
    }

    fn added<'d>(&mut self, value: &'d [u8], path: &mut Vec<&'d [u8]>) {
        if !text::is_object(value) || value == b"{}" {
            self.begin(path, b"added");
            self.member(b",\"value\":", value);
            return self.end();
        }
        for (key, inner) in text::fields(value) {
            path.push(key);
            self.added(inner, path);
            path.pop();
        }
    }

    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    #[inline(never)]
    fn begin(&mut self, path: &[&[u8]], action: &[u8]) {
        self.put(if self.first {
            b"{\"key\":"
        } else {
            b",{\"key\":"
        });
        self.first = false;
        if let [key] = path {
            self.put(key);
        } else {
            let mut before: &[u8] = b"[";
            for key in path {
                self.member(before, key);
                before = b",";
            }
            self.put(b"]");
        }
        self.member(b",\"action\":\"", action);
        self.put(b"\"");
    }

    fn member(&mut self, name: &[u8], value: &[u8]) {
        self.put(name);
        self.put(value);
    }

    /// The last member.
    fn old_value(&mut self, old: &Option<Text<'_>>) {
        if let Some(old) = old {
            self.member(b",\"oldValue\":", old);
        }
        self.end();
    }

    fn end(&mut self) {
        self.member(b",\"contextId\":", self.context_id);
        self.put(b"}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delta::diff;

    fn changes(before: &str, after: &str) -> String {
        let printed = print(
            &diff(before.as_bytes(), after.as_bytes()),
            Some(b"c"),
            Some(7),
        );
        let printed = String::from_utf8_lossy(&printed).into_owned();
        let inner = printed
            .strip_prefix("{\"version\":7,\"changes\":[")
            .and_then(|rest| rest.strip_suffix("]}"));
        inner
            .unwrap_or_default()
            .replace(",\"contextId\":\"c\"", "")
    }

    #[test]
    fn key_is_a_string_for_a_field_of_the_context_and_a_path_further_in() {
        assert_eq!(
            changes(r#"{"a":1}"#, r#"{"a":2}"#),
            r#"{"key":"a","action":"modified","value":2,"oldValue":1}"#
        );
        assert_eq!(
            changes(r#"{"a":{"b":{"c":1}}}"#, r#"{"a":{"b":{}}}"#),
            r#"{"key":["a","b","c"],"action":"removed","oldValue":1}"#
        );
    }

    #[test]
    fn an_added_object_is_told_leaf_by_leaf_and_an_empty_one_is_a_leaf() {
        assert_eq!(
            changes("{}", r#"{"a":{"b":{"c":[{}]},"d":{}},"e":{}}"#),
            concat!(
                r#"{"key":["a","b","c"],"action":"added","value":[{}]},"#,
                r#"{"key":["a","d"],"action":"added","value":{}},"#,
                r#"{"key":"e","action":"added","value":{}}"#,
            )
        );
    }

    #[test]
    fn removed_and_replaced_objects_are_told_whole() {
        assert_eq!(
            changes(r#"{"a":{"b":1}}"#, "{}"),
            r#"{"key":"a","action":"removed","oldValue":{"b":1}}"#
        );
        assert_eq!(
            changes(r#"{"a":null}"#, r#"{"a":{"b":1}}"#),
            r#"{"key":"a","action":"modified","value":{"b":1},"oldValue":null}"#
        );
    }

    #[test]
    fn an_edited_array_is_one_change_with_its_edits() {
        let long = "\"0123456789012345678901234567890123456789\"";
        assert_eq!(
            changes(
                &format!("{{\"a\":[{long}]}}"),
                &format!("{{\"a\":[{long},1]}}")
            ),
            r#"{"key":"a","action":"edited","edits":[{"index":1,"removed":[],"added":[1]}]}"#
        );
    }

    #[test]
    fn what_is_unknown_is_null_and_ids_are_escaped() {
        let before = br#"{"a":1}"#;
        let delta = diff(before, b"{}");
        let removed = r#"{"key":"a","action":"removed","oldValue":1,"contextId":"#;
        assert_eq!(
            String::from_utf8_lossy(&print(&delta, None, None)),
            format!("{{\"version\":null,\"changes\":[{removed}null}}]}}")
        );
        assert_eq!(
            String::from_utf8_lossy(&print(&delta, Some("a\"\u{1}é".as_bytes()), Some(u64::MAX))),
            format!(
                "{{\"version\":{},\"changes\":[{removed}\"a\\\"\\u0001é\"}}]}}",
                u64::MAX
            )
        );
        assert_eq!(
            print(&Delta::default(), None, None),
            b"{\"version\":null,\"changes\":[]}"
        );
    }

    #[test]
    fn old_values_that_a_delta_lacks_are_left_out() {
        let parsed =
            delta_text::parse(br#"{"a":{"action":"removed"},"b":{"action":"modified","value":1}}"#);
        let printed = print(&parsed.unwrap_or_default(), None, None);
        assert_eq!(
            String::from_utf8_lossy(&printed),
            concat!(
                r#"{"version":null,"changes":[{"key":"a","action":"removed","contextId":null},"#,
                r#"{"key":"b","action":"modified","value":1,"contextId":null}]}"#,
            )
        );
    }
}
