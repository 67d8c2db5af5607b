//! Looking keys up in validated object text.

use super::{Positions, hash, text};

/// Up to this many keys are compared one by one: faster than hashing them.
const LINEAR: usize = 8;

/// The fields of one object, with an index where there are many.
pub struct Fields<'a> {
    fields: Vec<(&'a [u8], &'a [u8])>,
    index: Option<Positions>,
}

impl<'a> Fields<'a> {
    /// Reads validated object text.
    pub fn read(text: &'a [u8]) -> Self {
        Fields {
            fields: text::fields(text).collect(),
            index: None,
        }
    }

    /// All fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + '_ {
        self.fields.iter().copied()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The key of the field at `position`.
    pub fn key(&self, position: usize) -> &'a [u8] {
        self.fields[position].0
    }

    /// The value of the field at `position`.
    pub fn value(&self, position: usize) -> &'a [u8] {
        self.fields[position].1
    }

    /// The position of `key`. Objects mostly keep their order, so `hint` is looked at first.
    pub fn find(&mut self, key: &[u8], hint: usize) -> Option<usize> {
        if self
            .fields
            .get(hint)
            .is_some_and(|(there, _)| *there == key)
        {
            return Some(hint);
        }
        if self.fields.len() <= LINEAR {
            return self.fields.iter().position(|(there, _)| *there == key);
        }
        let fields = &self.fields;
        let index = self.index.get_or_insert_with(|| {
            Positions::of(fields.len(), &|position| hash(fields[position as usize].0))
        });
        let found = index.find(hash(key), |position| fields[position as usize].0 == key);
        found.map(|position| position as usize)
    }
}

/// The keys of one object while it is read, to find one that stands there twice.
#[derive(Default)]
pub struct Keys<'a> {
    /// The first keys. Most objects have no more, and need no memory besides.
    first: [&'a [u8]; LINEAR],
    count: usize,
    more: Vec<&'a [u8]>,
    index: Positions,
}

impl<'a> Keys<'a> {
    /// Adds a key; `false` when it was there.
    pub fn insert(&mut self, key: &'a [u8]) -> bool {
        if self.count < LINEAR {
            if self.first[..self.count].contains(&key) {
                return false;
            }
            self.first[self.count] = key;
            self.count += 1;
            return true;
        }
        self.insert_further(key)
    }

    #[inline(never)]
    fn insert_further(&mut self, key: &'a [u8]) -> bool {
        let (first, more) = (&self.first, &mut self.more);
        if self.index.is_empty() {
            self.index = Positions::of(LINEAR, &|position| hash(first[position as usize]));
        }
        let at = |more: &[&'a [u8]], position: u32| match first.get(position as usize) {
            Some(key) => *key,
            None => more[position as usize - LINEAR],
        };
        let hashed = hash(key);
        let found = self
            .index
            .find(hashed, |position| at(more, position) == key);
        if found.is_some() {
            return false;
        }
        more.push(key);
        let last = (LINEAR + more.len() - 1) as u32;
        self.index
            .insert_hashed(last, hashed, &|position| hash(at(more, position)));
        true
    }
}
