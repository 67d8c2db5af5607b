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
use crate::backend::stored_text::{
    parse_entries, parse_row, parse_tombstone, print, print_entries,
};
use crate::engine::{Listed, Page};

use super::failure::{failure, of_name, of_value};
use super::schema::{CONTEXTS, DUE, LOG, SNAPSHOTS, TOMBSTONES};
use super::value;

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

/// The keys of an id's entries whose last version is from one on and before another.
fn versions(id: &[u8], from: u64, before: u64) -> KeyRange<JsValue> {
    KeyRange::Bound(
        value::log_key(id, from),
        false,
        value::log_key(id, before),
        true,
    )
}

/// The same as JavaScript has it.
fn system_range(id: &[u8], from: u64, before: u64) -> Found<JsValue> {
    let (from, before) = (value::log_key(id, from), value::log_key(id, before));
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
            let row: Option<JsValue> = asked.await.map_err(failure)?;
            standings.push(match row {
                Some(row) => parse_row(&value::bytes(&row)).map(Some),
                None => {
                    let asked = tombstones.get::<JsValue, _, _>(value::key(id)).primitive();
                    let tombstone: Option<JsValue> =
                        asked.map_err(failure)?.await.map_err(failure)?;
                    let tombstone =
                        tombstone.map(|tombstone| parse_tombstone(&value::bytes(&tombstone)));
                    tombstone.transpose()
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
        let asked = log
            .get_all::<JsValue>()
            .with_query::<JsValue, _>(range)
            .primitive();
        let snapshot: Option<JsValue> = snapshot.map_err(failure)?.await.map_err(failure)?;
        let mut entries = Vec::new();
        for together in asked.map_err(failure)?.await.map_err(failure)? {
            // What can't be read is missed by whoever puts the record together.
            let together = parse_entries(&value::bytes(&together.map_err(failure)?));
            entries.extend(together.unwrap_or_default());
        }
        Ok((
            snapshot.map(|text| value::bytes(&text)).unwrap_or_default(),
            entries,
        ))
    }

    async fn due(&self, by: f64, limit: usize) -> Found<Vec<(Box<[u8]>, Standing)>> {
        let store = self.store(DUE)?;
        let end = value::due_key(&[], by.next_up());
        let keys = store
            .get_all_keys::<JsValue>()
            .with_query::<JsValue, _>(KeyRange::UpperBound(end, true));
        let keys = keys.with_limit(limit as u32).primitive().map_err(failure)?;
        let (mut keys_found, mut ids) = (Vec::new(), Vec::new());
        for key in keys.await.map_err(failure)? {
            let key = key.map_err(failure)?;
            ids.push(value::due_id(&key));
            keys_found.push(key);
        }
        let borrowed: Vec<&[u8]> = ids.iter().map(AsRef::as_ref).collect();
        let standings = self.standings(&borrowed).await?;
        let mut due = Vec::with_capacity(ids.len());
        for ((id, key), standing) in ids.into_iter().zip(keys_found).zip(standings) {
            match standing {
                Ok(Some(standing)) => due.push((id, standing)),
                // A note about nothing, or about what can't be read, must not come up again and again.
                _ => delete(&store, &key)?,
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
                    ids.push(value::id(&key));
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
                ids.push(value::id(&key.map_err(failure)?));
            }
        }
        let more = ids.len() > page.limit;
        ids.truncate(page.limit);
        Ok(Listed { ids, more })
    }

    fn write(&self, id: &[u8], before: Option<&Standing>, writes: &Writes) -> Found<()> {
        let key = value::key(id);
        if writes.clear {
            delete(&self.store(SNAPSHOTS)?, &key)?;
            delete(&self.store(LOG)?, &system_range(id, 0, u64::MAX)?)?;
        }
        if let Some((from, before)) = writes.drop {
            delete(&self.store(LOG)?, &system_range(id, from, before)?)?;
        }
        if let Some(last) = writes.entries.last() {
            let entries = value::text(&print_entries(&writes.entries));
            put(
                &self.store(LOG)?,
                &value::log_key(id, last.head.version),
                &entries,
            )?;
        }
        if let Some(snapshot) = &writes.snapshot {
            put(&self.store(SNAPSHOTS)?, &key, &value::text(snapshot))?;
        }
        let store_of = |standing: &Standing| match standing {
            Standing::Live(_) => self.store(CONTEXTS),
            Standing::Deleted { .. } => self.store(TOMBSTONES),
        };
        let after = writes.standing.as_ref();
        if let Some(standing) = after {
            put(&store_of(standing)?, &key, &value::text(&print(standing)))?;
        }
        let is_live = |standing: &Standing| matches!(standing, Standing::Live(_));
        if let Some(before) = before.filter(|before| after.map(is_live) != Some(is_live(before))) {
            delete(&store_of(before)?, &key)?;
        }
        let (was, is) = (before.map(Standing::due), after.map(Standing::due));
        if was != is {
            let notes = self.store(DUE)?;
            if let Some(was) = was.filter(|was| was.is_finite()) {
                delete(&notes, &value::due_key(id, was))?;
            }
            if let Some(is) = is.filter(|is| is.is_finite()) {
                put(&notes, &value::due_key(id, is), &JsValue::TRUE)?;
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
