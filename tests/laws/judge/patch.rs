//! RFC 6902 and RFC 7396 as their texts read.

use serde_json::Value;

/// The document after a JSON Patch, or `None` where an operation fails.
pub fn json_patch(document: &Value, patch: &Value) -> Option<Value> {
    let mut document = document.clone();
    for operation in patch.as_array()? {
        let pointer = operation["path"].as_str()?;
        let value = || operation.get("value").cloned();
        match operation["op"].as_str()? {
            "replace" => *document.pointer_mut(pointer)? = value()?,
            "add" => match place(&mut document, pointer)? {
                (Value::Object(object), key) => {
                    object.insert(key, value()?);
                }
                (Value::Array(array), key) => {
                    let index = index(&key).filter(|&index| index <= array.len())?;
                    array.insert(index, value()?);
                }
                _ => return None,
            },
            "remove" => match place(&mut document, pointer)? {
                (Value::Object(object), key) => {
                    object.shift_remove(&key)?;
                }
                (Value::Array(array), key) => {
                    array.remove(index(&key).filter(|&index| index < array.len())?);
                }
                _ => return None,
            },
            _ => return None,
        }
    }
    Some(document)
}

/// The container that the last token of a pointer is looked up in, and that token.
fn place<'d>(document: &'d mut Value, pointer: &str) -> Option<(&'d mut Value, String)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((
        document.pointer_mut(parent)?,
        token.replace("~1", "/").replace("~0", "~"),
    ))
}

fn index(token: &str) -> Option<usize> {
    let plain =
        token == "0" || !token.starts_with('0') && token.bytes().all(|b| b.is_ascii_digit());
    token.parse().ok().filter(|_| plain)
}

/// The algorithm of RFC 7396, section 2.
pub fn merge_patch(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut target = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            let before = target.get(name).cloned().unwrap_or(Value::Null);
            target.insert(name.clone(), merge_patch(&before, value));
        }
    }
    Value::Object(target)
}
