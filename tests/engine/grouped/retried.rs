//! The answer to a commit is lost, and another tab writes before this one is back: what was stored is recognised and never done again.

use std::rc::Rc;

use chord::engine::Policy;
use chord::{Code, Result};

use super::{INCREMENT, fresh, tabs, watched};
use crate::executor::{block_on, join, yields};
use crate::simulated_database::{Fault, Operation, SimulatedDatabase};
use crate::subject::{Subject, value, writing};
use crate::tab::{Asked, Tab};

/// Loses the answer to what the first tab commits, while the second has begun to write. Gives what became of the first.
fn overtaken(
    fault: Fault,
    policy: Policy,
    first: impl AsyncFn(&Subject<Tab>) -> Result<()>,
    second: impl AsyncFn(&Subject<Tab>),
    check: impl AsyncFn(&Subject<Tab>, Result<()>),
) {
    let mut overtaken = 0;
    for seed in 1..13 {
        let database = SimulatedDatabase::new(seed);
        let tabs = tabs(&database, 2, policy);
        block_on(async {
            tabs[0].set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
            tabs[1].get("a").await.unwrap();
            let before = database.operations().len();
            database.fail_commit(fault);
            let calls = [0, 1].map(async |tab| {
                if tab == 0 {
                    return Some(first(&tabs[0]).await);
                }
                yields(2).await;
                second(&tabs[1]).await;
                None
            });
            let mut outcomes = watched(&database, &tabs, join(calls)).await;
            database.heal();
            let operations = database.operations()[before..].to_vec();
            let commits: Vec<usize> = operations
                .iter()
                .filter(|(_, operation)| *operation == Operation::Commit)
                .map(|(client, _)| *client)
                .collect();
            overtaken += usize::from(commits.starts_with(&[0, 1]));
            check(&fresh(&database, policy), outcomes.swap_remove(0).unwrap()).await;
            database.tables().assert_sound(&policy);
        });
    }
    assert!(
        overtaken > 3,
        "the second came between in {overtaken} cases"
    );
}

fn unavailable(outcome: &Result<()>) {
    if let Err(error) = outcome {
        assert_eq!(error.code(), Code::BackendUnavailable, "{error}");
    }
}

#[test]
fn an_increment_is_done_once_whatever_others_have_done_since() {
    for (fault, is_stored) in [
        (Fault::LostAfterwards, true),
        (Fault::HangsAfterwards, true),
        (Fault::Lost, false),
        (Fault::Hangs, false),
    ] {
        for threshold in [0, 3, 100] {
            for others in [1, 5, 150] {
                let policy = Policy {
                    delta_threshold: Some(threshold),
                    ..Policy::default()
                };
                overtaken(
                    fault,
                    policy,
                    async |tab| tab.update("a", INCREMENT, 1.0).await.map(drop),
                    async |tab| {
                        let calls = 0..others;
                        let calls = calls.map(|_| tab.update("a", INCREMENT, 1.0));
                        for outcome in join(calls).await {
                            outcome.unwrap();
                        }
                    },
                    async |reader, outcome| {
                        unavailable(&outcome);
                        let own = u64::from(is_stored || outcome.is_ok());
                        let there = reader.get("a").await.unwrap().unwrap();
                        assert_eq!(value(&there.text)["n"], others + own);
                        assert_eq!(there.head.version, 1 + others + own);
                        // Where the log tells, nobody has to be asked to look.
                        let is_told = threshold == 100 && others < 99;
                        assert!(outcome.is_ok() || !is_told, "{outcome:?}");
                    },
                );
            }
        }
    }
}

#[test]
fn a_deletion_does_not_take_what_another_tab_created_since() {
    overtaken(
        Fault::LostAfterwards,
        Policy::default(),
        async |tab| tab.delete("a", None, 1.0).await.map(drop),
        async |tab| {
            let made = tab.set("a", r#"{"new":1}"#, None, 1.0).await.unwrap();
            assert!(made.changed);
        },
        async |reader, outcome| {
            unavailable(&outcome);
            let there = reader.get("a").await.unwrap();
            assert_eq!(there.expect("it was created since").text, r#"{"new":1}"#);
        },
    );
}

#[test]
fn a_creation_does_not_bring_back_what_another_tab_deleted_since() {
    overtaken(
        Fault::LostAfterwards,
        Policy::default(),
        async |tab| tab.set("b", r#"{"n":1}"#, None, 1.0).await.map(drop),
        async |tab| {
            // Before the first commit is stored there is nothing to delete.
            while tab.delete("b", None, 1.0).await.unwrap().is_none() {
                yields(1).await;
            }
        },
        async |reader, outcome| {
            unavailable(&outcome);
            assert_eq!(reader.get("b").await, Ok(None));
        },
    );
}

#[test]
fn a_restore_does_not_undo_what_another_tab_changed_since() {
    overtaken(
        Fault::LostAfterwards,
        Policy::default(),
        async |tab| tab.restore("a", r#"{"n":70}"#, 9, 1.0).await.map(drop),
        async |tab| {
            yields(1).await;
            let done = tab.update("a", INCREMENT, 1.0).await;
            assert_eq!(value(&done.unwrap().state)["n"], 71);
        },
        async |reader, outcome| {
            assert!(outcome.is_ok());
            let there = reader.get("a").await.unwrap().unwrap();
            assert_eq!((there.head.version, &*there.text), (10, r#"{"n":71}"#));
        },
    );
}

#[test]
fn what_was_stored_is_recognised_though_the_call_that_shows_it_was_given_up() {
    for (seed, reads) in (0..9).flat_map(|seed| [(seed, false), (seed, true)]) {
        let database = SimulatedDatabase::new(seed);
        let tab = fresh(&database, Policy::default());
        block_on(async {
            for id in ["a", "b"] {
                tab.set(id, r#"{"n":0}"#, None, 0.0).await.unwrap();
            }
            let asked: Rc<Asked<()>> = Rc::default();
            let given_up = asked.clone();
            let mut has_failed = false;
            database.plan(move |operation| {
                if operation != Operation::Commit || core::mem::replace(&mut has_failed, true) {
                    return None;
                }
                given_up.give_up();
                Some(Fault::LostAfterwards)
            });
            let host = tab.host();
            let first = host.ask(asked.clone(), writing("a"), async |engine| {
                let see = |_: chord::engine::Written<'_>| ();
                engine.update(b"a", INCREMENT.as_bytes(), None, 1.0, see)
            });
            let mut first = Some(Box::pin(first));
            let second = async {
                if reads {
                    return tab.get("b").await.map(drop);
                }
                tab.update("b", INCREMENT, 1.0).await.map(drop)
            };
            let mut second = core::pin::pin!(second);
            let outcome = core::future::poll_fn(|context| {
                // It serves the second, too, and has no answer of its own.
                if let Some(call) = &mut first
                    && call.as_mut().poll(context).is_ready()
                {
                    first = None;
                }
                second.as_mut().poll(context)
            })
            .await;
            assert_eq!(outcome, Ok(()), "seed {seed}");
            let reader = fresh(&database, Policy::default());
            for (id, expected) in [("a", 1), ("b", u64::from(!reads))] {
                let there = reader.get(id).await.unwrap().unwrap();
                assert_eq!(value(&there.text)["n"], expected, "{id}, seed {seed}");
            }
        });
    }
}

#[test]
fn a_cleanup_that_was_stored_tells_what_it_removed() {
    for fault in [Fault::Lost, Fault::LostAfterwards, Fault::HangsAfterwards] {
        let database = SimulatedDatabase::new(7);
        let policy = Policy {
            context_ttl: Some(5.0),
            ..Policy::default()
        };
        let tabs = tabs(&database, 1, policy);
        block_on(async {
            for id in ["a", "b", "c"] {
                tabs[0].set(id, "{}", None, 0.0).await.unwrap();
            }
            database.fail_commit(fault);
            let cleaned = watched(&database, &tabs, tabs[0].cleanup(9, 9.0)).await;
            let cleaned = cleaned.unwrap();
            assert_eq!((cleaned.contexts.len(), cleaned.deltas), (3, 3));
            assert_eq!(tabs[0].list(9, None, false, "").await.0.len(), 0);
        });
    }
}
