//! Calls over a database with transactions: what is stored, what shares a transaction, what becomes of failures and of calls that
//! nobody waits for any more. Tabs are instances of `Grouped` on one simulated database.

mod caching;
mod damaged;
mod failing;
mod retried;
mod sharing;
mod storing;
mod waiting;

use core::future::poll_fn;
use core::pin::pin;

use chord::engine::Policy;

use crate::simulated_database::SimulatedDatabase;
use crate::subject::{Subject, Through, stored};
use crate::tab::Tab;

const INCREMENT: &str = r#"{"n":+1}"#;

fn tabs(database: &SimulatedDatabase, count: usize, policy: Policy) -> Vec<Subject<Tab>> {
    (0..count)
        .map(|_| stored(database, Through::One, policy))
        .collect()
}

/// A tab that knows nothing yet.
fn fresh(database: &SimulatedDatabase, policy: Policy) -> Subject<Tab> {
    stored(database, Through::One, policy)
}

/// Waits for `calls`, and interrupts the tab that waits for an answer which never comes, as the facade does at its deadline.
async fn watched<T>(
    database: &SimulatedDatabase,
    tabs: &[Subject<Tab>],
    calls: impl Future<Output = T>,
) -> T {
    let mut calls = pin!(calls);
    poll_fn(|context| {
        let poll = calls.as_mut().poll(context);
        if poll.is_pending()
            && let Some(client) = database.next_hanging()
        {
            let mut tabs = tabs.iter().map(Subject::host);
            let tab = tabs.find(|tab| tab.client() == client);
            tab.expect("a tab of this test hangs").interrupt();
        }
        poll
    })
    .await
}

/// Numbers by a seed.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % end as u64) as usize
    }
}
