//! Where records live: in [`memory`](Memory); in a database with transactions, through [`Grouped`], of which IndexedDB is one; or
//! behind the asynchronous [`Backend`] contract, through [`Optimistic`].

mod contract;
pub mod contract_text;
pub mod grouped;
#[cfg(all(target_arch = "wasm32", feature = "indexeddb"))]
pub(crate) mod indexed_db;
mod job;
mod job_queue;
mod memory;
mod optimistic;
pub mod row;
mod staged;
pub mod stored_text;
mod telling;
mod working;

pub use contract::{Answer, Backend, Expired, Kind, News, Only, Proposal, Stored, StoredEntry};
pub use grouped::Grouped;
pub use job::{Access, Job, Need};
pub use memory::Memory;
pub use optimistic::{Optimistic, Work};
pub use staged::Staged;
