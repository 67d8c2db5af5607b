//! What the contract says, written a second time as plainly as possible, over `serde_json::Value`.

pub mod delta;
pub mod laws;
pub mod patch;
pub mod update;

use serde_json::Value;

/// Reads JSON text, ours or anybody's.
pub fn read(text: &[u8]) -> Value {
    serde_json::from_slice(text)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
}

/// Equality that ignores the order of keys.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, x)| b.get(key).is_some_and(|y| same(x, y)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y))
        }
        (Value::Number(a), Value::Number(b)) => a.to_string() == b.to_string(),
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

/// Fails unless two JSON texts say the same, the order of keys aside.
#[track_caller]
pub fn assert_same(ours: &[u8], expected: &[u8], what: impl core::fmt::Display) {
    if ours == expected {
        return;
    }
    let (ours, expected) = (read(ours), read(expected));
    assert!(
        same(&ours, &expected),
        "{what}\n  ours:     {ours}\n  expected: {expected}"
    );
}

/// The same value, numbers compared as the doubles they are.
pub fn same_doubles(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_doubles(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((k, a), (l, b))| k == l && same_doubles(a, b))
        }
        (a, b) => a == b,
    }
}
