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
#[allow(
    unsafe_code,
    reason = "checking for UTF-8 would be more code than all this"
)]
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    if !text.is_ascii() {
        return None;
    }
    // SAFETY: ASCII is UTF-8.
    Some(value_of(unsafe { core::str::from_utf8_unchecked(text) }))
}

/// Appends the text of a finite number.
pub(crate) fn write(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(text_of(value).as_bytes());
}
