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
            after: self
                .delta_ttl
                .map_or(f64::NEG_INFINITY, |ttl| latest_expired(now, ttl)),
        }
    }

    /// When a live context goes.
    pub fn expiry(&self, record: &Record) -> Option<f64> {
        record.live()?;
        Some(record.at() + self.context_ttl?)
    }

    /// When the record's oldest delta is due for cleanup.
    pub fn deltas_due(&self, record: &Record) -> Option<f64> {
        let oldest = record.live()?.oldest_delta()?;
        Some(oldest + self.delta_ttl?)
    }

    /// When something of the record is due for cleanup next.
    pub fn due(&self, record: &Record) -> Option<f64> {
        let times = [self.expiry(record), self.deltas_due(record)];
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

/// The latest time `at` for which `at + ttl <= now`, which is how due times are reckoned. `now - ttl` may be rounded to the
/// other side of it, and then cleanup would find something due again and again that trimming never drops.
fn latest_expired(now: f64, ttl: f64) -> f64 {
    let mut at = now - ttl;
    // Rounding is off by a step or two; around 0 there are endlessly many steps, all of them too small to matter.
    for _ in 0..4 {
        if at + ttl > now {
            at = at.next_down();
        } else if at.next_up() + ttl <= now {
            at = at.next_up();
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_what_trimming_drops() {
        for (now, ttl) in [
            (265.4, 20.4),
            (0.3, 0.1),
            (1e16, 0.1),
            (20_000.0, 1e20),
            (1.7e12, 86_400_000.0),
            (5.0, 0.0),
        ] {
            let at = latest_expired(now, ttl);
            assert!(at + ttl <= now, "{now} {ttl}");
            assert!(at.next_up() + ttl > now, "{now} {ttl}");
        }
    }
}
