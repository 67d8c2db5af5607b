//! Creating, setting, updating: what is committed, and what is refused without a trace.

use chord::Code;
use chord::engine::Policy;

use crate::subject::{Host, Outcome, Subject, applied, exactly, text, value, version};

pub async fn a_context_begins_at_version_1<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    assert_eq!(subject.get("a").await, Ok(None));
    for id in ["a", "ä/😀", "__proto__"] {
        let made = subject.set(id, r#"{"n":1}"#, None, 5.0).await.unwrap();
        assert!(made.changed && made.created);
        assert_eq!((made.head.version, made.at), (1, 5.0));
        let there = subject.get(id).await.unwrap().unwrap();
        assert_eq!(
            (there.head, there.at, &*there.text),
            (made.head, 5.0, r#"{"n":1}"#)
        );
        assert_eq!(
            subject.deltas(id, 9, false).await,
            [(1, r#"{"n":{"action":"added","value":1}}"#.to_owned())]
        );
    }
    let empty = subject.set("empty", "{}", None, 5.0).await.unwrap();
    assert!(empty.changed && empty.created);
    assert_eq!(
        subject.deltas("empty", 9, true).await,
        [(1, "{}".to_owned())]
    );
}

pub async fn a_write_that_changes_nothing_commits_nothing<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy::default());
    let made = subject
        .set("a", r#"{"x":1,"y":[2]}"#, None, 1.0)
        .await
        .unwrap();
    let unchanged = Outcome {
        changed: false,
        created: false,
        ..made.clone()
    };
    for same in [r#"{"x":1,"y":[2]}"#, r#"{"y":[2],"x":1}"#] {
        assert_eq!(
            subject.set("a", same, None, 2.0).await,
            Ok(unchanged.clone())
        );
        assert_eq!(subject.update("a", same, 2.0).await, Ok(unchanged.clone()));
    }
    assert_eq!(subject.update("a", "{}", 2.0).await, Ok(unchanged.clone()));
    let removed = subject.update("a", r#"{"z":!}"#, 2.0).await;
    assert_eq!(removed, Ok(unchanged));
    assert_eq!(subject.deltas("a", 9, false).await.len(), 1);
}

pub async fn an_update_merges_and_tells_exactly_what_changed<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy::default());
    let missing = subject.update("a", "{}", 1.0).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    subject
        .set("a", r#"{"u":{"name":"x","age":3},"k":[1]}"#, None, 1.0)
        .await
        .unwrap();
    let done = subject
        .update("a", r#"{"u":{"age":4},"k":[1,2],"new":null}"#, 2.0)
        .await
        .unwrap();
    assert_eq!(
        (done.changed, done.created, done.head.version),
        (true, false, 2)
    );
    let state = r#"{"u":{"name":"x","age":4},"k":[1,2],"new":null}"#;
    assert_eq!(done.state, state);
    let told = value(&done.delta.unwrap());
    assert_eq!(
        told["u"],
        value(r#"{"age":{"action":"modified","oldValue":3,"value":4}}"#)
    );
    let next = subject.set("a", r#"{"u":1}"#, None, 3.0).await.unwrap();
    assert_eq!(applied(state, &next.delta.unwrap()), r#"{"u":1}"#);
    assert_eq!(subject.get("a").await.unwrap().unwrap().head, next.head);
}

pub async fn operations_are_computed_on_what_is_stored<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy::default());
    subject
        .set("a", r#"{"n":1,"gone":0}"#, None, 1.0)
        .await
        .unwrap();
    let changes = r#"{"gone":!,"log":+["x"],"n":+2,"deep":{"er":+1}}"#;
    for _ in 0..5 {
        subject.update("a", changes, 2.0).await.unwrap();
    }
    assert_eq!(
        value(&subject.get("a").await.unwrap().unwrap().text),
        value(r#"{"n":11,"log":["x","x","x","x","x"],"deep":{"er":5}}"#)
    );
    let wrong = subject.update("a", r#"{"log":+1}"#, 2.0).await;
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidValue);
    assert_eq!(text(&wrong.path().unwrap().to_json()), r#"["log"]"#);
}

pub async fn a_guard_lets_only_its_version_through<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    let conflict = |outcome: chord::Result<Outcome>| {
        assert_eq!(outcome.unwrap_err().code(), Code::Conflict);
    };
    conflict(subject.set("a", "{}", version(1), 1.0).await);
    conflict(subject.update_guarded("a", "{}", version(1), 1.0).await);
    let made = subject
        .set("a", r#"{"n":1}"#, version(0), 1.0)
        .await
        .unwrap();
    conflict(subject.set("a", "{}", version(0), 1.0).await);
    conflict(subject.set("a", "{}", version(2), 1.0).await);
    // Checked before "changes nothing".
    conflict(subject.set("a", r#"{"n":1}"#, version(0), 1.0).await);
    let second = subject
        .set("a", r#"{"n":2}"#, exactly(made.head), 1.0)
        .await
        .unwrap();
    conflict(
        subject
            .set("a", r#"{"n":3}"#, exactly(made.head), 1.0)
            .await,
    );
    let other = chord::engine::Head {
        version: 2,
        ..made.head
    };
    conflict(
        subject
            .update_guarded("a", r#"{"n":3}"#, exactly(other), 1.0)
            .await,
    );
    let third = subject
        .update_guarded("a", r#"{"n":3}"#, exactly(second.head), 1.0)
        .await;
    assert_eq!(third.unwrap().head.version, 3);
}

pub async fn a_refused_write_leaves_no_trace<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    for (text, code) in [
        ("[1]", Code::InvalidValue),
        (r#"{"a":tru}"#, Code::InvalidValue),
    ] {
        let refused = subject.set("a", text, None, 1.0).await.unwrap_err();
        assert_eq!(refused.code(), code, "{text}");
        assert_eq!(
            subject.update("a", text, 1.0).await.unwrap_err().code(),
            code,
            "{text}"
        );
        assert_eq!(
            subject.restore("a", text, 3, 1.0).await.unwrap_err().code(),
            code,
            "{text}"
        );
    }
    assert_eq!(subject.get("a").await, Ok(None));
    assert_eq!(subject.delete("a", None, 1.0).await, Ok(None));
    let made = subject.set("a", r#"{"s":"x"}"#, None, 1.0).await.unwrap();
    assert_eq!(made.head.version, 1);
    subject
        .set("a", r#"{"s":tru}"#, None, 2.0)
        .await
        .unwrap_err();
    subject
        .update("a", r#"{"t":1,"s":+1}"#, 2.0)
        .await
        .unwrap_err();
    subject.delete("a", version(7), 2.0).await.unwrap_err();
    let there = subject.get("a").await.unwrap().unwrap();
    assert_eq!((there.head, &*there.text), (made.head, r#"{"s":"x"}"#));
    assert_eq!(subject.deltas("a", 9, false).await.len(), 1);
}

pub async fn limits_hold_for_what_comes_in_and_for_what_comes_out<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let mut policy = Policy::default();
    policy.limits.context_bytes = 40;
    policy.limits.depth = 3;
    let subject = open(policy);
    let code = |outcome: chord::Result<Outcome>| outcome.unwrap_err().code();
    let long = format!(r#"{{"s":"{}"}}"#, "x".repeat(33));
    assert_eq!(
        code(subject.set("a", &long, None, 1.0).await),
        Code::LimitExceeded
    );
    assert_eq!(
        code(subject.restore("a", &long, 1, 1.0).await),
        Code::LimitExceeded
    );
    assert_eq!(
        code(subject.set("a", r#"{"a":{"b":{"c":{}}}}"#, None, 1.0).await),
        Code::LimitExceeded
    );
    let full = format!(r#"{{"s":"{}"}}"#, "x".repeat(32));
    let made = subject.set("a", &full, None, 1.0).await.unwrap();
    assert_eq!(
        code(subject.update("a", r#"{"t":1}"#, 1.0).await),
        Code::LimitExceeded
    );
    let append = r#"{"a":{"b":{"c":+[1]}}}"#;
    subject.set("b", "{}", None, 1.0).await.unwrap();
    assert_eq!(
        code(subject.update("b", append, 1.0).await),
        Code::LimitExceeded
    );
    assert_eq!(subject.get("a").await.unwrap().unwrap().head, made.head);
    // Shorter in the end, whatever stood there.
    let shorter = subject.update("a", r#"{"t":1,"s":!}"#, 1.0).await;
    assert_eq!(shorter.unwrap().state, r#"{"t":1}"#);
}

pub async fn large_contexts_are_stored_as_they_are<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    let fields: Vec<String> = (0..400)
        .map(|n| format!(r#""k{n}":{{"id":{n},"on":true}}"#))
        .collect();
    let state = format!("{{{}}}", fields.join(","));
    subject.set("a", &state, None, 1.0).await.unwrap();
    let mut expected = state.clone();
    for n in 0..20 {
        let done = subject
            .update("a", &format!(r#"{{"k{n}":{{"on":false}}}}"#), 2.0)
            .await
            .unwrap();
        expected = expected.replacen(
            &format!(r#""id":{n},"on":true"#),
            &format!(r#""id":{n},"on":false"#),
            1,
        );
        assert_eq!(done.state, expected);
    }
    assert_eq!(subject.get("a").await.unwrap().unwrap().text, expected);
}
