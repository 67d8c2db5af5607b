//! One context as a store holds it: head, state and log, or the tombstone of a deleted one.

use crate::delta::merge::Merger;
use crate::delta::{apply, invert, text};
use crate::document::{Document, Merged};
use crate::{Code, Error, Result};

use super::log::{Entries, Entry, Keep, Log};
use super::revision::{Head, Revision, Stamp};

/// A context, or what is left of it.
#[derive(Clone, Debug)]
pub struct Record {
    head: Head,
    at: f64,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Live(Live),
    /// The version is remembered until then, so that versions go on growing after a re-creation.
    Deleted {
        until: f64,
    },
}

/// The state and the log of a context that exists.
#[derive(Clone, Debug)]
pub struct Live {
    document: Document,
    log: Log,
}

/// What a write does to a record.
#[derive(Clone, Debug)]
pub enum Commit {
    /// A new lineage: a creation or a restore.
    Create {
        /// The commit.
        head: Head,
        /// When.
        at: f64,
        /// The state.
        document: Document,
    },
    /// One more version.
    Change {
        /// The commit.
        head: Head,
        /// When.
        at: f64,
        /// The delta's compact code.
        code: Vec<u8>,
        /// What is known of the state after it.
        merged: Merged,
    },
}

/// A commit as a backend remembers it.
#[derive(Clone, Debug)]
pub struct Past {
    /// The commit.
    pub head: Head,
    /// The revision before it; none for the first of a lineage.
    pub previous: Option<Revision>,
    /// When.
    pub at: f64,
    /// The delta's compact code.
    pub code: Vec<u8>,
}

impl Record {
    /// The newest commit.
    pub fn head(&self) -> Head {
        self.head
    }

    /// When the newest commit was made.
    pub fn at(&self) -> f64 {
        self.at
    }

    /// State and log, unless the context is deleted.
    pub fn live(&self) -> Option<&Live> {
        match &self.body {
            Body::Live(live) => Some(live),
            Body::Deleted { .. } => None,
        }
    }

    /// Until when a deleted context's version is remembered.
    pub fn tombstone(&self) -> Option<f64> {
        match self.body {
            Body::Live(_) => None,
            Body::Deleted { until } => Some(until),
        }
    }

    /// A record that starts with a commit that creates.
    ///
    /// # Errors
    /// `internal` for another commit.
    pub fn create(commit: Commit) -> Result<Self> {
        match commit {
            Commit::Create { head, at, document } => Ok(Record {
                head,
                at,
                body: Body::Live(Live {
                    document,
                    log: Log::created(at),
                }),
            }),
            Commit::Change { .. } => Err(out_of_order()),
        }
    }

    /// A context that has this head and nothing else.
    pub fn empty(head: Head) -> Self {
        let document = Document::read(b"{}");
        let log = Log::default();
        Record {
            head,
            at: 0.0,
            body: Body::Live(Live { document, log }),
        }
    }

    /// The tombstone of a context that had this head.
    pub fn deleted(head: Head, until: f64) -> Self {
        Record {
            head,
            at: 0.0,
            body: Body::Deleted { until },
        }
    }

    /// A record from what a backend keeps: a snapshot, and entries that lead up to `head`, some of them from before the snapshot.
    ///
    /// # Errors
    /// What is wrong, when these don't belong together.
    pub fn load(
        head: Head,
        at: f64,
        snapshot_version: u64,
        mut document: Document,
        tail: &[Past],
    ) -> core::result::Result<Self, &'static str> {
        let mut log = Log::default();
        let mut before: Option<(Head, Stamp)> = None;
        if tail
            .first()
            .is_some_and(|first| first.head.version > snapshot_version + 1)
        {
            return Err("entries that don't begin where the snapshot ends");
        }
        for entry in tail {
            let now = Stamp {
                revision: entry.head.revision,
                at: entry.at,
            };
            let follows = before.is_none_or(|(head, stamp)| {
                entry.head.version == head.version + 1 && entry.previous == Some(stamp.revision)
            });
            // Versions begin at 1: nothing stands before this one to be told of.
            if !follows || entry.head.version == 0 {
                return Err("entries that don't follow each other");
            }
            match (before, entry.previous) {
                (None, None) => log = Log::created(entry.at),
                // When the commit before the oldest entry was made is not known; nobody asks for it.
                (before, previous) => {
                    let unknown = Stamp {
                        revision: previous.unwrap_or_default(),
                        at: entry.at,
                    };
                    log.push(now, before.map_or(unknown, |(_, stamp)| stamp), &entry.code);
                }
            }
            if entry.head.version > snapshot_version {
                let applied = document.replay(&entry.code);
                applied.map_err(|_| "an entry that doesn't fit the state before it")?;
            }
            before = Some((entry.head, now));
        }
        let last = before.map_or(
            Head {
                version: snapshot_version,
                ..head
            },
            |(head, _)| head,
        );
        if last != head || snapshot_version > head.version {
            return Err("entries that don't lead up to the head");
        }
        Ok(Record {
            head,
            at,
            body: Body::Live(Live { document, log }),
        })
    }

    /// Makes a commit of one more version: the delta that `code` is of, and with it `merged`, what is known of the state after it.
    ///
    /// # Errors
    /// `delta_mismatch` or `internal` where it doesn't fit, and `internal` for a deleted context; the record is unusable then.
    pub fn change(&mut self, head: Head, at: f64, code: &[u8], merged: Merged) -> Result<()> {
        let before = Stamp {
            revision: self.head.revision,
            at: self.at,
        };
        let Body::Live(live) = &mut self.body else {
            return Err(out_of_order());
        };
        live.document.install(merged, code)?;
        let now = Stamp {
            revision: head.revision,
            at,
        };
        live.log.push(now, before, code);
        self.head = head;
        self.at = at;
        Ok(())
    }

    /// Leaves a tombstone.
    pub fn delete(&mut self, until: f64) {
        self.body = Body::Deleted { until };
    }

    /// Drops old deltas and says how many.
    pub fn trim(&mut self, keep: &Keep) -> u64 {
        match &mut self.body {
            Body::Live(live) => live.log.trim(keep),
            Body::Deleted { .. } => 0,
        }
    }

    /// Whether `head` is the newest commit, or known to have led to it.
    pub(crate) fn remembers(&self, head: Head) -> bool {
        self.head == head || self.newest_first().any(|entry| entry.previous == head)
    }

    /// The kept entries from the newest to the oldest, without the creating commit.
    pub fn newest_first(&self) -> Entries<'_> {
        match self.live() {
            Some(live) => live.log.newest_first(self.head, self.at),
            None => Entries::none(),
        }
    }

    /// The creating commit, made again from state and log, while it is kept.
    ///
    /// # Errors
    /// `internal` when the log can't be undone.
    pub fn creation(&self) -> Result<Option<(Head, f64, Vec<u8>)>> {
        let Some(live) = self.live().filter(|live| live.log.reaches_creation()) else {
            return Ok(None);
        };
        let entries: Vec<Entry<'_>> = self.newest_first().collect();
        let mut merger = Merger::default();
        for entry in entries.iter().rev() {
            merger.push_code(entry.code)?;
        }
        let back = invert(&merger.finish()?)?;
        let state = apply(&live.document.text(), &back)?;
        let head = entries.last().map_or(self.head, |oldest| oldest.previous);
        let at = live.log.oldest().unwrap_or(self.at);
        let delta = super::creation(&state);
        Ok(Some((head, at, text::print(&delta))))
    }
}

impl Live {
    /// The state.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The kept deltas.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// When the oldest kept delta was committed.
    pub fn oldest_delta(&self) -> Option<f64> {
        self.log.oldest()
    }
}

fn out_of_order() -> Error {
    Error::new(
        Code::Internal,
        "a change was committed to a context that doesn't exist",
    )
}
