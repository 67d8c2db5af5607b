//! Tasks and timers on one thread. Time goes on when nothing else can, and chance decides what is polled next.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::Wake;

use crate::dice::Dice;

/// Who a task belongs to, and with whom it ends.
pub type Owner = u64;

/// The world itself, which never ends.
pub const WORLD: Owner = 0;

/// Runs tasks.
#[derive(Clone)]
pub struct Scheduler(Rc<Parts>);

struct Parts {
    dice: Dice,
    now: Cell<u64>,
    serial: Cell<u64>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    /// By time, then by chance.
    timers: RefCell<BTreeMap<(u64, u64, u64), Waker>>,
    ready: Arc<Ready>,
}

struct Task {
    owner: Owner,
    /// None while it is polled.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    waker: Waker,
}

#[derive(Default)]
struct Ready(Mutex<Vec<u64>>);

struct Woken {
    task: u64,
    ready: Arc<Ready>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        let mut ready = self.ready.0.lock().unwrap();
        if !ready.contains(&self.task) {
            ready.push(self.task);
        }
    }
}

impl Scheduler {
    pub fn new(dice: Dice) -> Self {
        Scheduler(Rc::new(Parts {
            dice,
            now: Cell::new(0),
            serial: Cell::new(0),
            tasks: RefCell::default(),
            timers: RefCell::default(),
            ready: Arc::default(),
        }))
    }

    /// Milliseconds since the beginning.
    pub fn now(&self) -> u64 {
        self.0.now.get()
    }

    fn serial(&self) -> u64 {
        let serial = self.0.serial.get();
        self.0.serial.set(serial + 1);
        serial
    }

    pub fn spawn(&self, owner: Owner, future: impl Future<Output = ()> + 'static) {
        let number = self.serial();
        let ready = self.0.ready.clone();
        let waker = Waker::from(Arc::new(Woken {
            task: number,
            ready,
        }));
        waker.wake_by_ref();
        let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
        let task = Task {
            owner,
            future: Some(future),
            waker,
        };
        self.0.tasks.borrow_mut().insert(number, task);
    }

    /// Ends what belongs to an owner, wherever it stands.
    pub fn kill(&self, owner: Owner) {
        let mut tasks = self.0.tasks.borrow_mut();
        let (gone, stay) = core::mem::take(&mut *tasks)
            .into_iter()
            .partition(|(_, task)| task.owner == owner);
        *tasks = stay;
        drop(tasks);
        let gone: BTreeMap<u64, Task> = gone;
        drop(gone);
    }

    /// Ends everything.
    pub fn clear(&self) {
        let tasks = self.0.tasks.take();
        drop(tasks);
        let timers = self.0.timers.take();
        drop(timers);
    }

    /// How many tasks of others than the world have not come to their end.
    pub fn owned(&self) -> usize {
        let tasks = self.0.tasks.borrow();
        tasks.values().filter(|task| task.owner != WORLD).count()
    }

    /// Polls one task, after letting time pass where none is ready. False where nothing will ever happen.
    pub fn step(&self) -> bool {
        let Some(number) = self.next_ready() else {
            let Some(((at, _, _), waker)) = self.0.timers.borrow_mut().pop_first() else {
                return false;
            };
            self.0.now.set(at);
            waker.wake();
            return true;
        };
        let taken = self.0.tasks.borrow_mut().get_mut(&number).map(|task| {
            let future = task.future.take();
            (future, task.waker.clone())
        });
        let Some((Some(mut future), waker)) = taken else {
            return true;
        };
        let is_done = future
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_ready();
        let mut tasks = self.0.tasks.borrow_mut();
        if is_done {
            tasks.remove(&number);
        } else if let Some(task) = tasks.get_mut(&number) {
            task.future = Some(future);
            return true;
        }
        drop(tasks);
        true
    }

    fn next_ready(&self) -> Option<u64> {
        let mut ready = self.0.ready.0.lock().unwrap();
        if ready.is_empty() {
            return None;
        }
        let place = self.0.dice.below(ready.len() as u64) as usize;
        Some(ready.swap_remove(place))
    }

    /// Waits so many milliseconds.
    pub async fn sleep(&self, milliseconds: u64) {
        let at = self.now() + milliseconds;
        let mut is_set = false;
        poll_fn(|context| {
            if is_set && self.now() >= at {
                return Poll::Ready(());
            }
            if !is_set {
                is_set = true;
                let key = (at, self.0.dice.next(), self.serial());
                let waker = context.waker().clone();
                self.0.timers.borrow_mut().insert(key, waker);
            }
            Poll::Pending
        })
        .await;
    }

    /// What `future` gives within so many milliseconds.
    pub async fn within<T>(&self, milliseconds: u64, future: impl Future<Output = T>) -> Option<T> {
        let (mut future, mut end) = (pin!(future), pin!(self.sleep(milliseconds)));
        poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            end.as_mut().poll(context).map(|()| None)
        })
        .await
    }
}

/// A value that is still to come, and is taken once.
pub struct Slot<T>(Rc<Awaited<T>>);

struct Awaited<T> {
    value: RefCell<Option<T>>,
    waker: RefCell<Option<Waker>>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Slot(self.0.clone())
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot(Rc::new(Awaited {
            value: RefCell::new(None),
            waker: RefCell::new(None),
        }))
    }
}

impl<T> Slot<T> {
    /// Puts the value there; the first stays.
    pub fn fill(&self, value: T) {
        self.0.value.borrow_mut().get_or_insert(value);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    pub async fn wait(&self) -> T {
        poll_fn(|context| match self.0.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                *self.0.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}
