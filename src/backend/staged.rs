//! Memory into which what a call needs has been brought before it runs.

use core::cell::RefCell;
use std::rc::Rc;

use crate::engine::{
    Cleaned, Decide, Head, Limits, Listed, Page, Policy, Record, Store, Tell, WriteContext,
};
use crate::{Code, Error, Result};

use super::Memory;

/// The memory store, alone or in front of another.
#[derive(Clone, Debug, Default)]
pub struct Staged(Rc<Parts>);

#[derive(Debug, Default)]
struct Parts {
    memory: Memory,
    is_front: bool,
    /// In the place of the engine's own: by it logs aren't trimmed until what was committed is stored, too.
    policy: Option<Policy>,
    listed: RefCell<Option<Listed>>,
    cleaned: RefCell<Option<Cleaned>>,
}

impl Staged {
    /// Memory in front of a store that keeps everything: lists and cleanups come from there.
    pub fn front() -> Self {
        Staged(Rc::new(Parts {
            is_front: true,
            ..Parts::default()
        }))
    }

    /// The same, where logs are as long as they were and as the calls made them until whoever stores them has trimmed them.
    pub fn untrimmed(policy: &Policy) -> Self {
        let limits = Limits {
            log_bytes: usize::MAX,
            ..policy.limits
        };
        let policy = Policy {
            context_ttl: None,
            delta_ttl: None,
            delta_threshold: None,
            limits,
            ..*policy
        };
        Staged(Rc::new(Parts {
            is_front: true,
            policy: Some(policy),
            ..Parts::default()
        }))
    }

    /// The memory.
    pub fn memory(&self) -> &Memory {
        &self.0.memory
    }

    pub(super) fn stage_listed(&self, listed: Listed) {
        *self.0.listed.borrow_mut() = Some(listed);
    }

    pub(super) fn stage_cleaned(&self, cleaned: Cleaned) {
        *self.0.cleaned.borrow_mut() = Some(cleaned);
    }
}

impl Store for Staged {
    fn read<R>(&self, id: &[u8], read: impl FnOnce(Option<&Record>) -> Result<R>) -> Result<R> {
        self.0.memory.read(id, read)
    }

    fn write(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        step: &mut Decide<'_>,
        done: &mut Tell<'_>,
    ) -> Result<()> {
        let policy = self.0.policy.as_ref().unwrap_or(context.policy);
        let context = WriteContext { policy, ..*context };
        self.0.memory.write(id, &context, step, done)
    }

    fn remove(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        check: &mut dyn FnMut(Option<&Record>) -> Result<bool>,
    ) -> Result<Option<Head>> {
        self.0.memory.remove(id, context, check)
    }

    fn cleanup(&self, context: &WriteContext<'_>, limit: usize) -> Result<Cleaned> {
        if !self.0.is_front {
            return self.0.memory.cleanup(context, limit);
        }
        self.0.cleaned.take().ok_or_else(not_staged)
    }

    fn list(&self, page: &Page<'_>) -> Result<Listed> {
        if !self.0.is_front {
            return self.0.memory.list(page);
        }
        self.0.listed.take().ok_or_else(not_staged)
    }

    fn close(&self) -> Result<()> {
        self.0.memory.close()
    }
}

fn not_staged() -> Error {
    Error::new(Code::Internal, "a call ran before its store was asked")
}
