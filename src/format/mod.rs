//! A delta in the three shapes other software reads: a flat list of changes, JSON Patch (RFC 6902), merge patch (RFC 7396).
//!
//! Formatting reads and never changes a delta. What a shape can't say is refused, never left out.

mod default;
mod json_patch;
mod merge_patch;

use crate::Result;
use crate::delta::Delta;

/// A shape that a delta is printed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `{ version, changes: [{ key, action, value?, oldValue?, edits?, contextId }] }`, flat at every depth.
    #[default]
    Default,
    /// The operations of RFC 6902.
    JsonPatch,
    /// The object of RFC 7396.
    MergePatch,
}

impl Format {
    /// All formats, in the order the documentation names them.
    pub const ALL: [Format; 3] = [Format::Default, Format::JsonPatch, Format::MergePatch];

    /// The name that options use.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Default => "default",
            Format::JsonPatch => "json-patch",
            Format::MergePatch => "merge-patch",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// What is known about a delta besides itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// In UTF-8. Printed by [`Format::Default`]; `null` there when unknown.
    pub context_id: Option<&'a [u8]>,
    /// Printed by [`Format::Default`]; `null` there when unknown.
    pub version: Option<u64>,
    /// The state before the delta, as validated canonical text. [`Format::MergePatch`] makes whole arrays of it.
    pub context: Option<&'a [u8]>,
}

/// The JSON text of a delta in a format.
///
/// # Errors
/// `invalid_argument` naming the path where [`Format::MergePatch`] can't say the change: a field set to `null`, or an array
/// edited while `context` is unknown; or where [`Format::JsonPatch`] would take too much for a few counts. `delta_mismatch` naming the path where it finds that `context` isn't the state before.
///
/// ```
/// use chord::delta::diff;
/// use chord::format::{Format, Metadata, format};
///
/// let before = br#"{"status":"online","tags":["a"],"draft":1}"#;
/// let delta = diff(before, br#"{"status":"away","tags":["a","b"]}"#);
/// let metadata = Metadata { context_id: Some(b"user:1"), version: Some(2), context: Some(before) };
/// let print = |name| -> chord::Result<String> {
///     let text = format(Format::from_name(name).unwrap_or_default(), &delta, metadata)?;
///     Ok(String::from_utf8_lossy(&text).into_owned())
/// };
///
/// assert_eq!(print("merge-patch")?, r#"{"status":"away","tags":["a","b"],"draft":null}"#);
/// assert_eq!(
///     print("json-patch")?,
///     concat!(
///         r#"[{"op":"replace","path":"/status","value":"away"},"#,
///         r#"{"op":"replace","path":"/tags","value":["a","b"]},"#,
///         r#"{"op":"remove","path":"/draft"}]"#,
///     )
/// );
/// assert!(print("default")?.starts_with(
///     r#"{"version":2,"changes":[{"key":"status","action":"modified","value":"away","oldValue":"online","contextId":"user:1"}"#
/// ));
/// # Ok::<(), chord::Error>(())
/// ```
pub fn format(format: Format, delta: &Delta<'_>, metadata: Metadata<'_>) -> Result<Vec<u8>> {
    match format {
        Format::Default => Ok(default::print(delta, metadata.context_id, metadata.version)),
        Format::JsonPatch => json_patch::print(delta),
        Format::MergePatch => merge_patch::print(delta, metadata.context),
    }
}
