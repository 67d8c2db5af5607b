//! Where records live: in [`memory`](Memory); in a database with transactions, through [`Grouped`], of which IndexedDB is one; or
//! [`Persistent`]ly behind the asynchronous [`Backend`] contract.

mod contract;
pub mod grouped;
#[cfg(all(target_arch = "wasm32", not(feature = "js-backend")))]
pub(crate) mod indexed_db;
mod memory;
mod persistent;
pub mod row;
mod staged;
pub mod stored_text;
mod turn;
mod working;

pub use contract::{Answer, Backend, Expired, Kind, News, Only, Proposal, Stored, StoredEntry};
pub use grouped::Grouped;
pub use memory::Memory;
pub use persistent::Persistent;
pub use staged::Staged;
#[cfg(feature = "js-backend")]
pub(crate) use working::broken;
