//! Reading canonical JSON text that nobody has validated yet.

use core::result::Result;

use crate::{Code, Error};

use super::object::Keys;
use super::path::{Path, Segment};
use super::text::skip_string;

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not canonical JSON.
    Malformed,
    /// An escape `\ud800`-`\udfff`: half of a surrogate pair, which UTF-8 can't hold.
    LoneSurrogate,
    /// More levels than allowed.
    TooDeep,
    /// The same key twice in one object.
    DuplicateKey,
    /// It doesn't go with the value that stands where it is to be merged.
    Unfit(Code, &'static str),
}

/// A refusal and the byte offset it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub fault: Fault,
    /// Where, as an offset into the text read.
    pub at: usize,
}

impl Refused {
    /// The error that names the path, found by walking `text` once more.
    pub fn into_error(self, text: &[u8]) -> Error {
        let (code, message) = match self.fault {
            Fault::Malformed => (Code::InvalidValue, "not JSON as JSON.stringify prints it"),
            Fault::LoneSurrogate => (
                Code::InvalidValue,
                "a lone surrogate has no UTF-8; replace it, for example with String.prototype.toWellFormed()",
            ),
            Fault::TooDeep => (
                Code::LimitExceeded,
                "nested deeper than limits.depth; flatten the value or raise the limit",
            ),
            Fault::DuplicateKey => (Code::InvalidValue, "a key stands twice in one object"),
            Fault::Unfit(code, why) => (code, why),
        };
        Error::new(code, message).at(path_to(text, self.at))
    }
}

/// A cursor over text that nobody has validated yet.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning.
    pub fn new(text: &'a [u8]) -> Self {
        Reader { text, at: 0 }
    }

    /// The offset of the next byte.
    pub fn position(&self) -> usize {
        self.at
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes `length` bytes that the caller has compared with something valid.
    pub fn pass(&mut self, length: usize) {
        self.at += length;
    }

    /// The next byte, if any.
    pub fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Refuses at the current offset.
    pub fn refuse<T>(&self, fault: Fault) -> Result<T, Refused> {
        Err(Refused { fault, at: self.at })
    }

    /// Passes one expected byte.
    pub fn expect(&mut self, byte: u8) -> Result<(), Refused> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        self.refuse(Fault::Malformed)
    }

    /// Passes `byte` if it is next.
    pub fn accept(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Fails unless everything has been read.
    pub fn end(&self) -> Result<(), Refused> {
        if self.at == self.text.len() {
            return Ok(());
        }
        self.refuse(Fault::Malformed)
    }

    /// Reads one string; the slice has its quotes.
    pub fn string(&mut self) -> Result<&'a [u8], Refused> {
        let start = self.at;
        self.expect(b'"')?;
        // Not `self.at`: it would be written for each byte.
        let mut at = self.at;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'"' => {
                    self.at = at + 1;
                    return Ok(&self.text[start..self.at]);
                }
                b'\\' => {
                    self.at = at;
                    self.escape()?;
                    at = self.at;
                }
                ..0x20 => break,
                _ => at += 1,
            }
        }
        self.at = at;
        self.refuse(Fault::Malformed)
    }

    fn escape(&mut self) -> Result<(), Refused> {
        let hex = |byte: Option<&u8>| byte.is_some_and(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let digits = self.text.get(self.at + 2..self.at + 6).unwrap_or_default();
                if digits.len() < 4 || !digits.iter().all(|d| hex(Some(d))) {
                    return self.refuse(Fault::Malformed);
                }
                if digits[0] == b'd' && digits[1] >= b'8' {
                    return self.refuse(Fault::LoneSurrogate);
                }
                // The five controls with a short escape are never spelled out by `JSON.stringify`.
                let spelled_out = digits.starts_with(b"001")
                    || (digits.starts_with(b"000")
                        && !matches!(digits[3], b'8' | b'9' | b'a' | b'c' | b'd'));
                if !spelled_out {
                    return self.refuse(Fault::Malformed);
                }
                self.at += 6;
                Ok(())
            }
            _ => self.refuse(Fault::Malformed),
        }
    }

    /// Reads one value of at most `depth` levels of containers; the slice is valid canonical text.
    pub fn value(&mut self, depth: u32) -> Result<&'a [u8], Refused> {
        let start = self.at;
        self.walk(depth)?;
        Ok(&self.text[start..self.at])
    }

    fn walk(&mut self, depth: u32) -> Result<(), Refused> {
        match self.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: u32) -> Result<(), Refused> {
        let mut members = Members::begin(self, depth)?;
        while members.next(self)?.is_some() {
            self.walk(depth - 1)?;
        }
        Ok(())
    }

    fn array(&mut self, depth: u32) -> Result<(), Refused> {
        let mut elements = Elements::begin(self, depth)?;
        while elements.next(self)? {
            self.walk(depth - 1)?;
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Refused> {
        if self.rest().starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        self.refuse(Fault::Malformed)
    }

    fn number(&mut self) -> Result<(), Refused> {
        match super::number::length(self.rest()) {
            Some(length) => {
                self.at += length;
                Ok(())
            }
            None => self.refuse(Fault::Malformed),
        }
    }
}

/// The fields of an object while a [`Reader`] passes through it.
pub struct Members<'a> {
    keys: Keys<'a>,
    is_first: bool,
}

impl<'a> Members<'a> {
    /// Passes the bracket of an object that may have `depth` levels.
    ///
    /// # Errors
    /// Where there is none, or it may have no level.
    pub fn begin(reader: &mut Reader<'a>, depth: u32) -> Result<Self, Refused> {
        if depth == 0 {
            return reader.refuse(Fault::TooDeep);
        }
        reader.expect(b'{')?;
        Ok(Members {
            keys: Keys::default(),
            is_first: true,
        })
    }

    /// Passes the next key, with what stands around it, and gives it; or the closing bracket. The caller passes the value.
    ///
    /// # Errors
    /// Where neither stands next, or the key stood there before.
    pub fn next(&mut self, reader: &mut Reader<'a>) -> Result<Option<&'a [u8]>, Refused> {
        if self.is_first {
            self.is_first = false;
            if reader.accept(b'}') {
                return Ok(None);
            }
        } else if !reader.accept(b',') {
            reader.expect(b'}')?;
            return Ok(None);
        }
        let at = reader.at;
        let key = reader.string()?;
        if !self.keys.insert(key) {
            let fault = Fault::DuplicateKey;
            return Err(Refused { fault, at });
        }
        reader.expect(b':')?;
        Ok(Some(key))
    }
}

/// The elements of an array while a [`Reader`] passes through it.
pub struct Elements {
    is_first: bool,
}

impl Elements {
    /// Passes the bracket of an array that may have `depth` levels.
    ///
    /// # Errors
    /// Where there is none, or it may have no level.
    pub fn begin(reader: &mut Reader<'_>, depth: u32) -> Result<Self, Refused> {
        if depth == 0 {
            return reader.refuse(Fault::TooDeep);
        }
        reader.expect(b'[')?;
        Ok(Elements { is_first: true })
    }

    /// Passes what stands before the next element, which the caller passes; `false` where it was the closing bracket.
    ///
    /// # Errors
    /// Where neither stands next.
    pub fn next(&mut self, reader: &mut Reader<'_>) -> Result<bool, Refused> {
        if self.is_first {
            self.is_first = false;
            return Ok(!reader.accept(b']'));
        }
        if reader.accept(b',') {
            return Ok(true);
        }
        reader.expect(b']').map(|()| false)
    }
}

/// Checks that `text` is one canonical value of at most `depth` levels.
pub fn validate(text: &[u8], depth: u32) -> Result<(), Refused> {
    let mut reader = Reader::new(text);
    reader.value(depth)?;
    reader.end()
}

/// The text itself, where it is one canonical value of at most `depth` levels.
///
/// # Errors
/// `invalid_value` and `limit_exceeded` where it is not, naming the path.
pub fn valid(text: &[u8], depth: u32) -> crate::Result<&[u8]> {
    validate(text, depth).map_err(|refused| refused.into_error(text))?;
    Ok(text)
}

/// The path to the innermost value around offset `at`. Reads even text that turned out malformed there.
fn path_to(text: &[u8], at: usize) -> Path {
    let mut path: Vec<Segment> = Vec::new();
    let mut position = 0;
    while position < at.min(text.len()) {
        match text[position] {
            b'"' => {
                let end = skip_string(text, position);
                if let (Some(Segment::Key(key)), Some(b':')) = (path.last_mut(), text.get(end)) {
                    *key = text[position..end].into();
                }
                if end > at && text.get(end) != Some(&b':') {
                    break;
                }
                position = end;
                continue;
            }
            b'{' => path.push(Segment::Key(Box::default())),
            b'[' => path.push(Segment::Index(0)),
            b'}' | b']' => {
                path.pop();
            }
            b',' => match path.last_mut() {
                Some(Segment::Index(index)) => *index += 1,
                Some(Segment::Key(key)) => *key = Box::default(),
                None => {}
            },
            _ => {}
        }
        position += 1;
    }
    // A fault in a key is named by that key, which has not been passed yet.
    if let Some(Segment::Key(key)) = path.last_mut()
        && key.is_empty()
        && text.get(at) == Some(&b'"')
    {
        *key = text[at..skip_string(text, at)].into();
    }
    let mut found = Path::default();
    for segment in path.into_iter().rev() {
        match segment {
            Segment::Key(key) if key.is_empty() => {}
            segment => found.push_front(segment),
        }
    }
    found
}
