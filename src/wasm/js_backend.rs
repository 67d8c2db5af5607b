//! A backend that JavaScript brought: calls its methods, waits for what they promise, reads their answers.
//!
//! `js/backend.ts` describes the objects that cross here. An answer of another shape is `backend_error` and says what is missing.

use core::cell::RefCell;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::backend::{
    Answer, Backend, Expired, Kind, News, Only, Proposal, Stored, StoredEntry, broken,
};
use crate::engine::{Head, Keep, Listed, Page, Revision};
use crate::{Code, Error, Result};

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

    async fn call(&self, method: &str, arguments: &[JsValue]) -> Result<JsValue> {
        let function: Option<Function> = Reflect::get(&self.0, &method.into())
            .ok()
            .and_then(|found| found.dyn_into().ok());
        let function = function.ok_or_else(|| broken("a method missing"))?;
        let arguments: Array = arguments.iter().collect();
        let answer = Reflect::apply(&function, &self.0, &arguments)
            .map_err(|thrown| failed(method, thrown))?;
        if answer.has_type::<Promise>() || Reflect::has(&answer, &"then".into()).unwrap_or(false) {
            let promise = Promise::resolve(&answer);
            return JsFuture::from(promise)
                .await
                .map_err(|thrown| failed(method, thrown));
        }
        Ok(answer)
    }
}

/// The error for what a method threw; its own code stays, where it is one of ours.
fn failed(method: &str, thrown: JsValue) -> Error {
    let text = |key: &str| {
        Reflect::get(&thrown, &key.into())
            .ok()
            .and_then(|found| found.as_string())
    };
    let named =
        text("code").and_then(|name| Code::ALL.into_iter().find(|code| code.as_str() == name));
    let reason = text("message")
        .or_else(|| thrown.as_string())
        .unwrap_or_default();
    let number = CAUSES.with(|causes| {
        let mut causes = causes.borrow_mut();
        causes.push(thrown);
        causes.len() as u32 - 1
    });
    let message = ["backend.", method, "() failed: ", &reason].concat();
    Error::new(named.unwrap_or(Code::BackendError), message).because(number)
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

/// Reads fields of an answer, naming what is wrong with it.
struct Reader<'v>(&'v JsValue);

impl Reader<'_> {
    fn get(&self, key: &str) -> JsValue {
        Reflect::get(self.0, &key.into()).unwrap_or_default()
    }

    fn text(&self, key: &str) -> Result<String> {
        self.get(key)
            .as_string()
            .ok_or_else(|| missing(key, "a string"))
    }

    fn number(&self, key: &str) -> Result<f64> {
        let number = self.get(key).as_f64().filter(|number| number.is_finite());
        number.ok_or_else(|| missing(key, "a finite number"))
    }

    fn version(&self, key: &str) -> Result<u64> {
        let version = self.number(key)?;
        if version < 0.0 || version % 1.0 != 0.0 {
            return Err(missing(key, "a whole number"));
        }
        Ok(version as u64)
    }

    fn revision(&self, key: &str) -> Result<Revision> {
        Revision::parse(self.text(key)?.as_bytes())
            .ok_or_else(|| missing(key, "a revision as it was committed"))
    }

    fn list(&self, key: &str) -> Result<Array> {
        self.get(key)
            .dyn_into()
            .map_err(|_| missing(key, "an array"))
    }

    fn head(&self) -> Result<Head> {
        Ok(Head {
            version: self.version("version")?,
            revision: self.revision("revision")?,
        })
    }

    fn entry(&self) -> Result<StoredEntry> {
        let previous = match self.text("previous")?.as_str() {
            "" => None,
            _ => Some(self.revision("previous")?),
        };
        Ok(StoredEntry {
            head: self.head()?,
            previous,
            delta: self.text("delta")?.into_bytes(),
            at: self.number("insertedAt")?,
        })
    }
}

fn missing(key: &str, what: &str) -> Error {
    broken(&["no ", what, " as ", key].concat())
}

fn entries(list: &Array) -> Result<Vec<StoredEntry>> {
    list.iter().map(|entry| Reader(&entry).entry()).collect()
}

fn is_nothing(value: &JsValue) -> bool {
    value.is_null() || value.is_undefined()
}

impl Backend for JsBackend {
    async fn load(&self, id: &[u8]) -> Result<Option<Stored>> {
        let answer = self.call("load", &[text(id)]).await?;
        if is_nothing(&answer) {
            return Ok(None);
        }
        let stored = Reader(&answer);
        let head = Reader(&stored.get("head")).head()?;
        if stored.get("deleted").is_truthy() {
            return Ok(Some(Stored::Deleted(head)));
        }
        let snapshot = stored.get("snapshot");
        let snapshot = Reader(&snapshot);
        Ok(Some(Stored::Live {
            head,
            at: stored.number("insertedAt")?,
            snapshot_version: snapshot.version("version")?,
            snapshot: snapshot.text("context")?.into_bytes(),
            tail: entries(&stored.list("tail")?)?,
        }))
    }

    async fn since(&self, id: &[u8], have: Head) -> Result<News> {
        let answer = self.call("since", &[text(id), head_object(have)]).await?;
        let news = Reader(&answer);
        match news.text("kind")?.as_str() {
            "same" => Ok(News::Same),
            "gone" => Ok(News::Gone),
            "reload" => Ok(News::Reload),
            "tail" => Ok(News::Tail(entries(&news.list("entries")?)?)),
            _ => Err(missing(
                "kind",
                "\"same\", \"gone\", \"reload\" or \"tail\"",
            )),
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
        let answer = Reader(&answer);
        match answer.get("ok").as_bool() {
            Some(true) => Ok(Answer::Stored),
            Some(false) => Ok(Answer::Conflict(
                match answer.get("tail").dyn_into::<Array>() {
                    Ok(tail) => News::Tail(entries(&tail)?),
                    Err(_) => News::Reload,
                },
            )),
            None => Err(missing("ok", "true or false")),
        }
    }

    async fn remove(&self, id: &[u8], only: Only, tombstone_until: f64) -> Result<Option<Head>> {
        let only = match only {
            Only::Head(head) => ("head", head_object(head)),
            Only::ExpiredBefore(before) => ("expiredBefore", JsValue::from_f64(before)),
        };
        let only = object(&[only, ("tombstoneUntil", JsValue::from_f64(tombstone_until))]);
        let answer = self.call("remove", &[text(id), only]).await?;
        if is_nothing(&answer) || answer.as_bool() == Some(false) {
            return Ok(None);
        }
        Reader(&answer).head().map(Some)
    }

    async fn trim(&self, id: &[u8], keep: &Keep, deltas_ttl: Option<f64>) -> Result<u64> {
        let answer = self
            .call("trim", &[text(id), keep_object(keep), number(deltas_ttl)])
            .await?;
        let count = answer.as_f64().filter(|count| *count >= 0.0);
        count
            .map(|count| count as u64)
            .ok_or_else(|| broken("no number of trimmed entries"))
    }

    async fn expired(&self, before: f64, limit: usize) -> Result<Vec<Expired>> {
        let answer = self
            .call(
                "expired",
                &[JsValue::from_f64(before), JsValue::from_f64(limit as f64)],
            )
            .await?;
        let list: Array = answer
            .dyn_into()
            .map_err(|_| broken("no array of what expired"))?;
        let expired = list.iter().map(|entry| {
            let entry = Reader(&entry);
            let kind = match entry.text("kind")?.as_str() {
                "context" => Kind::Context,
                "deltas" => Kind::Deltas,
                "tombstone" => Kind::Tombstone,
                _ => return Err(missing("kind", "\"context\", \"deltas\" or \"tombstone\"")),
            };
            let id = entry.text("id")?.into_bytes().into();
            Ok(Expired { id, kind })
        });
        expired.collect()
    }

    async fn list(&self, page: &Page<'_>) -> Result<Listed> {
        let asked = object(&[
            ("limit", JsValue::from_f64(page.limit as f64)),
            ("cursor", page.cursor.map_or(JsValue::UNDEFINED, text)),
            ("order", if page.descending { "desc" } else { "asc" }.into()),
            ("prefix", text(page.prefix)),
        ]);
        let answer = self.call("list", &[asked]).await?;
        let answer = Reader(&answer);
        let listed = answer.list("ids")?;
        let ids = listed.iter().map(|id| {
            let id = id
                .as_string()
                .ok_or_else(|| missing("ids", "list of strings"))?;
            Ok(id.into_bytes().into())
        });
        Ok(Listed {
            ids: ids.collect::<Result<_>>()?,
            more: !is_nothing(&answer.get("cursor")),
        })
    }

    async fn close(&self) -> Result<()> {
        if Reflect::has(&self.0, &"close".into()).unwrap_or(false) {
            self.call("close", &[]).await?;
        }
        Ok(())
    }
}
