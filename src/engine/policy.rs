//! What an engine was told about limits and lifetimes. Times are in the instance's unit.

use super::log::Keep;
use super::record::Record;

/// Limits on what comes in.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a context's text.
    pub context_bytes: usize,
    /// Levels of a context; the root is 1.
    pub depth: u32,
    /// Bytes of the deltas that one context keeps.
    pub log_bytes: usize,
}

/// Limits and lifetimes.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Contexts not changed for that long go in cleanup.
    pub context_ttl: Option<f64>,
    /// Deltas older than that go.
    pub delta_ttl: Option<f64>,
    /// Only the newest so many deltas stay.
    pub delta_threshold: Option<u64>,
    /// How long a deleted context's version is remembered.
    pub tombstone_ttl: f64,
    /// Limits on what comes in.
    pub limits: Limits,
}

impl Policy {
    /// What of a log is kept at `now`.
    pub fn keep(&self, now: f64) -> Keep {
        Keep {
            count: self.delta_threshold,
            bytes: self.limits.log_bytes,
            after: self.delta_ttl.map_or(f64::NEG_INFINITY, |ttl| now - ttl),
        }
    }

    /// When a live context goes.
    pub fn expiry(&self, record: &Record) -> Option<f64> {
        record.live()?;
        Some(record.at() + self.context_ttl?)
    }

    /// When something of the record is due for cleanup next.
    pub fn due(&self, record: &Record) -> Option<f64> {
        let deltas = record
            .live()
            .and_then(|live| live.oldest_delta())
            .zip(self.delta_ttl);
        let deltas = deltas.map(|(oldest, ttl)| oldest + ttl);
        let times = [self.expiry(record), deltas];
        times.into_iter().flatten().reduce(f64::min)
    }
}

impl Default for Policy {
    fn default() -> Self {
        const DAY: f64 = 86_400_000.0;
        const CONTEXT_BYTES: usize = 16 << 20;
        Policy {
            context_ttl: None,
            delta_ttl: Some(DAY),
            delta_threshold: Some(100),
            tombstone_ttl: DAY,
            limits: Limits {
                context_bytes: CONTEXT_BYTES,
                depth: 100,
                log_bytes: 4 * CONTEXT_BYTES,
            },
        }
    }
}
