//! What clients are told: nothing, one delta over an unbroken chain, or everything.

use chord::Code;
use chord::engine::{Head, Known, Policy, Revision};

use crate::subject::{Host, State, Subject, Told, applied, value};

/// `versions` commits of a growing context, each with its state.
async fn history<H: Host>(subject: &Subject<H>, id: &str, versions: u64) -> Vec<State> {
    let mut states = Vec::new();
    for n in 1..=versions {
        let state = format!(
            r#"{{"n":{n},"big":"{}","k{}":{n}}}"#,
            "x".repeat(300),
            n % 3
        );
        let done = subject.set(id, &state, None, n as f64).await.unwrap();
        assert_eq!(done.head.version, n);
        states.push(State {
            head: done.head,
            at: done.at,
            text: done.state,
        });
    }
    states
}

pub async fn each_client_gets_one_delta_or_everything_at_every_trim_point<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    const VERSIONS: u64 = 7;
    for kept in 0..=VERSIONS + 1 {
        let subject = open(Policy {
            delta_threshold: Some(kept),
            ..Policy::default()
        });
        let states = history(&subject, "a", VERSIONS).await;
        let newest = states.last().unwrap();
        let mut versions: Vec<u64> = (VERSIONS.saturating_sub(kept) + 1..=VERSIONS).collect();
        assert_eq!(
            subject
                .deltas("a", 99, false)
                .await
                .iter()
                .map(|kept| kept.0)
                .collect::<Vec<_>>(),
            versions
        );
        versions.reverse();
        assert_eq!(
            subject
                .deltas("a", 99, true)
                .await
                .iter()
                .map(|kept| kept.0)
                .collect::<Vec<_>>(),
            versions
        );
        let everything = Told::Full(newest.clone());
        assert_eq!(
            subject.sync("a", 0, Known::Nothing).await,
            Ok(everything.clone())
        );
        assert_eq!(
            subject.sync("a", VERSIONS + 1, Known::Nothing).await,
            Ok(everything.clone())
        );
        for client in &states {
            let behind = VERSIONS - client.head.version;
            for known in [Known::Revision(client.head.revision), Known::Nothing] {
                let told = subject.sync("a", client.head.version, known).await.unwrap();
                match told {
                    Told::Same(head) => assert_eq!((behind, head), (0, newest.head)),
                    Told::Delta(head, delta) => {
                        assert!(behind > 0 && behind <= kept, "{behind} behind, {kept} kept");
                        assert_eq!(head, newest.head);
                        assert_eq!(value(&applied(&client.text, &delta)), value(&newest.text));
                    }
                    Told::Full(state) => {
                        assert!(behind > kept, "{behind} behind, {kept} kept");
                        assert_eq!(&state, newest);
                    }
                }
            }
        }
    }
}

pub async fn a_revision_that_nobody_had_gets_everything<H: Host>(
    open: &impl Fn(Policy) -> Subject<H>,
) {
    let subject = open(Policy::default());
    let states = history(&subject, "a", 4).await;
    for at in 1..=4 {
        let foreign = Revision {
            writer: 77,
            counter: at,
        };
        let others = states.iter().filter(|state| state.head.version != at);
        let known = others.map(|state| Known::Revision(state.head.revision));
        for known in known.chain([Known::Revision(foreign), Known::Foreign]) {
            let told = subject.sync("a", at, known).await.unwrap();
            assert_eq!(told, Told::Full(states[3].clone()));
        }
    }
}

pub async fn long_deltas_give_way_to_the_state<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    let state = |letter: &str| format!(r#"{{"a":"{0}","b":"{0}"}}"#, letter.repeat(600));
    let first = subject.set("a", &state("x"), None, 1.0).await.unwrap();
    let second = subject.set("a", &state("y"), None, 1.0).await.unwrap();
    let Told::Full(told) = subject.since("a", first.head).await.unwrap() else {
        panic!("the delta is longer than the state");
    };
    assert_eq!((told.head, told.text), (second.head, state("y")));
}

pub async fn a_sync_of_nothing_is_not_found<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    for round in 0..2 {
        let head = Head {
            version: 1,
            revision: Revision {
                writer: 1,
                counter: 1,
            },
        };
        assert_eq!(
            subject
                .sync("a", 0, Known::Nothing)
                .await
                .unwrap_err()
                .code(),
            Code::NotFound
        );
        assert_eq!(
            subject.since("a", head).await.unwrap_err().code(),
            Code::NotFound
        );
        assert_eq!(subject.deltas("a", 9, false).await, []);
        if round == 0 {
            subject.set("a", "{}", None, 1.0).await.unwrap();
            assert!(subject.delete("a", None, 1.0).await.unwrap().is_some());
        }
    }
}

pub async fn deltas_are_listed_from_either_end<H: Host>(open: &impl Fn(Policy) -> Subject<H>) {
    let subject = open(Policy::default());
    history(&subject, "a", 5).await;
    let all = subject.deltas("a", 99, false).await;
    assert_eq!(all.len(), 5);
    for limit in 0..=6 {
        let some = subject.deltas("a", limit, false).await;
        assert_eq!(some, all[..limit.min(5)]);
        let mut last = subject.deltas("a", limit, true).await;
        last.reverse();
        assert_eq!(last, all[5 - limit.min(5)..]);
    }
    let mut state = "{}".to_owned();
    for (_, delta) in &all {
        state = applied(&state, delta);
    }
    assert_eq!(
        value(&state),
        value(&subject.get("a").await.unwrap().unwrap().text)
    );
}
