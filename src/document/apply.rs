//! Applying a delta to the stored form, touching only what it names.

use crate::Result;
use crate::delta::apply::{expect, mismatch, value};
use crate::delta::{self, Change, Delta, Gone, Span};

use super::Document;
use super::array::Array;
use super::object::{Field, Object, Value};

impl Document {
    /// Applies `delta`.
    ///
    /// # Errors
    /// `delta_mismatch` naming the path where it doesn't fit. The document may be changed in part then and must be dropped.
    pub fn apply(&mut self, delta: &Delta<'_>) -> Result<()> {
        match self {
            Document::Text(text) => {
                let after = delta::apply(text, delta)?;
                *self = Document::read(&after);
                Ok(())
            }
            Document::Object(object) => object.apply(delta),
            Document::Array(_) => Err(mismatch("expected an object")),
        }
    }

    /// Applies a change that leaves the value present.
    fn change(&mut self, change: &Change<'_>) -> Result<()> {
        match (&mut *self, change) {
            (Document::Object(object), Change::Nested(delta)) => return object.apply(delta),
            (Document::Array(array), Change::Edited(spans)) => return array.apply(spans),
            _ => {}
        }
        let text = self.text();
        let after = value(&text, change)?.into_owned();
        *self = Document::read(&after);
        Ok(())
    }
}

impl Object {
    /// Recurses once a level and for no other reason: all else is called, so that its stack frame stays small.
    fn apply(&mut self, delta: &Delta<'_>) -> Result<()> {
        for (key, change) in &delta.fields {
            let outcome = match self.inner(key, change) {
                Some((inner, nested)) => {
                    let before = inner.length();
                    let outcome = inner.apply(nested);
                    let after = inner.length();
                    self.resized(before, after);
                    outcome
                }
                None => self.step(key, change),
            };
            if let Err(error) = outcome {
                return Err(error.under(key.as_ref()));
            }
        }
        Ok(())
    }

    /// The large object under `key`, where the change is inside it.
    #[inline(never)]
    fn inner<'o, 'd, 't>(
        &'o mut self,
        key: &[u8],
        change: &'d Change<'t>,
    ) -> Option<(&'o mut Object, &'d Delta<'t>)> {
        let Change::Nested(nested) = change else {
            return None;
        };
        let position = self.find(key)?;
        match self.document_mut(position)? {
            Document::Object(inner) => Some((inner, nested)),
            _ => None,
        }
    }

    #[inline(never)]
    fn step(&mut self, key: &[u8], change: &Change<'_>) -> Result<()> {
        match (self.find(key), change) {
            (None, Change::Added(new)) => self.push(Field::new(key, new)),
            (Some(_), Change::Added(_)) => {
                return Err(mismatch("a field to be added is there already"));
            }
            (None, _) => return Err(mismatch("a field to be changed is not there")),
            (Some(position), Change::Removed(old)) => {
                if let (Some(old), Some(field)) = (old, self.field(position)) {
                    expect(Some(old), &field.value().text())?;
                }
                self.remove(position);
            }
            (Some(position), change) => return self.change(position, |field| field.apply(change)),
        }
        Ok(())
    }
}

impl Field {
    fn apply(&mut self, change: &Change<'_>) -> Result<()> {
        match self {
            Field::Tree(tree) => tree.1.change(change),
            Field::Text { .. } => {
                let Value::Text(before) = self.value() else {
                    return Ok(());
                };
                let after = value(before, change)?;
                *self = Field::new(self.key(), &after);
                Ok(())
            }
        }
    }
}

impl Array {
    fn apply(&mut self, spans: &[Span<'_>]) -> Result<()> {
        let mut position = 0;
        let mut spans = spans.iter();
        // Elements before the first one that goes or comes stay where they are.
        let first = loop {
            match spans.next() {
                None => return Ok(()),
                Some(Span::Keep(count)) => position += count,
                Some(Span::Inside(change)) => {
                    self.within(position)?;
                    self.change(position, |element| element.change(change))
                        .map_err(|error| error.under(position))?;
                    position += 1;
                }
                Some(span) => break span,
            }
        };
        if position > self.elements().len() {
            self.within(position)?;
        }
        let mut tail = self.split_off(position).into_iter();
        for span in core::iter::once(first).chain(spans) {
            match span {
                Span::Keep(count) => {
                    let kept: Vec<Document> = tail.by_ref().take(*count).collect();
                    self.came(kept.len(), *count, position)?;
                    position += count;
                    self.extend(kept);
                }
                Span::Inside(change) => {
                    let mut element = tail.next().ok_or_else(|| out_of_range(position))?;
                    element
                        .change(change)
                        .map_err(|error| error.under(position))?;
                    position += 1;
                    self.extend([element]);
                }
                Span::Remove(gone) => {
                    let removed: Vec<Document> = tail.by_ref().take(gone.len()).collect();
                    self.came(removed.len(), gone.len(), position)?;
                    fits(gone, &removed, position)?;
                    position += gone.len();
                }
                Span::Insert(values) => {
                    self.extend(values.iter().map(|value| Document::read(value)))
                }
            }
        }
        self.extend(tail);
        Ok(())
    }

    fn within(&self, position: usize) -> Result<()> {
        if position < self.elements().len() {
            return Ok(());
        }
        Err(out_of_range(position))
    }

    fn came(&self, got: usize, wanted: usize, position: usize) -> Result<()> {
        if got == wanted {
            return Ok(());
        }
        Err(out_of_range(position + got))
    }
}

fn out_of_range(position: usize) -> crate::Error {
    mismatch("an index is out of range").under(position)
}

fn fits(gone: &Gone<'_>, removed: &[Document], position: usize) -> Result<()> {
    let Gone::Values(values) = gone else {
        return Ok(());
    };
    for (offset, (old, element)) in values.iter().zip(removed).enumerate() {
        expect(Some(old), &element.text()).map_err(|error| error.under(position + offset))?;
    }
    Ok(())
}
