//! Canonical JSON text: exactly what `JSON.stringify` prints.
//!
//! No white space; strings escape only `"`, `\` and control characters, the short way where there is one; numbers in
//! JavaScript's form. Equal strings and equal numbers then have equal text, and values are compared as bytes.
//! Text is `&[u8]` of valid UTF-8: slicing needs no boundary checks, and nothing here depends on characters.

pub mod canonical;
mod hash;
pub mod number;
pub mod object;
pub mod path;
pub mod reader;
pub mod text;

use std::borrow::Cow;

pub use hash::{Positions, hash, seed};

/// Canonical text of one value, borrowed where it stands in the input or in the store.
pub type Text<'a> = Cow<'a, [u8]>;
