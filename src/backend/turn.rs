//! Taking turns: operations on one context of one process go one after the other, so that they don't conflict with themselves.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::json::{Ids, ids};

type Waiting = RefCell<Ids<VecDeque<Rc<RefCell<Option<Waker>>>>>>;

/// Whose turn it is, by id. The first in a queue has the turn.
#[derive(Debug)]
pub(super) struct Turns(Waiting);

/// A turn; it ends when this is dropped.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    id: Box<[u8]>,
    place: Rc<RefCell<Option<Waker>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Turns(RefCell::new(ids()))
    }
}

impl Turns {
    /// Waits for the turn on `id`.
    pub(super) async fn take(&self, id: &[u8]) -> Turn<'_> {
        let place: Rc<RefCell<Option<Waker>>> = Rc::default();
        self.0
            .borrow_mut()
            .entry(id.into())
            .or_default()
            .push_back(place.clone());
        // Made before waiting, so that whoever gives up waiting leaves the queue.
        let turn = Turn {
            turns: self,
            id: id.into(),
            place,
        };
        poll_fn(|context| {
            if turn.is_first() {
                return Poll::Ready(());
            }
            *turn.place.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
        turn
    }
}

impl Turn<'_> {
    fn is_first(&self) -> bool {
        let waiting = self.turns.0.borrow();
        let first = waiting.get(&self.id).and_then(VecDeque::front);
        first.is_some_and(|first| Rc::ptr_eq(first, &self.place))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut waiting = self.turns.0.borrow_mut();
        let Some(queue) = waiting.get_mut(&self.id) else {
            return;
        };
        queue.retain(|place| !Rc::ptr_eq(place, &self.place));
        let next = queue.front().cloned();
        if next.is_none() {
            waiting.remove(&self.id);
        }
        drop(waiting);
        if let Some(waker) = next.and_then(|next| next.borrow_mut().take()) {
            waker.wake();
        }
    }
}
