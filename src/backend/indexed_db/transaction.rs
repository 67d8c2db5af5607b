//! A transaction over all stores.

use core::cell::{Cell, RefCell};
use std::collections::VecDeque;

use js_sys::Array;
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{
    IdbCursor, IdbCursorDirection, IdbKeyRange, IdbObjectStore, IdbRequest,
    IdbTransaction as Handle,
};

use crate::backend::StoredEntry;
use crate::backend::grouped::{Failure, Transaction};
use crate::backend::memory::order::prefix_end;
use crate::backend::row::{Row, Standing, Writes};
use crate::backend::stored_text::{
    parse_entries, parse_row, parse_tombstone, print, print_entries,
};
use crate::engine::{Listed, Page};

use super::IdbConnection;
use super::failure::{of_name, of_value};
use super::schema::{CONTEXTS, DUE, LOG, SNAPSHOTS, TOMBSTONES};
use super::signal::outcome;
use super::value;

/// A transaction. It is aborted when it is dropped before it is committed.
pub struct IdbTransaction<'c> {
    connection: &'c IdbConnection,
    handle: Handle,
    contexts: IdbObjectStore,
    /// Whether there is nothing to undo.
    is_over: Cell<bool>,
    /// Keys of the ids that rows were asked for, in the order of ids.
    keys: RefCell<Vec<(Box<[u8]>, JsValue)>>,
    /// Requests for contents that are under way, in the order they were made.
    asked: RefCell<VecDeque<(Box<[u8]>, Contents)>>,
    /// The last of them, until it is waited for.
    last_asked: RefCell<Option<IdbRequest>>,
}

/// Requests for a snapshot and for entries.
struct Contents {
    snapshot: IdbRequest,
    entries: IdbRequest,
}

type Found<T> = Result<T, Failure>;

impl<'c> IdbTransaction<'c> {
    pub(super) fn new(connection: &'c IdbConnection, handle: Handle, writes: bool) -> Found<Self> {
        let contexts = handle.object_store(CONTEXTS).map_err(of_value)?;
        Ok(IdbTransaction {
            connection,
            handle,
            contexts,
            is_over: Cell::new(!writes),
            keys: RefCell::default(),
            asked: RefCell::default(),
            last_asked: RefCell::default(),
        })
    }

    fn store(&self, name: &str) -> Found<IdbObjectStore> {
        self.handle.object_store(name).map_err(of_value)
    }

    /// What a request that has just been made comes to.
    async fn result(&self, request: &IdbRequest) -> Found<JsValue> {
        self.connection.signal.ended(request).await;
        outcome(request).map_err(of_value)
    }

    async fn all(&self, request: &IdbRequest) -> Found<Array> {
        Ok(self.result(request).await?.unchecked_into())
    }

    /// An id as a key.
    fn key(&self, id: &[u8]) -> JsValue {
        let keys = self.keys.borrow();
        let known = keys.binary_search_by(|(known, _)| (**known).cmp(id)).ok();
        known
            .and_then(|place| keys.get(place))
            .map_or_else(|| value::key(id), |(_, key)| key.clone())
    }

    fn ask_contents(&self, id: &[u8], row: &Row) -> Found<Contents> {
        let range = versions(id, row.first_stored, u64::MAX)?;
        Ok(Contents {
            snapshot: self
                .store(SNAPSHOTS)?
                .get(&value::key(id))
                .map_err(of_value)?,
            entries: self
                .store(LOG)?
                .get_all_with_key(&range)
                .map_err(of_value)?,
        })
    }

    fn put(&self, store: &IdbObjectStore, key: &JsValue, value: &JsValue) -> Found<()> {
        store.put_with_key(value, key).map(drop).map_err(of_value)
    }

    fn delete(&self, store: &IdbObjectStore, key: &JsValue) -> Found<()> {
        store.delete(key).map(drop).map_err(of_value)
    }

    fn store_of(&self, standing: &Standing) -> Found<IdbObjectStore> {
        match standing {
            Standing::Live(_) => Ok(self.contexts.clone()),
            Standing::Deleted { .. } => self.store(TOMBSTONES),
        }
    }
}

impl Drop for IdbTransaction<'_> {
    fn drop(&mut self) {
        if !self.is_over.get() {
            // Whatever it says: it is over, or it is now.
            let _ = self.handle.abort();
        }
    }
}

/// The keys of an id's entries whose last version is from one on and before another.
fn versions(id: &[u8], from: u64, before: u64) -> Found<JsValue> {
    let (from, before) = (value::log_key(id, from), value::log_key(id, before));
    let range = IdbKeyRange::bound_with_lower_open_and_upper_open(&from, &before, false, true);
    range.map(Into::into).map_err(of_value)
}

/// The keys that a page is taken from; none where there can't be any.
fn range_of(page: &Page<'_>) -> Option<Result<IdbKeyRange, JsValue>> {
    let end = prefix_end(page.prefix);
    let (mut from, mut is_after) = (page.prefix, false);
    let mut before = end.as_deref();
    match page.cursor {
        Some(cursor) if !page.descending && cursor >= from => (from, is_after) = (cursor, true),
        Some(cursor) if page.descending && before.is_none_or(|end| cursor < end) => {
            before = Some(cursor);
        }
        _ => {}
    }
    match before {
        None => Some(IdbKeyRange::lower_bound_with_open(
            &value::key(from),
            is_after,
        )),
        // A range that is empty is an error to IndexedDB.
        Some(before) if before <= from => None,
        Some(before) => {
            let (from, before) = (value::key(from), value::key(before));
            Some(IdbKeyRange::bound_with_lower_open_and_upper_open(
                &from, &before, is_after, true,
            ))
        }
    }
}

impl Transaction for IdbTransaction<'_> {
    async fn standings(&self, ids: &[&[u8]]) -> Found<Vec<crate::Result<Option<Standing>>>> {
        // All are asked for before the first is waited for.
        let mut keys = Vec::with_capacity(ids.len());
        let mut asked = Vec::with_capacity(ids.len());
        for id in ids {
            let key = value::key(id);
            asked.push(self.contexts.get(&key).map_err(of_value)?);
            keys.push(((*id).into(), key));
        }
        if keys.is_sorted_by(|one, other| one.0 < other.0) {
            *self.keys.borrow_mut() = keys;
        }
        let mut standings = Vec::with_capacity(ids.len());
        let mut absent = Vec::new();
        if let Some(last) = asked.last() {
            self.connection.signal.ended(last).await;
        }
        for (id, asked) in ids.iter().zip(&asked) {
            let row = outcome(asked).map_err(of_value)?;
            if row.is_undefined() {
                let tombstone = self.store(TOMBSTONES)?.get(&self.key(id));
                absent.push((standings.len(), tombstone.map_err(of_value)?));
                standings.push(Ok(None));
                continue;
            }
            standings.push(parse_row(&value::bytes(&row)).map(Some));
        }
        if let Some((_, last)) = absent.last() {
            self.connection.signal.ended(last).await;
        }
        for (place, asked) in absent {
            let tombstone = outcome(&asked).map_err(of_value)?;
            if !tombstone.is_undefined() {
                standings[place] = parse_tombstone(&value::bytes(&tombstone)).map(Some);
            }
        }
        Ok(standings)
    }

    fn prefetch(&self, id: &[u8], row: &Row) -> Found<()> {
        let contents = self.ask_contents(id, row)?;
        *self.last_asked.borrow_mut() = Some(contents.entries.clone());
        self.asked.borrow_mut().push_back((id.into(), contents));
        Ok(())
    }

    async fn contents(&self, id: &[u8], row: &Row) -> Found<(Vec<u8>, Vec<StoredEntry>)> {
        let asked = self.asked.borrow_mut().pop_front();
        // Once anything made later has ended, waiting for it would never end.
        let last = self.last_asked.take();
        let (contents, last) = match asked.filter(|(asked, _)| **asked == *id) {
            Some((_, contents)) => (contents, last),
            None => {
                let contents = self.ask_contents(id, row)?;
                let last = contents.entries.clone();
                (contents, Some(last))
            }
        };
        if let Some(last) = last {
            self.connection.signal.ended(&last).await;
        }
        // In this order: the first that fails takes the others with it, and is the one that tells why.
        let snapshot = value::bytes(&outcome(&contents.snapshot).map_err(of_value)?);
        let together: Array = outcome(&contents.entries)
            .map_err(of_value)?
            .unchecked_into();
        let mut entries = Vec::new();
        for together in together.iter() {
            // What can't be read is missed by whoever puts the record together.
            entries.extend(parse_entries(&value::bytes(&together)).unwrap_or_default());
        }
        Ok((snapshot, entries))
    }

    async fn due(&self, by: f64, limit: usize) -> Found<Vec<(Box<[u8]>, Standing)>> {
        let notes = self.store(DUE)?;
        let end = value::due_key(&[], by.next_up());
        let range = IdbKeyRange::upper_bound_with_open(&end, true).map_err(of_value)?;
        let keys = notes.get_all_keys_with_key_and_limit(&range, limit as u32);
        let keys = self.all(&keys.map_err(of_value)?).await?;
        let ids: Vec<Box<[u8]>> = keys.iter().map(|key| value::due_id(&key)).collect();
        let borrowed: Vec<&[u8]> = ids.iter().map(AsRef::as_ref).collect();
        let standings = self.standings(&borrowed).await?;
        let mut due = Vec::with_capacity(ids.len());
        for ((id, key), standing) in ids.into_iter().zip(keys.iter()).zip(standings) {
            match standing {
                Ok(Some(standing)) if standing.due() == value::due_of(&key) => {
                    due.push((id, standing));
                }
                // A note about nothing, about what can't be read, or of before that was replaced, must not come up again and again.
                _ => self.delete(&notes, &key)?,
            }
        }
        Ok(due)
    }

    async fn page(&self, page: &Page<'_>) -> Found<Listed> {
        let Some(range) = range_of(page) else {
            return Ok(Listed::default());
        };
        let range = range.map_err(of_value)?;
        let mut ids = Vec::new();
        if page.descending {
            let keys = self
                .contexts
                .open_key_cursor_with_range_and_direction(&range, IdbCursorDirection::Prev)
                .map_err(of_value)?;
            // The request is the same for each step; it gives null at the end.
            while let Ok(cursor) = self.result(&keys).await?.dyn_into::<IdbCursor>() {
                ids.push(value::id(&cursor.key().map_err(of_value)?));
                if ids.len() > page.limit {
                    break;
                }
                cursor.continue_().map_err(of_value)?;
            }
        } else {
            let keys = self
                .contexts
                .get_all_keys_with_key_and_limit(&range, page.limit as u32 + 1)
                .map_err(of_value)?;
            ids.extend(self.all(&keys).await?.iter().map(|key| value::id(&key)));
        }
        let more = ids.len() > page.limit;
        ids.truncate(page.limit);
        Ok(Listed { ids, more })
    }

    fn write(&self, id: &[u8], before: Option<&Standing>, writes: &Writes) -> Found<()> {
        let key = self.key(id);
        if writes.clear {
            self.delete(&self.store(SNAPSHOTS)?, &key)?;
            self.delete(&self.store(LOG)?, &versions(id, 0, u64::MAX)?)?;
        }
        if let Some((from, before)) = writes.drop {
            self.delete(&self.store(LOG)?, &versions(id, from, before)?)?;
        }
        if let Some(last) = writes.entries.last() {
            let entries = value::text(&print_entries(&writes.entries));
            let key = value::log_key(id, last.head.version);
            self.put(&self.store(LOG)?, &key, &entries)?;
        }
        if let Some(snapshot) = &writes.snapshot {
            self.put(&self.store(SNAPSHOTS)?, &key, &value::text(snapshot))?;
        }
        let after = writes.standing.as_ref();
        if let Some(standing) = after {
            let text = value::text(&print(standing));
            self.put(&self.store_of(standing)?, &key, &text)?;
        }
        let is_live = |standing: &Standing| matches!(standing, Standing::Live(_));
        if let Some(before) = before.filter(|before| after.map(is_live) != Some(is_live(before))) {
            self.delete(&self.store_of(before)?, &key)?;
        }
        let (was, is) = (before.map(Standing::due), after.map(Standing::due));
        if was != is {
            let notes = self.store(DUE)?;
            if let Some(was) = was.filter(|was| was.is_finite()) {
                self.delete(&notes, &value::due_key(id, was))?;
            }
            if let Some(is) = is.filter(|is| is.is_finite()) {
                self.put(&notes, &value::due_key(id, is), &JsValue::TRUE)?;
            }
        }
        Ok(())
    }

    async fn commit(self) -> Found<()> {
        let stored = self.connection.signal.commit(&self.handle).await;
        if let Ok(true) = stored {
            self.is_over.set(true);
            return Ok(());
        }
        match (stored, self.handle.error()) {
            (_, Some(exception)) => Err(of_name(&exception.name())),
            (Err(thrown), None) => Err(of_value(thrown)),
            (Ok(_), None) => Err(of_name("AbortError")),
        }
    }
}
