//! JavaScript's own conversions between numbers and their text.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Number)]
    fn value_of(text: &str) -> f64;
    #[wasm_bindgen(js_name = String)]
    fn text_of(value: f64) -> String;
}

/// The value of a number's text.
#[allow(clippy::unnecessary_wraps, reason = "the native conversion can fail")]
pub(crate) fn parse(text: &str) -> Option<f64> {
    Some(value_of(text))
}

/// Appends the text of a finite number.
pub(crate) fn write(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(text_of(value).as_bytes());
}
