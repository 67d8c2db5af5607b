//! Every operation of every call fails, once and again: what is stored is the old or the new, the tab works on, and errors have the
//! codes that are documented.

use chord::engine::{Known, Policy};
use chord::{Code, Result};

use super::{INCREMENT, fresh, watched};
use crate::executor::block_on;
use crate::simulated_database::{Fault, SimulatedDatabase};
use crate::subject::{State, Subject};
use crate::tab::Tab;

const FAULTS: [Fault; 6] = [
    Fault::Lost,
    Fault::LostAfterwards,
    Fault::Hangs,
    Fault::HangsAfterwards,
    Fault::Refused(Code::QuotaExceeded),
    Fault::Refused(Code::BackendError),
];

const POLICY: Policy = Policy {
    context_ttl: Some(50.0),
    delta_ttl: Some(20.0),
    delta_threshold: Some(6),
    tombstone_ttl: 100.0,
    limits: chord::engine::Limits {
        context_bytes: 1 << 20,
        depth: 20,
        log_bytes: 1 << 20,
    },
};

/// The version and the text of what is there.
type There = Option<(u64, String)>;

fn there(state: Option<State>) -> There {
    state.map(|state| (state.head.version, state.text))
}

/// Does something with "a", which is at version 2, or absent. Operation `first` fails, and then `second` more on.
fn attempt(
    database: &SimulatedDatabase,
    has_context: bool,
    operation: &impl AsyncFn(&Subject<Tab>) -> Result<()>,
    plan: impl FnOnce(),
) -> (There, There, Result<()>) {
    let tab = fresh(database, POLICY);
    block_on(async {
        if has_context {
            tab.set("a", r#"{"first":true}"#, None, 0.0).await.unwrap();
            tab.set("a", r#"{"n":1}"#, None, 0.0).await.unwrap();
        }
        let before = there(tab.get("a").await.unwrap());
        plan();
        let outcome = watched(database, core::slice::from_ref(&tab), operation(&tab)).await;
        database.heal();
        database.tables().assert_sound(&POLICY);
        let after = there(tab.get("a").await.unwrap());
        let seen = fresh(database, POLICY).get("a").await.unwrap();
        assert_eq!(there(seen), after, "all tabs see the same");
        // And it works on.
        let made = tab.set("a", r#"{"usable":1}"#, None, 1.0).await.unwrap();
        let next = tab.update("a", r#"{"usable":2}"#, 1.0).await.unwrap();
        assert_eq!(next.head.version, made.head.version + 1);
        database.tables().assert_sound(&POLICY);
        (before, after, outcome)
    })
}

fn until_success(has_context: bool, operation: impl AsyncFn(&Subject<Tab>) -> Result<()>) {
    let healthy = SimulatedDatabase::new(0);
    let (before, expected, outcome) = attempt(&healthy, has_context, &operation, || {});
    outcome.unwrap();
    for (fault, again) in FAULTS
        .iter()
        .flat_map(|one| FAULTS.map(|other| (*one, other)))
    {
        for first in 0.. {
            let mut was_first_reached = false;
            for second in 0.. {
                let what = format!("{fault:?} at {first}, {again:?} {second} later");
                let database = SimulatedDatabase::new(first as u64 + 1);
                let failed = database.clone();
                let mut reached = None;
                let (_, after, outcome) = attempt(&database, has_context, &operation, || {
                    reached = Some(failed.fail_twice((first, fault), (second, again)));
                });
                let (one, other) = reached
                    .map(|(one, other)| (one.get(), other.get()))
                    .unwrap();
                was_first_reached |= one;
                match &outcome {
                    Ok(()) => {
                        assert_eq!(after, expected, "{what}");
                        assert!(!one || !matches!(fault, Fault::Refused(_)), "{what}");
                    }
                    Err(error) => {
                        let codes = [fault, again].map(|fault| match fault {
                            Fault::Refused(code) => code,
                            _ => Code::BackendUnavailable,
                        });
                        assert!(codes.contains(&error.code()), "{what}: {error}");
                        // Who is refused knows that nothing is stored; who hears of no end knows nothing.
                        let is_unsure = error.code() == Code::BackendUnavailable;
                        assert!(after == before || is_unsure && after == expected, "{what}");
                        let is_refused = matches!(fault, Fault::Refused(_));
                        assert!(is_refused || other, "one loss is mended: {what}");
                    }
                }
                assert!(second < 40, "it never succeeds");
                if !other {
                    break;
                }
            }
            assert!(first < 40, "it never succeeds");
            if !was_first_reached {
                assert!(first > 0, "no operation was failed");
                break;
            }
        }
    }
}

#[test]
fn a_creation_is_stored_whole_or_not_at_all() {
    until_success(false, async |tab| {
        tab.set("a", r#"{"n":2}"#, None, 1.0).await.map(drop)
    });
}

#[test]
fn a_set_is_stored_whole_or_not_at_all() {
    until_success(true, async |tab| {
        tab.set("a", r#"{"n":2,"m":2}"#, None, 1.0).await.map(drop)
    });
}

#[test]
fn an_increment_is_stored_once_or_not_at_all() {
    until_success(true, async |tab| {
        tab.update("a", INCREMENT, 1.0).await.map(drop)
    });
}

#[test]
fn a_guarded_write_is_stored_once_or_not_at_all() {
    until_success(true, async |tab| {
        let guard = crate::subject::version(2);
        tab.update_guarded("a", INCREMENT, guard, 1.0)
            .await
            .map(drop)
    });
}

#[test]
fn a_restore_is_stored_whole_or_not_at_all() {
    until_success(true, async |tab| {
        tab.restore("a", r#"{"r":1}"#, 9, 1.0).await.map(drop)
    });
}

#[test]
fn a_deletion_happens_or_does_not() {
    until_success(true, async |tab| {
        let gone = tab.delete("a", None, 1.0).await?;
        assert_eq!(gone.map(|head| head.version), Some(2));
        Ok(())
    });
}

#[test]
fn a_cleanup_happens_or_does_not() {
    until_success(true, async |tab| {
        let cleaned = tab.cleanup(9, 60.0).await?;
        assert_eq!((cleaned.contexts.len(), cleaned.deltas), (1, 2));
        Ok(())
    });
}

#[test]
fn reads_fail_and_work_again() {
    until_success(true, async |tab| {
        assert_eq!(tab.get("a").await?.unwrap().head.version, 2);
        tab.sync("a", 1, Known::Nothing).await.map(drop)
    });
}

#[test]
fn lists_fail_and_work_again() {
    until_success(true, async |tab| {
        let page = tab.page(9, None, false, "").await?;
        assert_eq!(page.0, ["a"]);
        Ok(())
    });
}
