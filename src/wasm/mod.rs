//! The border: the class `Chord` that the TypeScript facade wraps.
//!
//! Nothing is decided here. Texts come in through two areas of linear memory that JavaScript writes to, and go out
//! through a third that it reads; everything else is numbers. See [`area`] for where, and `js/wasm.ts` for the other side.

mod algebra;
mod allocator;
mod area;
#[cfg_attr(
    not(feature = "waiting"),
    allow(dead_code, reason = "no call waits for memory")
)]
mod asked;
mod class;
#[cfg(feature = "waiting")]
mod host;
#[cfg(not(feature = "waiting"))]
#[path = "memory_host.rs"]
mod host;
pub(crate) mod number;
#[cfg_attr(
    not(feature = "waiting"),
    allow(dead_code, reason = "no call waits for memory")
)]
mod output;
#[cfg(feature = "backends")]
mod own_backend;
mod settings;
