//! IndexedDB, shared by every page and worker of an origin.
//!
//! One connection is open at a time. It closes when another tab wants to upgrade or delete the database, and may be closed by the
//! browser; the next call then opens another.

mod failure;
mod schema;
mod signal;
mod transaction;
mod value;

use core::cell::{Cell, RefCell};
use core::ops::Deref;
use std::rc::Rc;

use indexed_db_futures::database::Database as Handle;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::Build;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue, wasm_bindgen};
use web_sys::{IdbDatabase, IdbOpenDbRequest};

use crate::{Code, Error};

use super::grouped::{Connection, Database, Failure};

use failure::{of_value, unavailable};
use signal::Signal;
use transaction::IdbTransaction;

/// A database by its name.
pub struct IndexedDb {
    name: String,
    durability: &'static str,
    open: Rc<RefCell<Option<IdbConnection>>>,
    is_blocked: Rc<Cell<bool>>,
}

/// An open connection.
#[derive(Clone)]
pub struct IdbConnection(Rc<Open>);

/// What a connection consists of.
pub struct Open {
    handle: Handle,
    signal: Signal,
    /// What each transaction is begun with.
    stores: Array,
    options: Object,
}

impl Deref for IdbConnection {
    type Target = Open;

    fn deref(&self) -> &Open {
        &self.0
    }
}

#[wasm_bindgen]
extern "C" {
    /// A database whose transactions take options, which `web-sys` doesn't have yet.
    #[wasm_bindgen(extends = IdbDatabase)]
    type Transacting;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn begin(
        this: &Transacting,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<web_sys::IdbTransaction, JsValue>;
}

impl IndexedDb {
    /// The database `name`, which is made when it isn't there. A strict one says that something is stored when it is on the disk;
    /// else when the operating system has it.
    pub fn new(name: String, is_strict: bool) -> Self {
        let durability = if is_strict { "strict" } else { "relaxed" };
        IndexedDb {
            name,
            durability,
            open: Rc::default(),
            is_blocked: Rc::default(),
        }
    }

    async fn open(&self) -> Result<Handle, Failure> {
        let request: Rc<RefCell<Option<IdbOpenDbRequest>>> = Rc::default();
        let upgraded = request.clone();
        let is_blocked = self.is_blocked.clone();
        let opening = Handle::open(&self.name)
            .with_version(schema::VERSION)
            .with_on_blocked(move |_| {
                is_blocked.set(true);
                Ok(())
            })
            .with_on_upgrade_needed(move |event, database| {
                let transaction = upgraded
                    .borrow()
                    .as_ref()
                    .and_then(|request| request.transaction());
                schema::upgrade(event.old_version(), &database, transaction.as_ref())
            })
            .build()
            .map_err(unavailable)?;
        let system = opening.as_sys().clone();
        *request.borrow_mut() = Some(system.clone());
        let unfinished = Unfinished(Some(system));
        let handle = opening.await.map_err(unavailable)?;
        unfinished.done();
        // Not before: a second request waits behind one that is blocked, and is told nothing itself.
        self.is_blocked.set(false);
        Ok(handle)
    }

    /// Lets go of the connection when somebody else wants the database, or the browser has closed it. What the handler and the connection
    /// hold of each other no collector could free, so it knows the place weakly, and goes with the connection.
    fn listen(&self, handle: &Handle) {
        let open = Rc::downgrade(&self.open);
        let let_go = Closure::<dyn FnMut()>::new(move || {
            if let Some(open) = open.upgrade() {
                close(open.take());
            }
        });
        let let_go = let_go.into_js_value();
        let system = handle.as_sys();
        // The browser's own function closes it also when a defect has cost this instance its memory.
        let close = Reflect::get(system, &"close".into()).unwrap_or_default();
        if let Ok(close) = close.dyn_into::<Function>() {
            system.set_onversionchange(Some(&close.bind0(system)));
        }
        // A database takes any listener.
        let _ = system.add_event_listener_with_callback("versionchange", let_go.unchecked_ref());
        system.set_onclose(Some(let_go.unchecked_ref()));
    }
}

/// Closes a connection, which hears of nothing any more: there may be another in its place by then.
fn close(connection: Option<IdbConnection>) {
    let Some(connection) = connection else { return };
    let system = connection.handle.as_sys();
    system.set_onversionchange(None);
    system.set_onclose(None);
    system.close();
}

impl Drop for IndexedDb {
    fn drop(&mut self) {
        self.disconnect();
    }
}

impl Database for IndexedDb {
    type Connection = IdbConnection;

    async fn connect(&self) -> Result<IdbConnection, Failure> {
        let there = self.open.borrow().clone();
        if let Some(connection) = there {
            return Ok(connection);
        }
        let handle = self.open().await?;
        self.listen(&handle);
        let options = Object::new();
        // Setting a field of a fresh object can't fail.
        let _ = Reflect::set(&options, &"durability".into(), &self.durability.into());
        let connection = IdbConnection(Rc::new(Open {
            handle,
            signal: Signal::new(),
            stores: schema::STORES.into_iter().map(JsValue::from).collect(),
            options,
        }));
        *self.open.borrow_mut() = Some(connection.clone());
        Ok(connection)
    }

    fn disconnect(&self) {
        close(self.open.take());
    }

    fn stalled(&self) -> Error {
        let message = if self.is_blocked.get() {
            "another tab keeps an older version of the database open; close the other tabs of this site"
        } else {
            "IndexedDB doesn't answer; close other tabs of this site, or restart the browser"
        };
        Error::new(Code::BackendUnavailable, message)
    }
}

impl Connection for IdbConnection {
    type Transaction<'c> = IdbTransaction<'c>;

    fn begin(&self, writes: bool) -> Result<IdbTransaction<'_>, Failure> {
        let database: &Transacting = self.handle.as_sys().unchecked_ref();
        let mode = if writes { "readwrite" } else { "readonly" };
        let transaction = database.begin(&self.stores, mode, &self.options);
        IdbTransaction::new(self, transaction.map_err(of_value)?, writes)
    }
}

/// A request to open that nobody waits for any more must not leave a connection behind that blocks others, nor a database of the right
/// version without its stores.
struct Unfinished(Option<IdbOpenDbRequest>);

impl Unfinished {
    fn done(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(request) = self.0.take() {
            let late = request.clone();
            let close = Closure::once_into_js(move || {
                if let Ok(Ok(database)) = late.result().map(JsCast::dyn_into::<IdbDatabase>) {
                    database.close();
                }
            });
            let upgraded = request.clone();
            let undo = Closure::once_into_js(move || {
                if let Some(transaction) = upgraded.transaction() {
                    // One that has ended is nothing to undo.
                    let _ = transaction.abort();
                }
            });
            request.set_onsuccess(Some(close.unchecked_ref()));
            request.set_onupgradeneeded(Some(undo.unchecked_ref()));
        }
    }
}
