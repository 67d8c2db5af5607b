//! A transaction over all stores.

use indexed_db_futures::KeyRange;
use indexed_db_futures::cursor::CursorDirection;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::Transaction as Handle;
use wasm_bindgen::prelude::JsValue;
use web_sys::IdbKeyRange;

use crate::backend::StoredEntry;
use crate::backend::grouped::{Failure, Transaction};
use crate::backend::memory::prefix_end;
use crate::backend::row::{Row, Standing, Writes};
use crate::engine::{Listed, Page};

use super::failure::{failure, of_name, of_value};
use super::schema::{CONTEXTS, DUE, LOG, SNAPSHOTS, TOMBSTONES};
use super::value;

/// So many expired tombstones go with one cleanup.
const TOMBSTONES_AT_ONCE: u32 = 1000;

/// A transaction.
pub struct IdbTransaction<'c> {
    handle: Handle<'c>,
}

type Found<T> = Result<T, Failure>;

impl<'c> IdbTransaction<'c> {
    pub(super) fn new(handle: Handle<'c>) -> Found<Self> {
        Ok(IdbTransaction { handle })
    }

    fn store(&self, name: &str) -> Found<ObjectStore<'_>> {
        self.handle.object_store(name).map_err(failure)
    }
}

fn put(store: &ObjectStore<'_>, key: &JsValue, value: &JsValue) -> Found<()> {
    store
        .as_sys()
        .put_with_key(value, key)
        .map(drop)
        .map_err(of_value)
}

fn delete(store: &ObjectStore<'_>, key: &JsValue) -> Found<()> {
    store.as_sys().delete(key).map(drop).map_err(of_value)
}

/// The keys of an id's entries from one version on and before another.
fn versions(id: &[u8], from: u64, before: u64) -> KeyRange<JsValue> {
    KeyRange::Bound(
        value::entry_key(id, from),
        false,
        value::entry_key(id, before),
        true,
    )
}

fn system_range(id: &[u8], from: u64, before: u64) -> Found<JsValue> {
    let (from, before) = (value::entry_key(id, from), value::entry_key(id, before));
    IdbKeyRange::bound_with_lower_open_and_upper_open(&from, &before, false, true)
        .map(Into::into)
        .map_err(of_value)
}

/// The keys that a page is taken from; none where there can't be any.
fn range_of(page: &Page<'_>) -> Option<KeyRange<JsValue>> {
    let end = prefix_end(page.prefix);
    let (mut from, mut is_after) = (page.prefix, false);
    let (mut before, mut is_open) = (end.as_deref(), true);
    match page.cursor {
        Some(cursor) if !page.descending && cursor >= from => (from, is_after) = (cursor, true),
        Some(cursor) if page.descending && before.is_none_or(|end| cursor < end) => {
            (before, is_open) = (Some(cursor), true);
        }
        _ => {}
    }
    match before {
        None => Some(KeyRange::LowerBound(value::key(from), is_after)),
        // A range that is empty is an error to IndexedDB.
        Some(before) if before <= from => None,
        Some(before) => Some(KeyRange::Bound(
            value::key(from),
            is_after,
            value::key(before),
            is_open,
        )),
    }
}

impl Transaction for IdbTransaction<'_> {
    async fn standings(&self, ids: &[&[u8]]) -> Found<Vec<crate::Result<Option<Standing>>>> {
        let contexts = self.store(CONTEXTS)?;
        let tombstones = self.store(TOMBSTONES)?;
        // All are asked for before the first is waited for.
        let asked: Result<Vec<_>, _> = ids
            .iter()
            .map(|id| contexts.get::<JsValue, _, _>(value::key(id)).primitive())
            .collect();
        let mut standings = Vec::with_capacity(ids.len());
        for (id, asked) in ids.iter().zip(asked.map_err(failure)?) {
            let found: Option<JsValue> = asked.await.map_err(failure)?;
            standings.push(match found {
                Some(row) => value::read_row(&row).map(Some),
                None => {
                    let buried = tombstones.get::<JsValue, _, _>(value::key(id)).primitive();
                    let buried: Option<JsValue> =
                        buried.map_err(failure)?.await.map_err(failure)?;
                    buried.as_ref().map(value::read_tombstone).transpose()
                }
            });
        }
        Ok(standings)
    }

    async fn contents(&self, id: &[u8], row: &Row) -> Found<(Vec<u8>, Vec<StoredEntry>)> {
        let snapshots = self.store(SNAPSHOTS)?;
        let log = self.store(LOG)?;
        let snapshot = snapshots.get::<JsValue, _, _>(value::key(id)).primitive();
        let range = versions(id, row.first, u64::MAX);
        let entries = log
            .get_all::<JsValue>()
            .with_query::<JsValue, _>(range)
            .primitive();
        let snapshot: Option<JsValue> = snapshot.map_err(failure)?.await.map_err(failure)?;
        let entries = entries.map_err(failure)?.await.map_err(failure)?;
        let entries = entries
            .collect::<Result<Vec<JsValue>, _>>()
            .map_err(failure)?;
        let snapshot = snapshot
            .and_then(|text| text.as_string())
            .unwrap_or_default();
        Ok((
            snapshot.into_bytes(),
            value::read_entries(&entries, row.first),
        ))
    }

    async fn due(&self, by: f64, limit: usize) -> Found<Vec<(Box<[u8]>, Standing)>> {
        let mut due = Vec::new();
        for (store, limit) in [(CONTEXTS, limit as u32), (TOMBSTONES, TOMBSTONES_AT_ONCE)] {
            let store = self.store(store)?;
            let index = store.index(DUE).map_err(failure)?;
            let range = KeyRange::UpperBound(JsValue::from_f64(by), false);
            let found = index
                .get_all::<JsValue>()
                .with_query::<JsValue, _>(range)
                .with_limit(limit);
            for value in found.primitive().map_err(failure)?.await.map_err(failure)? {
                // What can't be read is left to whoever asks for it.
                if let Ok(found) = value.map_err(failure).map(|value| value::read_due(&value)) {
                    due.extend(found);
                }
            }
        }
        Ok(due)
    }

    async fn page(&self, page: &Page<'_>) -> Found<Listed> {
        let contexts = self.store(CONTEXTS)?;
        let Some(range) = range_of(page) else {
            return Ok(Listed::default());
        };
        let mut ids = Vec::new();
        if page.descending {
            let keys = contexts
                .open_key_cursor()
                .with_query::<JsValue, _>(range)
                .with_direction(CursorDirection::Prev);
            if let Some(mut cursor) = keys.primitive().map_err(failure)?.await.map_err(failure)? {
                while let Some(key) = cursor.next_key::<JsValue>().await.map_err(failure)? {
                    ids.push(value::read_key(&key));
                    if ids.len() > page.limit {
                        break;
                    }
                }
            }
        } else {
            let keys = contexts
                .get_all_keys::<JsValue>()
                .with_query::<JsValue, _>(range);
            let keys = keys
                .with_limit(page.limit as u32 + 1)
                .primitive()
                .map_err(failure)?;
            for key in keys.await.map_err(failure)? {
                ids.push(value::read_key(&key.map_err(failure)?));
            }
        }
        let more = ids.len() > page.limit;
        ids.truncate(page.limit);
        Ok(Listed { ids, more })
    }

    fn write(&self, id: &[u8], before: Option<&Standing>, writes: &Writes) -> Found<()> {
        let key = value::key(id);
        let contexts = self.store(CONTEXTS)?;
        let log = self.store(LOG)?;
        if writes.clear {
            delete(&self.store(SNAPSHOTS)?, &key)?;
            delete(&log, &system_range(id, 0, u64::MAX)?)?;
        }
        if let Some((from, before)) = writes.drop {
            delete(&log, &system_range(id, from, before)?)?;
        }
        for entry in &writes.entries {
            put(
                &log,
                &value::entry_key(id, entry.head.version),
                &value::entry(entry),
            )?;
        }
        if let Some(snapshot) = &writes.snapshot {
            put(&self.store(SNAPSHOTS)?, &key, &value::text(snapshot))?;
        }
        if let Some(Standing::Deleted { .. }) = before {
            delete(&self.store(TOMBSTONES)?, &key)?;
        }
        match &writes.standing {
            Some(standing @ Standing::Live(_)) => {
                put(&contexts, &key, &value::standing(id, standing))?
            }
            standing => {
                if let Some(Standing::Live(_)) = before {
                    delete(&contexts, &key)?;
                }
                if let Some(standing) = standing {
                    put(
                        &self.store(TOMBSTONES)?,
                        &key,
                        &value::standing(id, standing),
                    )?;
                }
            }
        }
        Ok(())
    }

    async fn commit(self) -> Found<()> {
        let system = self.handle.as_sys().clone();
        self.handle
            .commit()
            .await
            .map_err(|error| match system.error() {
                Some(exception) => of_name(&exception.name()),
                None => failure(error),
            })
    }
}
