//! The JSON form of a delta: what users see, and what crosses the border.
//!
//! ```json
//! { "status": { "action": "modified", "oldValue": "online", "value": "away" },
//!   "tags": { "action": "edited", "edits": [{ "index": 2, "removed": [], "added": ["new"] }] },
//!   "metadata": { "theme": { "action": "added", "value": "dark" } } }
//! ```
//! A node is a change exactly when its `action` is a string.

mod parse;
mod print;

pub use parse::parse;
pub(crate) use print::{change_length, edits_length, likely_length};
pub use print::{print, print_code, write, write_edits};
