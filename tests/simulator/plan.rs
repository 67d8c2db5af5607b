//! What a simulation is made of: numbers that stand in one line of text, so that a plan can be kept and made smaller.

use core::fmt;

use chord::engine::{Limits, Policy};

use crate::dice::Dice;

macro_rules! plan {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A simulation. Chances are of a thousand, times milliseconds, and 0 is "never" or "none".
        #[derive(Clone, Debug, PartialEq)]
        pub struct Plan {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Plan {
            const NOTHING: Plan = Plan { $($name: 0,)* };

            /// The numbers with their names.
            pub fn numbers(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)*]
            }

            /// The number of this name.
            pub fn number(&mut self, name: &str) -> Option<&mut u64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

plan! {
    /// What all chance follows from.
    seed,
    processes,
    /// Each calls one thing after the other.
    workers,
    /// Each holds contexts and has itself brought up to date.
    clients,
    contexts,
    /// Calls of each worker and each client.
    calls,
    /// How many calls a worker may have under way at once.
    burst,
    /// Between calls, at most.
    think,
    /// After so long a caller gives up.
    deadline,
    /// How long a message takes, at most, where all is well.
    delay,
    lost_requests,
    lost_replies,
    /// Messages that arrive when nobody expects them any more.
    late,
    /// Messages that arrive once more.
    doubled,
    /// How late, at most.
    latest,
    /// Of what gets lost, how much the driver sends again by itself.
    resends,
    /// Of what gets lost, how much is never answered.
    hangs,
    /// Calls to the store that fail before or after the fact.
    errors,
    /// Between troubles, on average.
    trouble,
    /// How often a trouble is a process that ends.
    crashes,
    /// … a store that starts again.
    restarts,
    /// … a replica that takes over, without the latest commits.
    failovers,
    /// How many commits a failover loses at most.
    rollback,
    /// … a context that is gone.
    evictions,
    /// … a store without room.
    quotas,
    /// … a process that doesn't reach the store.
    cuts,
    /// How far clocks are apart.
    skew,
    /// Bytes that contexts are made larger by.
    padding,
    delta_threshold,
    delta_ttl,
    context_ttl,
    log_bytes,
    context_bytes,
}

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let dice = Dice::new(seed, 0);
        // Most simulations have few kinds of trouble: what comes of one isn't hidden by the others.
        let sometimes = |of_a_thousand: u64, most: u64| {
            let value = dice.between(1, most);
            if dice.happens(of_a_thousand) {
                value
            } else {
                0
            }
        };
        Plan {
            seed,
            processes: dice.between(1, 4),
            workers: dice.between(1, 6),
            clients: dice.between(1, 4),
            contexts: dice.between(1, 3),
            calls: *dice.pick(&[15, 30, 60]),
            burst: *dice.pick(&[1, 1, 3, 8]),
            think: *dice.pick(&[5, 50, 400]),
            deadline: *dice.pick(&[400, 2000, 10_000]),
            delay: *dice.pick(&[2, 10, 60]),
            lost_requests: sometimes(400, 100),
            lost_replies: sometimes(600, 200),
            late: sometimes(400, 100),
            doubled: sometimes(400, 200),
            latest: *dice.pick(&[50, 500, 5000]),
            resends: sometimes(400, 1000),
            hangs: sometimes(300, 500),
            errors: sometimes(250, 60),
            trouble: *dice.pick(&[0, 100, 500, 2000]),
            crashes: sometimes(400, 3),
            restarts: sometimes(400, 3),
            failovers: sometimes(400, 4),
            rollback: *dice.pick(&[2, 6, 20]),
            evictions: sometimes(200, 2),
            quotas: sometimes(300, 3),
            cuts: sometimes(300, 3),
            skew: sometimes(300, 400),
            padding: *dice.pick(&[0, 0, 200, 6000]),
            delta_threshold: *dice.pick(&[0, 1, 3, 10, 100]),
            delta_ttl: *dice.pick(&[0, 0, 300, 5000]),
            context_ttl: *dice.pick(&[0, 0, 100, 1500, 20_000]),
            log_bytes: *dice.pick(&[150, 1000, 100_000]),
            context_bytes: *dice.pick(&[1 << 20, 1 << 20, 1 << 20, 8000]),
        }
    }

    /// Limits and lifetimes.
    pub fn policy(&self) -> Policy {
        let lasting = |milliseconds: u64| (milliseconds > 0).then_some(milliseconds as f64);
        Policy {
            context_ttl: lasting(self.context_ttl),
            delta_ttl: lasting(self.delta_ttl),
            delta_threshold: (self.delta_threshold > 0).then_some(self.delta_threshold),
            tombstone_ttl: self.tombstone_ttl() as f64,
            limits: Limits {
                context_bytes: self.context_bytes as usize,
                depth: 100,
                log_bytes: self.log_bytes as usize,
            },
        }
    }

    /// A tombstone outlives whatever may still arrive: there is nothing else to tell that it comes too late.
    pub fn tombstone_ttl(&self) -> u64 {
        2 * (self.longest_flight() + self.deadline + self.skew) + 1000
    }

    /// After so long no message is on its way any more.
    pub fn longest_flight(&self) -> u64 {
        6 * (self.latest + 4 * self.delay) + 5000
    }

    /// Reads what a plan is printed as. What isn't mentioned is 0.
    pub fn parse(text: &str) -> Option<Self> {
        let mut plan = Plan::NOTHING;
        for part in text.split_whitespace() {
            let (name, value) = part.split_once('=')?;
            *plan.number(name)? = value.parse().ok()?;
        }
        Some(plan)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.numbers().into_iter().filter(|(_, value)| *value > 0);
        for (place, (name, value)) in numbers.enumerate() {
            write!(f, "{}{name}={value}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}
