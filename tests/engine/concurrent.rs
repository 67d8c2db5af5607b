//! Several engines on one backend, all at work at the same time: nothing is lost, and versions are unique and without a gap.

use std::collections::BTreeMap;

use chord::Code;
use chord::engine::{Head, Policy};
use serde_json::Value;

use crate::executor::{block_on, join, yields};
use crate::simulated::{Row, Simulated};
use crate::subject::{Behind, Through, Told, applied, behind, memory, value, version};

fn engines(backend: &Simulated, count: usize) -> Vec<Behind> {
    (0..count)
        .map(|_| behind(backend, Through::One, Policy::default()))
        .collect()
}

/// Asserts that the versions are `first`, `first + 1`, … and no revision comes twice.
fn contiguous(mut heads: Vec<Head>, first: u64) {
    heads.sort_by_key(|head| head.version);
    for (at, head) in heads.iter().enumerate() {
        assert_eq!(head.version, first + at as u64);
        assert!(
            heads[..at]
                .iter()
                .all(|other| other.revision != head.revision)
        );
    }
}

#[test]
fn concurrent_increments_all_survive() {
    for (seed, count) in (1..13).zip([1, 2, 3, 5].into_iter().cycle()) {
        let backend = Simulated::new(seed);
        let engines = engines(&backend, count);
        block_on(async {
            let made = engines[0]
                .set("a", r#"{"n":0,"log":[]}"#, None, 0.0)
                .await
                .unwrap();
            let work = (0..50).map(async |n: usize| {
                let changes = format!(r#"{{"by{n}":true,"log":+[{n}],"n":+1}}"#);
                engines[n % count]
                    .update("a", &changes, n as f64)
                    .await
                    .unwrap()
            });
            let outcomes = join(work).await;
            contiguous(outcomes.iter().map(|outcome| outcome.head).collect(), 2);
            for engine in &engines {
                let state = value(&engine.get("a").await.unwrap().unwrap().text);
                assert_eq!(state["n"], 50);
                let mut log: Vec<u64> = state["log"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|n| n.as_u64().unwrap())
                    .collect();
                log.sort_unstable();
                assert!(log.into_iter().eq(0..50));
                // The deltas that were told lead from the first state to the last.
                let told = match engine.since("a", made.head).await.unwrap() {
                    Told::Delta(_, delta) => applied(&made.state, &delta),
                    Told::Full(full) => full.text,
                    Told::Same(_) => panic!("there were commits"),
                };
                assert_eq!(value(&told), state);
            }
            let mut states: BTreeMap<u64, String> = outcomes
                .iter()
                .map(|done| (done.head.version, done.state.clone()))
                .collect();
            states.insert(1, made.state);
            for done in &outcomes {
                let before = &states[&(done.head.version - 1)];
                assert_eq!(
                    value(&applied(before, done.delta.as_ref().unwrap())),
                    value(&done.state)
                );
            }
        });
    }
}

#[test]
fn one_of_many_wins_a_guarded_write() {
    for seed in 1..10 {
        let backend = Simulated::new(seed);
        let engines = engines(&backend, 4);
        block_on(async {
            for round in 0..5 {
                let work = (0..12).map(async |n: usize| {
                    engines[n % 4]
                        .set(
                            "a",
                            &format!(r#"{{"by":{n},"in":{round}}}"#),
                            version(round),
                            0.0,
                        )
                        .await
                });
                let (won, lost): (Vec<_>, Vec<_>) =
                    join(work).await.into_iter().partition(Result::is_ok);
                assert_eq!(won.len(), 1);
                assert!(
                    lost.iter()
                        .all(|lost| lost.as_ref().unwrap_err().code() == Code::Conflict)
                );
                let there = engines[0].get("a").await.unwrap().unwrap();
                assert_eq!(
                    (there.head.version, &there.text),
                    (round + 1, &won[0].as_ref().unwrap().state)
                );
            }
        });
    }
}

#[test]
fn creations_deletions_and_restores_at_once_never_reuse_a_version() {
    for seed in 1..20 {
        let backend = Simulated::new(seed);
        let engines = engines(&backend, 3);
        block_on(async {
            let work = (0..40).map(async |n: usize| {
                yields(n as u64 % 11).await;
                let engine = &engines[n % 3];
                let state = format!(r#"{{"n":{n}}}"#);
                match n % 4 {
                    0 => engine.restore("a", &state, n as u64, 0.0).await.ok(),
                    1 => {
                        engine.delete("a", None, 0.0).await.unwrap();
                        None
                    }
                    2 => engine.update("a", &state, 0.0).await.ok(),
                    _ => engine.set("a", &state, None, 0.0).await.ok(),
                }
            });
            let outcomes = join(work).await.into_iter().flatten();
            let mut versions: Vec<u64> = outcomes
                .filter(|done| done.changed)
                .map(|done| done.head.version)
                .collect();
            let count = versions.len();
            versions.sort_unstable();
            versions.dedup();
            assert_eq!(versions.len(), count);
        });
    }
}

#[test]
fn what_comes_together_with_a_restore_is_stored_before_it() {
    let backend = Simulated::new(0);
    let engine = &engines(&backend, 1)[0];
    block_on(async {
        engine.set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        let commits = || {
            let world = backend.world();
            world.calls.iter().filter(|call| **call == "commit").count()
        };
        let before = commits();
        let calls: [std::pin::Pin<Box<dyn Future<Output = u64>>>; 3] = [
            Box::pin(async {
                let done = engine.update("a", r#"{"n":1}"#, 0.0).await;
                done.unwrap().head.version
            }),
            Box::pin(async {
                let done = engine.restore("a", r#"{"n":2}"#, 1, 0.0).await;
                done.unwrap().head.version
            }),
            Box::pin(async {
                let done = engine.update("a", r#"{"n":3}"#, 0.0).await;
                done.unwrap().head.version
            }),
        ];
        assert_eq!(join(calls).await, [2, 3, 4]);
        // In one commit with the restore, the first update would be acknowledged and its version never be stored.
        assert_eq!(commits() - before, 3);
    });
}

#[test]
fn deltas_are_due_by_the_oldest_that_is_stored_whoever_writes_next() {
    let backend = Simulated::new(0);
    let policy = Policy {
        delta_ttl: Some(10.0),
        ..Policy::default()
    };
    let engine = behind(&backend, Through::Several, policy);
    block_on(async {
        engine.set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        engine.update("a", r#"{"n":1}"#, 1.0).await.unwrap();
        for n in 2..5 {
            let changes = format!(r#"{{"n":{n}}}"#);
            engine.update("a", &changes, 100.0).await.unwrap();
        }
        engine.cleanup(10, 100.0).await.unwrap();
    });
    let world = backend.world();
    let Some(Row::Live { tail, .. }) = world.rows.get(b"a".as_slice()) else {
        panic!("there is a context");
    };
    // The second led on from the snapshot and stays for that.
    assert_eq!(tail[0].head.version, 2);
}

#[test]
fn readers_among_writers_see_versions_grow_and_states_that_existed() {
    for seed in 1..10 {
        let backend = Simulated::new(seed);
        let engines = engines(&backend, 3);
        block_on(async {
            let made = engines[0]
                .set("a", r#"{"n":1,"half":2}"#, None, 0.0)
                .await
                .unwrap();
            let writers = (0..2).map(|at: usize| {
                let engines = &engines;
                Box::pin(async move {
                    for _ in 0..15 {
                        engines[at]
                            .update("a", r#"{"n":+1,"half":+2}"#, 0.0)
                            .await
                            .unwrap();
                    }
                }) as std::pin::Pin<Box<dyn Future<Output = ()>>>
            });
            let readers = (0..3).map(|at: usize| {
                let (engines, made) = (&engines, &made);
                Box::pin(async move {
                    let (mut head, mut state) = (made.head, made.state.clone());
                    for _ in 0..20 {
                        let (next, text) = match engines[at].since("a", head).await.unwrap() {
                            Told::Same(next) => (next, state.clone()),
                            Told::Delta(next, delta) => (next, applied(&state, &delta)),
                            Told::Full(full) => (full.head, full.text),
                        };
                        assert!(next.version >= head.version);
                        (head, state) = (next, text);
                        let there = value(&state);
                        let n = there["n"].as_u64().unwrap();
                        assert_eq!(n, head.version);
                        assert_eq!(there["half"], Value::from(2 * n));
                    }
                }) as std::pin::Pin<Box<dyn Future<Output = ()>>>
            });
            join(writers.chain(readers)).await;
        });
    }
}

#[test]
fn contexts_do_not_wait_for_each_other() {
    let backend = Simulated::new(0);
    let engines = engines(&backend, 1);
    let turns = |ids: usize| {
        let work = (0..8).map(|n: usize| {
            let engine = &engines[0];
            async move {
                engine
                    .set(
                        &format!("{ids}-{}", n % ids),
                        &format!(r#"{{"n":{n}}}"#),
                        None,
                        0.0,
                    )
                    .await
                    .unwrap()
            }
        });
        block_on(join(work))
            .iter()
            .map(|done| done.head.version)
            .max()
            .unwrap()
    };
    assert_eq!(turns(1), 8);
    assert_eq!(turns(8), 1);
    assert_eq!(turns(4), 2);
}

#[test]
fn memory_settles_every_call_at_its_first_poll() {
    use core::task::{Context, Waker};
    let subject = memory(Policy::default());
    for n in 0..3 {
        let state = format!(r#"{{"n":{n}}}"#);
        let call = core::pin::pin!(subject.set("a", &state, None, 0.0));
        assert!(
            call.poll(&mut Context::from_waker(Waker::noop()))
                .is_ready()
        );
    }
}
