//! Where records live: in [`memory`](Memory), or [`Persistent`]ly behind the asynchronous [`Backend`] contract.

mod contract;
mod memory;
mod persistent;
mod turn;
mod working;

pub use contract::{Answer, Backend, Expired, Kind, News, Only, Proposal, Stored, StoredEntry};
pub use memory::Memory;
pub use persistent::Persistent;
#[cfg(feature = "js-backend")]
pub(crate) use working::broken;
