//! The JSON form of a delta, straight from its code: what a write and a sync by one version tell.

use super::code::{Reader, op, unreadable};
use super::text;
use crate::Result;

/// Appends the JSON form of the delta that `code` is of; without old values where `old_values` is false.
///
/// # Errors
/// `internal` for bytes that are no delta's code.
pub fn print_code(code: &[u8], old_values: bool, out: &mut Vec<u8>) -> Result<()> {
    let mut reader = Reader(code);
    let printed = print_fields(&mut reader, old_values, out);
    printed
        .filter(|()| reader.0.is_empty())
        .ok_or_else(unreadable)
}

fn print_fields(reader: &mut Reader<'_>, old_values: bool, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'{');
    for position in 0..reader.count()? {
        if position > 0 {
            out.push(b',');
        }
        out.extend_from_slice(reader.bytes()?);
        out.push(b':');
        print_change(reader, old_values, out)?;
    }
    out.push(b'}');
    Some(())
}

fn print_change(reader: &mut Reader<'_>, old_values: bool, out: &mut Vec<u8>) -> Option<()> {
    let op = reader.byte()?;
    let action: &[u8] = match op {
        op::NESTED => return print_fields(reader, old_values, out),
        op::ADDED => b"{\"action\":\"added\"",
        op::MODIFIED | op::MODIFIED_UNKNOWN => b"{\"action\":\"modified\"",
        op::REMOVED | op::REMOVED_UNKNOWN => b"{\"action\":\"removed\"",
        _ => {
            text::write_change(&reader.change_of(op)?, old_values, out);
            return Some(());
        }
    };
    out.extend_from_slice(action);
    if matches!(op, op::MODIFIED | op::REMOVED) {
        let old = reader.bytes()?;
        if old_values {
            out.extend_from_slice(b",\"oldValue\":");
            out.extend_from_slice(old);
        }
    }
    if matches!(op, op::ADDED | op::MODIFIED | op::MODIFIED_UNKNOWN) {
        out.extend_from_slice(b",\"value\":");
        out.extend_from_slice(reader.bytes()?);
    }
    out.push(b'}');
    Some(())
}
