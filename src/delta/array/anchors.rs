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
    if (b.len(), b) < (a.len(), a) {
        let mut pairs = anchors(b, a);
        pairs.iter_mut().for_each(|(i, j)| core::mem::swap(i, j));
        return pairs;
    }
    let mut names = Names::default();
    let a: Vec<u32> = a.iter().map(|text| names.name(text)).collect();
    let b: Vec<u32> = b.iter().map(|text| names.name(text)).collect();
    let mut found = Vec::new();
    search(&a, &b, (0, 0), LEVELS, &mut found);
    found
}

/// Numbers for texts, so that elements are compared at once.
#[derive(Default)]
struct Names<'a> {
    texts: Vec<&'a [u8]>,
    index: Positions,
}

impl<'a> Names<'a> {
    fn name(&mut self, text: &'a [u8]) -> u32 {
        let texts = &mut self.texts;
        if let Some(name) = self
            .index
            .find(hash(text), |name| texts[name as usize] == text)
        {
            return name;
        }
        let name = texts.len() as u32;
        texts.push(text);
        self.index.insert(name, &|name| hash(texts[name as usize]));
        name
    }
}

/// Appends the pairs of `a` and `b`, which start at `offset` in the whole arrays.
fn search(
    a: &[u32],
    b: &[u32],
    offset: (usize, usize),
    levels: u32,
    found: &mut Vec<(usize, usize)>,
) {
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    found.extend((0..prefix).map(|i| (offset.0 + i, offset.1 + i)));
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let offset = (offset.0 + prefix, offset.1 + prefix);
    let suffix = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (middle_a, middle_b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if !middle_a.is_empty() && !middle_b.is_empty() {
        match shortest(middle_a, middle_b) {
            Some(pairs) => {
                found.extend(pairs.into_iter().map(|(i, j)| (offset.0 + i, offset.1 + j)))
            }
            None => between(middle_a, middle_b, offset, levels, found),
        }
    }
    let end = (offset.0 + middle_a.len(), offset.1 + middle_b.len());
    found.extend((0..suffix).map(|i| (end.0 + i, end.1 + i)));
}

/// Searches the gaps between elements that stand once on each side; none of them is an end of a gap.
fn between(
    a: &[u32],
    b: &[u32],
    offset: (usize, usize),
    levels: u32,
    found: &mut Vec<(usize, usize)>,
) {
    let run = if levels > 0 {
        longest_increasing(&unique_pairs(a, b))
    } else {
        Vec::new()
    };
    if run.is_empty() {
        // Series and grids: few different values, changed in place.
        let places = a
            .iter()
            .zip(b)
            .enumerate()
            .filter(|(_, (x, y))| a.len() == b.len() && x == y);
        found.extend(places.map(|(place, _)| (offset.0 + place, offset.1 + place)));
        return;
    }
    let mut from = (0, 0);
    for (i, j) in run.into_iter().chain([(a.len(), b.len())]) {
        let start = (offset.0 + from.0, offset.1 + from.1);
        search(&a[from.0..i], &b[from.1..j], start, levels - 1, found);
        if i < a.len() {
            found.push((offset.0 + i, offset.1 + j));
        }
        from = (i + 1, j + 1);
    }
}

/// The longest common subsequence, or `None` when more than [`EXACT`] elements differ.
fn shortest(a: &[u32], b: &[u32]) -> Option<Vec<(usize, usize)>> {
    let bound = EXACT.min(a.len() + b.len());
    let middle = bound + 1;
    let mut furthest = vec![0_usize; 2 * bound + 3];
    let mut history = Vec::new();
    for steps in 0..=bound {
        history.push(furthest[middle - steps..=middle + steps].to_vec());
        for diagonal in (0..=2 * steps).step_by(2).map(|d| middle + d - steps) {
            let down = diagonal == middle - steps
                || (diagonal != middle + steps && furthest[diagonal - 1] < furthest[diagonal + 1]);
            let mut x = if down {
                furthest[diagonal + 1]
            } else {
                furthest[diagonal - 1] + 1
            };
            let mut y = x + middle - diagonal;
            while x < a.len() && y < b.len() && a[x] == b[y] {
                x += 1;
                y += 1;
            }
            furthest[diagonal] = x;
            if x >= a.len() && y >= b.len() {
                return Some(retrace(a.len(), b.len(), &history));
            }
        }
    }
    None
}

/// Walks the search's steps back from the end and collects the diagonal moves.
fn retrace(n: usize, m: usize, history: &[Vec<usize>]) -> Vec<(usize, usize)> {
    let (mut x, mut y) = (n, m);
    let mut pairs = Vec::new();
    for (steps, furthest) in history.iter().enumerate().rev() {
        // `furthest[steps + k]` is the reach on diagonal k = x - y before this step.
        let at = |diagonal: isize| {
            let place = steps as isize + diagonal;
            usize::try_from(place)
                .ok()
                .and_then(|place| furthest.get(place))
                .copied()
        };
        let diagonal = x as isize - y as isize;
        let limit = steps as isize;
        let down = diagonal == -limit || (diagonal != limit && at(diagonal - 1) < at(diagonal + 1));
        let before = if down { diagonal + 1 } else { diagonal - 1 };
        let start = if steps == 0 {
            0
        } else {
            let reach = at(before).unwrap_or(0);
            if down { reach } else { reach + 1 }
        };
        while x > start {
            x -= 1;
            y -= 1;
            pairs.push((x, y));
        }
        if steps > 0 {
            if down { y -= 1 } else { x -= 1 }
        }
    }
    pairs.reverse();
    pairs
}

/// Positions of the elements that stand exactly once on each side, ascending in the first.
fn unique_pairs(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    let (once_a, once_b) = (Once::of(a), Once::of(b));
    let pairs = a
        .iter()
        .enumerate()
        .filter(|(i, name)| once_a.place(**name) == Some(*i));
    pairs
        .filter_map(|(i, name)| Some((i, once_b.place(*name)?)))
        .collect()
}

/// Where each name stands, if it does just once.
struct Once<'a> {
    names: &'a [u32],
    first: Positions,
    again: Vec<bool>,
}

impl<'a> Once<'a> {
    fn of(names: &'a [u32]) -> Self {
        let mut once = Once {
            names,
            first: Positions::default(),
            again: vec![false; names.len()],
        };
        for (place, name) in names.iter().enumerate() {
            match once.find(*name) {
                Some(first) => once.again[first] = true,
                None => once
                    .first
                    .insert(place as u32, &|place| name_hash(names[place as usize])),
            }
        }
        once
    }

    fn find(&self, name: u32) -> Option<usize> {
        let found = self
            .first
            .find(name_hash(name), |place| self.names[place as usize] == name);
        found.map(|place| place as usize)
    }

    fn place(&self, name: u32) -> Option<usize> {
        self.find(name).filter(|first| !self.again[*first])
    }
}

fn name_hash(name: u32) -> u64 {
    hash(&name.to_le_bytes())
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
