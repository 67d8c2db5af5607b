//! Generators of values and of histories, as canonical text, and the runner that prints and keeps what they break.

use core::fmt::Debug;

use chord::json::number;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use serde_json::{Map, Value};

/// Runs a claim over `cases` generated inputs.
#[track_caller]
pub fn holds<S: Strategy>(cases: u32, inputs: S, claim: impl Fn(S::Value))
where
    S::Value: Debug,
{
    let config = Config {
        cases,
        max_shrink_iters: 20_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/laws/seeds.txt",
        ))),
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&inputs, |input| {
        claim(input);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!(
            "{failure}\nThe seed is kept in tests/laws/seeds.txt; make a test of the input above."
        );
    }
}

/// Whether arrays are generated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Arrays {
    With,
    Without,
}

/// Keys that meet each other often, keys that are special in a delta or a pointer, and anything at all.
pub fn key() -> impl Strategy<Value = String> {
    let awkward = [
        "action",
        "value",
        "oldValue",
        "edits",
        "index",
        "delta",
        "removed",
        "added",
        "",
        "a/b",
        "~",
        "~1",
        "0",
        "-",
        "__proto__",
        "constructor",
    ];
    prop_oneof![
        8 => select(&["a", "b", "c", "d"][..]).prop_map(str::to_owned),
        3 => select(awkward.to_vec()).prop_map(str::to_owned),
        2 => string(),
    ]
}

fn string() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::char::range('a', 'e'),
        2 => prop::char::range('\0', '\u{ff}'),
        1 => select(vec!['"', '\\', '/', '~', '\u{2028}', '\u{7f}', '😀', '\u{fffd}', '\u{10ffff}']),
        1 => any::<char>(),
    ];
    vec(character, 0..6).prop_map(String::from_iter)
}

/// Numbers in JavaScript's form.
pub fn number() -> impl Strategy<Value = Value> {
    let known = [
        "1e+21",
        "1e-7",
        "5e-324",
        "1.7976931348623157e+308",
        "-1.5e+300",
        "117.63331139400017",
        "0.000001",
        "123456789012345680000",
        "9007199254740993000",
        "-0.1",
        "0.30000000000000004",
    ];
    prop_oneof![
        4 => (-3_i64..4).prop_map(Value::from),
        2 => (-(1_i64 << 53)..=1 << 53).prop_map(Value::from),
        1 => select(known.to_vec()).prop_map(|text| serde_json::from_str(text).unwrap()),
        // Of every size alike, so that fractions of 16 and 17 digits come up: halfway between two of these JavaScript's spelling is not Rust's.
        1 => (0_i64..1 << 53, -70..30, any::<bool>()).prop_map(|(digits, power, minus)| {
            let size = digits as f64 * f64::from(power).exp2();
            let mut spelled = Vec::new();
            number::write(if minus { -size } else { size }, &mut spelled);
            serde_json::from_slice(&spelled).unwrap()
        }),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::Bool),
        4 => number(),
        2 => select(&["added", "modified", "removed", "edited", "x"][..]).prop_map(Value::from),
        // So long that an array is told by its edits sooner than whole.
        3 => select(&["p", "q", "r"][..]).prop_map(|letter| Value::from(letter.repeat(90))),
        2 => string().prop_map(Value::String),
    ]
}

/// Any value, up to five levels deep.
pub fn value(arrays: Arrays) -> BoxedStrategy<Value> {
    let leaf = scalar();
    leaf.prop_recursive(4, 24, 5, move |inner| match arrays {
        Arrays::With => prop_oneof![
            object(inner.clone()),
            vec(inner, 0..5).prop_map(Value::Array)
        ]
        .boxed(),
        Arrays::Without => object(inner).boxed(),
    })
    .boxed()
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec((key(), value), 0..5)
        .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()))
}

/// Any context.
pub fn context(arrays: Arrays) -> impl Strategy<Value = Value> {
    object(value(arrays))
}

/// One small change somewhere in a value.
#[derive(Clone, Debug)]
pub struct Step {
    place: u32,
    how: u8,
    at: u8,
    key: String,
    value: Value,
}

pub fn step(arrays: Arrays) -> impl Strategy<Value = Step> {
    (any::<u32>(), any::<u8>(), any::<u8>(), key(), value(arrays)).prop_map(
        |(place, how, at, key, value)| Step {
            place,
            how,
            at,
            key,
            value,
        },
    )
}

impl Step {
    /// Makes the change, in place.
    pub fn take(&self, value: &mut Value) {
        self.descend(value, self.place);
    }

    fn descend(&self, value: &mut Value, place: u32) {
        let count = match value {
            Value::Object(fields) => fields.len(),
            Value::Array(elements) => elements.len(),
            _ => 0,
        };
        if !place.is_multiple_of(4) && count > 0 {
            let (next, rest) = (place as usize / 4 % count, place / 4 / count as u32);
            let inner = match value {
                Value::Object(fields) => fields.values_mut().nth(next),
                Value::Array(elements) => elements.get_mut(next),
                _ => None,
            };
            if let Some(inner @ (Value::Object(_) | Value::Array(_))) = inner {
                return self.descend(inner, rest);
            }
        }
        let at = usize::from(self.at);
        match value {
            Value::Object(fields) => self.in_object(fields, at),
            Value::Array(elements) => self.in_array(elements, at),
            scalar => *scalar = self.value.clone(),
        }
    }

    fn in_object(&self, fields: &mut Map<String, Value>, at: usize) {
        let there = fields.keys().nth(at % fields.len().max(1)).cloned();
        match (self.how % 5, there) {
            (0, Some(key)) => {
                fields.shift_remove(&key);
            }
            (1, Some(key)) => {
                fields.insert(key, self.value.clone());
            }
            (2, Some(key)) => {
                let moved = fields.shift_remove(&key).unwrap();
                fields.insert(key, moved);
            }
            _ => {
                fields.insert(self.key.clone(), self.value.clone());
            }
        }
    }

    fn in_array(&self, elements: &mut Vec<Value>, at: usize) {
        let place = at % elements.len().max(1);
        match self.how % 8 {
            0 if !elements.is_empty() => {
                elements.remove(place);
            }
            1 if !elements.is_empty() => elements[place] = self.value.clone(),
            2 => elements.rotate_left(place),
            3 => elements.reverse(),
            4 => elements.extend_from_within(..),
            5 => elements.insert(place, self.value.clone()),
            _ => elements.push(self.value.clone()),
        }
        elements.truncate(64);
    }
}

/// The texts of `count` contexts, each mostly a few steps from the one before, sometimes something else altogether.
pub fn history(count: usize, arrays: Arrays) -> impl Strategy<Value = Vec<String>> {
    let next = prop_oneof![
        6 => vec(step(arrays), 1..5).prop_map(Ok),
        1 => context(arrays).prop_map(Err),
    ];
    (context(arrays), vec(next, count - 1)).prop_map(|(first, changes)| {
        let mut state = first;
        let mut texts = vec![state.to_string()];
        for change in changes {
            match change {
                Ok(steps) => steps.iter().for_each(|step| step.take(&mut state)),
                Err(other) => state = other,
            }
            texts.push(state.to_string());
        }
        texts
    })
}
