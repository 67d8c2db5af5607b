//! What a call asks for, as numbers; and what it needs for that, once it has to wait.

use crate::backend::{Access, Need};

use super::area::Input;

/// What a call asks for. Lengths are of texts at the start of the id area.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    /// To read the context of an id.
    Read(u32),
    /// To change it.
    Write(u32),
    /// To put another state in its place.
    Set(u32),
    /// To begin a new lineage.
    Restore(u32),
    /// To delete it.
    Delete(u32),
    /// To delete one version of it.
    DeleteVersion(u32),
    /// Some ids; a prefix stands behind the cursor.
    Page {
        limit: u32,
        cursor: u32,
        prefix: u32,
        descending: bool,
    },
    Cleanup {
        limit: u32,
        now: f64,
    },
    Open,
    Close,
}

impl Asked {
    pub(super) fn need(self, input: &Input) -> Need {
        let context = |id: u32, access| Need::Context {
            id: input.id(0, id).into(),
            access,
        };
        match self {
            Asked::Read(id) => context(id, Access::Read),
            Asked::Write(id) => context(id, Access::Change),
            Asked::Set(id) => context(id, Access::Set),
            Asked::Restore(id) => context(id, Access::Restore),
            Asked::Delete(id) => context(id, Access::Delete),
            Asked::DeleteVersion(id) => context(id, Access::DeleteVersion),
            Asked::Page {
                limit,
                cursor,
                prefix,
                descending,
            } => Need::Page {
                limit: limit as usize,
                cursor: (cursor > 0).then(|| input.id(0, cursor).into()),
                descending,
                prefix: input.id(cursor, prefix).into(),
            },
            Asked::Cleanup { limit, now } => Need::Cleanup {
                limit: limit as usize,
                now,
            },
            Asked::Open => Need::Open,
            Asked::Close => Need::Close,
        }
    }
}
