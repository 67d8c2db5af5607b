//! The JSON form of a delta, applied step by step as its documentation reads: edits one after the other, whatever their order.

use serde_json::{Map, Value};

use super::same;

/// The object after a delta, or `None` where it doesn't fit.
pub fn apply(state: &Value, delta: &Value) -> Option<Value> {
    let mut after = state.as_object()?.clone();
    for (key, node) in delta.as_object()? {
        match (action(node), after.get(key).cloned()) {
            (Some("added"), None) => {
                after.insert(key.clone(), node["value"].clone());
            }
            (Some("added"), Some(_)) | (_, None) => return None,
            (Some("removed"), Some(before)) => {
                expect(node, &before)?;
                after.shift_remove(key);
            }
            (_, Some(before)) => {
                after.insert(key.clone(), change(&before, node)?);
            }
        }
    }
    Some(Value::Object(after))
}

/// The array after edits, or `None` where they don't fit.
pub fn edit(array: &Value, edits: &Value) -> Option<Value> {
    let mut after = array.as_array()?.clone();
    for edit in edits.as_array()? {
        let index = usize::try_from(edit["index"].as_u64()?).ok()?;
        if let Some(inside) = edit.get("delta") {
            let element = after.get_mut(index)?;
            *element = change(element, inside)?;
            continue;
        }
        let count = match &edit["removed"] {
            Value::Array(values) => values.len(),
            count => usize::try_from(count.as_u64()?).ok()?,
        };
        let there = after.get(index..index.checked_add(count)?)?;
        if let Value::Array(values) = &edit["removed"]
            && !values
                .iter()
                .zip(there)
                .all(|(old, there)| same(old, there))
        {
            return None;
        }
        after.splice(
            index..index + count,
            edit["added"].as_array()?.iter().cloned(),
        );
    }
    Some(Value::Array(after))
}

fn change(before: &Value, node: &Value) -> Option<Value> {
    match action(node) {
        None => apply(before, node),
        Some("modified") => {
            expect(node, before)?;
            Some(node["value"].clone())
        }
        Some("edited") => edit(before, &node["edits"]),
        Some(_) => None,
    }
}

fn action(node: &Value) -> Option<&str> {
    node.as_object()
        .and_then(|members: &Map<_, _>| members.get("action")?.as_str())
}

fn expect(node: &Value, before: &Value) -> Option<()> {
    node.get("oldValue")
        .is_none_or(|old| same(old, before))
        .then_some(())
}
