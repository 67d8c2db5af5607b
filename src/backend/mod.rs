//! Where records live: in [`memory`](Memory), or [`Persistent`]ly behind the asynchronous [`Backend`] contract.

mod contract;
mod memory;
mod persistent;
mod turn;

pub use contract::{Answer, Backend, Expired, Kind, News, Only, Proposal, Stored, StoredEntry};
pub use memory::Memory;
pub use persistent::Persistent;
#[cfg(target_arch = "wasm32")]
pub(crate) use persistent::broken;
