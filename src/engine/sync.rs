//! Bringing a client up to date: nothing, one merged delta over an unbroken chain, or everything.

use crate::Result;
use crate::delta::merge::Merger;
use crate::delta::{Delta, text};

use super::{Engine, Entry, Live, Record, Revision, Store, not_found};

/// Merged deltas longer than the state are not sent, but up to so many bytes nobody minds.
const SMALL_DELTA: usize = 1024;

/// What a client has.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// The version; 0 for nothing.
    pub version: u64,
    /// Which version of that number.
    pub revision: Known,
}

/// What a client knows of its version's revision.
#[derive(Clone, Copy, Debug)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// This.
    Revision(Revision),
    /// Something that no commit ever had.
    Foreign,
}

impl Known {
    fn allows(self, revision: Revision) -> bool {
        match self {
            Known::Nothing => true,
            Known::Revision(known) => known == revision,
            Known::Foreign => false,
        }
    }
}

/// What a client has to be told.
#[derive(Debug)]
pub enum Synced<'a> {
    /// Everything.
    Full(&'a Record, &'a Live),
    /// What changed since: the delta's JSON text.
    Delta(&'a Record, Vec<u8>),
    /// Nothing.
    Same(&'a Record),
}

impl<S: Store> Engine<S> {
    /// Calls `see` with what a client that has `since` must be told.
    ///
    /// # Errors
    /// `not_found` where there is no context; those of the store.
    pub fn sync<R>(
        &self,
        id: &[u8],
        since: Since,
        old_values: bool,
        see: impl FnOnce(Synced<'_>) -> R,
    ) -> Result<R> {
        self.store()
            .read(id, |record| answer(record, since, old_values).map(see))
    }
}

fn answer(record: Option<&Record>, since: Since, old_values: bool) -> Result<Synced<'_>> {
    let record = record.ok_or_else(not_found)?;
    let live = record.live().ok_or_else(not_found)?;
    let head = record.head();
    if since.version == head.version && since.version > 0 && since.revision.allows(head.revision) {
        return Ok(Synced::Same(record));
    }
    let Some(entries) = missing(record, since) else {
        return Ok(Synced::Full(record, live));
    };
    let delta = told(&entries, old_values)?;
    if delta.len() > SMALL_DELTA && delta.len() > live.document().length() {
        return Ok(Synced::Full(record, live));
    }
    Ok(Synced::Delta(record, delta))
}

/// The entries after `since`, newest first, if they are an unbroken chain from there.
fn missing(record: &Record, since: Since) -> Option<Vec<Entry<'_>>> {
    let behind = record.head().version.checked_sub(since.version)?;
    if since.version == 0 || behind == 0 || behind > record.live()?.log().count() {
        return None;
    }
    let behind = usize::try_from(behind).ok()?;
    let mut entries: Vec<Entry<'_>> = Vec::with_capacity(behind);
    entries.extend(record.newest_first().take(behind));
    let from = entries.last()?.previous;
    let unbroken = entries.len() == behind
        && from.version == since.version
        && since.revision.allows(from.revision);
    unbroken.then_some(entries)
}

fn told(entries: &[Entry<'_>], old_values: bool) -> Result<Vec<u8>> {
    if let [entry] = entries {
        return entry.delta(old_values);
    }
    let mut merger = Merger::default();
    for entry in entries.iter().rev() {
        merger.push_code(entry.code)?;
    }
    let merged: Delta<'_> = merger.finish()?;
    // Mostly it is about as long as the longest of them.
    let longest = entries.iter().map(|entry| entry.code.len()).max();
    let mut out = Vec::with_capacity(text::likely_length(longest.unwrap_or(0)));
    text::write(&merged, old_values, &mut out);
    Ok(out)
}
