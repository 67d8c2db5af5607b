//! Which outcomes of a group have the state. The others lead to one that has it, by their deltas.

use crate::engine::Record;

use super::{Database, Grouped, Job, Subject};

/// So many bytes of deltas lead back from a state that is told, however small it is.
const LEAST_UNTOLD: usize = 4096;

impl<D: Database> Grouped<D> {
    /// Has the last write tell the state it led to. Those before it lead there by their deltas.
    pub(super) fn tell_state(&self, group: &mut [Box<dyn Job>], subject: &mut Subject) {
        subject.untold = 0;
        let Some(job) = subject.last.take().and_then(|place| group.get_mut(place)) else {
            return;
        };
        let memory = self.staged.memory();
        memory.with(&subject.id, |record| {
            if let Some(record) = record {
                job.tell_state(record);
            }
        });
    }

    /// A chain of deltas that has outgrown the state costs more than telling it.
    pub(super) fn tell_state_in_time(&self, group: &mut [Box<dyn Job>], subject: &mut Subject) {
        if subject.untold <= LEAST_UNTOLD {
            return;
        }
        let memory = self.staged.memory();
        let length = memory.with(&subject.id, |record| {
            let live = record.and_then(Record::live);
            live.map_or(0, |live| live.document().length())
        });
        if subject.untold > length {
            self.tell_state(group, subject);
        }
    }
}
