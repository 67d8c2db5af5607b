//! Rows, tombstones and entries as JavaScript values, and back.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};

use crate::Result;
use crate::backend::StoredEntry;
use crate::backend::row::{Row, Standing, damaged};
use crate::engine::{Head, Revision};

const ID: &str = "id";
const VERSION: &str = "version";
const REVISION: &str = "revision";
const INSERTED_AT: &str = "insertedAt";
const SNAPSHOT: &str = "snapshot";
const UNSNAPPED: &str = "unsnapped";
const FIRST: &str = "first";
const KEPT: &str = "kept";
const CREATED: &str = "created";
const DUE: &str = super::schema::DUE;
const PREVIOUS: &str = "previous";
const DELTA: &str = "delta";

/// An id as a key.
pub(super) fn key(id: &[u8]) -> JsValue {
    Uint8Array::from(id).into()
}

/// The key of an entry.
pub(super) fn entry_key(id: &[u8], version: u64) -> JsValue {
    Array::of2(&key(id), &JsValue::from_f64(version as f64)).into()
}

/// Text, which is UTF-8.
pub(super) fn text(bytes: &[u8]) -> JsValue {
    match core::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => JsValue::NULL,
    }
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a fresh object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// What stands in `contexts` or `tombstones`.
pub(super) fn standing(id: &[u8], standing: &Standing) -> JsValue {
    let head = standing.head();
    let mut fields = vec![
        (ID, text(id)),
        (VERSION, JsValue::from_f64(head.version as f64)),
        (REVISION, head.revision.text().into()),
    ];
    match standing {
        Standing::Deleted { until, .. } => fields.push((DUE, JsValue::from_f64(*until))),
        Standing::Live(row) => {
            fields.extend([
                (INSERTED_AT, JsValue::from_f64(row.at)),
                (SNAPSHOT, JsValue::from_f64(row.snapshot as f64)),
                (UNSNAPPED, JsValue::from_f64(row.unsnapped as f64)),
                (FIRST, JsValue::from_f64(row.first as f64)),
                (KEPT, JsValue::from_f64(row.kept as f64)),
            ]);
            // Fields that are absent take no room in the index.
            if let Some(at) = row.created {
                fields.push((CREATED, JsValue::from_f64(at)));
            }
            if row.due.is_finite() {
                fields.push((DUE, JsValue::from_f64(row.due)));
            }
        }
    }
    object(&fields)
}

/// An entry in `log`.
pub(super) fn entry(entry: &StoredEntry) -> JsValue {
    object(&[
        (REVISION, entry.head.revision.text().into()),
        (PREVIOUS, entry.previous.unwrap_or_default().text().into()),
        (INSERTED_AT, JsValue::from_f64(entry.at)),
        (DELTA, text(&entry.delta)),
    ])
}

fn number(value: &JsValue, name: &str) -> Option<f64> {
    Reflect::get(value, &name.into()).ok()?.as_f64()
}

fn required(value: &JsValue, name: &str) -> Result<f64> {
    number(value, name).ok_or_else(|| damaged(name))
}

fn revision(value: &JsValue, name: &str) -> Result<Revision> {
    let text = Reflect::get(value, &name.into())
        .ok()
        .and_then(|text| text.as_string());
    text.and_then(|text| Revision::parse(text.as_bytes()))
        .ok_or_else(|| damaged(name))
}

/// The id that a value in `contexts` or `tombstones` tells.
pub(super) fn read_id(value: &JsValue) -> Result<Box<[u8]>> {
    let id = Reflect::get(value, &ID.into())
        .ok()
        .and_then(|id| id.as_string());
    id.map(|id| id.into_bytes().into())
        .ok_or_else(|| damaged(ID))
}

fn read_head(value: &JsValue) -> Result<Head> {
    Ok(Head {
        version: required(value, VERSION)? as u64,
        revision: revision(value, REVISION)?,
    })
}

/// A value of `contexts`.
pub(super) fn read_row(value: &JsValue) -> Result<Standing> {
    Ok(Standing::Live(Row {
        head: read_head(value)?,
        at: required(value, INSERTED_AT)?,
        snapshot: required(value, SNAPSHOT)? as u64,
        unsnapped: required(value, UNSNAPPED)? as u64,
        first: required(value, FIRST)? as u64,
        kept: required(value, KEPT)? as u64,
        created: number(value, CREATED),
        due: number(value, DUE).unwrap_or(f64::INFINITY),
    }))
}

/// A value of `tombstones`.
pub(super) fn read_tombstone(value: &JsValue) -> Result<Standing> {
    Ok(Standing::Deleted {
        head: read_head(value)?,
        until: required(value, DUE)?,
    })
}

/// A value of either, by its id.
pub(super) fn read_due(value: &JsValue) -> Result<(Box<[u8]>, Standing)> {
    let is_live = number(value, INSERTED_AT).is_some();
    let standing = if is_live {
        read_row(value)
    } else {
        read_tombstone(value)
    };
    Ok((read_id(value)?, standing?))
}

/// The values of `log` from version `first` on. What can't be read ends them: whoever puts the record together misses it.
pub(super) fn read_entries(values: &[JsValue], first: u64) -> Vec<StoredEntry> {
    let entries = values.iter().zip(first..);
    entries
        .map_while(|(value, version)| read_entry(value, version).ok())
        .collect()
}

fn read_entry(value: &JsValue, version: u64) -> Result<StoredEntry> {
    let delta = Reflect::get(value, &DELTA.into())
        .ok()
        .and_then(|delta| delta.as_string());
    Ok(StoredEntry {
        head: Head {
            version,
            revision: revision(value, REVISION)?,
        },
        previous: Some(revision(value, PREVIOUS)?),
        delta: delta.ok_or_else(|| damaged(DELTA))?.into_bytes(),
        at: required(value, INSERTED_AT)?,
    })
}

/// An id from its key.
pub(super) fn read_key(key: &JsValue) -> Box<[u8]> {
    match key.dyn_ref::<js_sys::ArrayBuffer>() {
        Some(buffer) => Uint8Array::new(buffer).to_vec().into(),
        None => Box::default(),
    }
}
