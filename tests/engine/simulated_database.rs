//! A database with transactions, in memory: its operations take a random number of turns, fail or never answer where a plan says
//! so, and one writer at a time gets in. It keeps what `src/backend/indexed_db` keeps, in the same stores.

mod faults;
mod tables;

use core::cell::{Cell, Ref, RefCell, RefMut};
use core::future::{pending, poll_fn};
use core::task::{Poll, Waker};
use std::rc::Rc;

use chord::backend::StoredEntry;
use chord::backend::grouped::{Connection, Database, Failure, Transaction};
use chord::backend::row::{Row, Standing, Writes};
use chord::engine::{Listed, Page};
use chord::{Code, Error, Result};

use crate::executor::yields;

pub use faults::Fault;
pub use tables::Tables;

/// What is asked of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Connect,
    /// Begin a transaction that writes, or one that reads.
    Begin(bool),
    Standings,
    Contents,
    Due,
    Page,
    Write,
    Commit,
}

type Plan = Box<dyn FnMut(Operation) -> Option<Fault>>;

/// A database that any number of clients share.
#[derive(Clone, Default)]
pub struct SimulatedDatabase(Rc<Shared>);

#[derive(Default)]
struct Shared {
    tables: RefCell<Tables>,
    operations: RefCell<Vec<(usize, Operation)>>,
    /// Longer texts are refused for lack of room.
    longest: Cell<Option<usize>>,
    plan: RefCell<Option<Plan>>,
    /// Transactions that have begun and not ended, in that order.
    open: RefCell<Vec<Turn>>,
    begun: Cell<u64>,
    random: Cell<u64>,
    /// Clients that wait for an answer that will never come.
    hanging: RefCell<Vec<usize>>,
    clients: Cell<usize>,
}

struct Turn {
    number: u64,
    writes: bool,
    waker: Option<Waker>,
}

/// One tab's way to the database.
pub struct Client {
    database: SimulatedDatabase,
    number: usize,
    connection: RefCell<Option<Rc<Cell<bool>>>>,
}

/// A connection, and whether it is alive.
pub struct SimulatedConnection {
    database: SimulatedDatabase,
    client: usize,
    is_alive: Rc<Cell<bool>>,
}

/// A transaction. What it writes is seen when it is committed.
pub struct SimulatedTransaction<'c> {
    connection: &'c SimulatedConnection,
    number: u64,
    hangs: Cell<bool>,
    is_full: Cell<bool>,
    /// Everything as it is within the transaction, once that has written.
    own: RefCell<Option<Tables>>,
}

impl SimulatedDatabase {
    /// A database whose operations take turns by `seed`; by 0 each is done at once.
    pub fn new(seed: u64) -> Self {
        let database = SimulatedDatabase::default();
        database.0.random.set(seed);
        database
    }

    pub fn client(&self) -> Client {
        let number = self.0.clients.get();
        self.0.clients.set(number + 1);
        Client {
            database: self.clone(),
            number,
            connection: RefCell::default(),
        }
    }

    /// What is stored.
    pub fn tables(&self) -> Ref<'_, Tables> {
        self.0.tables.borrow()
    }

    /// What is stored, to be tampered with.
    pub fn tables_mut(&self) -> RefMut<'_, Tables> {
        self.0.tables.borrow_mut()
    }

    /// What was asked for so far, and by which client.
    pub fn operations(&self) -> Ref<'_, Vec<(usize, Operation)>> {
        self.0.operations.borrow()
    }

    /// How often that was asked for.
    pub fn count(&self, operation: Operation) -> usize {
        let operations = self.operations();
        operations
            .iter()
            .filter(|(_, done)| *done == operation)
            .count()
    }

    /// A client that waits for nothing, each once.
    pub fn next_hanging(&self) -> Option<usize> {
        self.0.hanging.borrow_mut().pop()
    }

    fn ask(&self, client: usize, operation: Operation) -> Option<Fault> {
        self.0.operations.borrow_mut().push((client, operation));
        let mut plan = self.0.plan.borrow_mut();
        plan.as_mut().and_then(|plan| plan(operation))
    }

    async fn turns(&self) {
        let mut random = self.0.random.get();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        self.0.random.set(random);
        yields(if random == 0 { 0 } else { random % 5 }).await;
    }

    async fn hang<T>(&self, client: usize) -> T {
        self.0.hanging.borrow_mut().push(client);
        pending().await
    }
}

fn lost() -> Failure {
    let message = "the simulated connection was lost";
    Failure::Lost(Error::new(Code::BackendUnavailable, message))
}

fn refused(code: Code) -> Failure {
    Failure::Refused(Error::new(code, "the simulated database refused"))
}

impl Client {
    pub fn number(&self) -> usize {
        self.number
    }
}

impl Database for Client {
    type Connection = SimulatedConnection;

    async fn connect(&self) -> core::result::Result<SimulatedConnection, Failure> {
        let there = self.connection.borrow().clone();
        let is_alive = match there {
            Some(is_alive) => is_alive,
            None => {
                let fault = self.database.ask(self.number, Operation::Connect);
                self.database.turns().await;
                match fault {
                    Some(Fault::Lost | Fault::LostAfterwards) => return Err(lost()),
                    Some(Fault::Refused(code)) => return Err(refused(code)),
                    Some(Fault::Hangs | Fault::HangsAfterwards) => {
                        self.database.hang(self.number).await
                    }
                    None => {}
                }
                let is_alive = Rc::new(Cell::new(true));
                *self.connection.borrow_mut() = Some(is_alive.clone());
                is_alive
            }
        };
        Ok(SimulatedConnection {
            database: self.database.clone(),
            client: self.number,
            is_alive,
        })
    }

    fn disconnect(&self) {
        if let Some(is_alive) = self.connection.take() {
            is_alive.set(false);
        }
    }

    fn stalled(&self) -> Error {
        Error::new(
            Code::BackendUnavailable,
            "the simulated database doesn't answer",
        )
    }
}

impl Connection for SimulatedConnection {
    type Transaction<'c> = SimulatedTransaction<'c>;

    fn begin(&self, writes: bool) -> core::result::Result<SimulatedTransaction<'_>, Failure> {
        let fault = self.database.ask(self.client, Operation::Begin(writes));
        self.check(fault)?;
        let shared = &self.database.0;
        let number = shared.begun.get();
        shared.begun.set(number + 1);
        shared.open.borrow_mut().push(Turn {
            number,
            writes,
            waker: None,
        });
        Ok(SimulatedTransaction {
            connection: self,
            number,
            hangs: Cell::new(fault.is_some()),
            is_full: Cell::default(),
            own: RefCell::default(),
        })
    }
}

impl SimulatedConnection {
    /// Fails where the connection is dead or `fault` is a failure; one that hangs is left.
    fn check(&self, fault: Option<Fault>) -> core::result::Result<(), Failure> {
        if !self.is_alive.get() {
            return Err(lost());
        }
        match fault {
            Some(Fault::Lost | Fault::LostAfterwards) => {
                self.is_alive.set(false);
                Err(lost())
            }
            Some(Fault::Refused(code)) => Err(refused(code)),
            Some(Fault::Hangs | Fault::HangsAfterwards) | None => Ok(()),
        }
    }
}

impl SimulatedTransaction<'_> {
    fn database(&self) -> &SimulatedDatabase {
        &self.connection.database
    }

    /// Waits until no earlier transaction is in the way, and some time.
    async fn wait(&self) {
        if self.hangs.get() {
            return self.database().hang(self.connection.client).await;
        }
        poll_fn(|context| {
            let mut open = self.database().0.open.borrow_mut();
            let place = open.iter().position(|turn| turn.number == self.number);
            let (earlier, rest) = open.split_at_mut(place.expect("it is open"));
            let own = &mut rest[0];
            if earlier.iter().any(|turn| turn.writes || own.writes) {
                own.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        self.database().turns().await;
    }

    async fn read<T>(
        &self,
        operation: Operation,
        read: impl FnOnce(&Tables) -> T,
    ) -> core::result::Result<T, Failure> {
        let fault = self.database().ask(self.connection.client, operation);
        self.wait().await;
        self.connection.check(fault)?;
        if fault.is_some() {
            self.database().hang(self.connection.client).await
        }
        Ok(match &*self.own.borrow() {
            Some(own) => read(own),
            None => read(&self.database().tables()),
        })
    }
}

impl Drop for SimulatedTransaction<'_> {
    fn drop(&mut self) {
        let mut open = self.database().0.open.borrow_mut();
        open.retain(|turn| turn.number != self.number);
        let wakers: Vec<Waker> = open
            .iter_mut()
            .filter_map(|turn| turn.waker.take())
            .collect();
        drop(open);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Transaction for SimulatedTransaction<'_> {
    async fn standings(
        &self,
        ids: &[&[u8]],
    ) -> core::result::Result<Vec<Result<Option<Standing>>>, Failure> {
        self.read(Operation::Standings, |tables| {
            ids.iter().map(|id| tables.standing(id)).collect()
        })
        .await
    }

    async fn contents(
        &self,
        id: &[u8],
        row: &Row,
    ) -> core::result::Result<(Vec<u8>, Vec<StoredEntry>), Failure> {
        self.read(Operation::Contents, |tables| tables.contents(id, row))
            .await
    }

    async fn due(
        &self,
        by: f64,
        limit: usize,
    ) -> core::result::Result<Vec<(Box<[u8]>, Standing)>, Failure> {
        self.read(Operation::Due, |tables| tables.due(by, limit))
            .await
    }

    async fn page(&self, page: &Page<'_>) -> core::result::Result<Listed, Failure> {
        self.read(Operation::Page, |tables| tables.page(page)).await
    }

    fn write(
        &self,
        id: &[u8],
        before: Option<&Standing>,
        writes: &Writes,
    ) -> core::result::Result<(), Failure> {
        let fault = self
            .database()
            .ask(self.connection.client, Operation::Write);
        self.connection.check(fault)?;
        self.hangs.set(self.hangs.get() || fault.is_some());
        let mut own = self.own.borrow_mut();
        let own = own.get_or_insert_with(|| self.database().tables().clone());
        own.write(id, before, writes);
        let bytes = writes.snapshot.as_ref().map_or(0, Vec::len);
        let is_full = self
            .database()
            .0
            .longest
            .get()
            .is_some_and(|most| bytes > most);
        self.is_full.set(self.is_full.get() || is_full);
        Ok(())
    }

    async fn commit(self) -> core::result::Result<(), Failure> {
        let fault = self
            .database()
            .ask(self.connection.client, Operation::Commit);
        self.wait().await;
        if !self.connection.is_alive.get() {
            return Err(lost());
        }
        if self.is_full.get() {
            return Err(refused(Code::QuotaExceeded));
        }
        let is_stored = matches!(
            fault,
            None | Some(Fault::LostAfterwards | Fault::HangsAfterwards)
        );
        if let Some(own) = self.own.take().filter(|_| is_stored) {
            *self.database().tables_mut() = own;
        }
        self.connection.check(fault)?;
        if fault.is_some() {
            self.database().hang(self.connection.client).await
        }
        self.database().turns().await;
        Ok(())
    }
}
