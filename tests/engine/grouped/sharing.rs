//! Calls that come together share a transaction; tabs that write at the same time lose nothing and do nothing twice.

use std::collections::BTreeSet;

use chord::Code;
use chord::engine::Policy;

use super::{INCREMENT, Random, fresh, tabs, watched};
use crate::executor::{block_on, join, yields};
use crate::simulated_database::{Fault, Operation, SimulatedDatabase};
use crate::subject::value;

#[test]
fn a_thousand_concurrent_updates_share_one_transaction() {
    for contexts in [1, 1000] {
        let database = SimulatedDatabase::new(1);
        let tab = fresh(&database, Policy::default());
        let id = |n: usize| format!("context {}", n % contexts);
        block_on(async {
            let creations = (0..contexts).map(|n| (id(n), tab.host()));
            let creations = creations.map(async |(id, _)| tab.set(&id, "{}", None, 0.0).await);
            join(creations).await;
            let (begun, stored) = counts(&database);
            let calls = (0..1000).map(async |n| tab.update(&id(n), INCREMENT, 1.0).await.unwrap());
            join(calls).await;
            assert_eq!(counts(&database), (begun + 1, stored + 1));
            let there = fresh(&database, Policy::default()).get(&id(0)).await;
            assert_eq!(value(&there.unwrap().unwrap().text)["n"], 1000 / contexts);
            database.tables().assert_sound(&Policy::default());
        });
    }
}

fn counts(database: &SimulatedDatabase) -> (usize, usize) {
    let begun = database.count(Operation::Begin(true)) + database.count(Operation::Begin(false));
    (begun, database.count(Operation::Commit))
}

#[test]
fn concurrent_reads_share_one_transaction_that_keeps_no_writer_out() {
    let database = SimulatedDatabase::new(1);
    let tab = fresh(&database, Policy::default());
    block_on(async {
        tab.set("a", "{}", None, 0.0).await.unwrap();
        let (begun, stored) = counts(&database);
        join((0..1000).map(|_| tab.get("a"))).await;
        assert_eq!(counts(&database), (begun + 1, stored));
        assert_eq!(database.count(Operation::Begin(false)), 1);
    });
}

#[test]
fn more_than_a_thousand_calls_share_few_transactions_in_their_order() {
    let database = SimulatedDatabase::new(1);
    let tab = fresh(&database, Policy::default());
    block_on(async {
        tab.set("a", "{}", None, 0.0).await.unwrap();
        let (begun, _) = counts(&database);
        let calls = (0..2500).map(|_| tab.update("a", INCREMENT, 1.0));
        let outcomes = join(calls).await;
        assert_eq!(counts(&database).0, begun + 3);
        let versions = outcomes
            .iter()
            .map(|done| done.as_ref().unwrap().head.version);
        assert!(versions.eq(2..2502));
    });
}

/// Goes wrong about once in so many operations.
fn unreliable(database: &SimulatedDatabase, seed: u64, once_in: usize) {
    let mut random = Random::new(seed);
    database.plan(move |_| {
        let faults = [
            Fault::Lost,
            Fault::LostAfterwards,
            Fault::Hangs,
            Fault::HangsAfterwards,
            Fault::Refused(Code::QuotaExceeded),
        ];
        let fault = faults[random.below(faults.len())];
        (random.below(once_in) == 0).then_some(fault)
    });
}

#[test]
fn increments_through_several_tabs_and_faults_are_done_once_or_not_at_all() {
    const CALLS: usize = 25;
    let (mut acknowledged, mut failed) = (0, 0);
    for seed in 0..60 {
        let database = SimulatedDatabase::new(seed);
        let policy = Policy {
            delta_threshold: Some([100, 0, 4][seed as usize % 3]),
            ..Policy::default()
        };
        let tabs = tabs(&database, 1 + seed as usize % 4, policy);
        let ids = ["a", "b"];
        block_on(async {
            for id in ids {
                let state = r#"{"n":0,"by":[]}"#;
                tabs[0].set(id, state, None, 0.0).await.unwrap();
            }
            unreliable(&database, seed, [6, 12, 40][seed as usize / 3 % 3]);
            let mut random = Random::new(seed);
            let calls: Vec<_> = (0..CALLS * tabs.len())
                .map(|n| (n, random.below(60), random.below(2)))
                .collect();
            let calls = calls.into_iter().map(async |(n, delay, of)| {
                yields(delay as u64).await;
                let changes = format!(r#"{{"n":+1,"by":+[{n}]}}"#);
                let tab = &tabs[n % tabs.len()];
                let done = tab.update(ids[of], &changes, n as f64);
                (n, of, done.await)
            });
            let outcomes = watched(&database, &tabs, join(calls)).await;
            database.heal();
            database.tables().assert_sound(&policy);
            let reader = fresh(&database, policy);
            for (at, id) in ids.into_iter().enumerate() {
                let there = reader.get(id).await.unwrap().unwrap();
                let state = value(&there.text);
                let by = state["by"].as_array().unwrap().iter();
                let by: Vec<u64> = by.map(|n| n.as_u64().unwrap()).collect();
                let once: BTreeSet<u64> = by.iter().copied().collect();
                assert_eq!(
                    once.len(),
                    by.len(),
                    "seed {seed}: something was done twice"
                );
                assert_eq!(state["n"], by.len(), "seed {seed}");
                assert_eq!(there.head.version, 1 + by.len() as u64, "seed {seed}");
                let mut versions = BTreeSet::new();
                for (n, _, outcome) in outcomes.iter().filter(|(_, of, _)| *of == at) {
                    let is_there = once.contains(&(*n as u64));
                    match outcome.as_ref().map_err(chord::Error::code) {
                        Ok(done) => {
                            acknowledged += 1;
                            assert!(is_there, "seed {seed}: {n} is lost");
                            assert!(versions.insert(done.head.version), "seed {seed}");
                            let place = done.head.version as usize - 2;
                            assert_eq!(by[place], *n as u64, "seed {seed}");
                        }
                        Err(Code::QuotaExceeded) => assert!(!is_there, "seed {seed}: {n}"),
                        Err(Code::BackendUnavailable) => failed += 1,
                        Err(code) => panic!("seed {seed}: {code:?}"),
                    }
                }
            }
        });
    }
    assert!(
        acknowledged > 2000 && failed > 100,
        "{acknowledged} {failed}"
    );
}

#[test]
fn a_refusal_that_one_call_deserves_does_not_fail_the_others() {
    let database = SimulatedDatabase::new(1);
    let tab = fresh(&database, Policy::default());
    block_on(async {
        tab.set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        // There is no room as long as the large one is to be written.
        let large = format!(r#"{{"large":"{}"}}"#, "x".repeat(1000));
        database.limit(500);
        let calls = (0..9).map(async |n| match n {
            4 => tab.set("b", &large, None, 1.0).await,
            _ => tab.update("a", INCREMENT, 1.0).await,
        });
        let outcomes = join(calls).await;
        for (n, outcome) in outcomes.into_iter().enumerate() {
            let code = outcome.map(drop).map_err(|error| error.code());
            let expected = if n == 4 {
                Err(Code::QuotaExceeded)
            } else {
                Ok(())
            };
            assert_eq!(code, expected, "{n}");
        }
        let there = tab.get("a").await.unwrap().unwrap();
        assert_eq!(value(&there.text)["n"], 8);
        assert_eq!(fresh(&database, Policy::default()).get("b").await, Ok(None));
        // Those that come later share transactions again.
        let (begun, _) = counts(&database);
        join((0..50).map(|_| tab.update("a", INCREMENT, 1.0))).await;
        assert_eq!(counts(&database).0, begun + 1);
    });
}
