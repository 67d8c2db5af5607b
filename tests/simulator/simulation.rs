//! Runs plans, and makes failing ones smaller.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::client::Client;
use crate::ending::end;
use crate::flaw::Flaw;
use crate::plan::Plan;
use crate::process::Process;
use crate::scheduler::{Slot, WORLD};
use crate::trouble::trouble;
use crate::worker::work;
use crate::world::World;

/// More steps than any simulation takes.
const STEPS: usize = 20_000_000;

/// What came of a simulation.
pub struct Report {
    pub failure: Option<String>,
    pub trace: Vec<String>,
    pub writes: usize,
}

/// Runs a plan to its end or to the first thing that is wrong.
pub fn run(plan: &Plan, flaw: Option<Flaw>, is_traced: bool) -> Report {
    let world = World::new(plan, flaw, is_traced);
    let history = world.history.clone();
    let outcome = catch_unwind(AssertUnwindSafe(|| live(&world)));
    if outcome.is_err() {
        history.fail("a panic".into());
    }
    world.scheduler.clear();
    world.processes.borrow_mut().clear();
    let writes = history.writes.borrow().len();
    Report {
        failure: history.failure(),
        trace: history.trace(),
        writes,
    }
}

fn live(world: &Rc<World>) {
    for number in 0..world.plan.processes {
        let process = Process::new(world, number as usize, number + 1);
        world.processes.borrow_mut().push(process);
    }
    let is_over = Rc::new(core::cell::Cell::new(false));
    let (all, over) = (world.clone(), is_over.clone());
    world.scheduler.spawn(WORLD, async move {
        let workers = (0..all.plan.workers).map(|number| {
            let (slot, world) = (Slot::default(), all.clone());
            let done = slot.clone();
            all.scheduler.spawn(WORLD, async move {
                work(world, number).await;
                done.fill(());
            });
            slot
        });
        let workers: Vec<Slot<()>> = workers.collect();
        let clients = (0..all.plan.clients).map(|number| {
            let (slot, mut client) = (Slot::default(), Client::new(&all, number));
            let done = slot.clone();
            all.scheduler.spawn(WORLD, async move {
                client.live().await;
                done.fill(client);
            });
            slot
        });
        let waiting: Vec<Slot<Client>> = clients.collect();
        all.scheduler.spawn(WORLD, trouble(all.clone()));
        for worker in workers {
            worker.wait().await;
        }
        let mut clients = Vec::new();
        for client in waiting {
            clients.push(client.wait().await);
        }
        end(all, &mut clients).await;
        over.set(true);
    });
    for _ in 0..STEPS {
        if is_over.get() || world.history.failure().is_some() {
            return;
        }
        if !world.scheduler.step() {
            return world.history.fail("nothing will ever happen again".into());
        }
    }
    world.history.fail("this takes forever".into());
}

/// Numbers that don't make a plan simpler by being smaller.
const FIXED: [&str; 5] = ["seed", "deadline", "delay", "latest", "context_bytes"];

/// The words that a failure begins with.
fn kind(what: &str) -> String {
    let words = what.chars().filter(|letter| letter.is_alphabetic());
    words.take(20).collect()
}

/// A plan that fails in the same way, with fewer and smaller numbers.
pub fn shrunk(plan: &Plan, flaw: Option<Flaw>) -> Plan {
    let mut plan = plan.clone();
    let kind = |plan: &Plan| run(plan, flaw, false).failure.map(|what| kind(&what));
    let wanted = kind(&plan);
    for _ in 0..3 {
        let before = plan.clone();
        for (name, value) in before.numbers() {
            let least = u64::from(["processes", "contexts"].contains(&name));
            for smaller in [least, value / 2, value.saturating_sub(1)] {
                let mut candidate = plan.clone();
                let number = candidate.number(name).unwrap();
                if FIXED.contains(&name) || smaller >= *number || smaller < least {
                    continue;
                }
                *number = smaller;
                if kind(&candidate) == wanted {
                    plan = candidate;
                    break;
                }
            }
        }
        if plan == before {
            break;
        }
    }
    plan
}

/// Says what is wrong with a plan, how it came to that, and how to see it again.
pub fn explain(plan: &Plan, flaw: Option<Flaw>, name: &str) -> String {
    let small = shrunk(plan, flaw);
    let report = run(&small, flaw, true);
    let lines = report.trace.len();
    let last = report.trace[lines.saturating_sub(120)..].join("\n");
    let what = report.failure.unwrap_or_default();
    format!(
        "{name} fails: {what}\n\nthe last of {lines} lines:\n{last}\n\n{what}\nplan: {plan}\nmade smaller: {small}\n\
         again: PLAN='{small}' timeout 60 cargo test --test simulator one_plan -- --nocapture\n"
    )
}
