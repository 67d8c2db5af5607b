//! The way from a root to a value inside it.

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A key, as canonical JSON string text (with its quotes).
    Key(Box<[u8]>),
    /// An index of an array.
    Index(usize),
}

impl From<&[u8]> for Segment {
    fn from(key: &[u8]) -> Self {
        Segment::Key(key.into())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Segment::Index(index)
    }
}

/// Segments from the root inwards; none is the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// From the innermost outwards: errors are told of parent after parent.
    outwards: Vec<Segment>,
}

impl Path {
    /// Puts the path under one more parent.
    pub fn push_front(&mut self, segment: Segment) {
        self.outwards.push(segment);
    }

    /// Leaves the innermost step.
    pub fn pop_back(&mut self) {
        if !self.outwards.is_empty() {
            self.outwards.remove(0);
        }
    }

    /// The segments from the root inwards.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.outwards.iter().rev()
    }

    /// The path as JSON text, e.g. `["users",3]`.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = vec![b'['];
        for (position, segment) in self.segments().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            match segment {
                Segment::Key(text) => out.extend_from_slice(text),
                Segment::Index(index) => super::number::write_integer(*index as u64, &mut out),
            }
        }
        out.push(b']');
        out
    }
}

impl core::fmt::Display for Path {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_json()))
    }
}
