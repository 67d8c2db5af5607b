//! A database that doesn't answer holds nobody up for longer than two tries, and what was given up in time never happens.

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use chord::backend::Need;
use chord::engine::{Policy, Written};
use chord::{Code, Result};

use super::{INCREMENT, fresh, tabs, watched};
use crate::executor::{block_on, join};
use crate::simulated_database::{Fault, Operation, SimulatedDatabase};
use crate::subject::{Subject, value, writing};
use crate::tab::{Asked, Tab};

/// An increment of "a" that can be given up.
async fn increment(tab: &Tab, asked: Rc<Asked<u64>>) -> Result<u64> {
    let call = async |engine: &chord::engine::Engine<chord::backend::Staged>| {
        let see = |written: Written<'_>| written.record.head().version;
        engine.update(b"a", INCREMENT.as_bytes(), None, 1.0, see)
    };
    tab.ask(asked, writing("a"), call).await
}

fn counted(tab: &Subject<Tab>) -> u64 {
    let there = block_on(tab.get("a")).unwrap().unwrap();
    value(&there.text)["n"].as_u64().unwrap()
}

#[test]
fn a_transaction_that_hangs_is_tried_again_over_a_new_connection() {
    for fault in [Fault::Hangs, Fault::HangsAfterwards] {
        for operations in 0.. {
            let database = SimulatedDatabase::new(operations as u64);
            let tabs = tabs(&database, 1, Policy::default());
            block_on(tabs[0].set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
            let connects = database.count(Operation::Connect);
            let has_hung = database.fail(operations, fault);
            let call = tabs[0].update("a", INCREMENT, 1.0);
            let done = block_on(watched(&database, &tabs, call)).unwrap();
            assert_eq!(done.head.version, 2);
            database.heal();
            assert_eq!(counted(&fresh(&database, Policy::default())), 1);
            let again = database.count(Operation::Connect) - connects;
            assert_eq!(again, usize::from(has_hung.get()) + 1);
            if !has_hung.get() {
                assert!(operations > 3);
                break;
            }
        }
    }
}

#[test]
fn a_database_that_hangs_twice_is_unavailable_and_serves_whoever_comes_next() {
    let database = SimulatedDatabase::new(3);
    let tabs = tabs(&database, 1, Policy::default());
    block_on(async {
        tabs[0].set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        let mut left = 2;
        database.plan(move |operation| {
            let hangs = operation == Operation::Standings && left > 0;
            left -= usize::from(hangs);
            hangs.then_some(Fault::Hangs)
        });
        let calls = (0..5).map(|_| tabs[0].update("a", INCREMENT, 1.0));
        let outcomes = watched(&database, &tabs, join(calls)).await;
        for outcome in outcomes {
            let error = outcome.unwrap_err();
            assert_eq!(error.code(), Code::BackendUnavailable);
            assert_eq!(error.message(), "the simulated database doesn't answer");
        }
        let next = tabs[0].update("a", INCREMENT, 1.0).await;
        assert_eq!(next.unwrap().head.version, 2);
    });
}

#[test]
fn a_call_given_up_while_it_waits_never_runs_and_those_behind_it_are_served() {
    let database = SimulatedDatabase::new(3);
    let subject = fresh(&database, Policy::default());
    block_on(subject.set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
    database.fail(0, Fault::Hangs);
    let tab = subject.host();
    let [hung, waiting, behind] = [(); 3].map(|()| Rc::<Asked<u64>>::default());
    let mut first = pin!(increment(&tab, hung.clone()));
    let mut second = pin!(increment(&tab, waiting.clone()));
    let mut third = pin!(increment(&tab, behind.clone()));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..20 {
        assert!(first.as_mut().poll(&mut context).is_pending());
    }
    assert!(second.as_mut().poll(&mut context).is_pending());
    assert!(third.as_mut().poll(&mut context).is_pending());
    waiting.give_up();
    tab.interrupt();
    let served = (0..200).any(|_| first.as_mut().poll(&mut context).is_ready());
    assert!(served);
    assert_eq!(third.as_mut().poll(&mut context), Poll::Ready(Ok(3)));
    assert_eq!((hung.runs(), waiting.runs(), behind.runs()), (1, 0, 1));
    assert_eq!(counted(&subject), 2);
}

#[test]
fn a_cleanup_given_up_while_it_waits_removes_nothing() {
    let database = SimulatedDatabase::new(3);
    let policy = Policy {
        context_ttl: Some(5.0),
        ..Policy::default()
    };
    let subject = fresh(&database, policy);
    block_on(subject.set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
    let tab = subject.host();
    let asked = Rc::<Asked<chord::engine::Cleaned>>::default();
    let need = Need::Cleanup { limit: 9, now: 9.0 };
    let cleanup = tab.ask(asked.clone(), need, async |engine| engine.cleanup(9, 9.0));
    let mut first = pin!(increment(&tab, Rc::default()));
    let mut second = pin!(cleanup);
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(second.as_mut().poll(&mut context).is_pending());
    asked.give_up();
    assert_eq!(block_on(first), Ok(2));
    assert_eq!(asked.runs(), 0);
    assert_eq!(counted(&subject), 1);
}

#[test]
fn a_call_given_up_before_its_transaction_has_read_never_runs() {
    for operation in [Operation::Begin(true), Operation::Standings] {
        let database = SimulatedDatabase::new(3);
        let subject = fresh(&database, Policy::default());
        block_on(subject.set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
        let [given_up, other] = [(); 2].map(|()| Rc::<Asked<u64>>::default());
        let asked = given_up.clone();
        database.plan(move |asked_for| {
            if asked_for == operation {
                asked.give_up();
            }
            None
        });
        let tab = subject.host();
        let mut first = pin!(increment(&tab, other.clone()));
        let mut second = pin!(increment(&tab, given_up.clone()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(first.as_mut().poll(&mut context).is_pending());
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert_eq!(block_on(first), Ok(2));
        assert_eq!((other.runs(), given_up.runs()), (1, 0));
        assert_eq!(counted(&subject), 1);
    }
}

#[test]
fn a_tab_that_hangs_in_a_transaction_keeps_others_out_until_it_is_interrupted() {
    let database = SimulatedDatabase::new(4);
    let tabs = tabs(&database, 2, Policy::default());
    block_on(tabs[0].set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
    database.fail_commit(Fault::Hangs);
    let mut hanging = pin!(tabs[0].update("a", INCREMENT, 1.0));
    let mut other = pin!(tabs[1].update("a", INCREMENT, 1.0));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..60 {
        assert!(hanging.as_mut().poll(&mut context).is_pending());
    }
    for _ in 0..60 {
        assert!(other.as_mut().poll(&mut context).is_pending());
    }
    tabs[0].host().interrupt();
    let outcomes = block_on(join([hanging, other].map(async |call| call.await)));
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(counted(&tabs[0]), 2);
}

#[test]
fn an_interruption_of_nothing_does_nothing() {
    let database = SimulatedDatabase::new(4);
    let tab = fresh(&database, Policy::default());
    tab.host().interrupt();
    block_on(tab.set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
    tab.host().interrupt();
    assert_eq!(counted(&tab), 0);
    assert_eq!(database.count(Operation::Connect), 1);
}
