//! What goes wrong, and when.

use core::cell::Cell;
use std::rc::Rc;

use chord::Code;

use super::{Operation, SimulatedDatabase};

/// How an operation goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is lost, and what was to be stored isn't.
    Lost,
    /// The connection is lost, and what was to be stored is.
    LostAfterwards,
    /// It is refused with this code.
    Refused(Code),
    /// There is never an answer.
    Hangs,
    /// There is never an answer, but what was to be stored is.
    HangsAfterwards,
}

impl SimulatedDatabase {
    /// Operations go wrong from now on as `plan` says.
    pub fn plan(&self, plan: impl FnMut(Operation) -> Option<Fault> + 'static) {
        *self.0.plan.borrow_mut() = Some(Box::new(plan));
    }

    /// The operation after `operations` more goes wrong. Tells when it has.
    pub fn fail(&self, operations: usize, fault: Fault) -> Rc<Cell<bool>> {
        self.fail_twice((operations, fault), (usize::MAX, fault)).0
    }

    /// So does another after that.
    pub fn fail_twice(
        &self,
        first: (usize, Fault),
        second: (usize, Fault),
    ) -> (Rc<Cell<bool>>, Rc<Cell<bool>>) {
        let has_failed = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        let (one, other) = has_failed.clone();
        let (mut before, mut between) = (first.0, second.0);
        self.plan(move |_| {
            let (left, told, fault) = match one.get() {
                false => (&mut before, &one, first.1),
                true => (&mut between, &other, second.1),
            };
            if told.get() {
                return None;
            }
            if *left == 0 {
                told.set(true);
                return Some(fault);
            }
            *left -= 1;
            None
        });
        has_failed
    }

    /// There is no room for snapshots of more bytes than these.
    pub fn limit(&self, bytes: usize) {
        self.0.longest.set(Some(bytes));
    }

    /// The next commit goes wrong.
    pub fn fail_commit(&self, fault: Fault) -> Rc<Cell<bool>> {
        let has_failed = Rc::new(Cell::new(false));
        let told = has_failed.clone();
        self.plan(move |operation| {
            (operation == Operation::Commit && !told.replace(true)).then_some(fault)
        });
        has_failed
    }

    /// All is well from now on.
    pub fn heal(&self) {
        self.0.plan.take();
    }
}
