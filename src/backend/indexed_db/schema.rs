//! The stores and their versions. What a release has written, every later one reads.
//!
//! | store        | key                  | value                                                |
//! |--------------|----------------------|------------------------------------------------------|
//! | `contexts`   | id                   | the row, as [`stored_text`] has it                   |
//! | `snapshots`  | id                   | the state at `snapshotVersion`, as JSON text        |
//! | `log`        | `[id, last version]` | entries that were written together                   |
//! | `tombstones` | id                   | the tombstone                                        |
//! | `due`        | `[due, id]`          | nothing: a note that cleanup is to look at it then   |
//!
//! Ids as keys are their UTF-8 bytes, so that they stand in the order of `listContexts`. Values are text, which is stored as it is: objects
//! would be taken apart and put together for each write.
//!
//! Version 1 had no `due`, so cleanup walked all contexts.

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::Build;
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use web_sys::{IdbCursorWithValue, IdbObjectStore, IdbTransaction};

use crate::Result;
use crate::backend::row::Standing;
use crate::backend::stored_text::{parse_row, parse_tombstone};

use super::value;

/// The version of the schema.
pub(super) const VERSION: u32 = 2;

pub(super) const CONTEXTS: &str = "contexts";
pub(super) const SNAPSHOTS: &str = "snapshots";
pub(super) const LOG: &str = "log";
pub(super) const TOMBSTONES: &str = "tombstones";
pub(super) const DUE: &str = "due";
pub(super) const STORES: [&str; 5] = [CONTEXTS, SNAPSHOTS, LOG, TOMBSTONES, DUE];

/// Brings a database from version `from`, 0 for none, to [`VERSION`] within the transaction of the upgrade.
pub(super) fn upgrade(
    from: f64,
    database: &Database,
    transaction: Option<&IdbTransaction>,
) -> indexed_db_futures::Result<()> {
    if from < 1.0 {
        for store in [CONTEXTS, SNAPSHOTS, LOG, TOMBSTONES] {
            database.create_object_store(store).build()?;
        }
    }
    if from < 2.0 {
        database.create_object_store(DUE).build()?;
    }
    if let Some(transaction) = transaction.filter(|_| from == 1.0) {
        let due = transaction.object_store(DUE)?;
        note_due(&transaction.object_store(CONTEXTS)?, due.clone(), parse_row)?;
        note_due(&transaction.object_store(TOMBSTONES)?, due, parse_tombstone)?;
    }
    Ok(())
}

/// Notes when what is in a store is due. It goes on after this has returned, for as long as the transaction has something to do.
fn note_due(
    store: &IdbObjectStore,
    due: IdbObjectStore,
    parse: fn(&[u8]) -> Result<Standing>,
) -> core::result::Result<(), JsValue> {
    let request = store.open_cursor()?;
    let walk = Closure::<dyn FnMut() -> core::result::Result<(), JsValue>>::new({
        let request = request.clone();
        move || {
            // Null at the end.
            let Ok(cursor) = request.result()?.dyn_into::<IdbCursorWithValue>() else {
                return Ok(());
            };
            // What can't be read is left to whoever asks for it.
            if let Ok(standing) = parse(&value::bytes(&cursor.value()?))
                && standing.due().is_finite()
            {
                let key = value::due_key(&value::id(&cursor.key()?), standing.due());
                due.put_with_key(&JsValue::TRUE, &key)?;
            }
            cursor.continue_()
        }
    });
    request.set_onsuccess(Some(walk.into_js_value().unchecked_ref()));
    Ok(())
}
