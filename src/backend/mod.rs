//! Where records live.

mod memory;

pub use memory::Memory;
