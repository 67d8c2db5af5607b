//! What goes wrong besides messages: processes end, the store starts again, loses what it had, refuses, or can't be reached.

use std::rc::Rc;

use crate::dice::Dice;
use crate::process::Process;
use crate::scheduler::WORLD;
use crate::world::World;

/// Makes trouble until all is to be calm.
pub async fn trouble(world: Rc<World>) {
    let plan = world.plan.clone();
    let dice = Dice::new(plan.seed, 3);
    let mut starts = plan.processes;
    if plan.trouble == 0 {
        return;
    }
    loop {
        let pause = dice.between(plan.trouble / 2, plan.trouble * 3 / 2);
        world.scheduler.sleep(pause).await;
        if world.is_calm.get() {
            return;
        }
        let weights = [
            plan.crashes,
            plan.restarts,
            plan.failovers,
            plan.evictions,
            plan.quotas,
            plan.cuts,
        ];
        let short = dice.between(1, 20 + 3 * plan.trouble);
        match dice.weighed(&weights) {
            Some(0) => {
                starts += 1;
                crash(&world, &dice, starts, short);
            }
            Some(1) => restart(&world, short, || {
                let store = &mut *world.store.borrow_mut();
                if store.has(crate::flaw::Flaw::LosesSilently) {
                    store.fail_over(2);
                }
            }),
            Some(2) => {
                let behind = dice.between(1, plan.rollback.max(1)) as usize;
                if dice.happens(500) {
                    // Whoever asks nothing meanwhile doesn't notice.
                    let store = &mut *world.store.borrow_mut();
                    store.connection += 1;
                    store.fail_over(behind);
                } else {
                    restart(&world, short, || world.store.borrow_mut().fail_over(behind));
                }
            }
            Some(3) => {
                let id = world.context(&dice);
                world.store.borrow_mut().evict(&id);
            }
            Some(4) => {
                let room = dice.below(300) as usize;
                world.history.note(|| format!("room is short: {room}"));
                world.store.borrow_mut().room = Some(room);
                later(&world, short, |world| world.store.borrow_mut().room = None);
            }
            Some(5) => {
                let process = world.process(&dice);
                world
                    .history
                    .note(|| format!("p{} is cut off", process.number));
                process.is_cut.set(true);
                later(&world, short, move |_| process.is_cut.set(false));
            }
            _ => return,
        }
    }
}

/// A process ends in the middle of everything, and another takes its place.
fn crash(world: &Rc<World>, dice: &Dice, start: u64, pause: u64) {
    let process = world.process(dice);
    let number = process.number;
    world.history.note(|| format!("p{number} ends"));
    process.kill();
    later(world, pause, move |world| {
        let process = Process::new(world, number, start);
        world.processes.borrow_mut()[number] = process;
        world.history.note(|| format!("p{number} begins anew"));
    });
}

/// The store goes down, and comes back as `change` leaves it.
fn restart(world: &Rc<World>, pause: u64, change: impl FnOnce()) {
    world.history.note(|| "the store is down".into());
    {
        let store = &mut *world.store.borrow_mut();
        store.is_up = false;
        store.connection += 1;
    }
    change();
    later(world, pause, |world| {
        world.store.borrow_mut().is_up = true;
        world.history.note(|| "the store is up".into());
    });
}

fn later(world: &Rc<World>, pause: u64, what: impl FnOnce(&Rc<World>) + 'static) {
    let then = world.clone();
    world.scheduler.spawn(WORLD, async move {
        then.scheduler.sleep(pause).await;
        what(&then);
    });
}
