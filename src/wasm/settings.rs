//! What the facade tells an engine when it makes one.

use serde::Deserialize;

use crate::engine::{Limits, Policy};

/// Limits, lifetimes and randomness. Times are in the instance's unit, `null` is without end.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    context_ttl: Option<f64>,
    delta_ttl: Option<f64>,
    delta_threshold: Option<f64>,
    tombstone_ttl: f64,
    context_bytes: f64,
    depth: u32,
    log_bytes: f64,
    #[cfg(not(feature = "js-backend"))]
    /// The name of the IndexedDB database; none for memory.
    database: Option<String>,
    #[cfg(not(feature = "js-backend"))]
    is_strict: bool,
    /// Two random numbers of 32 bits that no other engine has.
    writer: (u32, u32),
    /// Two more, which nobody else knows.
    seed: (u32, u32),
}

impl Settings {
    pub(super) fn policy(&self) -> Policy {
        Policy {
            context_ttl: self.context_ttl,
            delta_ttl: self.delta_ttl,
            delta_threshold: self.delta_threshold.map(|count| count as u64),
            tombstone_ttl: self.tombstone_ttl,
            limits: Limits {
                context_bytes: self.context_bytes as usize,
                depth: self.depth,
                log_bytes: self.log_bytes as usize,
            },
        }
    }

    #[cfg(not(feature = "js-backend"))]
    pub(super) fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    #[cfg(not(feature = "js-backend"))]
    pub(super) fn is_strict(&self) -> bool {
        self.is_strict
    }

    pub(super) fn writer(&self) -> u64 {
        join(self.writer)
    }

    pub(super) fn seed(&self) -> u64 {
        join(self.seed)
    }
}

fn join((high, low): (u32, u32)) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
