//! The border: the class `Chord` that the TypeScript facade wraps.
//!
//! Nothing is decided here. Texts come in through two areas of linear memory that JavaScript writes to, and go out
//! through a third that it reads; everything else is numbers. See [`area`] for where, and `js/wasm.ts` for the other side.

mod algebra;
mod allocator;
mod area;
mod asked;
mod class;
mod host;
pub(crate) mod number;
mod output;
mod own_backend;
mod settings;
