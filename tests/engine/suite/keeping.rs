//! What stays bounded: contexts and deltas by age, logs by count and size, and the order of ids.

use chord::engine::Policy;

use crate::subject::{Host, Subject, Told};

/// Contexts live for 100, their deltas for 10.
fn short_lived() -> Policy {
    Policy {
        context_ttl: Some(100.0),
        delta_ttl: Some(10.0),
        tombstone_ttl: 10.0,
        ..Policy::default()
    }
}

pub async fn cleanup_one_by_one_reaches_everything_in_its_order<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy {
        delta_ttl: None,
        ..short_lived()
    });
    let ids = ["d", "b", "e", "a", "c"];
    for (at, id) in ids.iter().enumerate() {
        subject.set(id, "{}", None, at as f64).await.unwrap();
    }
    let mut gone = Vec::new();
    for run in 0..7 {
        let cleaned = subject.cleanup(1, 102.0).await.unwrap();
        assert_eq!(cleaned.contexts.len(), usize::from(run < 3));
        for (id, head) in cleaned.contexts {
            assert_eq!(head.version, 1);
            gone.push(crate::subject::text(&id));
        }
    }
    assert_eq!(gone, ids[..3]);
    assert_eq!(subject.list(9, None, false, "").await.0, ["a", "c"]);
    // What expired goes on at the next version too.
    assert_eq!(
        subject
            .set("d", "{}", None, 103.0)
            .await
            .unwrap()
            .head
            .version,
        2
    );
}

pub async fn one_visit_takes_an_expired_context_with_its_deltas<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(short_lived());
    subject.set("a", "{}", None, 0.0).await.unwrap();
    let cleaned = subject.cleanup(1, 100.0).await.unwrap();
    assert_eq!(cleaned.contexts.len(), 1);
}

pub async fn cleanup_never_touches_what_is_fresh<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(short_lived());
    for n in 0..20 {
        let id = format!("id{n}");
        subject.set(&id, "{}", None, 50.0).await.unwrap();
        subject.update(&id, r#"{"n":1}"#, 51.0).await.unwrap();
    }
    let cleaned = subject.cleanup(1000, 59.0).await.unwrap();
    assert_eq!((cleaned.deltas, cleaned.contexts.len()), (0, 0));
    assert_eq!(subject.deltas("id7", 9, false).await.len(), 2);
    assert_eq!(subject.list(99, None, false, "").await.0.len(), 20);
}

pub async fn a_write_renews_a_context<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(short_lived());
    subject.set("a", "{}", None, 0.0).await.unwrap();
    subject.set("b", "{}", None, 0.0).await.unwrap();
    subject.update("a", r#"{"n":1}"#, 60.0).await.unwrap();
    // A read of one that has expired still finds it.
    assert!(subject.get("b").await.unwrap().is_some());
    let cleaned = subject.cleanup(9, 120.0).await.unwrap();
    assert_eq!(cleaned.contexts.len(), 1);
    assert_eq!(&*cleaned.contexts[0].0, b"b");
    assert_eq!(subject.get("b").await, Ok(None));
    assert_eq!(subject.get("a").await.unwrap().unwrap().head.version, 2);
}

pub async fn old_deltas_go_with_cleanup_and_the_context_stays<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy {
        context_ttl: None,
        ..short_lived()
    });
    let padding = "x".repeat(2000);
    let first = subject
        .set("a", &format!(r#"{{"pad":"{padding}"}}"#), None, 0.0)
        .await
        .unwrap();
    let mut heads = vec![first.head];
    for n in 1..8 {
        heads.push(
            subject
                .update("a", &format!(r#"{{"n":{n}}}"#), f64::from(n))
                .await
                .unwrap()
                .head,
        );
    }
    assert!(matches!(
        subject.since("a", heads[0]).await,
        Ok(Told::Delta(..))
    ));
    for now in 10..20 {
        // One visit a run reaches it as well.
        subject.cleanup(1, f64::from(now)).await.unwrap();
        let kept = subject.deltas("a", 99, false).await;
        let fresh = (0..8).filter(|at| *at > now - 10).count();
        assert!(kept.len() >= fresh, "at {now}");
        // Engines over a backend may use what is stored on because the snapshot needs it.
        let is_exact = subject.knows_what_is_kept();
        assert!(!is_exact || kept.len() == fresh, "at {now}");
        for (behind, head) in heads.iter().rev().enumerate().skip(1) {
            let told = subject.since("a", *head).await.unwrap();
            assert!(behind > fresh || matches!(told, Told::Delta(..)));
            assert!(!is_exact || behind <= fresh || matches!(told, Told::Full(_)));
        }
    }
    let next = subject.update("a", r#"{"n":99}"#, 30.0).await.unwrap();
    assert_eq!(next.head.version, 9);
    assert_eq!(subject.deltas("a", 99, false).await.len(), 1);
    let again = subject.cleanup(1, 40.0).await.unwrap();
    assert_eq!(again.contexts.len(), 0);
    assert_eq!(subject.get("a").await.unwrap().unwrap().head, next.head);
}

pub async fn a_commit_bounds_the_log<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(short_lived());
    let first = subject.set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
    subject.update("a", r#"{"n":1}"#, 1.0).await.unwrap();
    subject.update("a", r#"{"n":2}"#, 20.0).await.unwrap();
    assert_eq!(subject.deltas("a", 9, false).await.len(), 1);
    assert!(matches!(
        subject.since("a", first.head).await,
        Ok(Told::Full(_))
    ));
    let mut policy = short_lived();
    policy.limits.log_bytes = 0;
    let subject = open(policy);
    let first = subject.set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
    for n in 1..5 {
        subject
            .update("a", &format!(r#"{{"n":{n}}}"#), 0.0)
            .await
            .unwrap();
    }
    assert!(subject.deltas("a", 9, false).await.len() <= 1);
    assert!(matches!(
        subject.since("a", first.head).await,
        Ok(Told::Full(_))
    ));
}

pub async fn ids_are_listed_in_the_order_of_their_bytes<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy::default());
    let mut ids = [
        "b", "a", "a/1", "a/2", "ab", "é", "z", "\u{ffff}", "😀", "B",
    ]
    .map(str::to_owned)
    .to_vec();
    for id in &ids {
        subject.set(id, "{}", None, 1.0).await.unwrap();
    }
    subject.set("gone", "{}", None, 1.0).await.unwrap();
    subject.delete("gone", None, 1.0).await.unwrap();
    ids.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
    for descending in [false, true] {
        for limit in 1..12 {
            let mut found = Vec::new();
            loop {
                let cursor = found.last().cloned();
                let (page, more) = subject.list(limit, cursor.as_deref(), descending, "").await;
                assert!(page.len() == limit || !more);
                found.extend(page);
                if !more {
                    break;
                }
            }
            assert_eq!(found, ids, "by {limit}");
        }
        ids.reverse();
    }
    assert_eq!(
        subject.list(9, None, false, "a").await.0,
        ["a", "a/1", "a/2", "ab"]
    );
    assert_eq!(
        subject.list(2, Some("a/1"), false, "a").await,
        (vec!["a/2".into(), "ab".into()], false)
    );
    assert_eq!(
        subject.list(2, Some("a/2"), true, "a").await,
        (vec!["a/1".into(), "a".into()], false)
    );
}
