//! The engine over its stores, natively.
//!
//! [`suite`] holds for every store: memory, a simulated asynchronous backend, and a simulated database with transactions; the latter
//! through one engine or tab, through several that take turns, and through one that is new for each call. [`grouped`] is about
//! tabs that share a database; the other modules are about engines that share a backend, failures, and what a backend gets to see.
//! Nothing here knows a real clock: [`executor`] polls what was woken and fails when nothing was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod concurrent;
mod executor;
mod faults;
mod given_up;
mod grouped;
mod log;
mod model;
mod simulated;
mod simulated_database;
mod subject;
mod suite;
mod tab;
