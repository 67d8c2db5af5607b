//! What a simulated database keeps, as text, and what has to be true of it whenever no transaction is under way.

use std::collections::BTreeMap;

use chord::Result;
use chord::backend::StoredEntry;
use chord::backend::row::{Row, Standing, Writes};
use chord::backend::stored_text::{
    parse_entries, parse_row, parse_tombstone, print, print_entries,
};
use chord::engine::{Listed, Page, Policy, Record};

/// Entries are dropped when so many have come together, and after the snapshot are so many bytes at most, or a sixth of the state's.
const LOOSE_ENTRIES: u64 = 16;
const SHORT_TAIL: usize = 4096;

type Id = Vec<u8>;
type Text = Vec<u8>;

/// The stores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    pub contexts: BTreeMap<Id, Text>,
    pub snapshots: BTreeMap<Id, Text>,
    /// Entries that were written together, by the version of the last.
    pub log: BTreeMap<(Id, u64), Text>,
    pub tombstones: BTreeMap<Id, Text>,
    /// Bytes that were ever written.
    pub written: usize,
}

impl Tables {
    pub fn standing(&self, id: &[u8]) -> Result<Option<Standing>> {
        let row = self.contexts.get(id).map(|row| parse_row(row));
        let tombstone = self.tombstones.get(id);
        row.or_else(|| tombstone.map(|tombstone| parse_tombstone(tombstone)))
            .transpose()
    }

    pub(super) fn contents(&self, id: &[u8], row: &Row) -> (Text, Vec<StoredEntry>) {
        let from = (id.to_vec(), row.first_stored);
        let log = self.log.range(from..=(id.to_vec(), u64::MAX));
        let entries = log.flat_map(|(_, entries)| parse_entries(entries).unwrap_or_default());
        let snapshot = self.snapshots.get(id).cloned().unwrap_or_default();
        (snapshot, entries.collect())
    }

    pub(super) fn due(&self, by: f64, limit: usize) -> Vec<(Box<[u8]>, Standing)> {
        let ids = self.contexts.keys().chain(self.tombstones.keys());
        let all = ids.filter_map(|id| Some((id.clone(), self.standing(id).ok()??)));
        let mut due: Vec<_> = all.filter(|(_, standing)| due(standing) <= by).collect();
        due.sort_by(|(one_id, one), (other_id, other)| {
            let by_time = self::due(one).total_cmp(&self::due(other));
            by_time.then_with(|| one_id.cmp(other_id))
        });
        let due = due.into_iter().take(limit);
        due.map(|(id, standing)| (id.into(), standing)).collect()
    }

    pub(super) fn page(&self, page: &Page<'_>) -> Listed {
        let mut ids: Vec<Box<[u8]>> = self.contexts.keys().map(|id| id.clone().into()).collect();
        if page.descending {
            ids.reverse();
        }
        ids.retain(|id| {
            let is_next = page.cursor.is_none_or(|cursor| match page.descending {
                true => **id < *cursor,
                false => **id > *cursor,
            });
            is_next && id.starts_with(page.prefix)
        });
        let more = ids.len() > page.limit;
        ids.truncate(page.limit);
        Listed { ids, more }
    }

    pub(super) fn write(&mut self, id: &[u8], before: Option<&Standing>, writes: &Writes) {
        if writes.clear {
            self.snapshots.remove(id);
            self.log.retain(|(of, _), _| of != id);
        }
        if let Some((from, before)) = writes.drop {
            let is_dropped = |of: &[u8], last| of == id && (from..before).contains(&last);
            self.log.retain(|(of, last), _| !is_dropped(of, *last));
        }
        if let Some(last) = writes.entries.last() {
            let text = self.count(id, print_entries(&writes.entries));
            self.log.insert((id.to_vec(), last.head.version), text);
        }
        if let Some(snapshot) = &writes.snapshot {
            let text = self.count(id, snapshot.clone());
            self.snapshots.insert(id.to_vec(), text);
        }
        match before {
            Some(Standing::Live(_)) => drop(self.contexts.remove(id)),
            Some(Standing::Deleted { .. }) => drop(self.tombstones.remove(id)),
            None => {}
        }
        if let Some(standing) = &writes.standing {
            let text = self.count(id, print(standing));
            match standing {
                Standing::Live(_) => self.contexts.insert(id.to_vec(), text),
                Standing::Deleted { .. } => self.tombstones.insert(id.to_vec(), text),
            };
        }
    }

    fn count(&mut self, id: &[u8], text: Text) -> Text {
        self.written += id.len() + text.len();
        text
    }

    /// The row of a context that is there.
    pub fn row(&self, id: &[u8]) -> Row {
        match self.standing(id) {
            Ok(Some(Standing::Live(row))) => row,
            other => panic!("no row but {other:?}"),
        }
    }

    /// The record that is stored of a context that is there.
    pub fn record(&self, id: &[u8]) -> Record {
        let row = self.row(id);
        let (snapshot, entries) = self.contents(id, &row);
        row.record(snapshot, entries).unwrap()
    }

    /// Bytes of all texts.
    pub fn size(&self) -> usize {
        let by_id = [&self.contexts, &self.snapshots, &self.tombstones];
        let by_id = by_id.into_iter().flat_map(BTreeMap::values);
        by_id.chain(self.log.values()).map(Vec::len).sum()
    }

    /// Asserts what holds whenever no transaction is under way, if all that write have this policy.
    #[track_caller]
    pub fn assert_sound(&self, policy: &Policy) {
        for id in self.contexts.keys() {
            self.assert_context(id, policy);
        }
        for id in self.snapshots.keys() {
            assert!(self.contexts.contains_key(id), "a snapshot of nothing");
        }
        for (id, last) in self.log.keys() {
            let row = self.row(id);
            let last_stored = row.head.version - row.tail.len() as u64;
            assert!(
                (row.first_stored..=last_stored).contains(last),
                "{last}: {row:?}"
            );
        }
        for id in self.tombstones.keys() {
            assert!(!self.contexts.contains_key(id), "deleted and there");
        }
    }

    #[track_caller]
    fn assert_context(&self, id: &[u8], policy: &Policy) {
        let row = self.row(id);
        let (snapshot, mut entries) = self.contents(id, &row);
        let record = row.record(snapshot, entries.clone()).unwrap();
        entries.extend_from_slice(&row.tail);
        let first = row.head.version + 1 - entries.len() as u64;
        let versions = entries.iter().map(|entry| entry.head.version);
        assert!(versions.eq(first..=row.head.version), "a hole: {row:?}");
        for pair in entries.windows(2) {
            assert_eq!(pair[1].previous, Some(pair[0].head.revision));
        }
        // Entries that were written together go together.
        assert!(first <= row.first_stored, "what is kept is stored: {row:?}");
        assert!(row.snapshot_version <= row.head.version && row.first_kept <= row.head.version + 1);
        let needed = row.first_kept.min(row.snapshot_version + 1);
        assert!(
            row.first_stored <= needed,
            "what is needed is stored: {row:?}"
        );
        assert!(needed - row.first_stored < LOOSE_ENTRIES, "{row:?}");
        let live = record.live().unwrap();
        assert_eq!((record.head(), record.at()), (row.head, row.at));
        let kept = row.head.version + 1 - row.first_kept + u64::from(row.created.is_some());
        assert_eq!(live.log().count(), kept, "{row:?}");
        assert!(policy.delta_threshold.is_none_or(|most| kept <= most));
        assert_eq!(live.log().reaches_creation(), row.created.is_some());
        let after = entries
            .iter()
            .filter(|entry| entry.head.version > row.snapshot_version);
        let unsnapped: usize = after.map(|entry| entry.delta.len()).sum();
        assert_eq!(row.since_snapshot, unsnapped as u64);
        let most = (live.document().length() / 6).max(SHORT_TAIL);
        assert!(unsnapped < most, "{row:?}");
        // Looked at too early it is put off.
        let due = policy.due(&record).unwrap_or(f64::INFINITY);
        assert!(row.due <= due, "{row:?} is due at {due}");
    }
}

fn due(standing: &Standing) -> f64 {
    match standing {
        Standing::Live(row) => row.due,
        Standing::Deleted { until, .. } => *until,
    }
}
