//! A large array: its elements in stored form.

use crate::json::text;

use super::Document;

/// A large array.
#[derive(Clone, Debug, Default)]
pub struct Array {
    elements: Vec<Document>,
    /// Bytes of all elements without commas and brackets.
    bytes: usize,
}

impl Array {
    pub(super) fn read(text: &[u8]) -> Self {
        let mut array = Array::default();
        array.extend(text::elements(text).map(Document::read));
        array
    }

    pub(super) fn length(&self) -> usize {
        2 + self.bytes + self.elements.len().saturating_sub(1)
    }

    pub(super) fn elements(&self) -> &[Document] {
        &self.elements
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.length());
        out.push(b'[');
        for (position, element) in self.elements.iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            element.write(out);
        }
        out.push(b']');
    }

    pub(super) fn extend(&mut self, elements: impl IntoIterator<Item = Document>) {
        for element in elements {
            self.bytes += element.length();
            self.elements.push(element);
        }
    }

    /// Takes off the elements from `position` on.
    pub(super) fn split_off(&mut self, position: usize) -> Vec<Document> {
        let tail = self.elements.split_off(position);
        self.bytes -= tail.iter().map(Document::length).sum::<usize>();
        tail
    }

    /// Changes one element in place.
    pub(super) fn change<E>(
        &mut self,
        position: usize,
        change: impl FnOnce(&mut Document) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(element) = self.elements.get_mut(position) {
            self.bytes -= element.length();
            let outcome = change(element);
            self.bytes += element.length();
            outcome?;
        }
        Ok(())
    }
}
