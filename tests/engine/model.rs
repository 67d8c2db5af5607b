//! Random operations against a model that knows nothing of deltas: each store does what the model does, and clients at all
//! versions converge. What proptest finds is kept in `tests/engine/seeds.txt` and run first from then on.

use std::collections::BTreeMap;

use chord::engine::{Head, Known, Policy};
use chord::{Code, Result};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use serde_json::{Map, Value, json};

use crate::executor::block_on;
use crate::simulated::Simulated;
use crate::simulated_database::SimulatedDatabase;
use crate::subject::{
    Host, Outcome, Subject, Through, Told, applied, behind, memory, stored, value, version,
};

const POLICY: Policy = Policy {
    context_ttl: Some(50.0),
    delta_ttl: Some(20.0),
    delta_threshold: Some(6),
    tombstone_ttl: f64::INFINITY,
    limits: chord::engine::Limits {
        context_bytes: 1 << 20,
        depth: 20,
        log_bytes: 1 << 20,
    },
};

#[derive(Clone, Debug)]
enum Action {
    Set(Value, Option<u64>),
    Update(Value),
    Increment(&'static str, i64),
    Append(&'static str, Value),
    Remove(&'static str),
    Delete,
    Restore(Value, u64),
    /// A client of this number asks for what it misses.
    Sync(usize, bool),
    Wait(u8),
    Cleanup(usize),
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        (-3_i64..9).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
        vec(0..4_u8, 0..3).prop_map(Value::from),
        Just(Value::from("long ".repeat(80))),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    let key = || select(&["a", "b", "c", "action"][..]).prop_map(str::to_owned);
    let inner = prop_oneof![
        4 => scalar(),
        1 => vec((key(), scalar()), 0..3).prop_map(|fields| Value::Object(fields.into_iter().collect())),
    ];
    vec((key(), inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn action() -> impl Strategy<Value = Action> {
    let key = || select(&["a", "b", "c"][..]);
    prop_oneof![
        4 => (object(), prop::option::weighted(0.2, 0..8_u64)).prop_map(|(state, guard)| Action::Set(state, guard)),
        6 => object().prop_map(Action::Update),
        2 => (key(), -2..5_i64).prop_map(|(key, by)| Action::Increment(key, by)),
        2 => (key(), scalar()).prop_map(|(key, item)| Action::Append(key, item)),
        1 => key().prop_map(Action::Remove),
        1 => Just(Action::Delete),
        1 => (object(), 0..12_u64).prop_map(|(state, version)| Action::Restore(state, version)),
        6 => (0..4_usize, any::<bool>()).prop_map(|(client, knows)| Action::Sync(client, knows)),
        2 => (0..15_u8).prop_map(Action::Wait),
        1 => (1..3_usize).prop_map(Action::Cleanup),
    ]
}

/// What a context should be.
#[derive(Default)]
struct Model {
    state: Option<Map<String, Value>>,
    version: u64,
    at: f64,
    /// The states of this lineage.
    lineage: BTreeMap<u64, Value>,
}

impl Model {
    fn begin(&mut self, state: &Value, version: u64, now: f64) {
        self.lineage.clear();
        self.version = version - 1;
        self.state = Some(Map::new());
        self.go_on(state.clone(), now);
    }

    fn go_on(&mut self, state: Value, now: f64) {
        self.version += 1;
        self.at = now;
        self.lineage.insert(self.version, state.clone());
        self.state = state.as_object().cloned();
    }

    /// The state after a write, or the code it is refused with.
    fn write(&self, action: &Action) -> core::result::Result<Value, Code> {
        if let Action::Set(state, guard) = action {
            let there = if self.state.is_some() {
                self.version
            } else {
                0
            };
            return match guard {
                Some(guard) if *guard != there => Err(Code::Conflict),
                _ => Ok(state.clone()),
            };
        }
        let mut state = self.state.clone().ok_or(Code::NotFound)?;
        match action {
            Action::Update(changes) => merge(&mut state, changes),
            Action::Increment(key, by) => match state.get(*key) {
                None => drop(state.insert((*key).to_owned(), json!(by))),
                Some(Value::Number(there)) => {
                    let sum = there.as_i64().unwrap() + by;
                    state.insert((*key).to_owned(), json!(sum));
                }
                Some(_) => return Err(Code::InvalidValue),
            },
            Action::Append(key, item) => match state.entry(*key).or_insert(json!([])) {
                Value::Array(items) => items.push(item.clone()),
                _ => return Err(Code::InvalidValue),
            },
            Action::Remove(key) => drop(state.shift_remove(*key)),
            _ => unreachable!("no write"),
        }
        Ok(Value::Object(state))
    }
}

fn merge(state: &mut Map<String, Value>, changes: &Value) {
    for (key, change) in changes.as_object().unwrap() {
        match (state.get_mut(key), change) {
            (Some(Value::Object(inner)), Value::Object(_)) => merge(inner, change),
            _ => drop(state.insert(key.clone(), change.clone())),
        }
    }
}

async fn write<H: Host>(subject: &Subject<H>, action: &Action, now: f64) -> Result<Outcome> {
    let changes = match action {
        Action::Set(state, guard) => {
            let guard = guard.and_then(version);
            return subject.set("x", &state.to_string(), guard, now).await;
        }
        Action::Update(changes) => return subject.update("x", &changes.to_string(), now).await,
        Action::Increment(key, by) => format!(r#"{{"{key}":+{by}}}"#),
        Action::Append(key, item) => format!(r#"{{"{key}":+[{item}]}}"#),
        Action::Remove(key) => format!(r#"{{"{key}":!}}"#),
        _ => unreachable!("no write"),
    };
    subject.update("x", &changes, now).await
}

/// Does the same to the store and to the model.
async fn follow<H: Host>(subject: &Subject<H>, actions: &[Action]) {
    let mut model = Model::default();
    let mut now = 0.0;
    // What each client has: version, revision and state.
    let mut clients: Vec<Option<(Head, String)>> = vec![None; 4];
    for action in actions {
        match action {
            Action::Wait(time) => now += f64::from(*time),
            Action::Cleanup(limit) => {
                let cleaned = subject.cleanup(*limit, now).await.unwrap();
                let is_over = model.state.is_some() && model.at + 50.0 <= now;
                assert_eq!(cleaned.contexts.len(), usize::from(is_over));
                if is_over {
                    model.state = None;
                }
            }
            Action::Delete => {
                let gone = subject.delete("x", None, now).await.unwrap();
                assert_eq!(
                    gone.map(|head| head.version),
                    model.state.take().map(|_| model.version)
                );
            }
            Action::Restore(state, version) => {
                let done = subject
                    .restore("x", &state.to_string(), *version, now)
                    .await
                    .unwrap();
                model.begin(state, (model.version + 1).max(*version), now);
                assert_eq!((done.head.version, done.created), (model.version, true));
            }
            Action::Sync(client, knows) => {
                sync(subject, &model, &mut clients[*client], *knows).await
            }
            _ => match (write(subject, action, now).await, model.write(action)) {
                (Ok(done), Ok(after)) => {
                    let before = model.state.clone().map(Value::Object);
                    assert_eq!(value(&done.state), after);
                    assert_eq!(done.created, before.is_none());
                    assert_eq!(done.changed, before.as_ref() != Some(&after));
                    match before {
                        None => model.begin(&after, model.version + 1, now),
                        Some(before) if done.changed => {
                            let told = applied(&before.to_string(), &done.delta.unwrap());
                            assert_eq!(value(&told), after);
                            model.go_on(after, now);
                        }
                        Some(_) => {}
                    }
                    assert_eq!((done.head.version, done.at), (model.version, model.at));
                }
                (Err(error), Err(code)) => assert_eq!(error.code(), code),
                (got, wanted) => panic!("{action:?} gave {got:?} instead of {wanted:?}"),
            },
        }
        let there = subject.get("x").await.unwrap();
        assert_eq!(
            there.as_ref().map(|there| value(&there.text)),
            model.state.clone().map(Value::Object)
        );
        if let Some(there) = there {
            assert_eq!((there.head.version, there.at), (model.version, model.at));
        }
    }
    for client in &mut clients {
        sync(subject, &model, client, true).await;
    }
}

async fn sync<H: Host>(
    subject: &Subject<H>,
    model: &Model,
    client: &mut Option<(Head, String)>,
    knows: bool,
) {
    let have = client.as_ref().map(|(head, _)| *head);
    let known = match have {
        Some(head) if knows => Known::Revision(head.revision),
        _ => Known::Nothing,
    };
    let told = subject
        .sync("x", have.map_or(0, |head| head.version), known)
        .await;
    let Some(state) = model.state.clone().map(Value::Object) else {
        assert_eq!(told.unwrap_err().code(), Code::NotFound);
        return;
    };
    let (head, text) = match told.unwrap() {
        Told::Full(full) => (full.head, full.text),
        Told::Same(head) => {
            assert_eq!(have.unwrap().version, head.version);
            (head, client.as_ref().unwrap().1.clone())
        }
        Told::Delta(head, delta) => {
            // A bare version is exact within one lineage: take the state it means there.
            let before = &model.lineage[&have.unwrap().version];
            (head, applied(&before.to_string(), &delta))
        }
    };
    assert_eq!(head.version, model.version);
    if knows {
        assert_eq!(value(&text), state);
    }
    *client = Some((head, state.to_string()));
}

fn holds<H: Host>(cases: u32, open: impl Fn(u64) -> Subject<H>) {
    let config = Config {
        cases,
        max_shrink_iters: 20_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/engine/seeds.txt",
        ))),
        ..Config::default()
    };
    let outcome =
        TestRunner::new(config).run(&(vec(action(), 1..60), 0..1000_u64), |(actions, seed)| {
            block_on(follow(&open(seed), &actions));
            Ok(())
        });
    if let Err(failure) = outcome {
        panic!(
            "{failure}\nThe seed is kept in tests/engine/seeds.txt; make a test of the input above."
        );
    }
}

#[test]
fn memory_does_what_the_model_does() {
    holds(600, |_| memory(POLICY));
}

#[test]
fn one_engine_over_a_backend_does_what_the_model_does() {
    holds(400, |seed| {
        behind(&Simulated::new(seed), Through::One, POLICY)
    });
}

#[test]
fn several_engines_over_a_backend_do_what_the_model_does() {
    holds(400, |seed| {
        behind(&Simulated::new(seed), Through::Several, POLICY)
    });
}

#[test]
fn new_engines_over_a_backend_do_what_the_model_does() {
    holds(400, |seed| {
        behind(&Simulated::new(seed), Through::New, POLICY)
    });
}

#[test]
fn a_tab_does_what_the_model_does() {
    holds(300, |seed| {
        stored(&SimulatedDatabase::new(seed), Through::One, POLICY)
    });
}

#[test]
fn several_tabs_do_what_the_model_does() {
    holds(300, |seed| {
        stored(&SimulatedDatabase::new(seed), Through::Several, POLICY)
    });
}
