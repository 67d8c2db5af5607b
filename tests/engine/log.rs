//! What an engine asks of a backend, and what it makes of wrong answers.

use chord::Code;
use chord::engine::{Head, Known, Policy, Revision};

use crate::executor::block_on;
use crate::simulated::{Row, Simulated};
use crate::subject::{Behind, Through, Told, behind};

fn open(backend: &Simulated) -> Behind {
    behind(backend, Through::One, Policy::default())
}

/// How far the snapshot of "a" is behind, and the bytes of entries since.
fn behind_snapshot(backend: &Simulated) -> (u64, usize, usize) {
    let world = backend.world();
    let Some(Row::Live {
        head,
        snapshot_version,
        snapshot,
        tail,
        ..
    }) = world.rows.get(&b"a"[..])
    else {
        panic!("nothing is stored");
    };
    let since = tail
        .iter()
        .filter(|entry| entry.head.version > *snapshot_version);
    (
        head.version - snapshot_version,
        since.map(|entry| entry.delta.len()).sum(),
        snapshot.len(),
    )
}

#[test]
fn a_small_state_is_written_once_in_four_kilobytes_of_entries() {
    let backend = Simulated::new(3);
    let subject = behind(&backend, Through::One, Policy::default());
    block_on(async {
        subject.set("a", r#"{"n":0}"#, None, 1.0).await.unwrap();
        for n in 1..400 {
            let changes = format!(r#"{{"n":{n}}}"#);
            subject.update("a", &changes, 1.0).await.unwrap();
        }
    });
    let (_, since, _) = behind_snapshot(&backend);
    assert!(since < 4096, "{since} bytes since");
    let snapshots = backend.world().snapshots - 1;
    assert!((4..=6).contains(&snapshots), "{snapshots} snapshots");
}

#[test]
fn a_snapshot_is_written_only_when_the_entries_since_the_last_outgrew_it() {
    for through in [Through::One, Through::Several, Through::New] {
        let backend = Simulated::new(3);
        let subject = behind(&backend, through, Policy::default());
        block_on(async {
            let state = format!(r#"{{"n":0,"pad":"{}"}}"#, "x".repeat(5000));
            subject.set("a", &state, None, 1.0).await.unwrap();
            let mut bytes = 0;
            for n in 1..400 {
                subject
                    .update("a", &format!(r#"{{"n":{n}}}"#), 1.0)
                    .await
                    .unwrap();
                let (entries, since, snapshot) = behind_snapshot(&backend);
                assert!(
                    since < snapshot + 100,
                    "{since} bytes in {entries} entries since"
                );
                bytes += format!(
                    r#"{{"n":{{"action":"modified","oldValue":{},"value":{n}}}}}"#,
                    n - 1
                )
                .len();
            }
            let snapshots = backend.world().snapshots - 1;
            // An entry has fewer than 60 bytes.
            assert!(
                (bytes / 5077..=bytes / 5017).contains(&snapshots),
                "{through:?}: {snapshots} after {bytes} bytes"
            );
        });
    }
}

#[test]
fn entries_since_the_snapshot_stay_whatever_is_to_be_kept() {
    let backend = Simulated::new(0);
    let subject = behind(
        &backend,
        Through::New,
        Policy {
            delta_threshold: Some(2),
            delta_ttl: Some(10.0),
            ..Policy::default()
        },
    );
    block_on(async {
        let state = format!(r#"{{"n":0,"pad":"{}"}}"#, "x".repeat(3000));
        let first = subject.set("a", &state, None, 1.0).await.unwrap();
        for n in 1..20 {
            subject
                .update("a", &format!(r#"{{"n":{n}}}"#), 2.0)
                .await
                .unwrap();
        }
        subject.cleanup(9, 1000.0).await.unwrap();
        assert_eq!(behind_snapshot(&backend).0, 19);
        // They are there for the snapshot's sake alone.
        assert_eq!(subject.deltas("a", 99, false).await.len(), 2);
        assert!(matches!(
            subject.since("a", first.head).await,
            Ok(Told::Full(_))
        ));
        // And don't come up in cleanup again and again.
        let calls = backend.world().calls.len();
        subject.cleanup(9, 1000.0).await.unwrap();
        assert_eq!(backend.world().calls[calls..], ["expired"]);
    });
}

#[test]
fn known_contexts_cost_one_call() {
    let backend = Simulated::new(0);
    let subject = open(&backend);
    block_on(async {
        subject.set("a", r#"{"n":1}"#, None, 1.0).await.unwrap();
        subject.update("a", r#"{"n":2}"#, 1.0).await.unwrap();
        subject.get("a").await.unwrap();
        subject.sync("a", 1, Known::Nothing).await.unwrap();
        subject.set("a", r#"{"n":2}"#, None, 1.0).await.unwrap();
    });
    let calls = &backend.world().calls;
    assert_eq!(
        **calls,
        ["load", "commit", "commit", "since", "since", "since"]
    );
}

#[test]
fn a_reader_keeps_no_more_of_the_log_than_a_writer() {
    let backend = Simulated::new(0);
    let policy = Policy {
        delta_threshold: Some(5),
        ..Policy::default()
    };
    let (writer, reader) = (
        behind(&backend, Through::One, policy),
        behind(&backend, Through::One, policy),
    );
    block_on(async {
        let first = writer.set("a", r#"{"n":0}"#, None, 1.0).await.unwrap();
        for n in 1..50 {
            writer
                .update("a", &format!(r#"{{"n":{n}}}"#), 1.0)
                .await
                .unwrap();
            reader.get("a").await.unwrap();
        }
        assert_eq!(reader.deltas("a", 99, false).await.len(), 5);
        assert!(matches!(
            reader.since("a", first.head).await,
            Ok(Told::Full(_))
        ));
    });
    assert_eq!(
        backend
            .world()
            .calls
            .iter()
            .filter(|call| **call == "load")
            .count(),
        2
    );
}

#[test]
fn contexts_beyond_what_memory_keeps_are_loaded_again_and_nothing_is_lost() {
    let backend = Simulated::new(0);
    let subject = open(&backend);
    block_on(async {
        for round in 0..2 {
            for n in 0..150 {
                let id = format!("id{n}");
                let state = format!(r#"{{"n":{round},"much":"{}"}}"#, "x".repeat(1 << 20));
                let done = subject.set(&id, &state, None, 1.0).await.unwrap();
                assert_eq!(done.head.version, round + 1);
            }
        }
    });
    let loads = backend
        .world()
        .calls
        .iter()
        .filter(|call| **call == "load")
        .count();
    assert_eq!(loads, 300);
}

#[test]
fn a_commit_sent_twice_is_done_once_even_when_others_came_in_between() {
    for seed in 1..20 {
        let backend = Simulated::new(seed);
        backend.world().resends = true;
        let subjects: Vec<_> = (0..3).map(|_| open(&backend)).collect();
        block_on(async {
            subjects[0].set("a", r#"{"n":0}"#, None, 1.0).await.unwrap();
            let increments = (0..30).map(|n| subjects[n % 3].update("a", r#"{"n":+1}"#, 1.0));
            for outcome in crate::executor::join(increments).await {
                outcome.unwrap();
            }
            let there = subjects[1].get("a").await.unwrap().unwrap();
            assert_eq!(
                (there.head.version, &*there.text),
                (31, r#"{"n":30}"#),
                "seed {seed}"
            );
        });
    }
}

/// Rewrites what is stored of "a".
fn tampered(change: impl Fn(&mut Row)) -> chord::Error {
    let backend = Simulated::new(0);
    block_on(async {
        let subject = open(&backend);
        let state = format!(r#"{{"n":0,"pad":"{}"}}"#, "x".repeat(3000));
        subject.set("a", &state, None, 1.0).await.unwrap();
        for n in 1..5 {
            subject
                .update("a", &format!(r#"{{"n":{n}}}"#), 1.0)
                .await
                .unwrap();
        }
        change(backend.world().rows.get_mut(&b"a"[..]).unwrap());
        let error = open(&backend).get("a").await.unwrap_err();
        let refused = open(&backend)
            .update("a", r#"{"n":9}"#, 1.0)
            .await
            .unwrap_err();
        assert_eq!(refused.message(), error.message());
        error
    })
}

#[test]
fn a_log_with_a_hole_or_a_state_that_is_none_is_the_backends_error() {
    type Change = fn(&mut Row);
    let changes: [(&str, Change); 9] = [
        ("a hole after the snapshot", |row| {
            if let Row::Live { tail, .. } = row {
                tail.drain(..3);
            }
        }),
        ("a hole in the middle", |row| {
            if let Row::Live { tail, .. } = row {
                tail.remove(2);
            }
        }),
        ("the last entry missing", |row| {
            if let Row::Live { tail, .. } = row {
                tail.pop();
            }
        }),
        ("no entries", |row| {
            if let Row::Live { tail, .. } = row {
                tail.clear();
            }
        }),
        ("a snapshot from the future", |row| {
            if let Row::Live {
                snapshot_version, ..
            } = row
            {
                *snapshot_version = 9;
            }
        }),
        ("a snapshot that is no object", |row| {
            if let Row::Live { snapshot, .. } = row {
                *snapshot = b"[]".to_vec();
            }
        }),
        ("a snapshot that is no JSON", |row| {
            if let Row::Live { snapshot, .. } = row {
                snapshot.pop();
            }
        }),
        ("a delta that doesn't fit", |row| {
            if let Row::Live { tail, .. } = row {
                tail[2].delta = tail[1].delta.clone();
            }
        }),
        ("a delta that is none", |row| {
            if let Row::Live { tail, .. } = row {
                tail[2].delta = b"[1]".to_vec();
            }
        }),
    ];
    for (what, change) in changes {
        let error = tampered(change);
        assert_eq!(error.code(), Code::BackendError, "{what}: {error}");
        assert!(
            error.message().starts_with("the backend answered with "),
            "{what}: {error}"
        );
    }
}

#[test]
fn a_store_that_lost_writes_gives_its_clients_everything() {
    let backend = Simulated::new(0);
    let (one, other) = (open(&backend), open(&backend));
    block_on(async {
        one.set("a", r#"{"n":0}"#, None, 1.0).await.unwrap();
        let before = backend.world().rows.clone();
        let lost = one.update("a", r#"{"n":1}"#, 1.0).await.unwrap();
        let newest = one.update("a", r#"{"n":2}"#, 1.0).await.unwrap();
        backend.world().rows = before;
        let again = other.update("a", r#"{"m":1}"#, 1.0).await.unwrap();
        assert_eq!(again.head.version, lost.head.version);
        for head in [lost.head, newest.head] {
            let Told::Full(told) = one.since("a", head).await.unwrap() else {
                panic!("version {} is gone", head.version);
            };
            assert_eq!(told.text, r#"{"n":0,"m":1}"#);
        }
        // A write on what was lost doesn't bring it back.
        let next = one.update("a", r#"{"k":1}"#, 1.0).await.unwrap();
        assert_eq!(next.state, r#"{"n":0,"m":1,"k":1}"#);
        backend.world().rows.clear();
        assert_eq!(
            one.update("a", r#"{"k":2}"#, 1.0).await.unwrap_err().code(),
            Code::NotFound
        );
        let begun = other.set("a", r#"{"n":1}"#, None, 1.0).await.unwrap();
        assert_eq!(begun.head.version, 1);
        let foreign = Head {
            version: 1,
            revision: Revision::default(),
        };
        assert!(matches!(one.since("a", foreign).await, Ok(Told::Full(_))));
    });
}
