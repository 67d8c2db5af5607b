//! A backend that JavaScript brought: calls its methods, waits for what they promise, reads their answers.
//!
//! `js/backend.ts` describes the objects that cross here. An answer of another shape is `backend_error` and says what was wrong and where.

use core::cell::RefCell;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::backend::{
    Answer, Backend, Expired, Kind, News, Only, Proposal, Stored, StoredEntry, broken,
};
use crate::engine::{Head, Keep, Listed, Page, Revision};
use crate::{Code, Error, Result};

/// The largest whole number that JavaScript counts to.
const LARGEST: f64 = 9_007_199_254_740_991.0;

thread_local! {
    /// What backends threw, until the facade takes it as an error's cause.
    static CAUSES: RefCell<Vec<JsValue>> = const { RefCell::new(Vec::new()) };
}

/// Gives what a backend threw, and forgets all of them.
#[wasm_bindgen(js_name = takeCause)]
pub fn take_cause(number: u32) -> JsValue {
    let causes = CAUSES.with(RefCell::take);
    causes.get(number as usize).cloned().unwrap_or_default()
}

/// A JavaScript object with the methods of the contract.
#[derive(Debug)]
pub(super) struct JsBackend(JsValue);

impl JsBackend {
    pub(super) fn new(object: JsValue) -> Self {
        JsBackend(object)
    }

    async fn call(&self, method: &str, arguments: &[JsValue]) -> Result<Reader> {
        let function: Option<Function> = Reflect::get(&self.0, &method.into())
            .ok()
            .and_then(|found| found.dyn_into().ok());
        let function = function.ok_or_else(|| {
            let message = ["the backend has no method ", method, "()"].concat();
            Error::new(Code::BackendError, message)
        })?;
        let arguments: Array = arguments.iter().collect();
        let mut value = Reflect::apply(&function, &self.0, &arguments)
            .map_err(|thrown| failed(method, thrown))?;
        if value.has_type::<Promise>() || Reflect::has(&value, &"then".into()).unwrap_or(false) {
            let promise = JsFuture::from(Promise::resolve(&value));
            value = promise.await.map_err(|thrown| failed(method, thrown))?;
        }
        let at = [method, "()"].concat();
        Ok(Reader { value, at })
    }
}

/// The error for what a method threw. Where that is an error of ours, its code stays.
fn failed(method: &str, thrown: JsValue) -> Error {
    let text = |key: &str| {
        Reflect::get(&thrown, &key.into())
            .ok()
            .and_then(|found| found.as_string())
    };
    let is_ours = text("name").is_some_and(|name| name == "ChordError");
    let code = text("code").filter(|_| is_ours);
    let code = code.and_then(|name| Code::ALL.into_iter().find(|code| code.as_str() == name));
    let reason = text("message").or_else(|| thrown.as_string());
    let reason = reason.filter(|reason| !reason.is_empty());
    let reason = reason.unwrap_or_else(|| "see the cause".to_owned());
    let number = CAUSES.with(|causes| {
        let mut causes = causes.borrow_mut();
        causes.push(thrown);
        causes.len() as u32 - 1
    });
    let message = ["backend.", method, "() failed: ", &reason].concat();
    Error::new(code.unwrap_or(Code::BackendError), message).because(number)
}

fn text(bytes: &[u8]) -> JsValue {
    JsValue::from_str(&String::from_utf8_lossy(bytes))
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        // Setting a field of a new plain object can't fail.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}

fn number(value: Option<f64>) -> JsValue {
    value
        .filter(|value| value.is_finite())
        .map_or(JsValue::NULL, JsValue::from_f64)
}

fn head_object(head: Head) -> JsValue {
    object(&[
        ("version", JsValue::from_f64(head.version as f64)),
        ("revision", head.revision.text().into()),
    ])
}

fn keep_object(keep: &Keep) -> JsValue {
    object(&[
        ("count", number(keep.count.map(|count| count as f64))),
        ("bytes", number(Some(keep.bytes as f64))),
        ("after", number(Some(keep.after))),
    ])
}

fn entry_object(entry: &StoredEntry) -> JsValue {
    object(&[
        ("version", JsValue::from_f64(entry.head.version as f64)),
        ("revision", entry.head.revision.text().into()),
        (
            "previous",
            entry
                .previous
                .map(Revision::text)
                .unwrap_or_default()
                .into(),
        ),
        ("delta", text(&entry.delta)),
        ("insertedAt", JsValue::from_f64(entry.at)),
    ])
}

/// Reads an answer, or a part of one, and says where it is not what it should be.
struct Reader {
    value: JsValue,
    /// The method that answered, and the way to this part.
    at: String,
}

impl Reader {
    fn get(&self, key: &str) -> Reader {
        Reader {
            // A field of what is no object, or one that can't be read, is absent.
            value: Reflect::get(&self.value, &key.into()).unwrap_or_default(),
            at: [&self.at, ".", key].concat(),
        }
    }

    fn refuse(&self, what: &str) -> Error {
        broken(&["something else than ", what, " as ", &self.at].concat())
    }

    fn is_nothing(&self) -> bool {
        self.value.is_null() || self.value.is_undefined()
    }

    fn object(self) -> Result<Self> {
        if self.value.is_object() {
            return Ok(self);
        }
        Err(self.refuse("an object"))
    }

    fn text(&self) -> Result<String> {
        self.value
            .as_string()
            .ok_or_else(|| self.refuse("a string"))
    }

    fn number(&self) -> Result<f64> {
        let number = self.value.as_f64().filter(|number| number.is_finite());
        number.ok_or_else(|| self.refuse("a finite number"))
    }

    fn whole(&self) -> Result<u64> {
        let number = self.value.as_f64().unwrap_or(-1.0);
        if number < 0.0 || number % 1.0 != 0.0 || number > LARGEST {
            return Err(self.refuse("a whole number"));
        }
        Ok(number as u64)
    }

    fn revision(&self) -> Result<Revision> {
        let revision = Revision::parse(self.text()?.as_bytes());
        revision.ok_or_else(|| self.refuse("a revision as it was committed"))
    }

    fn list<T>(&self, read: impl Fn(Reader) -> Result<T>) -> Result<Vec<T>> {
        let Some(list) = self.value.dyn_ref::<Array>() else {
            return Err(self.refuse("an array"));
        };
        let read = list.iter().map(|value| {
            read(Reader {
                value,
                at: [&self.at, "[]"].concat(),
            })
        });
        read.collect()
    }

    fn head(&self) -> Result<Head> {
        Ok(Head {
            version: self.get("version").whole()?,
            revision: self.get("revision").revision()?,
        })
    }

    fn entry(self) -> Result<StoredEntry> {
        let previous = self.get("previous");
        Ok(StoredEntry {
            head: self.head()?,
            previous: match previous.text()?.as_str() {
                "" => None,
                _ => Some(previous.revision()?),
            },
            delta: self.get("delta").text()?.into_bytes(),
            at: self.get("insertedAt").number()?,
        })
    }
}

impl Backend for JsBackend {
    async fn load(&self, id: &[u8]) -> Result<Option<Stored>> {
        let answer = self.call("load", &[text(id)]).await?;
        if answer.is_nothing() {
            return Ok(None);
        }
        let stored = answer.object()?;
        let head = stored.get("head").head()?;
        if stored.get("deleted").value.is_truthy() {
            return Ok(Some(Stored::Deleted(head)));
        }
        let snapshot = stored.get("snapshot");
        Ok(Some(Stored::Live {
            head,
            at: stored.get("insertedAt").number()?,
            snapshot_version: snapshot.get("version").whole()?,
            snapshot: snapshot.get("context").text()?.into_bytes(),
            tail: stored.get("tail").list(Reader::entry)?,
        }))
    }

    async fn since(&self, id: &[u8], have: Head) -> Result<News> {
        let answer = self.call("since", &[text(id), head_object(have)]).await?;
        let kind = answer.object()?;
        let entries = kind.get("entries");
        let kind = kind.get("kind");
        match kind.text()?.as_str() {
            "same" => Ok(News::Same),
            "gone" => Ok(News::Gone),
            "reload" => Ok(News::Reload),
            "tail" => Ok(News::Tail(entries.list(Reader::entry)?)),
            _ => Err(kind.refuse("\"same\", \"gone\", \"reload\" or \"tail\"")),
        }
    }

    async fn commit(&self, id: &[u8], proposal: &Proposal) -> Result<Answer> {
        let mut fields = vec![
            ("base", proposal.base.map_or(JsValue::NULL, head_object)),
            ("head", head_object(proposal.entry.head)),
            ("entries", Array::of1(&entry_object(&proposal.entry)).into()),
            ("expiresAt", number(proposal.expires_at)),
            ("deltasExpireAt", number(proposal.deltas_expire_at)),
            ("keep", keep_object(&proposal.keep)),
        ];
        if proposal.reset {
            fields.push(("reset", JsValue::TRUE));
        }
        if let Some(snapshot) = &proposal.snapshot {
            fields.push(("snapshot", text(snapshot)));
        }
        let answer = self.call("commit", &[text(id), object(&fields)]).await?;
        let ok = answer.get("ok");
        let tail = answer.get("tail");
        match ok.value.as_bool() {
            Some(true) => Ok(Answer::Stored),
            Some(false) if tail.value.is_array() => {
                Ok(Answer::Conflict(News::Tail(tail.list(Reader::entry)?)))
            }
            Some(false) => Ok(Answer::Conflict(News::Reload)),
            None => Err(ok.refuse("true or false")),
        }
    }

    async fn remove(&self, id: &[u8], only: Only, tombstone_until: f64) -> Result<Option<Head>> {
        let only = match only {
            Only::Head(head) => ("head", head_object(head)),
            Only::ExpiredBefore(before) => ("expiredBefore", JsValue::from_f64(before)),
        };
        let only = object(&[only, ("tombstoneUntil", JsValue::from_f64(tombstone_until))]);
        let answer = self.call("remove", &[text(id), only]).await?;
        if answer.is_nothing() || answer.value.as_bool() == Some(false) {
            return Ok(None);
        }
        answer.object()?.head().map(Some)
    }

    async fn trim(&self, id: &[u8], keep: &Keep, deltas_ttl: Option<f64>) -> Result<u64> {
        let arguments = [text(id), keep_object(keep), number(deltas_ttl)];
        self.call("trim", &arguments).await?.whole()
    }

    async fn expired(&self, before: f64, limit: usize) -> Result<Vec<Expired>> {
        let arguments = [JsValue::from_f64(before), JsValue::from_f64(limit as f64)];
        let answer = self.call("expired", &arguments).await?;
        answer.list(|expired| {
            let kind = expired.get("kind");
            let kind = match kind.text()?.as_str() {
                "context" => Kind::Context,
                "deltas" => Kind::Deltas,
                "tombstone" => Kind::Tombstone,
                _ => return Err(kind.refuse("\"context\", \"deltas\" or \"tombstone\"")),
            };
            let id = expired.get("id").text()?.into_bytes().into();
            Ok(Expired { id, kind })
        })
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        let asked = object(&[
            ("limit", JsValue::from_f64(page.limit as f64)),
            ("cursor", page.cursor.map_or(JsValue::UNDEFINED, text)),
            ("order", if page.descending { "desc" } else { "asc" }.into()),
            ("prefix", text(page.prefix)),
        ]);
        let answer = self.call("list", &[asked]).await?;
        let ids = answer.get("ids");
        Ok(Listed {
            ids: ids.list(|id| Ok(id.text()?.into_bytes().into()))?,
            more: !answer.get("cursor").is_nothing(),
        })
    }

    async fn close(&self) -> Result<()> {
        if Reflect::has(&self.0, &"close".into()).unwrap_or(false) {
            self.call("close", &[]).await?;
        }
        Ok(())
    }
}
