//! What an update may ask for besides a merge: operations that are computed when they are committed.

use crate::json::text::{self, Fault, Members, Reader, Refused};
use crate::json::{Positions, hash};
use crate::{Code, Error, Result};

/// What to do at a path.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// The field goes, if it is there.
    Remove,
    /// Elements (the text of an array) are added to the end of the array there; where there is none, they are the array.
    Append(&'a [u8]),
    /// The number there grows by that of the text; from 0 where there is none.
    Increment(&'a [u8]),
}

/// Operations with their paths: keys as JSON string text.
#[derive(Clone, Debug, Default)]
pub struct Operations<'a>(pub Vec<(Vec<&'a [u8]>, Operation<'a>)>);

/// A path and what to do there.
type Placed<'a> = (Vec<&'a [u8]>, Operation<'a>);

fn read<'a>(reader: &mut Reader<'a>, depth: u32) -> core::result::Result<Vec<Placed<'a>>, Refused> {
    let mut found = Vec::new();
    let mut kinds = Members::begin(reader, 1)?;
    while let Some(kind) = kinds.next(reader)? {
        each(reader, &mut |reader| {
            if kind == b"\"remove\"" {
                found.push((path(reader)?, Operation::Remove));
                return Ok(());
            }
            reader.expect(b'[')?;
            let path = path(reader)?;
            reader.expect(b',')?;
            let operation = match (kind, reader.peek()) {
                (b"\"append\"", Some(b'[')) => Operation::Append(reader.value(depth)?),
                (b"\"increment\"", Some(b'-' | b'0'..=b'9')) => {
                    Operation::Increment(reader.value(0)?)
                }
                _ => return reader.refuse(Fault::Malformed),
            };
            found.push((path, operation));
            reader.expect(b']')
        })?;
    }
    reader.end()?;
    Ok(found)
}

fn path<'a>(reader: &mut Reader<'a>) -> core::result::Result<Vec<&'a [u8]>, Refused> {
    let mut keys = Vec::new();
    each(reader, &mut |reader| {
        keys.push(reader.string()?);
        Ok(())
    })?;
    if keys.is_empty() {
        return reader.refuse(Fault::Malformed);
    }
    Ok(keys)
}

/// Reads an array by its elements.
fn each<'a>(
    reader: &mut Reader<'a>,
    read: &mut dyn FnMut(&mut Reader<'a>) -> core::result::Result<(), Refused>,
) -> core::result::Result<(), Refused> {
    reader.expect(b'[')?;
    if reader.accept(b']') {
        return Ok(());
    }
    loop {
        read(reader)?;
        if !reader.accept(b',') {
            return reader.expect(b']');
        }
    }
}

/// The hash of a path.
fn hash_of(path: &[&[u8]]) -> u64 {
    path.iter().fold(0, |above, key| hash_further(above, key))
}

/// The hash of a path that goes on by a key.
fn hash_further(above: u64, key: &[u8]) -> u64 {
    above.rotate_left(7) ^ hash(key)
}

impl<'a> Operations<'a> {
    /// Reads `{ remove?: path[], append?: [path, items][], increment?: [path, by][] }`, which need not be validated yet. When this succeeds, all of
    /// it is canonical, and items are at most `depth` levels deep.
    ///
    /// # Errors
    /// `invalid_argument` for another shape, `invalid_value` and `limit_exceeded` for what stands in it.
    pub fn parse(text: &'a [u8], depth: u32) -> Result<Self> {
        let mut reader = Reader::new(text);
        read(&mut reader, depth)
            .map(Operations)
            .map_err(|refused| match refused.fault {
                Fault::Malformed | Fault::DuplicateKey => {
                    let shape = "operations must be { remove?: path[], append?: [path, items][], increment?: [path, by][] }, a path being an array of keys";
                    Error::new(Code::InvalidArgument, shape)
                }
                Fault::LoneSurrogate | Fault::TooDeep => refused.into_error(text),
            })
    }

    /// Whether no operation is about what another one is about, or about something inside it.
    ///
    /// Sorting would do, too, but the standard library's is a fortieth of the whole WebAssembly.
    pub(super) fn are_apart(&self) -> bool {
        let path = |position: u32| self.0[position as usize].0.as_slice();
        let hash_at = |position: u32| hash_of(path(position));
        let mut known = Positions::default();
        for position in 0..self.0.len() as u32 {
            let is_same = |other: u32| path(other) == path(position);
            if known.find(hash_at(position), is_same).is_some() {
                return false;
            }
            known.insert(position, &hash_at);
        }
        self.0.iter().all(|(path_at, _)| {
            let mut above = 0;
            path_at.iter().enumerate().all(|(level, key)| {
                let is_above = |other: u32| path(other) == &path_at[..level];
                let is_free = known.find(above, is_above).is_none();
                above = hash_further(above, key);
                is_free
            })
        })
    }

    /// How many bytes of text they can add at most.
    pub fn longest(&self) -> usize {
        // A printed double has 25 bytes at most; a key brings a colon, a comma and the braces of an object.
        const NUMBER: usize = 25;
        let longest = self.0.iter().map(|(path, operation)| {
            let keys: usize = path.iter().map(|key| key.len() + 4).sum();
            keys + match operation {
                Operation::Remove => 0,
                Operation::Append(items) => items.len() + 1,
                Operation::Increment(_) => NUMBER,
            }
        });
        longest.sum()
    }

    /// How many levels the deepest value they add has at its place.
    pub fn deepest(&self) -> u32 {
        let deepest = self.0.iter().map(|(path, operation)| {
            path.len() as u32
                + match operation {
                    Operation::Append(items) => text::depth(items),
                    Operation::Remove | Operation::Increment(_) => 0,
                }
        });
        deepest.max().unwrap_or(0)
    }
}
