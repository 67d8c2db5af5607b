//! Seeded hashing of ids and keys, and tables of where they stand.

use core::hash::BuildHasher;
use core::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};

static SEED: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);

/// Sets the seed of all tables made from now on. To be called once, before the first table is made: whoever can choose
/// ids or keys must not know it, or could make every key collide.
pub fn seed(seed: u64) {
    SEED.store(seed, Ordering::Relaxed);
}

/// The hash of an id or of a key's text.
pub fn hash(bytes: &[u8]) -> u64 {
    state().hash_one(bytes)
}

fn state() -> FixedState {
    FixedState::with_seed(SEED.load(Ordering::Relaxed))
}

/// Something by id, where the ids are not kept elsewhere.
pub type Ids<T> = HashMap<Box<[u8]>, T, FixedState>;

/// An empty map.
pub fn ids<T>() -> Ids<T> {
    HashMap::with_hasher(state())
}

/// Positions by the hash of what stands there. Keys are not stored once more: callers compare where they have them.
///
/// One table for all uses, with the hasher behind a reference: copies for each use were a tenth of the WebAssembly.
#[derive(Clone, Debug, Default)]
pub struct Positions(HashTable<u32>);

impl Positions {
    /// A table of the first `count` positions.
    pub fn of(count: usize, hash_at: &dyn Fn(u32) -> u64) -> Self {
        let mut positions = Positions(HashTable::with_capacity(count));
        (0..count as u32).for_each(|position| positions.insert(position, hash_at));
        positions
    }

    /// Adds a position that isn't there.
    pub fn insert(&mut self, position: u32, hash_at: &dyn Fn(u32) -> u64) {
        self.0
            .insert_unique(hash_at(position), position, |&position| hash_at(position));
    }

    /// The position with this hash for which `is` holds.
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.0.find(hash, |&position| is(position)).copied()
    }

    /// Forgets a position.
    pub fn remove(&mut self, hash: u64, position: u32) {
        if let Ok(entry) = self.0.find_entry(hash, |&there| there == position) {
            entry.remove();
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
