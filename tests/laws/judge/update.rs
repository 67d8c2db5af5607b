//! A partial update as its documentation reads: changes are merged deeply, and what stands in place of a value is done where it stands.

use core::fmt;

use chord::json::{number, text};
use serde_json::{Map, Value, json};

use super::read;

/// What becomes of a field.
#[derive(Clone, Debug)]
pub enum Change {
    To(Value),
    Inside(Vec<(String, Change)>),
    Remove,
    /// A number or an array.
    Add(Value),
}

impl Change {
    /// Reads the text of changes that were accepted.
    pub fn read(text: &[u8]) -> Change {
        Change::read_at(text, &mut 0)
    }

    fn read_at(text: &[u8], at: &mut usize) -> Change {
        let start = *at;
        match text[start] {
            b'!' => {
                *at += 1;
                Change::Remove
            }
            b'+' => {
                *at = text::skip_value(text, start + 1);
                Change::Add(read(&text[start + 1..*at]))
            }
            b'{' => {
                let mut fields = Vec::new();
                *at += 1;
                while text[*at] != b'}' {
                    let colon = text::skip_string(text, *at);
                    let key = read(&text[*at..colon]).as_str().unwrap().to_owned();
                    *at = colon + 1;
                    fields.push((key, Change::read_at(text, at)));
                    *at += usize::from(text[*at] == b',');
                }
                *at += 1;
                Change::Inside(fields)
            }
            _ => {
                *at = text::skip_value(text, start);
                Change::To(read(&text[start..*at]))
            }
        }
    }
}

impl From<Value> for Change {
    fn from(value: Value) -> Change {
        match value {
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(key, value)| (key, value.into()));
                Change::Inside(fields.collect())
            }
            value => Change::To(value),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::To(value) => write!(out, "{value}"),
            Change::Remove => write!(out, "!"),
            Change::Add(value) => write!(out, "+{value}"),
            Change::Inside(fields) => {
                write!(out, "{{")?;
                for (position, (key, change)) in fields.iter().enumerate() {
                    let comma = if position > 0 { "," } else { "" };
                    write!(out, "{comma}{}:{change}", json!(key))?;
                }
                write!(out, "}}")
            }
        }
    }
}

/// The state after an update, or `None` where something is to be added to another kind of value.
pub fn updated(state: Option<&Value>, change: &Change) -> Option<Option<Value>> {
    Some(match (change, state) {
        (Change::Remove, _) => None,
        (Change::To(value), _) => Some(value.clone()),
        (Change::Inside(changes), state) => {
            let mut fields = state.and_then(Value::as_object).cloned();
            let fields = fields.get_or_insert_with(Map::new);
            for (key, change) in changes {
                match updated(fields.get(key), change)? {
                    Some(after) => drop(fields.insert(key.clone(), after)),
                    None => drop(fields.shift_remove(key)),
                }
            }
            Some(Value::Object(fields.clone()))
        }
        (Change::Add(more), None) => Some(more.clone()),
        (Change::Add(Value::Array(items)), Some(Value::Array(there))) => {
            Some([there.as_slice(), items].concat().into())
        }
        (Change::Add(Value::Number(by)), Some(Value::Number(there))) => {
            let after = there.as_f64()? + by.as_f64()?;
            let mut sum = Vec::new();
            number::write(after, &mut sum);
            Some(after.is_finite().then(|| read(&sum))?)
        }
        (Change::Add(_), Some(_)) => return None,
    })
}
