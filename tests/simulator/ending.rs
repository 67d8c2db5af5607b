//! When nothing goes wrong any more: everything answers, everybody agrees, and nothing has grown beyond its bounds.

use std::rc::Rc;

use chord::engine::Keep;

use crate::client::Client;
use crate::history::{is_same, mark, short};
use crate::store::{Row, is_over};
use crate::worker;
use crate::world::World;

/// So many entries more than the policy's may be kept: engines trim by count once in as many versions.
const LOOSE_ENTRIES: u64 = 16;

/// Engines write a snapshot when the entries since the last one have grown as long as the state and as long as this.
const SHORT_TAIL: usize = 4096;

/// Lets everything come to rest, and looks at what is left.
pub async fn end(world: Rc<World>, clients: &mut [Client]) {
    let (plan, history) = (&world.plan, &world.history);
    world.is_calm.set(true);
    let troubles = 2 * (20 + 3 * plan.trouble);
    let rest = plan.longest_flight() + plan.deadline + troubles;
    world.scheduler.sleep(rest).await;
    history.note(|| "all is calm".into());
    let processes = world.processes.borrow().clone();
    for id in world.contexts() {
        for process in &processes {
            let span = history.span(&id);
            let outcome = process.get(&id).await;
            history.read(&span, &outcome);
            if let Err(error) = outcome {
                history.fail(format!("{id}: p{} ends with {error:?}", process.number));
            }
        }
        for process in &processes {
            let before = history.writes.borrow().len();
            worker::set(&world, process, &id, None).await;
            if history.writes.borrow()[before].fate != crate::history::Fate::Done {
                history.fail(format!("{id}: p{} can't write any more", process.number));
            }
        }
        for client in &mut *clients {
            for process in &processes {
                if !client.sync(process, &id).await {
                    history.fail(format!("{id}: p{} can't sync any more", process.number));
                }
                let there = world.store.borrow().rows.get(&id).map(Row::head);
                if client.head(&id) != there {
                    history.fail(format!("{id}: a client isn't where the store is"));
                }
            }
        }
    }
    are_rows_right(&world);
    for process in &processes {
        let now = process.now();
        worker::cleanup(&world, process, 1000).await;
        is_bounded(&world, now);
    }
    expire(&world).await;
    if world.scheduler.owned() > 0 {
        history.fail("something is under way, and nobody waits for it".into());
    }
}

/// What is stored must be what has happened.
fn are_rows_right(world: &World) {
    let (store, history) = (world.store.borrow(), &world.history);
    let pasts = history.pasts.borrow();
    for (id, row) in &store.rows {
        let Row::Live {
            head,
            snapshot,
            snapshot_version,
            tail,
            ..
        } = row
        else {
            continue;
        };
        let past = &pasts[id];
        let newest = tail.iter().rev();
        let mut at = Some(mark(head.revision));
        for entry in newest {
            let commit = at.and_then(|at| past.commits.get(&at));
            if commit.is_none_or(|commit| commit.head != entry.head) {
                history.fail(format!("{id}: {} isn't in the chain", short(entry.head)));
            }
            at = entry.previous.map(mark);
        }
        let mut commits = past.commits.values().filter(|commit| !commit.is_lost);
        let shown = commits.find(|commit| {
            commit.head.version == *snapshot_version
                && is_same(&commit.state, &String::from_utf8_lossy(snapshot))
        });
        if *snapshot_version > 0 && shown.is_none() {
            history.fail(format!("{id}: the snapshot was never the state"));
        }
    }
}

/// Logs are within what is to be kept, but for what a snapshot needs; and that isn't much more than the state.
fn is_bounded(world: &World, now: f64) {
    let (store, history) = (world.store.borrow(), &world.history);
    // What is due is reckoned by the clock of whoever wrote it.
    let keep: Keep = world.plan.policy().keep(now - world.plan.skew as f64);
    // Nobody notices that a failover has undone a cleanup: what it had dropped stays until the next trimming.
    let is_exact = world.plan.failovers == 0;
    let keep = Keep {
        count: keep.count.map(|count| count + LOOSE_ENTRIES),
        after: if is_exact {
            keep.after
        } else {
            f64::NEG_INFINITY
        },
        ..keep
    };
    for (id, row) in &store.rows {
        let Row::Live {
            snapshot,
            snapshot_version,
            tail,
            ..
        } = row
        else {
            continue;
        };
        let needed = tail
            .iter()
            .filter(|entry| entry.head.version > *snapshot_version);
        let bytes: usize = needed.map(|entry| entry.delta.len()).sum();
        let is_needed = tail
            .first()
            .is_some_and(|oldest| oldest.head.version > *snapshot_version);
        if is_over(tail, &keep) && !is_needed {
            history.fail(format!("{id}: {} entries are kept", tail.len()));
        }
        if bytes > 2 * snapshot.len().max(SHORT_TAIL) {
            history.fail(format!("{id}: {bytes} bytes since the snapshot"));
        }
    }
}

/// Everything that expires does, once it is time.
async fn expire(world: &World) {
    let (plan, history) = (&world.plan, &world.history);
    let lives = 2 * plan.context_ttl + plan.delta_ttl + plan.skew;
    let process = world.processes.borrow()[0].clone();
    for pause in [lives, plan.tombstone_ttl() + plan.skew] {
        world.scheduler.sleep(pause + 1).await;
        let now = process.now();
        worker::cleanup(world, &process, 1000).await;
        is_bounded(world, now);
    }
    let store = world.store.borrow();
    let left = store.rows.iter();
    let left: Vec<&String> = left
        .filter(|(_, row)| !row.is_live() || plan.context_ttl > 0)
        .map(|(id, _)| id)
        .collect();
    if !left.is_empty() {
        history.fail(format!("{left:?} should have expired"));
    }
    let is_old = |row: &Row| matches!(row, Row::Live { tail, snapshot_version, .. } if tail.first().is_some_and(|oldest| oldest.head.version <= *snapshot_version));
    if plan.delta_ttl > 0 && store.rows.values().any(is_old) {
        history.fail("deltas should have expired".into());
    }
}
