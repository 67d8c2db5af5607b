//! The delta algebra on texts: what needs no store.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::delta::merge::Merger;
use crate::delta::{self, Delta, diff, invert};
use crate::format::{Format, Metadata, format};
use crate::json::{reader, text};
use crate::{Code, Error, Result};

use super::answers::reply;
use super::area::{INPUT, Input};
use super::output::{DONE, status};

/// Deltas nest deeper than the values they tell: an edited array takes four levels.
pub(super) const DELTA_LEVELS: u32 = 4;

/// No limit that options allow is higher.
pub(super) const DEEPEST: u32 = 1000;

/// The status of what needs no store.
fn compute(call: impl FnOnce(&Input, &mut Vec<u8>) -> Result<()>) -> u32 {
    let mut out = Vec::new();
    let outcome = INPUT
        .with(|input| call(&input.borrow(), &mut out))
        .and_then(|()| {
            reply(DONE, |output| {
                output.part(|text| *text = out);
            })
        });
    status(outcome)
}

/// The delta between two states.
#[wasm_bindgen(js_name = diff)]
pub fn diff_texts(before: u32, after: u32) -> u32 {
    compute(|input, out| {
        let before = object(input.text(0, before))?;
        let after = object(input.text(before.len() as u32, after))?;
        delta::text::write(&diff(before, after), true, out);
        Ok(())
    })
}

/// One delta with the effect of all in a JSON array.
#[wasm_bindgen(js_name = merge)]
pub fn merge_texts(deltas: u32) -> u32 {
    compute(|input, out| {
        let deltas = reader::valid(input.text(0, deltas), DEEPEST * DELTA_LEVELS)?;
        if !text::is_array(deltas) {
            return Err(Error::here(
                Code::InvalidArgument,
                "deltas must be an array",
            ));
        }
        let mut merger = Merger::default();
        for (index, delta) in text::elements(deltas).enumerate() {
            let next = delta::text::parse(delta).and_then(|delta| merger.push(delta));
            next.map_err(|error| error.under(index))?;
        }
        delta::text::write(&merger.finish()?, true, out);
        Ok(())
    })
}

/// The state that a delta makes of another.
#[wasm_bindgen(js_name = apply)]
pub fn apply_texts(context: u32, delta: u32) -> u32 {
    compute(|input, out| {
        let context = object(input.text(0, context))?;
        let delta = parse(input.text(context.len() as u32, delta))?;
        *out = delta::apply(context, &delta)?;
        Ok(())
    })
}

/// The delta that undoes a delta.
#[wasm_bindgen(js_name = invert)]
pub fn invert_text(delta: u32) -> u32 {
    compute(|input, out| {
        delta::text::write(&invert(&parse(input.text(0, delta))?)?, true, out);
        Ok(())
    })
}

/// A delta in another format. The id stands in the id area; a negative version is none, and so is a state without text.
#[wasm_bindgen(js_name = format)]
pub fn format_text(kind: u32, id: u32, version: f64, delta: u32, context: u32) -> u32 {
    compute(|input, out| {
        let text = input.text(0, delta);
        let delta = parse(text)?;
        let context = match input.text(text.len() as u32, context) {
            b"" => None,
            text => Some(object(text)?),
        };
        let metadata = Metadata {
            context_id: Some(input.id(0, id)).filter(|id| !id.is_empty()),
            version: (version >= 0.0).then_some(version as u64),
            context,
        };
        *out = format(
            Format::ALL.get(kind as usize).copied().unwrap_or_default(),
            &delta,
            metadata,
        )?;
        Ok(())
    })
}

fn object(text: &[u8]) -> Result<&[u8]> {
    let text = reader::valid(text, DEEPEST)?;
    if text::is_object(text) {
        return Ok(text);
    }
    Err(Error::here(
        Code::InvalidValue,
        "a context must be an object",
    ))
}

fn parse(text: &[u8]) -> Result<Delta<'_>> {
    delta::text::parse(reader::valid(text, DEEPEST * DELTA_LEVELS)?)
}
