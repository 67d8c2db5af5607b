//! One JSON value in stored form.
//!
//! A small value is one slice of canonical text. A large object is an index of its fields, a large array a list of its
//! elements, and so on inwards: a new text is compared against that as it is read, and a partial update touches the
//! fields it names only. Key order is the order of insertion.

mod apply;
mod array;
pub mod changes;
mod compare;
mod merge;
mod object;

use crate::json::{Text, text};

use array::Array;
use object::{Object, Value};

pub use merge::Merged;

/// Containers with longer text are indexed. Measured: below, scanning and splicing text beats an index in time and memory.
const SMALL: usize = 512;

/// Changes that are longer, or make a small container longer, take an index: looking for each key through all text would take as long as
/// their number times their length.
const GROWN: usize = 2 * SMALL;

/// Whether validated text is of a container that is indexed.
fn is_large(text: &[u8]) -> bool {
    text.len() > SMALL && matches!(text.first(), Some(b'{' | b'['))
}

/// A value in stored form.
#[derive(Clone, Debug)]
pub enum Document {
    /// A scalar, or a small container.
    Text(Box<[u8]>),
    /// A large object.
    Object(Box<Object>),
    /// A large array.
    Array(Box<Array>),
}

impl Document {
    /// The stored form of validated canonical text.
    pub fn read(text: &[u8]) -> Self {
        match text.first() {
            Some(b'{') if is_large(text) => Document::Object(Box::new(Object::read(text))),
            Some(b'[') if is_large(text) => Document::Array(Box::new(Array::read(text))),
            _ => Document::Text(text.into()),
        }
    }

    /// Bytes of the value's text.
    pub fn length(&self) -> usize {
        Value::of(self).length()
    }

    /// Appends the value's text.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Document::Text(text) => out.extend_from_slice(text),
            Document::Object(object) => object.write(out),
            Document::Array(array) => array.write(out),
        }
    }

    /// The value's text.
    pub fn text(&self) -> Text<'_> {
        Value::of(self).text()
    }

    /// How deep the value is nested: 0 for a scalar.
    pub fn depth(&self) -> u32 {
        text::depth(&self.text())
    }
}
