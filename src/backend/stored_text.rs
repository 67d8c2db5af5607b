//! Rows, tombstones and entries as JSON text, which is how a database keeps them.
//!
//! ```text
//! row        {"version":7,"revision":"a1-7","insertedAt":5,"snapshotVersion":1,"sinceSnapshot":60,"firstStored":2,"firstKept":2,"created":1,"due":9,"tail":[entry,…]}
//! tombstone  {"version":7,"revision":"a1-7","due":9}
//! entries    [entry,…]
//! entry      [7,"a1-7","a1-6",5,{"status":{"action":"modified",…}}]     version, revision, the one before it, time, delta
//! ```
//! `created` and `due` are absent where there is no such time.

use crate::Result;
use crate::engine::{Head, Revision};
use crate::json::{number, reader, text};

use super::contract::StoredEntry;
use super::row::{Row, Standing, damaged};

/// Deltas nest four levels for each level of a context, and those have a thousand at most; they stand in entries of tails of rows.
const DEEPEST: u32 = 4010;

/// The text of a row or a tombstone.
pub fn print(standing: &Standing) -> Vec<u8> {
    let head = standing.head();
    let mut out = Vec::with_capacity(200);
    out.extend_from_slice(b"{\"version\":");
    number::write_integer(head.version, &mut out);
    out.extend_from_slice(b",\"revision\":");
    write_revision(head.revision, &mut out);
    let due = match standing {
        Standing::Deleted { until, .. } => *until,
        Standing::Live(row) => {
            put_number(b",\"insertedAt\":", row.at, &mut out);
            for (name, value) in [
                (&b",\"snapshotVersion\":"[..], row.snapshot_version),
                (b",\"sinceSnapshot\":", row.since_snapshot),
                (b",\"firstStored\":", row.first_stored),
                (b",\"firstKept\":", row.first_kept),
            ] {
                out.extend_from_slice(name);
                number::write_integer(value, &mut out);
            }
            put_number(
                b",\"created\":",
                row.created.unwrap_or(f64::INFINITY),
                &mut out,
            );
            row.due
        }
    };
    put_number(b",\"due\":", due, &mut out);
    if let Standing::Live(row) = standing {
        out.extend_from_slice(b",\"tail\":");
        write_entries(&row.tail, &mut out);
    }
    out.push(b'}');
    out
}

/// The text of entries.
pub fn print_entries(entries: &[StoredEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write_entries(entries, &mut out);
    out
}

/// Reads a row.
///
/// # Errors
/// `backend_error` where it is none.
pub fn parse_row(row: &[u8]) -> Result<Standing> {
    let fields = Fields::of(row)?;
    Ok(Standing::Live(Row {
        head: fields.head()?,
        at: fields.number(b"insertedAt")?,
        snapshot_version: fields.whole(b"snapshotVersion")?,
        since_snapshot: fields.whole(b"sinceSnapshot")?,
        first_stored: fields.whole(b"firstStored")?,
        first_kept: fields.whole(b"firstKept")?,
        created: fields.time(b"created"),
        due: fields.time(b"due").unwrap_or(f64::INFINITY),
        tail: read_entries(fields.get(b"tail").unwrap_or_default())?,
    }))
}

/// Reads a tombstone.
///
/// # Errors
/// `backend_error` where it is none.
pub fn parse_tombstone(tombstone: &[u8]) -> Result<Standing> {
    let fields = Fields::of(tombstone)?;
    Ok(Standing::Deleted {
        head: fields.head()?,
        until: fields.time(b"due").unwrap_or(f64::INFINITY),
    })
}

/// Reads entries.
///
/// # Errors
/// `backend_error` where they are none.
pub fn parse_entries(entries: &[u8]) -> Result<Vec<StoredEntry>> {
    reader::validate(entries, DEEPEST).map_err(|_| damaged("log"))?;
    read_entries(entries)
}

fn put_number(name: &[u8], value: f64, out: &mut Vec<u8>) {
    if value.is_finite() {
        out.extend_from_slice(name);
        number::write(value, out);
    }
}

fn write_revision(revision: Revision, out: &mut Vec<u8>) {
    out.push(b'"');
    revision.write(out);
    out.push(b'"');
}

fn write_entries(entries: &[StoredEntry], out: &mut Vec<u8>) {
    out.push(b'[');
    for (place, entry) in entries.iter().enumerate() {
        out.extend_from_slice(if place > 0 { b",[" } else { b"[" });
        number::write_integer(entry.head.version, out);
        out.push(b',');
        write_revision(entry.head.revision, out);
        out.push(b',');
        match entry.previous {
            Some(previous) => write_revision(previous, out),
            None => out.extend_from_slice(b"\"\""),
        }
        out.push(b',');
        number::write(entry.at, out);
        out.push(b',');
        out.extend_from_slice(&entry.delta);
        out.push(b']');
    }
    out.push(b']');
}

/// Entries from text that is valid JSON.
fn read_entries(entries: &[u8]) -> Result<Vec<StoredEntry>> {
    if !text::is_array(entries) {
        return Err(damaged("log"));
    }
    let read = text::elements(entries).map(|entry| read_entry(entry).ok_or_else(|| damaged("log")));
    read.collect()
}

fn read_entry(entry: &[u8]) -> Option<StoredEntry> {
    if !text::is_array(entry) {
        return None;
    }
    let mut parts = text::elements(entry);
    Some(StoredEntry {
        head: Head {
            version: whole(parts.next()?)?,
            revision: revision(parts.next()?)?,
        },
        previous: match parts.next()? {
            // Rows of ours never have it, but a backend of one's own tells of the first of a lineage so.
            b"\"\"" => None,
            other => Some(revision(other)?),
        },
        at: number::parse(parts.next()?)?,
        delta: parts.next()?.into(),
    })
}

fn whole(number: &[u8]) -> Option<u64> {
    let value = number::parse(number)?;
    (value >= 0.0 && number::is_whole(value) && value < 9e15).then_some(value as u64)
}

fn revision(string: &[u8]) -> Option<Revision> {
    Revision::parse(string.strip_prefix(b"\"")?.strip_suffix(b"\"")?)
}

/// The fields of an object.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn of(object: &'a [u8]) -> Result<Self> {
        let valid = reader::validate(object, DEEPEST).is_ok() && text::is_object(object);
        if valid {
            return Ok(Fields(object));
        }
        Err(damaged("row"))
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        // Keys come as they stand in the text, with their quotes.
        let mut fields = text::fields(self.0);
        fields
            .find(|(key, _)| key.get(1..key.len() - 1) == Some(name))
            .map(|(_, value)| value)
    }

    fn time(&self, name: &[u8]) -> Option<f64> {
        number::parse(self.get(name)?)
    }

    pub(super) fn number(&self, name: &[u8]) -> Result<f64> {
        self.time(name).ok_or_else(|| damaged("row"))
    }

    pub(super) fn whole(&self, name: &[u8]) -> Result<u64> {
        self.get(name).and_then(whole).ok_or_else(|| damaged("row"))
    }

    pub(super) fn head(&self) -> Result<Head> {
        let revision = self.get(b"revision").and_then(revision);
        Ok(Head {
            version: self.whole(b"version")?,
            revision: revision.ok_or_else(|| damaged("row"))?,
        })
    }
}
