//! One simulation: what everybody in it shares.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::dice::Dice;
use crate::flaw::Flaw;
use crate::history::History;
use crate::plan::Plan;
use crate::process::Process;
use crate::scheduler::Scheduler;
use crate::store::Store;

/// The beginning of time, for clocks.
const EPOCH: u64 = 1_700_000_000_000;

/// What everybody shares.
pub struct World {
    pub plan: Plan,
    pub scheduler: Scheduler,
    /// The network's.
    pub dice: Dice,
    pub history: Rc<History>,
    pub store: RefCell<Store>,
    pub processes: RefCell<Vec<Rc<Process>>>,
    /// From now on nothing goes wrong.
    pub is_calm: Cell<bool>,
}

impl World {
    pub fn new(plan: &Plan, flaw: Option<Flaw>, is_traced: bool) -> Rc<Self> {
        let scheduler = Scheduler::new(Dice::new(plan.seed, 1));
        let history = Rc::new(History::new(scheduler.clone(), is_traced));
        Rc::new(World {
            plan: plan.clone(),
            scheduler,
            dice: Dice::new(plan.seed, 2),
            history: history.clone(),
            store: RefCell::new(Store::new(history, flaw)),
            processes: RefCell::default(),
            is_calm: Cell::new(false),
        })
    }

    /// Whether something goes wrong that does so many times of a thousand.
    pub fn happens(&self, of_a_thousand: u64) -> bool {
        !self.is_calm.get() && of_a_thousand > 0 && self.dice.happens(of_a_thousand)
    }

    /// The time by a clock that is `skew` ahead.
    pub fn time(&self, skew: u64) -> f64 {
        (EPOCH + self.scheduler.now() + skew) as f64
    }

    /// A process, whichever.
    pub fn process(&self, dice: &Dice) -> Rc<Process> {
        dice.pick(&self.processes.borrow()).clone()
    }

    pub fn context(&self, dice: &Dice) -> String {
        format!("c{}", dice.below(self.plan.contexts))
    }

    pub fn contexts(&self) -> impl Iterator<Item = String> + use<> {
        (0..self.plan.contexts).map(|number| format!("c{number}"))
    }
}
