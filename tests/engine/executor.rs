//! Runs futures that are really pending, and fails where nothing will ever wake them.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex};
use std::task::Wake;

/// Whether somebody was woken, and who is to be woken then.
struct Flag(AtomicBool, Mutex<Option<Waker>>);

impl Flag {
    fn new() -> Arc<Self> {
        Arc::new(Flag(AtomicBool::new(true), Mutex::default()))
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
        if let Some(waker) = self.1.lock().unwrap().take() {
            waker.wake();
        }
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static TASKS: RefCell<Vec<Task>> = RefCell::default();
}

/// Runs a future beside whatever is run now or next, as a browser does with what nobody waits for.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    TASKS.with_borrow_mut(|tasks| tasks.push(Box::pin(task)));
}

/// Polls all tasks, and those that they begin.
pub fn poll_tasks(context: &mut Context<'_>) {
    let mut waiting = Vec::new();
    loop {
        let tasks = TASKS.take();
        if tasks.is_empty() {
            break;
        }
        for mut task in tasks {
            if task.as_mut().poll(context).is_pending() {
                waiting.push(task);
            }
        }
    }
    TASKS.set(waiting);
}

/// How many tasks wait.
pub fn waiting() -> usize {
    TASKS.with_borrow(Vec::len)
}

/// Polls `future` whenever it was woken.
#[track_caller]
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let flag = Flag::new();
    let waker = Waker::from(flag.clone());
    loop {
        assert!(
            flag.0.swap(false, Ordering::Relaxed),
            "nothing will wake what is waited for"
        );
        let mut context = Context::from_waker(&waker);
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        poll_tasks(&mut context);
    }
}

/// Waits until polled again, `times` times.
pub async fn yields(times: u64) {
    let left = Cell::new(times);
    poll_fn(|context| {
        if left.get() == 0 {
            return Poll::Ready(());
        }
        left.set(left.get() - 1);
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs all at the same time, each polled only when it was woken, so that a lost wake-up shows.
pub async fn join<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    struct Child<F: Future> {
        future: Pin<Box<F>>,
        flag: Arc<Flag>,
        output: Option<F::Output>,
    }
    let children = futures.into_iter().map(|future| Child {
        future: Box::pin(future),
        flag: Flag::new(),
        output: None,
    });
    let mut children: Vec<Child<F>> = children.collect();
    poll_fn(|context| {
        for child in children.iter_mut().filter(|child| child.output.is_none()) {
            *child.flag.1.lock().unwrap() = Some(context.waker().clone());
            if !child.flag.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            let waker = Waker::from(child.flag.clone());
            if let Poll::Ready(output) =
                child.future.as_mut().poll(&mut Context::from_waker(&waker))
            {
                child.output = Some(output);
            }
        }
        if children.iter().all(|child| child.output.is_some()) {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
    let outputs = children.into_iter().map(|child| child.output.unwrap());
    outputs.collect()
}
