//! Any JSON text to canonical text, for callers that don't come from `JSON.stringify`.

use crate::{Code, Error, Result};

use super::{number, object::Keys, path::Segment};

/// The canonical text of any JSON text of at most `depth` levels.
///
/// White space goes, strings and numbers take JavaScript's form (a number becomes the nearest double), key order stays.
///
/// # Errors
/// `invalid_value` naming the path for text that is no JSON, a lone surrogate, a number beyond a double, or a key that
/// stands twice in one object; `limit_exceeded` for too many levels.
///
/// ```
/// let text = chord::json::canonical::canonical(r#" { "a" : 1.0, "b": "\u0041" } "#, 100)?;
/// assert_eq!(text, br#"{"a":1,"b":"A"}"#);
/// # Ok::<(), chord::Error>(())
/// ```
pub fn canonical(text: &str, depth: u32) -> Result<Vec<u8>> {
    let mut reader = Reader {
        text,
        at: 0,
        out: Vec::with_capacity(text.len()),
    };
    reader.value(depth)?;
    reader.blank();
    if reader.at < text.len() {
        return Err(malformed());
    }
    Ok(reader.out)
}

fn malformed() -> Error {
    Error::here(Code::InvalidValue, "not JSON")
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: Vec<u8>,
}

impl Reader<'_> {
    fn blank(&mut self) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Option<u8> {
        self.blank();
        self.text.as_bytes().get(self.at).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let there = self.next() == Some(byte);
        if there {
            self.at += 1;
            self.out.push(byte);
        }
        there
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.accept(byte) {
            Ok(())
        } else {
            Err(malformed())
        }
    }

    fn value(&mut self, depth: u32) -> Result<()> {
        match self.next() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'{' | b'[') if depth == 0 => {
                Err(Error::here(Code::LimitExceeded, "nested too deep"))
            }
            Some(b'{') => self.object(depth - 1),
            Some(b'[') => self.array(depth - 1),
            _ => self.scalar(),
        }
    }

    fn object(&mut self, depth: u32) -> Result<()> {
        self.expect(b'{')?;
        let mut keys: Vec<core::ops::Range<usize>> = Vec::new();
        if self.accept(b'}') {
            return Ok(());
        }
        loop {
            self.blank();
            let key = self.string()?;
            self.expect(b':')?;
            self.value(depth)
                .map_err(|error| error.under(Segment::Key(self.out[key.clone()].into())))?;
            keys.push(key);
            if !self.accept(b',') {
                self.expect(b'}')?;
                break;
            }
        }
        let mut seen = Keys::default();
        match keys
            .into_iter()
            .map(|key| &self.out[key])
            .find(|key| !seen.insert(key))
        {
            Some(key) => {
                Err(Error::here(Code::InvalidValue, "a key stands twice in one object").under(key))
            }
            None => Ok(()),
        }
    }

    fn array(&mut self, depth: u32) -> Result<()> {
        self.expect(b'[')?;
        if self.accept(b']') {
            return Ok(());
        }
        for index in 0.. {
            self.value(depth).map_err(|error| error.under(index))?;
            if !self.accept(b',') {
                break;
            }
        }
        self.expect(b']')
    }

    fn scalar(&mut self) -> Result<()> {
        let rest = &self.text[self.at..];
        let length = rest
            .find([',', ']', '}', ' ', '\t', '\n', '\r'])
            .unwrap_or(rest.len());
        let word = &rest[..length];
        self.at += length;
        if matches!(word, "true" | "false" | "null") {
            self.out.extend_from_slice(word.as_bytes());
            return Ok(());
        }
        let unsigned = word.strip_prefix('-').unwrap_or(word);
        let whole = unsigned
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(unsigned.len());
        let fraction = unsigned[whole..].strip_prefix('.');
        let is_json = whole > 0
            && (whole == 1 || !unsigned.starts_with('0'))
            && fraction.is_none_or(|f| f.starts_with(|c: char| c.is_ascii_digit()))
            && !word.ends_with('.')
            && word
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        let value = number::parse(word.as_bytes())
            .filter(|_| is_json)
            .ok_or_else(malformed)?;
        number::write(value, &mut self.out);
        Ok(())
    }

    /// Reads a string and gives the range of its canonical text.
    fn string(&mut self) -> Result<core::ops::Range<usize>> {
        let start = self.out.len();
        if self.text.as_bytes().get(self.at) != Some(&b'"') {
            return Err(malformed());
        }
        self.at += 1;
        self.out.push(b'"');
        loop {
            let Some(character) = self.text[self.at..].chars().next() else {
                return Err(malformed());
            };
            self.at += character.len_utf8();
            match character {
                '"' => {
                    self.out.push(b'"');
                    return Ok(start..self.out.len());
                }
                '\\' => {
                    let character = self.escape()?;
                    write_char(character, &mut self.out);
                }
                '\0'..='\x1f' => return Err(malformed()),
                character => write_char(character, &mut self.out),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        Ok(match byte {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.unit()?;
                let mut units = vec![first];
                if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    units.push(self.unit()?);
                }
                let decoded: Vec<_> = char::decode_utf16(units).collect();
                match decoded.as_slice() {
                    [Ok(character)] => *character,
                    _ => {
                        return Err(Error::here(
                            Code::InvalidValue,
                            "a lone surrogate has no UTF-8",
                        ));
                    }
                }
            }
            _ => return Err(malformed()),
        })
    }

    fn unit(&mut self) -> Result<u16> {
        let digits = self.text.get(self.at..self.at + 4).ok_or_else(malformed)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        self.at += 4;
        u16::from_str_radix(digits, 16).map_err(|_| malformed())
    }
}

/// Appends a string, which is UTF-8, in quotes.
pub fn write_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    text.iter().for_each(|byte| write_byte(*byte, out));
    out.push(b'"');
}

/// Appends one character of a string, escaped where `JSON.stringify` escapes it.
pub fn write_char(character: char, out: &mut Vec<u8>) {
    let mut bytes = [0; 4];
    for byte in character.encode_utf8(&mut bytes).bytes() {
        write_byte(byte, out);
    }
}

/// Appends one byte of a string. What is escaped is ASCII, which no other character has a byte of.
fn write_byte(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0..=0x1f => {
            out.extend_from_slice(b"\\u00");
            out.push(b'0' + (byte >> 4));
            out.push(b"0123456789abcdef"[usize::from(byte & 15)]);
            return;
        }
        _ => return out.push(byte),
    };
    out.extend_from_slice(&[b'\\', short]);
}
