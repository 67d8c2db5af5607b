//! Seeded hashing of ids and keys, and tables of where they stand.
//!
//! Both are small: the tables of a library and the hashes that go with them are made for every size and kind of key, and took four
//! times as much of the WebAssembly.

use core::sync::atomic::{AtomicU64, Ordering};

static SEED: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);

/// Sets the seed of all tables made from now on. To be called once, before the first table is made: whoever can choose
/// ids or keys must not know it, or could make every key collide.
pub fn seed(seed: u64) {
    SEED.store(seed, Ordering::Relaxed);
}

/// Digits of π, as good as any.
const STEP: u64 = 0x243f_6a88_85a3_08d3;

/// The hash of an id or of a key's text: eight bytes a step, folded as in wyhash and foldhash.
pub fn hash(bytes: &[u8]) -> u64 {
    let seed = SEED.load(Ordering::Relaxed);
    let mut sum = seed ^ bytes.len() as u64;
    let mut rest = bytes;
    while let Some((word, more)) = rest
        .split_first_chunk()
        .filter(|(_, more)| !more.is_empty())
    {
        sum = fold(sum ^ u64::from_le_bytes(*word), STEP);
        rest = more;
    }
    // What is left, with bytes before it where there are some: reading them again is quicker than reading fewer.
    let last = match (
        bytes.last_chunk(),
        rest.first_chunk::<4>(),
        rest.last_chunk(),
    ) {
        (Some(word), ..) => u64::from_le_bytes(*word),
        (None, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => rest
            .iter()
            .fold(0, |last, byte| last << 8 | u64::from(*byte)),
    };
    // Once more with what nobody knows, so that all of the sum reaches all of the hash.
    fold(fold(sum ^ last, STEP), seed | 1)
}

/// Two products of halves in place of one of 128 bits, which this target would have to put together of four.
fn fold(x: u64, y: u64) -> u64 {
    let (low, high) = (x & 0xffff_ffff, x >> 32);
    let across = low.wrapping_mul(y >> 32);
    let other = high.wrapping_mul(y & 0xffff_ffff);
    across ^ other.rotate_right(32)
}

/// Positions by the hash of what stands there. Keys are not stored once more: callers compare where they have them.
///
/// Open addressing: a position stands in the first slot that was free from the one that its hash names.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    /// Of each slot, whether it is taken, and if so seven bits of the hash. A power of two of them, or none.
    tags: Box<[u8]>,
    places: Box<[u32]>,
    count: usize,
    /// How many more slots may be taken before there have to be more. Each search ends at one that was never taken.
    left: usize,
}

/// Nothing was ever in the slot.
const FREE: u8 = 0;
/// Something was.
const LEFT: u8 = 1;

/// The tag of a slot that is taken. The slot itself goes by the other end of the hash.
fn tag(hash: u64) -> u8 {
    (hash >> 57) as u8 | 128
}

impl Positions {
    /// A table of the first `count` positions.
    pub fn of(count: usize, hash_at: &dyn Fn(u32) -> u64) -> Self {
        let mut positions = Positions::with_capacity(count);
        (0..count as u32).for_each(|position| positions.put(position, hash_at(position)));
        positions
    }

    fn with_capacity(count: usize) -> Self {
        let slots = (count + count / 2 + 1).next_power_of_two().max(8);
        Positions {
            tags: vec![FREE; slots].into(),
            places: vec![0; slots].into(),
            count: 0,
            left: slots / 4 * 3,
        }
    }

    /// Adds a position that isn't there.
    pub fn insert(&mut self, position: u32, hash_at: &dyn Fn(u32) -> u64) {
        self.insert_hashed(position, hash_at(position), hash_at);
    }

    /// The same where its hash is known.
    pub fn insert_hashed(&mut self, position: u32, hash: u64, hash_at: &dyn Fn(u32) -> u64) {
        if self.left == 0 {
            self.grow(hash_at);
        }
        self.put(position, hash);
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, hash_at: &dyn Fn(u32) -> u64) {
        let mut more = Positions::with_capacity(self.count + 1);
        for (tag, &place) in self.tags.iter().zip(&self.places) {
            if *tag > LEFT {
                more.put(place, hash_at(place));
            }
        }
        *self = more;
    }

    #[inline(never)]
    fn put(&mut self, position: u32, hash: u64) {
        let mask = self.tags.len() - 1;
        let mut slot = hash as usize & mask;
        while self.tags[slot] > LEFT {
            slot = (slot + 1) & mask;
        }
        self.left -= usize::from(self.tags[slot] == FREE);
        self.tags[slot] = tag(hash);
        self.places[slot] = position;
        self.count += 1;
    }

    /// The slot of the next position that may have this hash, at or after a slot.
    #[inline(never)]
    fn next(&self, hash: u64, mut slot: usize) -> Option<usize> {
        let mask = self.tags.len().checked_sub(1)?;
        loop {
            slot &= mask;
            match self.tags[slot] {
                FREE => return None,
                there if there == tag(hash) => return Some(slot),
                _ => slot += 1,
            }
        }
    }

    /// The position with this hash for which `is` holds.
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mut slot = self.next(hash, hash as usize)?;
        loop {
            let position = self.places[slot];
            if is(position) {
                return Some(position);
            }
            slot = self.next(hash, slot + 1)?;
        }
    }

    /// Forgets a position.
    pub fn remove(&mut self, hash: u64, position: u32) {
        let mut from = hash as usize;
        while let Some(slot) = self.next(hash, from) {
            if self.places[slot] == position {
                self.tags[slot] = LEFT;
                self.count -= 1;
                return;
            }
            from = slot + 1;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hash that puts many into the same slot.
    fn crowded(position: u32) -> u64 {
        u64::from(position % 3) << 57 | u64::from(position / 7)
    }

    #[test]
    fn what_was_inserted_is_found_until_it_is_removed() {
        for hash_at in [crowded, |position: u32| hash(&position.to_le_bytes())] {
            let mut positions = Positions::default();
            let mut there = std::collections::BTreeSet::new();
            // A table that stays small while very many come and go has to find room again where others were.
            for round in 0..20_000_u32 {
                positions.insert(round, &hash_at);
                there.insert(round);
                if round >= 50 {
                    let gone = round - 50 + round % 3;
                    if there.remove(&gone) {
                        positions.remove(hash_at(gone), gone);
                    }
                }
                if round % 97 == 0 {
                    for asked in round.saturating_sub(60)..=round + 2 {
                        let found = positions.find(hash_at(asked), |position| position == asked);
                        assert_eq!(
                            found.is_some(),
                            there.contains(&asked),
                            "{asked} of {round}"
                        );
                    }
                }
            }
            assert_eq!(positions.is_empty(), there.is_empty());
        }
    }

    #[test]
    fn a_table_of_many_has_each() {
        for count in [0, 1, 5, 6, 7, 8, 11, 12, 100, 10_000] {
            let positions = Positions::of(count, &crowded);
            let found = |asked: u32| positions.find(crowded(asked), |position| position == asked);
            assert!((0..count as u32).all(|asked| found(asked) == Some(asked)));
            assert_eq!(found(count as u32), None);
        }
    }

    #[test]
    fn keys_that_differ_anywhere_spread_over_the_slots() {
        // 64 keys that differ in one bit or another of eight bytes: neither end of the hash may stay the same for many.
        for length in [8, 11, 24] {
            let mut keys = std::collections::BTreeSet::new();
            for bit in 0..64 {
                for value in 0..64_u8 {
                    let mut key = vec![b'a'; length];
                    key[bit / 8] ^= 1 << (bit % 8);
                    key[length - 1] ^= value;
                    keys.insert(key);
                }
            }
            let mut low = std::collections::BTreeMap::<u64, u32>::new();
            let mut high = std::collections::BTreeMap::<u64, u32>::new();
            for key in keys {
                *low.entry(hash(&key) & 1023).or_default() += 1;
                *high.entry(hash(&key) >> 54).or_default() += 1;
            }
            // Some 4,000 keys in 1,024 places, 4 in each on average.
            for counts in [low, high] {
                assert!(counts.values().all(|count| *count < 20), "{length}");
                assert!(counts.len() > 900, "{length}: {}", counts.len());
            }
        }
    }
}
