//! A partial update as its documentation reads: a deep merge, then one operation after the other.

use chord::document::{Operation, Operations};
use chord::json::number;
use serde_json::{Value, json};

use super::read;

/// The state after an update, or `None` where an operation meets another kind of value.
pub fn updated(state: &Value, changes: &Value, operations: &Operations<'_>) -> Option<Value> {
    let mut after = state.clone();
    merged(&mut after, changes);
    for (path, operation) in &operations.0 {
        after = operated(Some(after), path, *operation)??;
    }
    Some(after)
}

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

fn operated(
    state: Option<Value>,
    path: &[&[u8]],
    operation: Operation<'_>,
) -> Option<Option<Value>> {
    let Some((key, rest)) = path.split_first() else {
        return match (operation, state) {
            (Operation::Remove, _) => Some(None),
            (Operation::Append(items), None) => Some(Some(read(items))),
            (Operation::Append(items), Some(Value::Array(mut array))) => {
                array.extend(read(items).as_array()?.iter().cloned());
                Some(Some(Value::Array(array)))
            }
            (Operation::Increment(by), None) => sum(0.0, by),
            (Operation::Increment(by), Some(Value::Number(number))) => sum(number.as_f64()?, by),
            _ => None,
        };
    };
    let key = read(key);
    let key = key.as_str()?;
    match state {
        None if matches!(operation, Operation::Remove) => Some(None),
        None => Some(Some(json!({ key: operated(None, rest, operation)?? }))),
        Some(Value::Object(mut fields)) => {
            match operated(fields.get(key).cloned(), rest, operation)? {
                Some(after) => drop(fields.insert(key.to_owned(), after)),
                None => drop(fields.shift_remove(key)),
            }
            Some(Some(Value::Object(fields)))
        }
        Some(_) => None,
    }
}

fn sum(before: f64, by: &[u8]) -> Option<Option<Value>> {
    let after = before + read(by).as_f64()?;
    let mut out = Vec::new();
    number::write(after, &mut out);
    after.is_finite().then(|| Some(read(&out)))
}
