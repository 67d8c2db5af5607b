//! Which elements two arrays have in common, in order.
//!
//! Myers, "An O(ND) Difference Algorithm and Its Variations" (1986) while the difference is small; beyond that, elements that
//! stand once on each side are matched by their longest increasing run (patience diff), and the gaps between them are
//! searched again. Where none does, elements that stayed at their place are matched. So the cost is near linear whatever
//! the input.

use crate::json::{Positions, hash};

/// Up to so many insertions and removals are searched exactly.
const EXACT: usize = 128;

/// Gaps within gaps are searched this deep: each level reads everything once more.
const LEVELS: u32 = 8;

/// Pairs of positions with equal text, both ascending; the same pairs whichever array comes first.
///
/// Of several shortest ways the search prefers one side's. Were that side not the same on the way back, there-and-back
/// would not vanish when merged.
pub(super) fn anchors(a: &[&[u8]], b: &[&[u8]]) -> Vec<(usize, usize)> {
    let is_swapped = (b.len(), b) < (a.len(), a);
    let (a, b) = if is_swapped { (b, a) } else { (a, b) };
    let mut names = Names::default();
    let a = names.all(a);
    let b = names.all(b);
    let mut search = Search {
        once: [
            vec![NEVER; names.texts.len()],
            vec![NEVER; names.texts.len()],
        ],
        found: Vec::new(),
    };
    search.whole(&a, &b, (0, 0), LEVELS);
    if is_swapped {
        for (i, j) in &mut search.found {
            core::mem::swap(i, j);
        }
    }
    search.found
}

/// Numbers for texts, so that elements are compared at once.
#[derive(Default)]
struct Names<'a> {
    texts: Vec<&'a [u8]>,
    index: Positions,
}

impl<'a> Names<'a> {
    fn all(&mut self, texts: &[&'a [u8]]) -> Vec<u32> {
        texts.iter().map(|text| self.name(text)).collect()
    }

    #[inline(never)]
    fn name(&mut self, text: &'a [u8]) -> u32 {
        let texts = &mut self.texts;
        let hashed = hash(text);
        if let Some(name) = self.index.find(hashed, |name| texts[name as usize] == text) {
            return name;
        }
        let name = texts.len() as u32;
        texts.push(text);
        self.index
            .insert_hashed(name, hashed, &|name| hash(texts[name as usize]));
        name
    }
}

/// No place, and more than one.
const NEVER: u32 = u32::MAX;
const OFTEN: u32 = u32::MAX - 1;

struct Search {
    /// For each side, where each name stands, if it does just once. Between uses nothing stands anywhere.
    once: [Vec<u32>; 2],
    found: Vec<(usize, usize)>,
}

impl Search {
    /// So many pairs from one on.
    #[inline(never)]
    fn pairs(&mut self, from: (usize, usize), count: usize) {
        for step in 0..count {
            self.found.push((from.0 + step, from.1 + step));
        }
    }

    /// Finds the pairs of `a` and `b`, which start at `offset` in the whole arrays.
    fn whole(&mut self, a: &[u32], b: &[u32], offset: (usize, usize), levels: u32) {
        let mut start = 0;
        while start < a.len() && start < b.len() && a[start] == b[start] {
            start += 1;
        }
        let (mut n, mut m) = (a.len(), b.len());
        while n > start && m > start && a[n - 1] == b[m - 1] {
            n -= 1;
            m -= 1;
        }
        self.pairs(offset, start);
        if n > start && m > start {
            let (a, b) = (&a[start..n], &b[start..m]);
            let from = (offset.0 + start, offset.1 + start);
            if !self.shortest(a, b, from) {
                self.between(a, b, from, levels);
            }
        }
        self.pairs((offset.0 + n, offset.1 + m), a.len() - n);
    }

    /// Searches the gaps between elements that stand once on each side; none of them is an end of a gap.
    fn between(&mut self, a: &[u32], b: &[u32], offset: (usize, usize), levels: u32) {
        let run = if levels > 0 {
            longest_increasing(&self.unique_pairs(a, b))
        } else {
            Vec::new()
        };
        if run.is_empty() {
            // Series and grids: few different values, changed in place.
            for place in 0..a.len() {
                if a.len() == b.len() && a[place] == b[place] {
                    self.pairs((offset.0 + place, offset.1 + place), 1);
                }
            }
            return;
        }
        let (mut x, mut y) = (0, 0);
        for (i, j) in run {
            self.whole(&a[x..i], &b[y..j], (offset.0 + x, offset.1 + y), levels - 1);
            self.pairs((offset.0 + i, offset.1 + j), 1);
            (x, y) = (i + 1, j + 1);
        }
        self.whole(&a[x..], &b[y..], (offset.0 + x, offset.1 + y), levels - 1);
    }

    /// Finds the longest common subsequence; `false` when more than [`EXACT`] elements differ.
    #[inline(never)]
    fn shortest(&mut self, a: &[u32], b: &[u32], offset: (usize, usize)) -> bool {
        let bound = EXACT.min(a.len() + b.len());
        let middle = bound + 1;
        let mut furthest = vec![0_usize; 2 * bound + 3];
        // For each number of steps how far the diagonals within so many had been reached before.
        let mut history = Vec::new();
        for steps in 0..=bound {
            history.extend_from_slice(&furthest[middle - steps..=middle + steps]);
            let mut diagonal = middle - steps;
            while diagonal <= middle + steps {
                let mut x = reach(&furthest, diagonal, middle - steps, middle + steps);
                let mut y = x + middle - diagonal;
                while x < a.len() && y < b.len() && a[x] == b[y] {
                    x += 1;
                    y += 1;
                }
                furthest[diagonal] = x;
                if x >= a.len() && y >= b.len() {
                    self.retrace((a.len(), b.len()), steps, &history, offset);
                    return true;
                }
                diagonal += 2;
            }
        }
        false
    }

    /// Walks the search's steps back from the end and collects the diagonal moves.
    fn retrace(
        &mut self,
        (mut x, mut y): (usize, usize),
        steps: usize,
        history: &[usize],
        offset: (usize, usize),
    ) {
        let from = self.found.len();
        for steps in (0..=steps).rev() {
            // What was noted takes 1, 3, 5, … places.
            let furthest = &history[steps * steps..][..=2 * steps];
            let diagonal = steps + x - y;
            let start = if steps == 0 {
                0
            } else {
                reach(furthest, diagonal, 0, 2 * steps)
            };
            let down = steps > 0 && is_down(furthest, diagonal, 0, 2 * steps);
            while x > start {
                x -= 1;
                y -= 1;
                self.pairs((offset.0 + x, offset.1 + y), 1);
            }
            if down {
                y -= 1;
            } else if steps > 0 {
                x -= 1;
            }
        }
        self.found[from..].reverse();
    }

    /// Positions of the elements that stand exactly once on each side, ascending in the first.
    #[inline(never)]
    fn unique_pairs(&mut self, a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
        for (once, names) in self.once.iter_mut().zip([a, b]) {
            for (place, &name) in names.iter().enumerate() {
                let there = &mut once[name as usize];
                *there = if *there == NEVER { place as u32 } else { OFTEN };
            }
        }
        let mut pairs = Vec::new();
        for (place, &name) in a.iter().enumerate() {
            let [in_a, in_b] = [0, 1].map(|side| self.once[side][name as usize]);
            if in_a as usize == place && in_b < OFTEN {
                pairs.push((place, in_b as usize));
            }
        }
        for (once, names) in self.once.iter_mut().zip([a, b]) {
            for &name in names {
                once[name as usize] = NEVER;
            }
        }
        pairs
    }
}

/// Whether the furthest way to a diagonal comes from the one above. Diagonals reach from `first` to `last`.
fn is_down(furthest: &[usize], diagonal: usize, first: usize, last: usize) -> bool {
    diagonal == first || (diagonal != last && furthest[diagonal - 1] < furthest[diagonal + 1])
}

/// How far the next step on a diagonal begins.
fn reach(furthest: &[usize], diagonal: usize, first: usize, last: usize) -> usize {
    if is_down(furthest, diagonal, first, last) {
        furthest[diagonal + 1]
    } else {
        furthest[diagonal - 1] + 1
    }
}

/// The longest run of pairs that ascends in the second position too (patience sorting).
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tops: Vec<usize> = Vec::new();
    let mut previous = vec![None; pairs.len()];
    for (place, &(_, j)) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|&top| pairs[top].1 < j);
        previous[place] = pile.checked_sub(1).map(|left| tops[left]);
        if pile == tops.len() {
            tops.push(place);
        } else {
            tops[pile] = place;
        }
    }
    let mut run = Vec::with_capacity(tops.len());
    let mut next = tops.last().copied();
    while let Some(place) = next {
        run.push(pairs[place]);
        next = previous[place];
    }
    run.reverse();
    run
}
