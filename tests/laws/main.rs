//! The laws of the delta algebra, of its three formats and of canonical JSON, natively and against independent judges.
//!
//! [`judge`] reads with serde_json and knows the contract only; it shares no line with the crate. What proptest finds is
//! shrunk, printed, and kept in `tests/laws/seeds.txt`, which is run first from then on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod arrays;
mod coded;
mod document;
mod exhaustive;
mod formats;
mod generate;
mod generated;
mod handwritten;
mod json;
mod judge;
mod mutated;
mod small;
