//! What the facade tells an engine when it makes one.

use crate::engine::{Limits, Policy};

use super::area::OUTPUT;

/// Limits, lifetimes and randomness. Times are in the instance's unit; infinite is without end.
pub(super) struct Settings {
    pub(super) policy: Policy,
    /// A random number that no other engine has.
    pub(super) writer: u64,
    /// Another one, which nobody else knows.
    pub(super) seed: u64,
}

impl Settings {
    /// What JavaScript wrote where answers have their numbers, in the order of `js/wasm.ts`.
    pub(super) fn read() -> Self {
        let [
            context_ttl,
            delta_ttl,
            delta_threshold,
            tombstone_ttl,
            context_bytes,
            depth,
            log_bytes,
            writer_high,
            writer_low,
            seed_high,
            seed_low,
            _,
        ] = OUTPUT.with(|output| *output.borrow().told());
        Settings {
            policy: Policy {
                context_ttl: bounded(context_ttl),
                delta_ttl: bounded(delta_ttl),
                delta_threshold: bounded(delta_threshold).map(|count| count as u64),
                tombstone_ttl,
                limits: Limits {
                    context_bytes: context_bytes as usize,
                    depth: depth as u32,
                    log_bytes: log_bytes as usize,
                },
            },
            writer: join(writer_high, writer_low),
            seed: join(seed_high, seed_low),
        }
    }
}

fn bounded(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}

fn join(high: f64, low: f64) -> u64 {
    (high as u64) << 32 | low as u64
}

/// The IndexedDB database that contexts are kept in.
#[cfg(feature = "indexeddb")]
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Database {
    pub(super) name: String,
    /// Whether commits wait for the disk.
    pub(super) strict: bool,
}

#[cfg(feature = "indexeddb")]
impl Database {
    /// What the facade gives; it has made sure that it is one.
    pub(super) fn read(given: wasm_bindgen::JsValue) -> Self {
        serde_wasm_bindgen::from_value(given).unwrap_or_default()
    }
}
