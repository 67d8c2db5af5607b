//! One list of spans with the effect of two, composed as operations on sequences are:
//! the second list is read against what the first one puts out.

use crate::Result;
use crate::json::Text;

use super::super::apply::{expect, value};
use super::super::merge::{Wording, before, compose};
use super::super::{Change, Gone, Span};
use super::Spans;

/// Returns one list with the effect of `first` followed by `second`; empty where they cancel out.
pub(crate) fn merge<'a>(
    first: Vec<Span<'a>>,
    second: Vec<Span<'a>>,
    wording: Wording,
) -> Result<Vec<Span<'a>>> {
    let out = match wording {
        Wording::Brief => Spans::reconciling(),
        Wording::Verbatim => Spans::verbatim(),
    };
    compose_into(first, second, out)
}

/// Composes into `out`, which decides about reconciling.
pub(crate) fn compose_into<'a>(
    first: Vec<Span<'a>>,
    second: Vec<Span<'a>>,
    mut out: Spans<'a>,
) -> Result<Vec<Span<'a>>> {
    let wording = out.wording();
    let mut output = Output {
        spans: first.into_iter(),
        front: None,
        inserted: Vec::new().into_iter(),
    };
    let mut position = 0_usize;
    for span in second {
        match span {
            Span::Insert(values) => {
                // What the first list removed at this place stands before, in the one form.
                output.removals(&mut out);
                out.insert(values);
            }
            Span::Keep(count) => {
                output.pass(count, &mut out);
                position = position.saturating_add(count);
            }
            Span::Inside(change) => {
                let changed = match output.take(1, &mut out) {
                    Piece::Inserted(mut values) => {
                        let element = values.pop().unwrap_or_default();
                        value(&element, &change)
                            .map(|new| out.insert(vec![new.into_owned().into()]))
                    }
                    Piece::Changed(first) => {
                        compose(first, change, wording).map(|both| match both {
                            Some(both) => out.inside(both),
                            None => out.keep(1),
                        })
                    }
                    Piece::Kept(_) => {
                        out.inside(change);
                        Ok(())
                    }
                };
                changed.map_err(|error| error.under(position))?;
                position += 1;
            }
            Span::Remove(gone) => {
                let count = gone.len();
                output.remove(gone, position, &mut out)?;
                position = position.saturating_add(count);
            }
        }
    }
    output.rest(&mut out);
    Ok(out.finish())
}

/// The elements that the first list puts out, read from its start; kept ones without end after the last span.
struct Output<'a> {
    spans: std::vec::IntoIter<Span<'a>>,
    front: Option<Span<'a>>,
    /// What is left of an insertion that was met; it stands before `front`.
    inserted: std::vec::IntoIter<Text<'a>>,
}

/// Elements of one kind.
enum Piece<'a> {
    Kept(usize),
    Changed(Change<'a>),
    Inserted(Vec<Text<'a>>),
}

impl<'a> Output<'a> {
    /// Passes on the removals that stand next.
    fn removals(&mut self, out: &mut Spans<'a>) {
        if self.inserted.len() > 0 {
            return;
        }
        while let Some(span) = self.front.take().or_else(|| self.spans.next()) {
            match span {
                Span::Remove(gone) => out.remove(gone),
                span => {
                    self.front = Some(span);
                    break;
                }
            }
        }
    }

    /// The next elements of one kind, `count` at most and one at least.
    fn take(&mut self, count: usize, out: &mut Spans<'a>) -> Piece<'a> {
        self.removals(out);
        if self.inserted.len() > 0 {
            return Piece::Inserted(self.inserted.by_ref().take(count).collect());
        }
        match self.front.take() {
            Some(Span::Inside(change)) => Piece::Changed(change),
            Some(Span::Insert(values)) if values.len() <= count => Piece::Inserted(values),
            Some(Span::Insert(values)) => {
                self.inserted = values.into_iter();
                Piece::Inserted(self.inserted.by_ref().take(count).collect())
            }
            Some(Span::Keep(kept)) => {
                if kept > count {
                    self.front = Some(Span::Keep(kept - count));
                }
                Piece::Kept(kept.min(count))
            }
            Some(Span::Remove(_)) | None => Piece::Kept(count),
        }
    }

    fn pass(&mut self, mut count: usize, out: &mut Spans<'a>) {
        while count > 0 {
            match self.take(count, out) {
                Piece::Kept(kept) => {
                    out.keep(kept);
                    count -= kept;
                }
                Piece::Changed(change) => {
                    out.inside(change);
                    count -= 1;
                }
                Piece::Inserted(values) => {
                    count -= values.len();
                    out.insert(values);
                }
            }
        }
    }

    fn remove(&mut self, gone: Gone<'a>, mut position: usize, out: &mut Spans<'a>) -> Result<()> {
        let mut left = gone.len();
        let mut values = match gone {
            Gone::Values(values) => Some(values.into_iter()),
            Gone::Count(_) => None,
        };
        while left > 0 {
            let piece = self.take(left, out);
            let count = match &piece {
                Piece::Kept(kept) => *kept,
                Piece::Changed(_) => 1,
                Piece::Inserted(inserted) => inserted.len(),
            };
            let old: Option<Vec<Text<'a>>> = values
                .as_mut()
                .map(|values| values.by_ref().take(count).collect());
            match (piece, old) {
                (Piece::Kept(_), Some(old)) => out.remove(Gone::Values(old)),
                (Piece::Kept(_), None) => out.remove(Gone::Count(count)),
                (Piece::Changed(change), old) => {
                    let after = old.and_then(|mut old| old.pop());
                    let old = before(after, &change, out.wording())
                        .map_err(|error| error.under(position))?;
                    out.remove(match old {
                        Some(value) => Gone::Values(vec![value]),
                        None => Gone::Count(1),
                    });
                }
                (Piece::Inserted(inserted), Some(old)) => {
                    for (offset, (there, old)) in inserted.iter().zip(&old).enumerate() {
                        expect(Some(old), there).map_err(|error| error.under(position + offset))?;
                    }
                }
                (Piece::Inserted(_), None) => {}
            }
            position = position.saturating_add(count);
            left -= count;
        }
        Ok(())
    }

    fn rest(mut self, out: &mut Spans<'a>) {
        out.insert(self.inserted.collect());
        while let Some(span) = self.front.take().or_else(|| self.spans.next()) {
            out.add(span);
        }
    }
}

/// One list with the effect of several, one after the other, as they were handed in.
///
/// Neighbours are composed first, so that a long sequence takes little more time than a short one per list.
pub(crate) fn sequence<'a>(mut lists: Vec<Vec<Span<'a>>>) -> Result<Vec<Span<'a>>> {
    while lists.len() > 1 {
        let mut composed = Vec::with_capacity(lists.len().div_ceil(2));
        let mut rest = lists.into_iter();
        while let Some(first) = rest.next() {
            composed.push(match rest.next() {
                Some(second) => compose_into(first, second, Spans::verbatim())?,
                None => first,
            });
        }
        lists = composed;
    }
    Ok(lists.pop().unwrap_or_default())
}
