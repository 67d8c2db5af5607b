//! Everything that is left to chance. Who throws has dice of their own, so that one more throw here changes nothing there.

use core::cell::Cell;

/// Dice whose throws follow from a seed.
pub struct Dice(Cell<u64>);

impl Dice {
    /// The dice of the seed for one use.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let dice = Dice(Cell::new(
            seed ^ purpose.wrapping_mul(0xd134_2543_de82_ef95),
        ));
        dice.next();
        dice
    }

    /// Any number (splitmix64).
    pub fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`; 0 where there is none.
    pub fn below(&self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.next() % limit }
    }

    /// A number from the first to the last.
    pub fn between(&self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// Whether something happens that does so many times of a thousand.
    pub fn happens(&self, of_a_thousand: u64) -> bool {
        self.below(1000) < of_a_thousand
    }

    /// One of them.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// The place of one of the weights, the heavier the likelier; none where all are 0.
    pub fn weighed(&self, weights: &[u64]) -> Option<usize> {
        let mut left = self.below(weights.iter().sum());
        weights.iter().position(|weight| {
            let is_it = left < *weight;
            left = left.saturating_sub(*weight);
            is_it
        })
    }
}
