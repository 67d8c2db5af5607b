//! The engine over its stores, natively.
//!
//! [`suite`] holds for every store: memory, and a simulated asynchronous backend through one engine, through engines that take
//! turns, and through an engine that is new for each call. The other modules are about several engines at once, failures, and
//! what a backend gets to see. Nothing here knows a real clock: [`executor`] polls what was woken and fails when nothing was.

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
mod log;
mod model;
mod simulated;
mod subject;
mod suite;
