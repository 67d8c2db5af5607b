//! Versioned JSON contexts with exact deltas.
//!
//! A guided tour, from the bottom up:
//!
//! * [`json`]: canonical JSON text (what `JSON.stringify` prints): scanning, numbers, paths.
//! * [`delta`]: the algebra: diff, apply, merge, invert, with its laws; the compact code and the JSON form of a delta.
//! * [`format`]: a delta as a list of changes, as RFC 6902 JSON Patch, as RFC 7396 merge patch.
//! * [`document`]: one context's value in stored form, and the deltas that a new text or a partial update make of it.
//! * [`engine`]: set, update, sync, restore, cleanup as steps over a store. Time and randomness are inputs.
//! * [`backend`]: where records live: in memory, in a database with transactions, or behind the asynchronous backend contract.
//! * `backend::indexed_db` and `wasm` (on that target only): the places that know JavaScript values.
//!
//! Everything but the last is pure: no clock, no randomness, no I/O.

#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]

pub mod backend;
pub mod delta;
pub mod document;
pub mod engine;
mod error;
pub mod format;
pub mod json;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::{Code, Error, Result};
