//! Whole systems, simulated: the real engine in several processes over one store, with clients, and all that goes wrong between them.
//!
//! One thread, virtual time, and all chance from one seed: what has happened once happens again. [`plan`] says what a simulation is
//! made of, [`world`] what everybody in it shares. [`worker`]s and [`client`]s call [`process`]es, which reach the [`store`] through the
//! [`network`]; [`trouble`] befalls them. The store tells [`history`] what really happens, `judge` compares with that whatever callers
//! are told, and [`ending`] looks at what is left. `docs/simulator.md` is the guide.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod calls;
mod client;
mod dice;
mod ending;
mod flaw;
mod found_out;
mod history;
mod judge;
mod network;
mod plan;
mod process;
mod scheduler;
mod simulation;
mod store;
mod trouble;
mod worker;
mod world;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use plan::Plan;
use simulation::{explain, run};

fn setting(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().expect("a whole number"))
}

/// New seeds each time, for as long as `CHORD_SIMULATOR_SECONDS` says; the first may be given as `CHORD_SIMULATOR_SEED`.
#[test]
fn whatever_goes_wrong_the_promises_hold() {
    let seconds = setting("CHORD_SIMULATOR_SECONDS").unwrap_or(5);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = setting("CHORD_SIMULATOR_SEED").unwrap_or(clock.as_nanos() as u64 % 1_000_000_000);
    let (next, has_failed) = (AtomicU64::new(first), AtomicBool::new(false));
    let writes = AtomicU64::new(0);
    let began = Instant::now();
    let search = || {
        while began.elapsed() < Duration::from_secs(seconds) && !has_failed.load(Ordering::Relaxed)
        {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let report = run(&Plan::of(seed), None, false);
            writes.fetch_add(report.writes as u64, Ordering::Relaxed);
            if report.failure.is_some() {
                has_failed.store(true, Ordering::Relaxed);
                return Some(seed);
            }
        }
        None
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failed = std::thread::scope(|scope| {
        let searches: Vec<_> = (0..threads).map(|_| scope.spawn(search)).collect();
        let found = searches
            .into_iter()
            .filter_map(|search| search.join().unwrap());
        found.min()
    });
    let count = next.load(Ordering::Relaxed) - first;
    let writes = writes.load(Ordering::Relaxed);
    let took = began.elapsed().as_secs_f32();
    println!("{count} simulations with {writes} writes in {took:.1} s, from seed {first} on");
    if let Some(seed) = failed {
        panic!(
            "{}",
            explain(&Plan::of(seed), None, &format!("seed {seed}"))
        );
    }
}

/// `SEED=123 cargo test --test simulator one_seed -- --nocapture` runs one again and prints all that happens.
#[test]
fn one_seed() {
    let seed = setting("SEED");
    let plan = Plan::of(seed.unwrap_or(1));
    let report = run(&plan, None, true);
    if seed.is_some() {
        println!("{}\nplan: {plan}", report.trace.join("\n"));
    }
    assert_eq!(report.failure, None);
}

/// `PLAN='seed=1 …' cargo test --test simulator one_plan -- --nocapture` does the same with a plan.
#[test]
fn one_plan() {
    let Ok(text) = std::env::var("PLAN") else {
        return;
    };
    let report = run(&Plan::parse(&text).expect("a plan"), None, true);
    println!("{}", report.trace.join("\n"));
    assert_eq!(report.failure, None);
}

/// Simulations that failed once. Each line is a plan and what it has found.
#[test]
fn what_failed_once_does_not_fail_again() {
    let lines = include_str!("corpus.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (plan, found) = line.split_once(" | ").expect("a plan and what it found");
        let plan = Plan::parse(plan).expect("a plan");
        if run(&plan, None, false).failure.is_some() {
            panic!("{}", explain(&plan, None, found));
        }
    }
}

#[test]
fn a_seed_leads_to_the_same_trace_each_time() {
    for seed in 0..20 {
        let plan = Plan::of(seed);
        let (one, other) = (run(&plan, None, true), run(&plan, None, true));
        assert!(one.trace.len() > 50);
        assert!(one.trace == other.trace, "seed {seed}");
    }
}

#[test]
fn a_plan_is_what_its_text_says() {
    let plan = Plan::of(7);
    assert_eq!(Plan::parse(&plan.to_string()), Some(plan));
}
