//! The stores an instance can be over, chosen when it is opened.

use crate::Result;
use crate::backend::{Memory, Persistent};
use crate::engine::{Cleaned, Decide, Head, Listed, Page, Record, Store, Tell, WriteContext};

use super::js_backend::JsBackend;

/// One of the stores, so that the engine is compiled once.
pub(super) enum AnyStore {
    Memory(Memory),
    Js(Persistent<JsBackend>),
}

impl Store for AnyStore {
    async fn read<R>(
        &self,
        id: &[u8],
        read: impl FnOnce(Option<&Record>) -> Result<R>,
    ) -> Result<R> {
        match self {
            AnyStore::Memory(store) => store.read(id, read).await,
            AnyStore::Js(store) => store.read(id, read).await,
        }
    }

    async fn write(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        step: &mut Decide<'_>,
        done: &mut Tell<'_>,
    ) -> Result<()> {
        match self {
            AnyStore::Memory(store) => store.write(id, context, step, done).await,
            AnyStore::Js(store) => store.write(id, context, step, done).await,
        }
    }

    async fn remove(
        &self,
        id: &[u8],
        context: &WriteContext<'_>,
        check: &mut dyn FnMut(Option<&Record>) -> Result<bool>,
    ) -> Result<Option<Head>> {
        match self {
            AnyStore::Memory(store) => store.remove(id, context, check).await,
            AnyStore::Js(store) => store.remove(id, context, check).await,
        }
    }

    async fn cleanup(&self, context: &WriteContext<'_>, limit: usize) -> Result<Cleaned> {
        match self {
            AnyStore::Memory(store) => store.cleanup(context, limit).await,
            AnyStore::Js(store) => store.cleanup(context, limit).await,
        }
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        match self {
            AnyStore::Memory(store) => store.list(page).await,
            AnyStore::Js(store) => store.list(page).await,
        }
    }

    async fn close(&self) -> Result<()> {
        match self {
            AnyStore::Memory(store) => store.close().await,
            AnyStore::Js(store) => store.close().await,
        }
    }
}
