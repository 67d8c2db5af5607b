//! What the facade tells an engine when it makes one.

use serde::Deserialize;

use crate::engine::{Limits, Policy};

/// Limits, lifetimes and randomness. Times are in the instance's unit. Numbers are all of one kind, for each kind is read by code of
/// its own; infinite is without end.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    context_ttl: f64,
    delta_ttl: f64,
    delta_threshold: f64,
    tombstone_ttl: f64,
    context_bytes: f64,
    depth: f64,
    log_bytes: f64,
    /// The name of the IndexedDB database; empty where contexts aren't kept there.
    database: String,
    /// 1 where IndexedDB is to wait for the disk.
    strict: f64,
    /// Two random numbers of 32 bits that no other engine has.
    writer_high: f64,
    writer_low: f64,
    /// Two more, which nobody else knows.
    seed_high: f64,
    seed_low: f64,
}

impl Settings {
    pub(super) fn policy(&self) -> Policy {
        let bounded = |number: f64| Some(number).filter(|number| number.is_finite());
        Policy {
            context_ttl: bounded(self.context_ttl),
            delta_ttl: bounded(self.delta_ttl),
            delta_threshold: bounded(self.delta_threshold).map(|count| count as u64),
            tombstone_ttl: self.tombstone_ttl,
            limits: Limits {
                context_bytes: self.context_bytes as usize,
                depth: self.depth as u32,
                log_bytes: self.log_bytes as usize,
            },
        }
    }

    pub(super) fn database(&self) -> Option<&str> {
        Some(&*self.database).filter(|name| !name.is_empty())
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict == 1.0
    }

    pub(super) fn writer(&self) -> u64 {
        join(self.writer_high, self.writer_low)
    }

    pub(super) fn seed(&self) -> u64 {
        join(self.seed_high, self.seed_low)
    }
}

fn join(high: f64, low: f64) -> u64 {
    (high as u64) << 32 | low as u64
}
