//! Which outcomes of a group of calls have the state. The others lead to one that has it, by their deltas.

use crate::engine::Record;

use super::{Job, Memory};

/// So many bytes of deltas lead back from a state that is told, however small it is.
const LEAST_UNTOLD: usize = 4096;

/// How far the calls on one context have told what they led to.
#[derive(Default)]
pub(super) struct Telling {
    /// The last of the calls that wrote it, as long as its outcome doesn't have the state.
    last: Option<usize>,
    /// Bytes of deltas since a state was told.
    untold: usize,
}

impl Telling {
    /// Runs the call at `place`, and has it or one before it tell the state where that is due.
    pub(super) fn run(
        &mut self,
        memory: &Memory,
        id: &[u8],
        group: &mut [Box<dyn Job>],
        place: usize,
    ) {
        let Some(bytes) = group[place].run() else {
            return;
        };
        self.last = Some(place);
        self.untold += bytes;
        if self.untold <= LEAST_UNTOLD {
            return;
        }
        // A chain of deltas that has outgrown the state costs more than telling it.
        let length = memory.with(id, |record| {
            let live = record.and_then(Record::live);
            live.map_or(0, |live| live.document().length())
        });
        if self.untold > length {
            self.tell_state(memory, id, group);
        }
    }

    /// Has the last write tell the state it led to. Those before it lead there by their deltas.
    pub(super) fn tell_state(&mut self, memory: &Memory, id: &[u8], group: &mut [Box<dyn Job>]) {
        self.untold = 0;
        let Some(job) = self.last.take().and_then(|place| group.get_mut(place)) else {
            return;
        };
        memory.with(id, |record| {
            if let Some(record) = record {
                job.tell_state(record);
            }
        });
    }
}
