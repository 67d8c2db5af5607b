//! The stores and their versions. What a release has written, every later one reads.
//!
//! | store        | key             | value                                                             |
//! |--------------|-----------------|-------------------------------------------------------------------|
//! | `contexts`   | id              | `{ id, version, revision, insertedAt, snapshot, unsnapped, first, kept, created?, due? }` |
//! | `snapshots`  | id              | the state at version `snapshot`, as JSON text                     |
//! | `log`        | `[id, version]` | `{ revision, previous, insertedAt, delta }`, the delta as JSON text |
//! | `tombstones` | id              | `{ id, version, revision, due }`                                  |
//!
//! Ids as keys are their UTF-8 bytes, so that they stand in the order of `listContexts`.
//!
//! Version 1 had no indexes, so cleanup walked all contexts. Version 2 indexes `contexts` and `tombstones` by `due`.

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::Build;
use web_sys::IdbTransaction;

/// The version of the schema.
pub(super) const VERSION: u32 = 2;

pub(super) const CONTEXTS: &str = "contexts";
pub(super) const SNAPSHOTS: &str = "snapshots";
pub(super) const LOG: &str = "log";
pub(super) const TOMBSTONES: &str = "tombstones";
pub(super) const STORES: [&str; 4] = [CONTEXTS, SNAPSHOTS, LOG, TOMBSTONES];

/// The index of what is due, and its field.
pub(super) const DUE: &str = "due";

/// Brings a database from version `from`, 0 for none, to [`VERSION`] within the transaction of the upgrade.
pub(super) fn upgrade(
    from: f64,
    database: &Database,
    transaction: Option<&IdbTransaction>,
) -> indexed_db_futures::Result<()> {
    if from < 1.0 {
        for store in STORES {
            database.create_object_store(store).build()?;
        }
    }
    if let Some(transaction) = transaction.filter(|_| from < 2.0) {
        for store in [CONTEXTS, TOMBSTONES] {
            transaction
                .object_store(store)?
                .create_index_with_str(DUE, DUE)?;
        }
    }
    Ok(())
}
