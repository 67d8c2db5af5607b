//! Deletion, re-creation and restore: the same version can be another state, and no client may mistake it.

use chord::Code;
use chord::engine::{Known, Policy};

use crate::subject::{Host, Subject, Told, exactly, version};

pub async fn versions_go_on_after_a_deletion<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    subject.set("a", r#"{"n":1}"#, None, 1.0).await.unwrap();
    let second = subject.set("a", r#"{"n":2}"#, None, 1.0).await.unwrap();
    assert_eq!(subject.delete("a", None, 2.0).await, Ok(Some(second.head)));
    assert_eq!(subject.delete("a", None, 2.0).await, Ok(None));
    assert_eq!(subject.get("a").await, Ok(None));
    assert_eq!(
        subject.update("a", "{}", 2.0).await.unwrap_err().code(),
        Code::NotFound
    );
    // A deleted context is absent to a guard.
    assert_eq!(
        subject
            .set("a", "{}", version(2), 2.0)
            .await
            .unwrap_err()
            .code(),
        Code::Conflict
    );
    let again = subject
        .set("a", r#"{"n":2}"#, version(0), 3.0)
        .await
        .unwrap();
    assert!(again.created);
    assert_eq!(again.head.version, 3);
    assert_eq!(subject.deltas("a", 9, false).await.len(), 1);
}

pub async fn a_deletion_needs_the_version_it_names<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    let made = subject.set("a", "{}", None, 1.0).await.unwrap();
    assert_eq!(
        subject
            .delete("a", version(2), 1.0)
            .await
            .unwrap_err()
            .code(),
        Code::Conflict
    );
    assert_eq!(
        subject
            .delete("b", version(1), 1.0)
            .await
            .unwrap_err()
            .code(),
        Code::Conflict
    );
    assert_eq!(subject.delete("b", version(0), 1.0).await, Ok(None));
    let second = subject.set("a", r#"{"n":1}"#, None, 1.0).await.unwrap();
    assert_eq!(
        subject
            .delete("a", exactly(made.head), 1.0)
            .await
            .unwrap_err()
            .code(),
        Code::Conflict
    );
    assert_eq!(
        subject.delete("a", exactly(second.head), 1.0).await,
        Ok(Some(second.head))
    );
}

pub async fn clients_of_another_lineage_get_everything<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy::default());
    let mut clients = Vec::new();
    for n in 0..3 {
        clients.push(
            subject
                .set("a", &format!(r#"{{"n":{n}}}"#), None, 1.0)
                .await
                .unwrap()
                .head,
        );
    }
    subject.delete("a", None, 2.0).await.unwrap();
    clients.push(
        subject
            .set("a", r#"{"n":0}"#, None, 3.0)
            .await
            .unwrap()
            .head,
    );
    clients.push(subject.update("a", r#"{"n":1}"#, 3.0).await.unwrap().head);
    let restored = subject.restore("a", r#"{"n":9}"#, 4, 4.0).await.unwrap();
    assert_eq!(restored.head.version, 6);
    for client in &clients {
        let Told::Full(told) = subject.since("a", *client).await.unwrap() else {
            panic!("version {} is of another lineage", client.version);
        };
        assert_eq!((told.head, &*told.text), (restored.head, r#"{"n":9}"#));
        // A bare version can't prove a chain over the beginning either.
        let told = subject
            .sync("a", client.version, Known::Nothing)
            .await
            .unwrap();
        assert!(matches!(told, Told::Full(_)));
    }
    let next = subject.update("a", r#"{"n":10}"#, 5.0).await.unwrap();
    let told = subject.since("a", restored.head).await.unwrap();
    assert!(matches!(told, Told::Delta(head, _) if head == next.head));
}

pub async fn a_restore_is_above_all_that_was_known<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    let restored = |id: &'static str, version| subject.restore(id, r#"{"r":1}"#, version, 1.0);
    assert_eq!(restored("new", 7).await.unwrap().head.version, 7);
    assert_eq!(restored("zero", 0).await.unwrap().head.version, 1);
    assert_eq!(restored("new", 7).await.unwrap().head.version, 8);
    assert_eq!(restored("new", 3).await.unwrap().head.version, 9);
    assert_eq!(restored("new", 20).await.unwrap().head.version, 20);
    subject.delete("new", None, 1.0).await.unwrap();
    let again = restored("new", 1).await.unwrap();
    assert_eq!(
        (again.head.version, again.created, again.changed),
        (21, true, true)
    );
    assert_eq!(
        subject.deltas("new", 9, false).await,
        [(21, r#"{"r":{"action":"added","value":1}}"#.to_owned())]
    );
}

pub async fn a_passed_tombstone_is_forgotten<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy {
        tombstone_ttl: 10.0,
        ..Policy::default()
    });
    subject.set("a", "{}", None, 1.0).await.unwrap();
    subject.delete("a", None, 5.0).await.unwrap();
    let early = subject.cleanup(9, 14.0).await.unwrap();
    assert_eq!((early.deltas, early.contexts.len()), (0, 0));
    assert_eq!(
        subject
            .set("a", "{}", None, 14.0)
            .await
            .unwrap()
            .head
            .version,
        2
    );
    subject.delete("a", None, 15.0).await.unwrap();
    // Tombstones go along without counting.
    let late = subject.cleanup(1, 25.0).await.unwrap();
    assert_eq!((late.deltas, late.contexts.len()), (0, 0));
    assert_eq!(subject.get("a").await, Ok(None));
    assert_eq!(
        subject
            .set("a", "{}", None, 25.0)
            .await
            .unwrap()
            .head
            .version,
        1
    );
}
