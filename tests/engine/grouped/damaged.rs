//! A damaged record fails the calls on its context and no others.

use chord::Code;
use chord::engine::{Guard, Policy};

use super::{INCREMENT, fresh};
use crate::executor::{block_on, join};
use crate::simulated_database::{Operation, SimulatedDatabase, Tables};
use crate::subject::value;

type Damage = fn(&mut Tables);

/// What can happen to "a", of which there are a snapshot, entries before and after it, and a tail.
const DAMAGES: [(&str, Damage); 8] = [
    ("no snapshot", |tables| {
        tables.snapshots.remove(&b"a"[..]);
    }),
    ("a snapshot that is no JSON", |tables| {
        tables.snapshots.get_mut(&b"a"[..]).unwrap().pop();
    }),
    ("a snapshot that is no object", |tables| {
        tables.snapshots.insert(b"a".into(), b"[]".into());
    }),
    ("no log", |tables| {
        tables.log.retain(|(id, _), _| id != b"a")
    }),
    ("a hole at the start of the log", |tables| {
        let first = tables.log.keys().find(|(id, _)| id == b"a");
        let first = first.unwrap().clone();
        tables.log.remove(&first);
    }),
    ("a hole in the log", |tables| {
        let versions = tables.log.keys().filter(|(id, _)| id == b"a");
        let second = versions.clone().nth(1).unwrap().clone();
        assert!(versions.count() > 2);
        tables.log.remove(&second);
    }),
    ("entries that are none", |tables| {
        let last = tables.log.keys().rfind(|(id, _)| id == b"a");
        let last = last.unwrap().clone();
        tables.log.insert(last, b"[[1]]".into());
    }),
    ("a row that is none", |tables| {
        tables.contexts.insert(b"a".into(), b"{}".into());
    }),
];

#[test]
fn a_damaged_record_fails_the_calls_on_its_context_and_no_others() {
    for (what, damage) in DAMAGES {
        let database = SimulatedDatabase::new(5);
        let policy = Policy {
            delta_ttl: Some(10.0),
            ..Policy::default()
        };
        let writer = fresh(&database, policy);
        block_on(async {
            let state = format!(r#"{{"n":0,"pad":"{}"}}"#, "x".repeat(2000));
            for id in ["a", "b", "c"] {
                writer.set(id, &state, None, 0.0).await.unwrap();
                for _ in 0..130 {
                    writer.update(id, INCREMENT, 0.0).await.unwrap();
                }
            }
            damage(&mut database.tables_mut());
            let tab = fresh(&database, policy);
            let begun = database.count(Operation::Begin(true));
            let calls = ["b", "a", "c", "a", "b"]
                .map(async |id| (id, tab.update(id, INCREMENT, 1.0).await));
            for (id, outcome) in join(calls).await {
                match outcome {
                    Ok(_) => assert_ne!(id, "a", "{what}"),
                    Err(error) => {
                        assert_eq!((id, error.code()), ("a", Code::BackendError), "{what}");
                    }
                }
            }
            assert_eq!(database.count(Operation::Begin(true)), begun + 1, "{what}");
            assert_eq!(tab.get("a").await.unwrap_err().code(), Code::BackendError);
            let there = fresh(&database, policy).get("b").await.unwrap().unwrap();
            assert_eq!(value(&there.text)["n"], 132);
            // It is in nobody's way in cleanup either, even if that visits one context at a time.
            let mut deltas = 0;
            for _ in 0..4 {
                deltas += tab.cleanup(1, 50.0).await.unwrap().deltas;
            }
            assert_eq!(deltas, 200, "{what}");
        });
    }
}

#[test]
fn what_replaces_or_deletes_a_damaged_record_mends_it() {
    for (what, damage) in DAMAGES {
        for mending in ["set", "restore", "delete"] {
            let database = SimulatedDatabase::new(5);
            let writer = fresh(&database, Policy::default());
            block_on(async {
                let state = format!(r#"{{"n":0,"pad":"{}"}}"#, "x".repeat(20_000));
                writer.set("a", &state, None, 0.0).await.unwrap();
                for _ in 0..60 {
                    writer.update("a", INCREMENT, 0.0).await.unwrap();
                }
                let before = writer.get("a").await.unwrap().unwrap();
                damage(&mut database.tables_mut());
                let tab = fresh(&database, Policy::default());
                assert!(tab.get("a").await.is_err(), "{what}");
                // What asks for a version can't be answered; what is refused mends nothing.
                let guard = Guard {
                    version: 61,
                    revision: None,
                };
                let guarded = tab.set("a", "{}", Some(guard), 1.0).await.unwrap_err();
                assert_eq!(guarded.code(), Code::BackendError, "{what}");
                assert!(tab.set("a", "[]", None, 1.0).await.is_err());
                assert!(tab.get("a").await.is_err(), "{what}");

                let known = if what == "a row that is none" { 0 } else { 61 };
                match mending {
                    "set" => {
                        let set = tab.set("a", r#"{"n":7}"#, None, 1.0).await.unwrap();
                        assert_eq!(set.head.version, known + 1, "{what}");
                    }
                    "restore" => {
                        let restored = tab.restore("a", r#"{"n":7}"#, 100, 1.0).await.unwrap();
                        assert_eq!(restored.head.version, 100, "{what}");
                    }
                    _ => {
                        assert!(
                            tab.delete("a", None, 1.0).await.unwrap().is_some(),
                            "{what}"
                        );
                        assert_eq!(tab.get("a").await, Ok(None));
                        let set = tab.set("a", r#"{"n":7}"#, None, 2.0).await.unwrap();
                        assert_eq!(set.head.version, known + 1, "{what}");
                    }
                }
                let updated = tab.update("a", INCREMENT, 3.0).await.unwrap();
                assert!(updated.changed);
                let other = fresh(&database, Policy::default());
                let there = other.get("a").await.unwrap().unwrap();
                assert_eq!(value(&there.text), value(r#"{"n":8}"#), "{what}");
                // Nothing is left of before, which a client could be led on from.
                assert_ne!(there.head.revision, before.head.revision);
                assert_eq!(
                    database.tables_mut().record("a".as_bytes()).head().version,
                    updated.head.version
                );
            });
        }
    }
}

#[test]
fn a_damaged_record_goes_when_it_expires() {
    let database = SimulatedDatabase::new(5);
    let policy = Policy {
        delta_ttl: Some(10.0),
        context_ttl: Some(100.0),
        ..Policy::default()
    };
    let tab = fresh(&database, policy);
    block_on(async {
        tab.set("a", "{}", None, 0.0).await.unwrap();
        database.tables_mut().snapshots.clear();
        let other = fresh(&database, policy);
        assert_eq!(other.cleanup(9, 50.0).await.unwrap().contexts.len(), 0);
        assert_eq!(other.cleanup(9, 150.0).await.unwrap().contexts.len(), 1);
        assert_eq!(other.get("a").await, Ok(None));
    });
}
