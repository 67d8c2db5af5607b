//! What is stored is what the engine over memory has, in bounded room, with few bytes for each change.

use chord::engine::{Limits, Policy};

use super::{INCREMENT, Random, fresh, tabs};
use crate::executor::{block_on, join};
use crate::simulated_database::{Operation, SimulatedDatabase};
use crate::subject::{Host, Subject, Told, memory, text, value};
use crate::tab::Tab;

const IDS: [&str; 4] = ["a", "b", "b/c", "ü"];

#[derive(Clone, Debug)]
enum Action {
    Set(String),
    Update(String),
    Increment,
    Restore(String, u64),
    Delete,
    Sync(u64),
}

fn action(random: &mut Random) -> Action {
    let n = random.below(1000);
    let padding = "p".repeat(if n.is_multiple_of(3) { 2000 } else { n % 40 });
    match random.below(16) {
        0..3 => Action::Set(format!(r#"{{"n":{n},"pad":"{padding}"}}"#)),
        3..8 => Action::Update(format!(r#"{{"k{}":"{padding}"}}"#, n % 3)),
        8..12 => Action::Increment,
        12 => Action::Restore(format!(r#"{{"r":{n}}}"#), n as u64 % 60),
        13 => Action::Delete,
        _ => Action::Sync(n as u64 % 30),
    }
}

/// What a call comes to, revisions aside.
async fn act<H: Host>(subject: &Subject<H>, id: &str, action: &Action, now: f64) -> String {
    let written = match action {
        Action::Set(state) => subject.set(id, state, None, now).await,
        Action::Update(changes) => subject.update(id, changes, now).await,
        Action::Increment => subject.update(id, INCREMENT, now).await,
        Action::Restore(state, version) => subject.restore(id, state, *version, now).await,
        Action::Delete => {
            let head = subject.delete(id, None, now).await.unwrap();
            return format!("{:?}", head.map(|head| head.version));
        }
        Action::Sync(version) => {
            let told = subject.sync(id, *version, chord::engine::Known::Nothing);
            return match told.await {
                Ok(Told::Full(state)) => format!("{} {}", state.head.version, state.text),
                Ok(Told::Delta(head, delta)) => format!("{} {delta}", head.version),
                Ok(Told::Same(head)) => format!("{}", head.version),
                Err(error) => format!("{:?}", error.code()),
            };
        }
    };
    match written {
        Err(error) => format!("{:?}", error.code()),
        Ok(done) => {
            let kind = (done.changed, done.created, done.head.version, done.at);
            format!("{kind:?} {} {:?}", done.state, done.delta)
        }
    }
}

/// All that can be seen, revisions aside.
async fn seen<H: Host>(subject: &Subject<H>) -> String {
    let mut all = format!("{:?}", subject.list(99, None, false, "").await);
    for id in IDS {
        let state = subject.get(id).await.unwrap();
        let state = state.map(|state| (state.head.version, state.at, state.text));
        let deltas = subject.deltas(id, 999, false).await;
        all += &format!("\n{id} {state:?} {deltas:?}");
    }
    all
}

async fn cleaned<H: Host>(subject: &Subject<H>, now: f64) -> String {
    let cleaned = subject.cleanup(1000, now).await.unwrap();
    let contexts = cleaned.contexts.iter();
    let mut contexts: Vec<_> = contexts
        .map(|(id, head)| (text(id), head.version))
        .collect();
    contexts.sort();
    format!("{} {contexts:?}", cleaned.deltas)
}

fn policies() -> [Policy; 4] {
    let short = Policy {
        context_ttl: Some(60.0),
        delta_ttl: Some(25.0),
        delta_threshold: Some(7),
        tombstone_ttl: 30.0,
        ..Policy::default()
    };
    let small = Limits {
        log_bytes: 900,
        ..short.limits
    };
    [
        short,
        Policy {
            delta_threshold: Some(0),
            ..short
        },
        Policy {
            delta_threshold: None,
            delta_ttl: Some(90.0),
            context_ttl: None,
            ..short
        },
        Policy {
            limits: small,
            delta_threshold: Some(40),
            ..short
        },
    ]
}

/// Does the same through tabs in groups and, call by call, in memory.
async fn follow(database: &SimulatedDatabase, policy: Policy, count: usize, seed: u64) {
    let mut random = Random::new(seed);
    let tabs = tabs(database, count, policy);
    let model = memory(policy);
    let mut now = 0.0;
    for step in 0..40 {
        let tab = &tabs[random.below(count)];
        now += random.below(9) as f64;
        if random.below(6) == 0 {
            let there = cleaned(tab, now).await;
            assert_eq!(
                there,
                cleaned(&model, now).await,
                "seed {seed}, step {step}"
            );
        }
        let actions: Vec<_> = (0..random.below(12))
            .map(|_| (IDS[random.below(4)], action(&mut random)))
            .collect();
        let calls = actions.iter().map(|(id, action)| act(tab, id, action, now));
        let outcomes = join(calls).await;
        for ((id, action), outcome) in actions.iter().zip(outcomes) {
            let expected = act(&model, id, action, now).await;
            assert_eq!(outcome, expected, "seed {seed}, step {step}: {action:?}");
        }
        database.tables().assert_sound(&policy);
        let expected = seen(&model).await;
        for tab in tabs.iter().chain([&fresh(database, policy)]) {
            assert_eq!(seen(tab).await, expected, "seed {seed}, step {step}");
        }
    }
}

#[test]
fn what_is_stored_is_what_memory_has() {
    for policy in policies() {
        for seed in 0..12 {
            let database = SimulatedDatabase::new(seed);
            block_on(follow(&database, policy, 1 + seed as usize % 3, seed));
        }
    }
}

#[test]
fn a_log_that_another_tab_has_shortened_stays_short() {
    let database = SimulatedDatabase::new(1);
    let policy = Policy {
        delta_ttl: Some(10.0),
        ..Policy::default()
    };
    let tabs = tabs(&database, 2, policy);
    block_on(async {
        tabs[0].set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        for n in 1..9 {
            let now = f64::from(n);
            tabs[0].update("a", INCREMENT, now).await.unwrap();
        }
        assert_eq!(tabs[1].cleanup(9, 16.5).await.unwrap().deltas, 7);
        // It was asked for earlier than the cleanup, and by itself it would shorten nothing.
        let done = tabs[0].update("a", INCREMENT, 9.0).await;
        assert_eq!(done.unwrap().head.version, 10);
        for tab in tabs.iter().chain([&fresh(&database, policy)]) {
            let kept = tab.deltas("a", 99, false).await;
            let versions: Vec<u64> = kept.iter().map(|kept| kept.0).collect();
            assert_eq!(versions, [8, 9, 10]);
        }
        database.tables().assert_sound(&policy);
    });
}

#[test]
fn a_deletion_is_stored_even_if_its_tombstone_passes_within_the_same_transaction() {
    let database = SimulatedDatabase::new(2);
    let policy = Policy {
        tombstone_ttl: 0.0,
        ..Policy::default()
    };
    let tab = fresh(&database, policy);
    block_on(async {
        for id in ["a", "b"] {
            tab.set(id, "{}", None, 1.0).await.unwrap();
        }
        let delete = async {
            assert!(tab.delete("a", None, 2.0).await.unwrap().is_some());
        };
        let unchanged = async {
            assert!(!tab.set("b", "{}", None, 3.0).await.unwrap().changed);
        };
        let calls: [core::pin::Pin<Box<dyn Future<Output = ()>>>; 2] =
            [Box::pin(delete), Box::pin(unchanged)];
        join(calls).await;
        assert_eq!(fresh(&database, policy).get("a").await, Ok(None));
        database.tables().assert_sound(&policy);
    });
}

/// A state of about so many bytes, in fields of 40.
fn state(bytes: usize) -> String {
    let fields: Vec<String> = (0..bytes / 40)
        .map(|n| format!(r#""field{n:05}":"{}""#, "x".repeat(25)))
        .collect();
    format!(r#"{{"n":0,{}}}"#, fields.join(","))
}

#[test]
fn a_small_change_to_a_large_context_writes_little_on_average() {
    let database = SimulatedDatabase::new(0);
    let tab = fresh(&database, Policy::default());
    block_on(async {
        let state = state(50_000);
        tab.set("a", &state, None, 0.0).await.unwrap();
        let before = database.tables().written;
        for n in 0..1000 {
            let changes = format!(r#"{{"field{:05}":"changed {n}"}}"#, n * 7 % 1000);
            tab.update("a", &changes, f64::from(n)).await.unwrap();
        }
        let average = (database.tables().written - before) / 1000;
        assert!(average < 2048, "{average} bytes for each change");
        database.tables().assert_sound(&Policy::default());
    });
}

#[test]
fn room_is_bounded_by_the_policy_however_many_changes_there_are() {
    for (bytes, most) in [(40, 40_000), (10_000, 60_000), (50_000, 170_000)] {
        let database = SimulatedDatabase::new(0);
        let tab = fresh(&database, Policy::default());
        block_on(async {
            tab.set("a", &state(bytes), None, 0.0).await.unwrap();
            let mut largest = 0;
            for _ in 0..1500 {
                tab.update("a", INCREMENT, 1.0).await.unwrap();
                largest = largest.max(database.tables().size());
            }
            assert!(largest < most, "{largest} bytes for {bytes}");
            database.tables().assert_sound(&Policy::default());
            assert_eq!(value(&tab.get("a").await.unwrap().unwrap().text)["n"], 1500);
            assert_eq!(tab.deltas("a", 999, false).await.len(), 100);
        });
    }
}

#[test]
fn a_group_of_changes_longer_than_the_log_is_stored() {
    let database = SimulatedDatabase::new(3);
    let policy = Policy {
        delta_threshold: Some(5),
        ..Policy::default()
    };
    let tab = fresh(&database, policy);
    block_on(async {
        tab.set("a", &state(9000), None, 0.0).await.unwrap();
        for _ in 0..4 {
            let calls = (0..50).map(|_| tab.update("a", INCREMENT, 1.0));
            join(calls).await;
            database.tables().assert_sound(&policy);
        }
        let there = fresh(&database, policy).get("a").await.unwrap().unwrap();
        assert_eq!(value(&there.text)["n"], 200);
    });
}

#[test]
fn contexts_live_on_when_they_are_read_by_a_tab_of_another_policy() {
    let database = SimulatedDatabase::new(4);
    let keeping = fresh(&database, Policy::default());
    let forgetting: Subject<Tab> = fresh(
        &database,
        Policy {
            delta_threshold: Some(0),
            ..Policy::default()
        },
    );
    block_on(async {
        keeping.set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        for n in 1..60 {
            let tab = if n % 3 == 0 { &forgetting } else { &keeping };
            let done = tab.update("a", INCREMENT, 1.0).await.unwrap();
            assert_eq!(done.head.version, n + 1);
            let record = database.tables().record(b"a");
            assert_eq!(record.head(), done.head);
        }
    });
}

#[test]
fn very_many_tombstones_go_bit_by_bit() {
    let policy = Policy {
        tombstone_ttl: 5.0,
        ..Policy::default()
    };
    let database = SimulatedDatabase::new(3);
    let tabs = tabs(&database, 1, policy);
    block_on(async {
        for n in 0..2500 {
            let id = format!("c{n}");
            tabs[0].set(&id, "{}", None, 0.0).await.unwrap();
            tabs[0].delete(&id, None, 0.0).await.unwrap();
        }
        let before = database.operations().len();
        let cleaned = tabs[0].cleanup(1000, 9.0).await.unwrap();
        assert_eq!((cleaned.contexts.len(), cleaned.deltas), (0, 0));
        let operations = database.operations()[before..].to_vec();
        let is_commit = |(_, operation): &&(usize, Operation)| *operation == Operation::Commit;
        assert_eq!(operations.iter().filter(is_commit).count(), 3);
        // What a call that is given up has done by then is done.
        assert_eq!(
            tabs[0]
                .set("c0", "{}", None, 9.0)
                .await
                .unwrap()
                .head
                .version,
            1
        );
    });
}
