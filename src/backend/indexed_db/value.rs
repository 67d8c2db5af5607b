//! Keys and texts as JavaScript values, and back.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};

/// An id as a key.
pub(super) fn key(id: &[u8]) -> JsValue {
    Uint8Array::from(id).into()
}

/// The key of entries, of which the last has this version.
pub(super) fn log_key(id: &[u8], version: u64) -> JsValue {
    Array::of2(&key(id), &JsValue::from_f64(version as f64)).into()
}

/// The key of a note that a context is due.
pub(super) fn due_key(id: &[u8], due: f64) -> JsValue {
    Array::of2(&JsValue::from_f64(due), &key(id)).into()
}

/// Text, which is UTF-8.
pub(super) fn text(bytes: &[u8]) -> JsValue {
    match core::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => JsValue::NULL,
    }
}

/// The bytes of text; empty where the value is none.
pub(super) fn bytes(text: &JsValue) -> Vec<u8> {
    if !text.is_string() {
        return Vec::new();
    }
    // The usual way goes character by character: for 50 KB that takes longer than reading them from disk.
    ENCODER.with(|encoder| encoder.encode(text).to_vec())
}

#[wasm_bindgen]
extern "C" {
    type TextEncoder;
    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;
    #[wasm_bindgen(method)]
    fn encode(this: &TextEncoder, text: &JsValue) -> Uint8Array;
}

thread_local! {
    static ENCODER: TextEncoder = TextEncoder::new();
}

/// An id from its key.
pub(super) fn id(key: &JsValue) -> Box<[u8]> {
    match key.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => Uint8Array::new(buffer).to_vec().into(),
        None => Box::default(),
    }
}

/// The id in the key of a note that it is due.
pub(super) fn due_id(key: &JsValue) -> Box<[u8]> {
    match key.dyn_ref::<Array>() {
        Some(parts) => id(&parts.get(1)),
        None => Box::default(),
    }
}

/// The time in the key of a note that something is due.
pub(super) fn due_of(key: &JsValue) -> f64 {
    let parts = key.dyn_ref::<Array>();
    let due = parts.and_then(|parts| parts.get(0).as_f64());
    due.unwrap_or(f64::NAN)
}
