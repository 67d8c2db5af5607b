//! The areas of linear memory that both sides know.
//!
//! `id` and `text` are written by JavaScript before a call and read during it; `numbers` and the output are written during
//! a call and read by JavaScript after it. All are shared by every instance of the class: a call is over before the next begins.

use core::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

use super::output::Output;

/// Larger text areas are given back once they are read.
const KEPT: usize = 1 << 20;

/// What JavaScript wrote.
#[derive(Default)]
pub(super) struct Input {
    id: Vec<u8>,
    text: Vec<u8>,
}

impl Input {
    /// The first bytes of both areas, for a call that outlives them.
    #[cfg(feature = "waiting")]
    pub(super) fn copy(&self, id: u32, text: u32) -> Input {
        Input {
            id: self.id(0, id).into(),
            text: self.text(0, text).into(),
        }
    }

    /// `length` bytes of the id area from `start`.
    pub(super) fn id(&self, start: u32, length: u32) -> &[u8] {
        slice(&self.id, start, length)
    }

    /// `length` bytes of the text area from `start`.
    pub(super) fn text(&self, start: u32, length: u32) -> &[u8] {
        slice(&self.text, start, length)
    }
}

fn slice(area: &[u8], start: u32, length: u32) -> &[u8] {
    area.get(start as usize..(start as usize).saturating_add(length as usize))
        .unwrap_or_default()
}

thread_local! {
    pub(super) static INPUT: RefCell<Input> = RefCell::default();
    pub(super) static OUTPUT: RefCell<Output> = RefCell::default();
}

fn grow(area: fn(&mut Input) -> &mut Vec<u8>, bytes: u32) -> *mut u8 {
    let bytes = bytes as usize;
    INPUT.with(|input| {
        let mut input = input.borrow_mut();
        let area = area(&mut input);
        if area.len() > KEPT && bytes <= KEPT {
            *area = Vec::new();
        }
        if area.len() < bytes {
            area.reserve_exact(bytes - area.len());
            area.resize(bytes, 0);
        }
        area.as_mut_ptr()
    })
}

/// Makes the id area at least so large and says where it is.
#[wasm_bindgen(js_name = idArea)]
pub fn id_area(bytes: u32) -> *mut u8 {
    grow(|input| &mut input.id, bytes)
}

/// Makes the text area at least so large and says where it is. It keeps what it held, unless it was very large and no longer is.
#[wasm_bindgen(js_name = textArea)]
pub fn text_area(bytes: u32) -> *mut u8 {
    grow(|input| &mut input.text, bytes)
}

/// Where the numbers of an answer are; they never move.
#[wasm_bindgen(js_name = numbersArea)]
pub fn numbers_area() -> *const f64 {
    OUTPUT.with(|output| output.borrow().numbers())
}
