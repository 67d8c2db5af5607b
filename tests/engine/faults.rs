//! A backend that fails at every call, before and after its effect: what is stored is the old or the new, the engine works on,
//! and what was acknowledged is there.

use chord::engine::Policy;
use chord::{Code, Result};

use crate::executor::block_on;
use crate::simulated::{Fails, Simulated};
use crate::subject::{Behind, Through, behind, value};

const WAYS: [Fails; 2] = [Fails::BeforeItsEffect, Fails::AfterItsEffect];

/// Does something with a context "a" of state `before`, failing call 0, 1, 2, … until it succeeds.
fn until_success(
    before: Option<&str>,
    operation: impl AsyncFn(&Behind) -> Result<()>,
    check: impl AsyncFn(&Behind, Option<String>, bool),
) {
    for fails in WAYS {
        for through in [Through::One, Through::Several, Through::New] {
            for call in 0.. {
                let backend = Simulated::new(call as u64 + 1);
                let policy = Policy {
                    context_ttl: Some(100.0),
                    ..Policy::default()
                };
                let engine = behind(&backend, through, policy);
                let has_succeeded = block_on(async {
                    if let Some(state) = before {
                        engine
                            .set("a", r#"{"first":true}"#, None, 0.0)
                            .await
                            .unwrap();
                        engine.set("a", state, None, 0.0).await.unwrap();
                    }
                    backend.fail(call, fails);
                    let outcome = operation(&engine).await;
                    if let Err(error) = &outcome {
                        assert_eq!(error.code(), Code::BackendError, "{error}");
                    }
                    let was_reached = backend.stop_failing();
                    let there = engine.get("a").await.unwrap();
                    let fresh = behind(&backend, Through::New, policy)
                        .get("a")
                        .await
                        .unwrap();
                    assert_eq!(there, fresh, "all engines see the same");
                    check(&engine, there.map(|state| state.text), outcome.is_ok()).await;
                    // And it works on.
                    let made = engine.set("a", r#"{"usable":1}"#, None, 1.0).await.unwrap();
                    let next = engine.update("a", r#"{"usable":2}"#, 1.0).await.unwrap();
                    assert_eq!(next.head.version, made.head.version + 1);
                    !was_reached
                });
                if has_succeeded {
                    assert!(call > 0, "no call was failed");
                    break;
                }
                assert!(call < 50, "it never succeeds");
            }
        }
    }
}

#[test]
fn a_set_is_stored_whole_or_not_at_all() {
    for before in [None, Some(r#"{"n":1,"m":1}"#)] {
        let after = r#"{"n":2,"m":2}"#;
        until_success(
            before,
            async |engine| engine.set("a", after, None, 1.0).await.map(drop),
            async |engine, there, is_acknowledged| {
                assert!(
                    there.as_deref() == Some(after)
                        || !is_acknowledged && there.as_deref() == before
                );
                // Whoever tries again gets what was wanted, and no second commit of it.
                let again = engine.set("a", after, None, 1.0).await.unwrap();
                assert_eq!(again.changed, there.as_deref() != Some(after));
                assert_eq!(engine.get("a").await.unwrap().unwrap().text, after);
            },
        );
    }
}

#[test]
fn an_update_is_stored_whole_or_not_at_all() {
    let before = r#"{"n":1,"m":1}"#;
    let after = value(r#"{"n":2,"m":2,"log":["x"]}"#);
    let changes = r#"{"n":+1,"m":+1,"log":+["x"]}"#;
    until_success(
        Some(before),
        async |engine| engine.update("a", changes, 1.0).await.map(drop),
        async |_, there, is_acknowledged| {
            let there = value(&there.unwrap());
            assert!(
                there == after || !is_acknowledged && there == value(before),
                "{there}"
            );
        },
    );
}

#[test]
fn a_guarded_write_tried_again_is_stored_once() {
    until_success(
        Some(r#"{"n":1}"#),
        async |engine| {
            let changes = r#"{"n":+1}"#;
            let guard = crate::subject::version(2);
            let first = engine.update_guarded("a", changes, guard, 1.0).await;
            if first.is_err() {
                let again = engine.update_guarded("a", changes, guard, 1.0).await;
                assert!(again.is_ok() || again.unwrap_err().code() == Code::Conflict);
            }
            first.map(drop)
        },
        async |_, there, _| assert_eq!(there.as_deref(), Some(r#"{"n":2}"#)),
    );
}

#[test]
fn a_restore_is_stored_whole_or_not_at_all() {
    let before = r#"{"n":1}"#;
    until_success(
        Some(before),
        async |engine| engine.restore("a", r#"{"r":1}"#, 9, 1.0).await.map(drop),
        async |_, there, is_acknowledged| {
            let there = there.unwrap();
            assert!(there == r#"{"r":1}"# || !is_acknowledged && there == before);
        },
    );
}

#[test]
fn a_deletion_happens_or_does_not() {
    let before = r#"{"n":1}"#;
    until_success(
        Some(before),
        async |engine| engine.delete("a", None, 1.0).await.map(drop),
        async |engine, there, is_acknowledged| {
            assert!(there.is_none() || !is_acknowledged && there.as_deref() == Some(before));
            let made = engine.set("a", r#"{"again":1}"#, None, 1.0).await.unwrap();
            assert_eq!(made.head.version, 3, "versions go on either way");
        },
    );
}

#[test]
fn reads_and_lists_fail_and_work_again() {
    until_success(
        Some(r#"{"n":1}"#),
        async |engine| {
            engine.get("a").await?;
            engine.sync("a", 1, chord::engine::Known::Nothing).await?;
            Ok(())
        },
        async |_, there, _| assert_eq!(there.as_deref(), Some(r#"{"n":1}"#)),
    );
}

#[test]
fn cleanup_tells_of_what_it_removed_although_it_failed_later() {
    for fails in WAYS {
        let mut failures = 0;
        for call in 0..12 {
            let backend = Simulated::new(call as u64);
            let policy = Policy {
                context_ttl: Some(1.0),
                delta_ttl: None,
                ..Policy::default()
            };
            let engine = behind(&backend, Through::One, policy);
            block_on(async {
                for id in ["a", "b", "c"] {
                    engine.set(id, "{}", None, 0.0).await.unwrap();
                }
                backend.fail(call, fails);
                let mut told = Vec::new();
                for _ in 0..3 {
                    match engine.cleanup(9, 5.0).await {
                        Ok(cleaned) => told.extend(cleaned.contexts.into_iter().map(|(id, _)| id)),
                        Err(_) => failures += 1,
                    }
                }
                backend.stop_failing();
                assert_eq!(engine.list(9, None, false, "").await.0.len(), 0);
                // Only the answer that was lost is told by nobody.
                assert!(
                    told.len() == 3 || fails == Fails::AfterItsEffect && told.len() == 2,
                    "{told:?}"
                );
            });
        }
        assert!(failures > 0);
    }
}

/// The answer to a commit is lost, and when it is sent again the backend refuses it.
fn refused_when_sent_again(through: Through, first: Fails) -> (Simulated, Behind) {
    let backend = Simulated::new(0);
    let engine = behind(&backend, through, Policy::default());
    block_on(engine.set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
    let before = usize::from(through == Through::New);
    backend.fail_with(before, first, Code::BackendUnavailable);
    backend.fail_with(before + 1, Fails::BeforeItsEffect, Code::QuotaExceeded);
    (backend, engine)
}

#[test]
fn a_commit_that_is_refused_when_it_is_sent_again_counts_if_it_is_stored() {
    let increment = r#"{"n":+1}"#;
    for through in [Through::One, Through::New] {
        let (_backend, engine) = refused_when_sent_again(through, Fails::AfterItsEffect);
        let outcome = block_on(engine.update("a", increment, 1.0));
        assert_eq!(value(&outcome.unwrap().state)["n"], 1);
        let there = block_on(engine.get("a")).unwrap().unwrap();
        assert_eq!(value(&there.text)["n"], 1);

        // The first sending may still be on its way: a refusal of the second would say too much.
        let (_backend, engine) = refused_when_sent_again(through, Fails::BeforeItsEffect);
        let outcome = block_on(engine.update("a", increment, 1.0));
        assert_eq!(outcome.unwrap_err().code(), Code::BackendUnavailable);
    }
}
