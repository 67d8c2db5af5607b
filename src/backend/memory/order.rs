//! Ids in order, for listing.

/// A longer run is halved, so that an insertion moves few ids however many there are.
const LONGEST: usize = 512;

/// Ids in ascending order, each once, cut into runs of which none is empty.
///
/// The standard library's tree would do, in a tenth of the whole module's code.
#[derive(Debug, Default)]
pub(super) struct Order {
    runs: Vec<Vec<Box<[u8]>>>,
}

impl Order {
    /// Adds an id unless it is there.
    pub(super) fn insert(&mut self, id: &[u8]) {
        let (run, place) = self.split(&|there| there <= id);
        let Some(ids) = self.runs.get_mut(run) else {
            self.runs.push(vec![id.into()]);
            return;
        };
        if ids[..place].last().is_some_and(|there| **there == *id) {
            return;
        }
        ids.insert(place, id.into());
        if ids.len() > LONGEST {
            let second = ids.split_off(LONGEST / 2);
            self.runs.insert(run + 1, second);
        }
    }

    /// Removes an id if it is there.
    pub(super) fn remove(&mut self, id: &[u8]) {
        let (run, place) = self.split(&|there| there <= id);
        let Some(ids) = self.runs.get_mut(run) else {
            return;
        };
        if ids[..place].last().is_some_and(|there| **there == *id) {
            ids.remove(place - 1);
        }
        if ids.is_empty() {
            self.runs.remove(run);
        }
    }

    /// The ids for which `is_before` doesn't hold, ascending; it holds for none after one of them.
    pub(super) fn after<'o>(
        &'o self,
        is_before: &dyn Fn(&[u8]) -> bool,
    ) -> impl Iterator<Item = &'o [u8]> + use<'o> {
        let (run, place) = self.split(is_before);
        self.runs[run..]
            .iter()
            .flatten()
            .skip(place)
            .map(AsRef::as_ref)
    }

    /// The ids for which `is_before` holds, descending; it holds for none after another.
    pub(super) fn before<'o>(
        &'o self,
        is_before: &dyn Fn(&[u8]) -> bool,
    ) -> impl Iterator<Item = &'o [u8]> + use<'o> {
        let (run, place) = self.split(is_before);
        let part = self.runs.get(run).map_or(&[][..], |ids| &ids[..place]);
        self.runs[..run]
            .iter()
            .flatten()
            .chain(part)
            .rev()
            .map(AsRef::as_ref)
    }

    /// The run that the place between both kinds of ids is in, and how many ids of the run stand before it.
    fn split(&self, is_before: &dyn Fn(&[u8]) -> bool) -> (usize, usize) {
        let begun = self.runs.partition_point(|run| is_before(&run[0]));
        let run = begun.saturating_sub(1);
        let ids = self.runs.get(run).map_or(&[][..], Vec::as_slice);
        (run, ids.partition_point(|id| is_before(id)))
    }
}

/// The first id after all that start with `prefix`, if there is one.
pub(in crate::backend) fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_holds_what_a_tree_holds() {
        let (mut order, mut tree) = (Order::default(), BTreeSet::new());
        let mut seed = 1_u32;
        for step in 0..20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let id: Box<[u8]> = format!("{}", (seed >> 8) % 4_000).into_bytes().into();
            // It grows first, over many runs, and shrinks to few ids then.
            if (seed >> 3) % 8 < if step < 10_000 { 6 } else { 2 } {
                order.insert(&id);
                tree.insert(id);
            } else {
                order.remove(&id);
                tree.remove(&id);
            }
            if step % 500 == 0 {
                let from: &[u8] = b"25";
                let ascending = order.after(&|there| there < from);
                assert!(
                    ascending.eq(tree
                        .iter()
                        .map(AsRef::as_ref)
                        .filter(|there| *there >= from))
                );
                let descending = order.before(&|there| there < from);
                assert!(
                    descending.eq(tree
                        .iter()
                        .map(AsRef::as_ref)
                        .filter(|there| *there < from)
                        .rev())
                );
                assert!(order.after(&|_| false).eq(tree.iter().map(AsRef::as_ref)));
                assert!(order.runs.iter().all(|run| !run.is_empty()));
            }
        }
        for id in &tree {
            order.remove(id);
        }
        assert!(order.runs.is_empty());
    }
}
