//! Seeded hashing of ids and keys.

use core::hash::BuildHasher;
use core::sync::atomic::{AtomicU64, Ordering};

static SEED: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);

/// Sets the seed of all tables made from now on. To be called once, before the first table is made: whoever can choose
/// ids or keys must not know it, or could make every key collide.
pub fn seed(seed: u64) {
    SEED.store(seed, Ordering::Relaxed);
}

/// The hash of an id or of a key's text.
pub fn hash(bytes: &[u8]) -> u64 {
    foldhash::fast::FixedState::with_seed(SEED.load(Ordering::Relaxed)).hash_one(bytes)
}
