//! JSON Patch: RFC 6902, with pointers by RFC 6901.

use crate::delta::{Change, Delta, Gone, Span};
use crate::json::number;
use crate::{Code, Error, Result};

/// Bytes that may be printed for counts of removed elements. A count is short whatever it says, and each element takes an operation.
const MOST_COUNTED: usize = 16 << 20;

/// Bytes of such an operation besides the pointer to the array.
const REMOVAL: usize = 40;

/// The array of operations `add`, `remove` and `replace`, to be carried out in order. There is no `test`: a receiver that
/// is at another state than the one before should ask for that, not half notice it.
///
/// Array edits become operations on single elements, with indices as they are when each operation's turn comes.
///
/// # Errors
/// `invalid_argument` naming the path where elements removed by count would take more than [`MOST_COUNTED`].
pub(super) fn print(delta: &Delta<'_>) -> Result<Vec<u8>> {
    let mut patch = Patch {
        out: b"[".to_vec(),
        pointer: Vec::new(),
        counted: 0,
    };
    patch.delta(delta)?;
    patch.out.push(b']');
    Ok(patch.out)
}

struct Patch {
    out: Vec<u8>,
    /// The JSON text, without quotes, of the pointer to the value at hand.
    pointer: Vec<u8>,
    /// Bytes for counts so far.
    counted: usize,
}

impl Patch {
    fn delta(&mut self, delta: &Delta<'_>) -> Result<()> {
        for (key, change) in &delta.fields {
            let length = self.pointer.len();
            push_token(key, &mut self.pointer);
            let outcome = match change {
                Change::Added(new) => self.operation("add", Some(new)),
                change => self.change(change),
            };
            outcome.map_err(|error| error.under(key.as_ref()))?;
            self.pointer.truncate(length);
        }
        Ok(())
    }

    fn change(&mut self, change: &Change<'_>) -> Result<()> {
        match change {
            Change::Added(new) | Change::Modified { new, .. } => {
                self.operation("replace", Some(new))
            }
            Change::Removed(_) => self.operation("remove", None),
            Change::Nested(delta) => self.delta(delta),
            Change::Edited(spans) => self.edits(spans),
        }
    }

    fn edits(&mut self, spans: &[Span<'_>]) -> Result<()> {
        let mut position = 0;
        let mut gone = 0;
        for span in spans {
            match span {
                Span::Remove(more) => {
                    gone += self.measured(more).map_err(|error| error.under(position))?;
                    continue;
                }
                Span::Insert(values) => {
                    for value in values {
                        // Where one goes and one comes, replacing takes one operation and moves nothing.
                        let name = if gone > 0 { "replace" } else { "add" };
                        gone = gone.saturating_sub(1);
                        self.element(position, |patch| patch.operation(name, Some(value)))?;
                        position += 1;
                    }
                }
                Span::Keep(_) | Span::Inside(_) => {}
            }
            self.removals(position, &mut gone)?;
            match span {
                Span::Keep(count) => position += count,
                Span::Inside(change) => {
                    self.element(position, |patch| patch.change(change))?;
                    position += 1;
                }
                Span::Remove(_) | Span::Insert(_) => {}
            }
        }
        self.removals(position, &mut gone)
    }

    /// How many elements go, if that is within measure.
    fn measured(&mut self, gone: &Gone<'_>) -> Result<usize> {
        if let Gone::Count(count) = gone {
            let bytes = count.saturating_mul(self.pointer.len() + REMOVAL);
            self.counted = self.counted.saturating_add(bytes);
        }
        if self.counted > MOST_COUNTED {
            return Err(Error::here(
                Code::InvalidArgument,
                "more elements are removed by count than JSON Patch, with an operation for each, is made for",
            ));
        }
        Ok(gone.len())
    }

    /// Elements that go with none in their place: what follows moves up each time.
    fn removals(&mut self, position: usize, gone: &mut usize) -> Result<()> {
        for _ in 0..core::mem::take(gone) {
            self.element(position, |patch| patch.operation("remove", None))?;
        }
        Ok(())
    }

    fn element(&mut self, index: usize, then: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let length = self.pointer.len();
        self.pointer.push(b'/');
        number::write_integer(index as u64, &mut self.pointer);
        then(self).map_err(|error| error.under(index))?;
        self.pointer.truncate(length);
        Ok(())
    }

    fn operation(&mut self, name: &str, value: Option<&[u8]>) -> Result<()> {
        let out = &mut self.out;
        out.extend_from_slice(if out.len() > 1 {
            b",{\"op\":\""
        } else {
            b"{\"op\":\""
        });
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\",\"path\":\"");
        out.extend_from_slice(&self.pointer);
        out.push(b'"');
        if let Some(value) = value {
            out.extend_from_slice(b",\"value\":");
            out.extend_from_slice(value);
        }
        out.push(b'}');
        Ok(())
    }
}

/// Appends a reference token. The key's own escapes hold neither `~` nor `/`, so they stay right in the pointer's string.
fn push_token(key: &[u8], pointer: &mut Vec<u8>) {
    pointer.push(b'/');
    for &byte in key.get(1..key.len() - 1).unwrap_or_default() {
        match byte {
            b'~' => pointer.extend_from_slice(b"~0"),
            b'/' => pointer.extend_from_slice(b"~1"),
            byte => pointer.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delta::{diff, text};

    fn patch(delta: &Delta<'_>) -> String {
        String::from_utf8_lossy(&print(delta).unwrap_or_default()).into_owned()
    }

    fn between(before: &str, after: &str) -> String {
        patch(&diff(before.as_bytes(), after.as_bytes()))
    }

    #[test]
    fn fields_are_added_replaced_and_removed_by_pointer() {
        assert_eq!(
            between(r#"{"a":{"b":1,"c":null}}"#, r#"{"a":{"b":{},"d":[]}}"#),
            concat!(
                r#"[{"op":"replace","path":"/a/b","value":{}},"#,
                r#"{"op":"add","path":"/a/d","value":[]},"#,
                r#"{"op":"remove","path":"/a/c"}]"#,
            )
        );
        assert_eq!(between("{}", "{}"), "[]");
    }

    #[test]
    fn pointers_escape_by_rfc_6901_within_a_json_string() {
        assert_eq!(
            between("{}", r#"{"":1}"#),
            r#"[{"op":"add","path":"/","value":1}]"#
        );
        assert_eq!(
            between("{}", r#"{"a/b~1\"\\\u0001é":1}"#),
            r#"[{"op":"add","path":"/a~1b~01\"\\\u0001é","value":1}]"#
        );
    }

    #[test]
    fn a_count_beyond_measure_is_refused_before_it_is_carried_out() {
        let removed = |count: u64| {
            let edits = format!("[{{\"index\":1,\"removed\":{count},\"added\":[]}}]");
            let edited = format!("{{\"action\":\"edited\",\"edits\":{edits}}}");
            let delta = format!("{{\"a\":{{\"l\":{edited}}}}}");
            text::parse(delta.as_bytes()).and_then(|delta| print(&delta))
        };
        assert!(removed(300_000).is_ok());
        let told = removed(2_147_483_647).map_err(|error| error.to_string());
        assert!(told.is_err_and(|error| error.ends_with(" at [\"a\",\"l\",1]")));
    }

    #[test]
    fn elements_that_go_and_come_at_one_place_are_replaced_first() {
        let edits = |edits: &str| {
            let delta = format!("{{\"l\":{{\"action\":\"edited\",\"edits\":{edits}}}}}");
            text::parse(delta.as_bytes())
                .map(|delta| patch(&delta))
                .unwrap_or_default()
        };
        assert_eq!(
            edits(
                r#"[{"index":1,"removed":[1,2,3],"added":[4]},{"index":4,"removed":1,"added":[5,6]}]"#
            ),
            concat!(
                r#"[{"op":"replace","path":"/l/1","value":4},{"op":"remove","path":"/l/2"},{"op":"remove","path":"/l/2"},"#,
                r#"{"op":"replace","path":"/l/4","value":5},{"op":"add","path":"/l/5","value":6}]"#,
            )
        );
        assert_eq!(
            edits(
                r#"[{"index":0,"removed":1,"added":[]},{"index":0,"delta":{"x":{"action":"removed"}}}]"#
            ),
            r#"[{"op":"remove","path":"/l/0"},{"op":"remove","path":"/l/0/x"}]"#
        );
    }
}
