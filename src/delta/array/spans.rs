//! Building a list of spans in its one form.

use std::borrow::Cow;

use crate::json::Text;

use super::super::merge::Wording;
use super::super::{Change, Gone, Span, diff, text};

/// Takes spans from an array's start to its end and keeps their list in its one form.
pub(crate) struct Spans<'a> {
    spans: Vec<Span<'a>>,
    keep: usize,
    gone: Vec<Gone<'a>>,
    come: Vec<Text<'a>>,
    /// Whether elements that go and come at one place are compared, to keep what is equal and change inside what is alike.
    reconcile: bool,
}

impl<'a> Spans<'a> {
    /// For a diff or a merge: what goes and comes at one place is told as briefly as possible.
    pub(crate) fn reconciling() -> Self {
        Spans {
            spans: Vec::new(),
            keep: 0,
            gone: Vec::new(),
            come: Vec::new(),
            reconcile: true,
        }
    }

    /// For a delta that was handed in: what it says stays said, so that it is checked when it is applied.
    pub(crate) fn verbatim() -> Self {
        Spans {
            reconcile: false,
            ..Spans::reconciling()
        }
    }

    pub(crate) fn wording(&self) -> Wording {
        if self.reconcile {
            Wording::Brief
        } else {
            Wording::Verbatim
        }
    }

    pub(crate) fn keep(&mut self, count: usize) {
        if count > 0 {
            self.flush();
            self.keep = self.keep.saturating_add(count);
        }
    }

    pub(crate) fn inside(&mut self, change: Change<'a>) {
        self.flush();
        self.push(Span::Inside(change));
    }

    pub(crate) fn remove(&mut self, more: Gone<'a>) {
        match (self.gone.last_mut(), more) {
            (_, more) if more.is_empty() => {}
            (Some(Gone::Values(values)), Gone::Values(more)) => values.extend(more),
            (Some(Gone::Count(count)), Gone::Count(more)) => *count = count.saturating_add(more),
            (_, more) => self.gone.push(more),
        }
    }

    pub(crate) fn insert(&mut self, more: Vec<Text<'a>>) {
        if self.come.is_empty() {
            self.come = more;
        } else {
            self.come.extend(more);
        }
    }

    pub(crate) fn add(&mut self, span: Span<'a>) {
        match span {
            Span::Keep(count) => self.keep(count),
            Span::Inside(change) => self.inside(change),
            Span::Remove(gone) => self.remove(gone),
            Span::Insert(values) => self.insert(values),
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Span<'a>> {
        self.flush();
        if self.keep > 0 && !self.reconcile {
            // Edits that took each other back still say how long the array is at least.
            self.spans.push(Span::Keep(self.keep));
        }
        self.spans
    }

    fn push(&mut self, span: Span<'a>) {
        if self.keep > 0 {
            self.spans.push(Span::Keep(self.keep));
            self.keep = 0;
        }
        self.spans.push(span);
    }

    fn flush(&mut self) {
        let mut gone = core::mem::take(&mut self.gone);
        let come = core::mem::take(&mut self.come);
        match gone.pop() {
            Some(Gone::Values(old)) if self.reconcile && gone.is_empty() && !come.is_empty() => {
                self.reconcile(old, come)
            }
            last => {
                gone.extend(last);
                for gone in gone {
                    self.push(Span::Remove(gone));
                }
                if !come.is_empty() {
                    self.push(Span::Insert(come));
                }
            }
        }
    }

    /// Pairs elements from both ends; what is left in the middle goes and comes.
    fn reconcile(&mut self, mut old: Vec<Text<'a>>, mut new: Vec<Text<'a>>) {
        let tail = |old: &mut Vec<Text<'a>>, new: &mut Vec<Text<'a>>| {
            let (Some(before), Some(after)) = (old.last(), new.last()) else {
                return None;
            };
            let pair = pair(before, after)?;
            old.pop();
            new.pop();
            Some(pair)
        };
        let mut front = Vec::new();
        old.reverse();
        new.reverse();
        while let Some(pair) = tail(&mut old, &mut new) {
            front.push(pair);
        }
        old.reverse();
        new.reverse();
        let mut back = Vec::new();
        // The only pair left was tried from the front; trying it again at each level would double the cost a level.
        if old.len() > 1 || new.len() > 1 {
            while let Some(pair) = tail(&mut old, &mut new) {
                back.push(pair);
            }
        }
        front.into_iter().for_each(|pair| self.paired(pair));
        if !old.is_empty() {
            self.push(Span::Remove(Gone::Values(old)));
        }
        if !new.is_empty() {
            self.push(Span::Insert(new));
        }
        back.into_iter().rev().for_each(|pair| self.paired(pair));
    }

    fn paired(&mut self, pair: Pair<'a>) {
        match pair {
            Pair::Same => self.keep += 1,
            Pair::Alike(change) => self.push(Span::Inside(change)),
        }
    }
}

enum Pair<'a> {
    Same,
    Alike(Change<'a>),
}

/// How `new` comes of `old`, if telling that is shorter than telling both.
fn pair<'a>(old: &Text<'a>, new: &Text<'a>) -> Option<Pair<'a>> {
    let change = match (old, new) {
        (Cow::Borrowed(old), Cow::Borrowed(new)) => diff::value(old, new),
        (old, new) => diff::value(old, new).map(Change::into_owned),
    };
    let Some(change) = change else {
        return Some(Pair::Same);
    };
    if !matches!(change, Change::Nested(_) | Change::Edited(_)) {
        return None;
    }
    (text::change_length(&change) < old.len() + new.len()).then_some(Pair::Alike(change))
}
