//! Calls that are dropped while they wait, as the facade does at its deadline: whoever comes next is not kept waiting.

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use chord::engine::Policy;

use crate::executor::{block_on, join, poll_tasks, waiting};
use crate::simulated::Simulated;
use crate::subject::{Through, behind, value};

/// Polls so many times and drops.
fn polled<T>(future: impl Future<Output = T>, times: usize) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..times).any(|_| {
        let poll = future.as_mut().poll(&mut context);
        poll_tasks(&mut context);
        matches!(poll, Poll::Ready(_))
    })
}

#[test]
fn a_write_dropped_at_any_point_is_stored_or_not_and_holds_nobody_up() {
    for seed in 1..8 {
        for times in 0..1000 {
            let backend = Simulated::new(seed);
            let engine = behind(&backend, Through::One, Policy::default());
            block_on(engine.set("a", r#"{"n":0}"#, None, 0.0)).unwrap();
            let increment = || engine.update("a", r#"{"n":+1}"#, 0.0);
            let is_done = polled(increment(), times);
            let before = value(&block_on(engine.get("a")).unwrap().unwrap().text)["n"]
                .as_u64()
                .unwrap();
            assert!(before == 1 || !is_done && before == 0);
            let next = block_on(increment()).unwrap();
            assert_eq!(value(&next.state)["n"], before + 1);
            if is_done {
                break;
            }
        }
    }
}

#[test]
fn a_call_dropped_in_the_queue_passes_its_turn_on() {
    let backend = Simulated::new(5);
    let engine = behind(&backend, Through::One, Policy::default());
    block_on(async {
        engine.set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        let increment = || engine.update("a", r#"{"n":+1}"#, 0.0);
        let calls = (0..30).map(|n: usize| async move {
            if n.is_multiple_of(3) {
                // Given up after a few polls, in the queue or with the turn taken.
                let mut call = Some(Box::pin(increment()));
                let mut left = n;
                core::future::poll_fn(|context| {
                    let poll = call.as_mut().unwrap().as_mut().poll(context);
                    if poll.is_ready() || left == 0 {
                        call = None;
                        return Poll::Ready(());
                    }
                    left -= 1;
                    context.waker().wake_by_ref();
                    Poll::Pending
                })
                .await;
                return false;
            }
            increment().await.unwrap();
            true
        });
        let done = join(calls).await.into_iter().filter(|done| *done).count() as u64;
        let there = engine.get("a").await.unwrap().unwrap();
        let n = value(&there.text)["n"].as_u64().unwrap();
        assert!(
            (done..=30).contains(&n),
            "{done} were acknowledged, {n} are there"
        );
        assert_eq!(there.head.version, n + 1);
    });
}

#[test]
fn whatever_call_a_backend_never_answers_ends_when_it_is_given_up() {
    let backend = Simulated::new(0);
    let engine = behind(&backend, Through::One, Policy::default());
    block_on(engine.set("a", "{}", None, 0.0)).unwrap();
    backend.world().hangs = true;
    assert!(!polled(engine.get("a"), 3));
    assert!(!polled(engine.set("b", "{}", None, 0.0), 3));
    assert!(!polled(engine.page(10, None, false, ""), 3));
    assert!(!polled(engine.cleanup(10, 0.0), 3));
    poll_tasks(&mut Context::from_waker(Waker::noop()));
    assert_eq!(waiting(), 0, "calls that nobody waits for are under way");
}
