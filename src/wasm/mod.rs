//! The border: the class `Chord` that the TypeScript facade wraps.
//!
//! Nothing is decided here. Texts come in through two areas of linear memory that JavaScript writes to, and go out
//! through a third that it reads; everything else is numbers. See [`area`] for where, and `js/memory.ts` and `js/wasm.ts` for the other side.

mod algebra;
mod allocator;
mod answers;
mod area;
#[cfg_attr(
    not(feature = "waiting"),
    allow(dead_code, reason = "only who waits asks")
)]
mod asked;
mod class;
pub(crate) mod number;
mod output;
#[cfg(feature = "backends")]
mod own_backend;
mod settings;
#[cfg(feature = "waiting")]
mod waiting;
