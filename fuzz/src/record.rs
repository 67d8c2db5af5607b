//! What a database has kept, which may be damaged: refused, or read as what it says and printed as the same text again. Lines: a row
//! or a tombstone, a snapshot, entries. The same bytes are read as the code of a logged delta, too.

use chord::Code;
use chord::backend::StoredEntry;
use chord::backend::row::{Row, Standing, Trim, writes};
use chord::backend::stored_text::{
    parse_entries, parse_row, parse_tombstone, print, print_entries,
};
use chord::delta::diff::equal;
use chord::delta::{apply, code, text};
use chord::engine::{Policy, Record};
use chord::json::reader::validate;
use chord::json::text::is_object;

use crate::{DEEPEST, lines};

/// See the module.
pub fn check(input: &[u8]) {
    logged(input);
    let Some([row, snapshot, entries]) = lines(input) else {
        return;
    };
    if let Ok(tombstone) = parse_tombstone(&row) {
        assert_eq!(parse_tombstone(&print(&tombstone)).unwrap(), tombstone);
    }
    let entries = parse_entries(&entries).inspect(|entries| {
        assert_eq!(&parse_entries(&print_entries(entries)).unwrap(), entries);
    });
    match parse_row(&row) {
        Ok(standing) => {
            assert_eq!(parse_row(&print(&standing)).unwrap(), standing);
            if let Standing::Live(row) = &standing {
                let entries = entries.unwrap_or_default();
                match row.record(snapshot.clone(), entries.clone()) {
                    Ok(record) => {
                        let after = told(row, snapshot, &entries);
                        let live = record.live().expect("a live record");
                        assert!(equal(&live.document().text(), &after));
                        used(row, &standing, record);
                    }
                    Err(error) => assert_eq!(error.code(), Code::BackendError, "{error}"),
                }
            }
        }
        Err(error) => assert_eq!(error.code(), Code::BackendError, "{error}"),
    }
}

/// The state that a snapshot and the entries after it tell of.
fn told(row: &Row, snapshot: Vec<u8>, entries: &[StoredEntry]) -> Vec<u8> {
    let after = |entry: &&StoredEntry| entry.head.version > row.snapshot_version;
    let entries = entries.iter().chain(&row.tail).filter(after);
    entries.fold(snapshot, |state, entry| {
        apply(&state, &text::parse(&entry.delta).unwrap()).unwrap()
    })
}

/// A record that was read can be used for whatever the engine does with one.
fn used(row: &Row, standing: &Standing, mut record: Record) {
    assert_eq!(record.head(), row.head);
    let live = record.live().expect("a live record");
    let state = live.document().text().into_owned();
    assert!(is_object(&state) && validate(&state, 10 * DEEPEST).is_ok());
    for entry in record.newest_first() {
        assert!(code::decode(entry.code).is_ok());
        assert_eq!(entry.head.version, entry.previous.version + 1);
    }
    let _ = record.creation();
    let policy = Policy::default();
    for (before, trim) in [(None, Trim::Loosely), (Some(standing), Trim::Exactly)] {
        if let Some(put) = writes(before, Some(&record), &policy, trim).unwrap()
            && let Some(standing) = put.standing
        {
            assert_eq!(parse_row(&print(&standing)).unwrap(), standing);
            let entries = print_entries(&put.entries);
            assert_eq!(parse_entries(&entries).unwrap(), put.entries);
        }
    }
    record.trim(&policy.keep(1e12));
    let _ = record.creation();
}

fn logged(bytes: &[u8]) {
    let delta = match code::decode(bytes) {
        Ok(delta) => delta,
        Err(error) => return assert_eq!(error.code(), Code::Internal, "{error}"),
    };
    let mut again = Vec::new();
    code::encode(&delta, &mut again);
    assert_eq!(code::decode(&again).unwrap(), delta);
    // The code says nothing about the texts in it.
    let mut texts = Vec::new();
    super::delta::texts(&delta, &mut texts);
    let is_valid =
        |text: &&[u8]| core::str::from_utf8(text).is_ok() && validate(text, DEEPEST).is_ok();
    if texts.iter().all(is_valid) {
        let _ = apply(b"{\"a\":[1,2,{\"b\":1}]}", &delta);
    }
}
