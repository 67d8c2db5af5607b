//! What an update may ask for besides a merge: operations that are computed when they are committed.

use core::result::Result;

use crate::json::reader::{Elements, Fault, Members, Reader, Refused};
use crate::json::text;
use crate::json::{Positions, hash};
use crate::{Code, Error};

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

/// A path, as keys with their quotes, and what to do there.
type Placed<'a> = (Vec<&'a [u8]>, Operation<'a>);

/// Operations with their paths.
#[derive(Clone, Debug, Default)]
pub struct Operations<'a>(pub Vec<Placed<'a>>);

/// Where a text stands that is read.
#[derive(Default)]
struct Place<'a> {
    /// The operation's path, as far as it was read.
    path: Vec<&'a [u8]>,
    /// Where the key, the items or the number begins.
    start: usize,
}

fn read<'a>(
    reader: &mut Reader<'a>,
    depth: u32,
    place: &mut Place<'a>,
) -> Result<Vec<Placed<'a>>, Refused> {
    let mut found = Vec::new();
    let mut kinds = Members::begin(reader, 1)?;
    while let Some(kind) = kinds.next(reader)? {
        let mut operations = Elements::begin(reader, 1)?;
        while operations.next(reader)? {
            let operation = if kind == b"\"remove\"" {
                read_path(reader, place)?;
                Operation::Remove
            } else {
                reader.expect(b'[')?;
                read_path(reader, place)?;
                reader.expect(b',')?;
                place.start = reader.position();
                let operation = match (kind, reader.peek()) {
                    (b"\"append\"", Some(b'[')) => Operation::Append(reader.value(depth)?),
                    (b"\"increment\"", Some(b'-' | b'0'..=b'9')) => {
                        Operation::Increment(reader.value(0)?)
                    }
                    _ => return reader.refuse(Fault::Malformed),
                };
                reader.expect(b']')?;
                operation
            };
            found.push((core::mem::take(&mut place.path), operation));
        }
    }
    reader.end()?;
    Ok(found)
}

fn read_path<'a>(reader: &mut Reader<'a>, place: &mut Place<'a>) -> Result<(), Refused> {
    let mut keys = Elements::begin(reader, 1)?;
    while keys.next(reader)? {
        place.start = reader.position();
        place.path.push(reader.string()?);
    }
    if place.path.is_empty() {
        return reader.refuse(Fault::Malformed);
    }
    Ok(())
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
    /// `invalid_argument` for text that isn't canonical, or of another shape; `invalid_value` for a lone surrogate and `limit_exceeded` for items that
    /// are too deep, naming the path, on which items count from the first one appended.
    pub fn parse(text: &'a [u8], depth: u32) -> crate::Result<Self> {
        let mut place = Place::default();
        let read = read(&mut Reader::new(text), depth, &mut place);
        read.map(Operations).map_err(|refused| match refused.fault {
            Fault::Malformed | Fault::DuplicateKey => {
                let shape = "operations must be { remove?: path[], append?: [path, items][], increment?: [path, by][] }, a path being an array of keys";
                Error::new(Code::InvalidArgument, shape)
            }
            Fault::LoneSurrogate | Fault::TooDeep => {
                let at = refused.at.saturating_sub(place.start);
                let error = Refused { at, ..refused }.into_error(&text[place.start..]);
                let way = place.path.into_iter().rev();
                way.fold(error, |error, key| error.under(key))
            }
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
