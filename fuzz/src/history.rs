//! Three states of one context, composed of bytes: whatever the bytes are, the states are valid, and each is mostly some
//! steps from the one before. The laws of the algebra hold for them, arrays of hundreds of elements included.

use chord::delta::{diff, merge};
use chord::document::Document;
use serde_json::{Map, Value};

use crate::judge::assert_same;
use crate::judge::laws::{pair, told, triple};

/// See the module.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let arrays = bytes.next() % 4 > 0;
    let mut state = Value::Object(bytes.object(3, arrays));
    let states = [(); 3].map(|()| {
        let text = state.to_string();
        for _ in 0..bytes.below(4) {
            bytes.step(&mut state, arrays);
        }
        text
    });
    told_on_panic(&states, || {
        let [a, b, c] = [0, 1, 2].map(|place: usize| states[place].as_bytes());
        pair(a, b);
        triple(a, b, c, !arrays);
        let back = merge(diff(a, b), diff(b, a)).unwrap();
        assert!(back.is_empty(), "there and back leaves {}", told(&back));
        stored(&states);
    });
}

/// The stored form finds deltas of its own; they are right, and merge as the others do.
fn stored(states: &[String; 3]) {
    let mut document = Document::read(states[0].as_bytes());
    let mut all = Vec::new();
    for state in states {
        let delta = document
            .compare(state.as_bytes(), 100)
            .unwrap()
            .into_owned();
        document.apply(&delta).unwrap();
        assert_same(&document.text(), state.as_bytes(), told(&delta));
        assert_eq!(document.length(), state.len());
        all.push(delta);
    }
    let merged = all
        .into_iter()
        .reduce(|first, second| merge(first, second).unwrap());
    let mut document = Document::read(states[0].as_bytes());
    document.apply(&merged.unwrap_or_default()).unwrap();
    assert_same(&document.text(), states[2].as_bytes(), "merged");
}

/// Says which states they were, in the form that the target `merge` takes.
fn told_on_panic(states: &[String; 3], claims: impl FnOnce()) {
    struct Tell<'a>(&'a [String; 3]);
    impl Drop for Tell<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("{}", self.0.join("\n"));
            }
        }
    }
    let tell = Tell(states);
    claims();
    drop(tell);
}

/// Decisions, one a byte; 0 for ever once there is none left, which is the simplest of all.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.next()) % bound
    }

    fn key(&mut self) -> String {
        const KEYS: [&str; 12] = [
            "a", "b", "c", "d", "e", "action", "value", "edits", "", "~1/", "0", "\u{e9}",
        ];
        KEYS[self.below(KEYS.len())].to_owned()
    }

    fn object(&mut self, levels: usize, arrays: bool) -> Map<String, Value> {
        let count = self.below(6);
        (0..count)
            .map(|_| (self.key(), self.value(levels, arrays)))
            .collect()
    }

    fn value(&mut self, levels: usize, arrays: bool) -> Value {
        match self.below(16) {
            0..=3 => Value::from(self.below(4)),
            4 => Value::Null,
            5 => Value::from(self.next().is_multiple_of(2)),
            6 => Value::from(["added", "removed", "modified", "edited"][self.below(4)]),
            // So long that edits are shorter than what they edit.
            7 | 8 => Value::from(["p", "q", "r"][self.below(3)].repeat(90)),
            9 => Value::from("s".repeat(520)),
            10 | 11 if levels > 0 => Value::Object(self.object(levels - 1, arrays)),
            12..=14 if levels > 0 && arrays => {
                let count = self.below(7);
                (0..count).map(|_| self.value(levels - 1, arrays)).collect()
            }
            15 if arrays => {
                let mut list = Vec::new();
                self.run(&mut list);
                Value::Array(list)
            }
            _ => Value::Object(Map::new()),
        }
    }

    /// Many elements for few bytes: a series of `modulus` different ones.
    fn run(&mut self, list: &mut Vec<Value>) {
        let (from, count) = (self.below(256), self.below(256));
        let modulus = [1, 2, 7, 40, 512][self.below(5)];
        let kind = self.below(3);
        list.extend((from..from + count).map(|n| {
            match kind {
                0 => Value::from(n % modulus),
                1 => Value::from(format!("element {}", n % modulus)),
                _ => [("id".to_owned(), Value::from(n % modulus))]
                    .into_iter()
                    .collect(),
            }
        }));
    }

    /// One small change somewhere in a value.
    fn step(&mut self, value: &mut Value, arrays: bool) {
        let count = match value {
            Value::Object(fields) => fields.len(),
            Value::Array(elements) => elements.len(),
            _ => 0,
        };
        let place = self.below(count.max(1));
        if count > 0 && !self.next().is_multiple_of(3) {
            let inner = match value {
                Value::Object(fields) => fields.values_mut().nth(place),
                Value::Array(elements) => elements.get_mut(place),
                _ => None,
            };
            if let Some(inner @ (Value::Object(_) | Value::Array(_))) = inner {
                return self.step(inner, arrays);
            }
        }
        match value {
            Value::Object(fields) => self.in_object(fields, place, arrays),
            Value::Array(elements) => self.in_array(elements, place),
            scalar => *scalar = self.value(2, arrays),
        }
    }

    fn in_object(&mut self, fields: &mut Map<String, Value>, place: usize, arrays: bool) {
        let there = fields.keys().nth(place).cloned();
        match (self.below(4), there) {
            (0, Some(key)) => drop(fields.shift_remove(&key)),
            (1, Some(key)) => drop(fields.insert(key, self.value(2, arrays))),
            (2, Some(key)) => {
                let moved = fields.shift_remove(&key).unwrap_or_default();
                fields.insert(key, moved);
            }
            _ => drop(fields.insert(self.key(), self.value(2, arrays))),
        }
    }

    fn in_array(&mut self, elements: &mut Vec<Value>, place: usize) {
        let end = (place + self.below(256)).min(elements.len());
        match self.below(10) {
            0 => drop(elements.drain(place..end)),
            1 => elements[place..end].rotate_left(1.min(end - place)),
            2 => elements[place..end].reverse(),
            3 => elements.extend_from_within(place..end),
            4 => {
                let mut more = Vec::new();
                self.run(&mut more);
                elements.splice(place..place, more);
            }
            5 => {
                let every = 1 + self.below(20);
                let new = self.value(1, true);
                elements[place..end]
                    .iter_mut()
                    .step_by(every)
                    .for_each(|e| *e = new.clone());
            }
            6 => elements.insert(place, self.value(2, true)),
            7 if place < elements.len() => elements[place] = self.value(2, true),
            8 if place < elements.len() => drop(elements.remove(place)),
            _ => elements.push(self.value(2, true)),
        }
        elements.truncate(700);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bytes_are_the_simplest_states() {
        check(&[]);
        assert!(Bytes(&[]).object(3, true).is_empty());
    }
}
