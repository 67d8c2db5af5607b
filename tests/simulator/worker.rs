//! Whoever writes and reads through processes, at random. Each write has a token, by which it shows in the state once at most.

use std::rc::Rc;

use chord::engine::Guard;
use serde_json::{Value, json};

use crate::calls::{exactly, version};
use crate::dice::Dice;
use crate::process::Process;
use crate::scheduler::{Slot, WORLD};
use crate::world::World;

/// Makes calls until it has made all of the plan's.
pub async fn work(world: Rc<World>, number: u64) {
    let dice = Rc::new(Dice::new(world.plan.seed, 2000 + number));
    let mut left = world.plan.calls;
    while left > 0 && world.history.failure().is_none() {
        world.scheduler.sleep(dice.below(world.plan.think)).await;
        let together = dice.between(1, world.plan.burst.max(1)).min(left);
        left -= together;
        let (process, id) = (world.process(&dice), world.context(&dice));
        let slots = (0..together).map(|_| {
            let slot = Slot::default();
            let (world, process, id) = (world.clone(), process.clone(), id.clone());
            let (dice, done) = (dice.clone(), slot.clone());
            let spawner = world.scheduler.clone();
            spawner.spawn(WORLD, async move {
                call(&world, &process, &id, &dice).await;
                done.fill(());
            });
            slot
        });
        for slot in slots.collect::<Vec<Slot<()>>>() {
            slot.wait().await;
        }
    }
}

/// Makes one call.
async fn call(world: &World, process: &Process, id: &str, dice: &Dice) {
    let history = &world.history;
    let weights = [35, 15, 6, 12, 10, 10, 4, 4, 3, 3, 3, 2, 4];
    match dice.weighed(&weights) {
        Some(0) => append(world, process, id, None).await,
        Some(1) => update(world, process, id, dice).await,
        Some(2) => set(world, process, id, None).await,
        Some(3) => transact(world, process, id, dice).await,
        Some(4) => set(world, process, id, version(0)).await,
        Some(5) => {
            let span = history.span(id);
            history.read(&span, &process.get(id).await);
        }
        Some(6) => {
            let span = history.span(id);
            let most = listed_at_most(world);
            history.listed_deltas(&span, most, &process.deltas(id).await);
        }
        Some(7) => {
            let span = history.span(id);
            let outcome = process.update(id, "{}".into(), None).await;
            history.kept(&span, &outcome);
        }
        Some(8) => delete(world, process, id, None).await,
        Some(9) => {
            let guard = process.get(id).await.ok().flatten();
            let guard = guard.and_then(|there| exactly(there.head));
            if dice.happens(500) {
                delete(world, process, id, guard).await;
            } else {
                append(world, process, id, guard).await;
            }
        }
        Some(10) => {
            let spans: Vec<_> = world.contexts().map(|id| history.span(&id)).collect();
            history.listed(&spans, &process.list(dice.happens(500)).await);
        }
        Some(11) => {
            let token = history.write(id);
            let outcome = process
                .restore(id, fresh(world, token), dice.below(12))
                .await;
            history.wrote(token, None, "restore", &outcome);
        }
        _ => cleanup(world, process, dice.between(1, 4) as usize).await,
    }
}

/// How many deltas are listed at most: those that are kept, and those of writes that came together with the listing, for a log is
/// trimmed when what has come together is stored.
fn listed_at_most(world: &World) -> Option<u64> {
    let together = world.plan.workers * world.plan.burst;
    let kept = world.plan.policy().delta_threshold;
    kept.map(|kept| kept + together)
}

/// A state that shows a write and nothing else.
fn fresh(world: &World, token: usize) -> String {
    let padding = "-".repeat(world.plan.padding as usize);
    format!(r#"{{"by":"t{token}","log":[],"n":0,"padding":"{padding}"}}"#)
}

/// Makes a whole new state.
pub async fn set(world: &World, process: &Process, id: &str, guard: Option<Guard>) {
    let token = world.history.write(id);
    let outcome = process.set(id, fresh(world, token), guard).await;
    world.history.wrote(token, guard, "set", &outcome);
}

async fn append(world: &World, process: &Process, id: &str, guard: Option<Guard>) {
    let token = world.history.write(id);
    let changes = format!(r#"{{"log":+["t{token}"],"n":+1}}"#);
    let outcome = process.update(id, changes, guard).await;
    world.history.wrote(token, guard, "append", &outcome);
}

async fn update(world: &World, process: &Process, id: &str, dice: &Dice) {
    let token = world.history.write(id);
    let (field, number) = (dice.below(6), dice.below(1000));
    let changes = if dice.happens(800) {
        // Larger contexts have larger fields.
        let more = "-".repeat((number * world.plan.padding / 8000) as usize);
        format!(r#"{{"by":"t{token}","fields":{{"f{field}":"{number}{more}"}}}}"#)
    } else {
        format!(r#"{{"by":"t{token}","fields":{{"f{field}":!}}}}"#)
    };
    let outcome = process.update(id, changes, None).await;
    world.history.wrote(token, None, "update", &outcome);
}

/// Reads, computes and writes if nobody else has meanwhile; a few times.
async fn transact(world: &World, process: &Process, id: &str, dice: &Dice) {
    let history = &world.history;
    for _ in 0..3 {
        let span = history.span(id);
        let outcome = process.get(id).await;
        history.read(&span, &outcome);
        let Ok(Some(there)) = outcome else {
            return;
        };
        let token = history.write(id);
        let mut state: Value = serde_json::from_str(&there.text).unwrap();
        let log = state["log"].as_array_mut().unwrap();
        if dice.happens(200) && !log.is_empty() {
            log.remove(dice.below(log.len() as u64) as usize);
        }
        let place = dice.below(log.len() as u64 + 1) as usize;
        log.insert(place, json!(format!("t{token}")));
        state["n"] = json!(log.len());
        let guard = exactly(there.head);
        let outcome = process.set(id, state.to_string(), guard).await;
        history.wrote(token, guard, "transact", &outcome);
        if outcome.is_ok() {
            return;
        }
    }
}

async fn delete(world: &World, process: &Process, id: &str, guard: Option<Guard>) {
    let span = world.history.span(id);
    let outcome = process.delete(id, guard).await;
    world.history.deleted(&span, guard, &outcome);
}

pub async fn cleanup(world: &World, process: &Process, limit: usize) {
    let history = &world.history;
    let spans: Vec<_> = world.contexts().map(|id| history.span(&id)).collect();
    let now = process.now();
    let Ok(cleaned) = process.cleanup(limit, now).await else {
        return;
    };
    for (id, head) in cleaned.contexts {
        let span = spans.iter().find(|span| span.id.as_bytes() == &*id);
        let ttl = world.plan.policy().context_ttl;
        history.expired(span.unwrap(), head, ttl, now);
    }
}
