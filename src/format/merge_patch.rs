//! JSON merge patch: RFC 7396.

use crate::delta::{Change, Delta, apply, diff};
use crate::json::{Text, object::Fields, text};
use crate::{Code, Error, Result};

/// The object to be merged into the state before: removed fields are `null`, arrays are whole.
///
/// With the state before in `context` every change is checked against it, and edited arrays can be told. RFC 7396 reads a
/// `null` in an object as removal, so a `null` among new values is refused; inside an array it is a value like others.
pub(super) fn print(delta: &Delta<'_>, context: Option<&[u8]>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    put(delta, context, &mut out)?;
    Ok(out)
}

fn put(delta: &Delta<'_>, before: Option<&[u8]>, out: &mut Vec<u8>) -> Result<()> {
    if before.is_some_and(|before| !text::is_object(before)) {
        return Err(Error::here(Code::DeltaMismatch, "expected an object"));
    }
    let mut fields = before.map(Fields::read);
    out.push(b'{');
    for (position, (key, change)) in delta.fields.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key);
        out.push(b':');
        let there = fields.as_mut().map(|fields| {
            let place = fields.find(key, position)?;
            Some(fields.value(place))
        });
        put_change(change, there, out).map_err(|error| error.under(key.as_ref()))?;
    }
    out.push(b'}');
    Ok(())
}

/// `there` is the value before, `Some(None)` where the context has none, `None` where the context is unknown.
fn put_change(change: &Change<'_>, there: Option<Option<&[u8]>>, out: &mut Vec<u8>) -> Result<()> {
    if let (Change::Nested(inner), None | Some(Some(_))) = (change, there) {
        return put(inner, there.flatten(), out);
    }
    let after = match there {
        Some(before) => apply::step(before, change)?,
        None => alone(change)?,
    };
    match (after, change) {
        (None, _) => out.extend_from_slice(b"null"),
        (Some(new), Change::Modified { old, .. }) if text::is_object(&new) => {
            let Some(old) = there.flatten().or(old.as_deref()) else {
                return Err(refused(
                    "an object would be merged into the value before, which is unknown; pass it in context",
                ));
            };
            if text::is_object(old) {
                return put(&diff(old, &new), Some(old), out);
            }
            sayable(&new)?;
            out.extend_from_slice(&new);
        }
        (Some(new), _) => {
            sayable(&new)?;
            out.extend_from_slice(&new);
        }
    }
    Ok(())
}

/// What a value becomes, as far as a change tells that without the state before.
fn alone<'c>(change: &'c Change<'_>) -> Result<Option<Text<'c>>> {
    match change {
        Change::Added(new) | Change::Modified { new, .. } => Ok(Some(Text::Borrowed(new))),
        Change::Removed(_) => Ok(None),
        Change::Edited(_) | Change::Nested(_) => Err(refused(
            "a merge patch has whole arrays; pass the state before in context, or use json-patch",
        )),
    }
}

/// Fails unless merging `new` into nothing gives `new`.
fn sayable(new: &[u8]) -> Result<()> {
    if new == b"null" {
        return Err(refused(
            "a merge patch can't set a field to null, which means removal there; use json-patch",
        ));
    }
    if text::is_object(new) {
        for (key, inner) in text::fields(new) {
            sayable(inner).map_err(|error| error.under(key))?;
        }
    }
    Ok(())
}

fn refused(message: &'static str) -> Error {
    Error::here(Code::InvalidArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delta::text as delta_text;

    /// The patch, or the code and the path of the refusal.
    fn patch(delta: &Delta<'_>, context: Option<&str>) -> core::result::Result<String, String> {
        match print(delta, context.map(str::as_bytes)) {
            Ok(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
            Err(error) => {
                let path = error.path().map(ToString::to_string).unwrap_or_default();
                Err(format!("{} {path}", error.code().as_str()))
            }
        }
    }

    fn between(before: &str, after: &str) -> core::result::Result<String, String> {
        patch(&diff(before.as_bytes(), after.as_bytes()), None)
    }

    fn parsed(delta: &str, context: Option<&str>) -> core::result::Result<String, String> {
        patch(
            &delta_text::parse(delta.as_bytes()).unwrap_or_default(),
            context,
        )
    }

    #[test]
    fn removed_is_null_and_new_values_are_themselves() {
        let patch = between(
            r#"{"a":1,"b":{"c":1,"d":[1]}}"#,
            r#"{"b":{"c":{"x":[null]},"e":""},"f":{}}"#,
        );
        assert_eq!(
            patch.as_deref(),
            Ok(r#"{"b":{"c":{"x":[null]},"e":"","d":null},"f":{},"a":null}"#)
        );
        assert_eq!(between("{}", "{}").as_deref(), Ok("{}"));
    }

    #[test]
    fn null_as_a_new_value_is_refused_at_every_depth_of_objects() {
        for (before, after, path) in [
            ("{}", r#"{"a":null}"#, r#"["a"]"#),
            (r#"{"a":1}"#, r#"{"a":null}"#, r#"["a"]"#),
            ("{}", r#"{"a":{"b":{"c":null}}}"#, r#"["a","b","c"]"#),
            (
                r#"{"a":{"b":1}}"#,
                r#"{"a":{"b":{"c":null}}}"#,
                r#"["a","b","c"]"#,
            ),
        ] {
            assert_eq!(
                between(before, after),
                Err(format!("invalid_argument {path}"))
            );
        }
        assert!(between(r#"{"a":null}"#, r#"{"a":[null,{"b":null}]}"#).is_ok());
    }

    #[test]
    fn an_edited_array_needs_the_state_before() {
        let edited = r#"{"a":{"l":{"action":"edited","edits":[{"index":1,"removed":[2],"added":[null,4]}]}}}"#;
        assert_eq!(
            parsed(edited, None),
            Err(r#"invalid_argument ["a","l"]"#.to_owned())
        );
        assert_eq!(
            parsed(edited, Some(r#"{"a":{"l":[1,2]}}"#)).as_deref(),
            Ok(r#"{"a":{"l":[1,null,4]}}"#)
        );
    }

    #[test]
    fn a_context_that_is_not_the_state_before_is_a_mismatch() {
        let edited =
            r#"{"a":{"l":{"action":"edited","edits":[{"index":1,"removed":[2],"added":[]}]}}}"#;
        for (context, path) in [
            ("{}", r#"["a"]"#),
            (r#"{"a":[]}"#, r#"["a"]"#),
            (r#"{"a":{"l":{}}}"#, r#"["a","l"]"#),
            (r#"{"a":{"l":[2]}}"#, r#"["a","l",1]"#),
            (r#"{"a":{"l":[1,3]}}"#, r#"["a","l",1]"#),
        ] {
            assert_eq!(
                parsed(edited, Some(context)),
                Err(format!("delta_mismatch {path}")),
                "{context}"
            );
        }
        let added = r#"{"a":{"action":"added","value":1}}"#;
        assert_eq!(
            parsed(added, Some(r#"{"a":1}"#)),
            Err(r#"delta_mismatch ["a"]"#.to_owned())
        );
    }

    #[test]
    fn an_object_in_place_of_an_object_is_told_by_its_fields() {
        let modified = r#"{"a":{"action":"modified","oldValue":{"x":1,"y":1},"value":{"y":2}}}"#;
        assert_eq!(
            parsed(modified, None).as_deref(),
            Ok(r#"{"a":{"y":2,"x":null}}"#)
        );
        let without_old_value = r#"{"a":{"action":"modified","value":{"y":2}}}"#;
        assert_eq!(
            parsed(without_old_value, None),
            Err(r#"invalid_argument ["a"]"#.to_owned())
        );
        assert_eq!(
            parsed(without_old_value, Some(r#"{"a":{"x":1}}"#)).as_deref(),
            Ok(r#"{"a":{"y":2,"x":null}}"#)
        );
        assert_eq!(
            parsed(without_old_value, Some(r#"{"a":[]}"#)).as_deref(),
            Ok(r#"{"a":{"y":2}}"#)
        );
    }
}
