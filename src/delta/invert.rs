//! The delta that undoes a delta.

use crate::{Code, Error, Result};

use super::{Change, Delta, Gone, Span};

/// The delta that takes the state after `delta` back to the one before.
///
/// # Errors
/// `invalid_argument` naming the path where `delta` has no old value.
pub fn invert<'a>(delta: &Delta<'a>) -> Result<Delta<'a>> {
    let mut fields = Vec::with_capacity(delta.fields.len());
    for (key, change) in &delta.fields {
        let inverse = change_back(change).map_err(|error| error.under(key.as_ref()))?;
        fields.push((key.clone(), inverse));
    }
    Ok(Delta { fields })
}

pub(crate) fn change_back<'a>(change: &Change<'a>) -> Result<Change<'a>> {
    Ok(match change {
        Change::Added(new) => Change::Removed(Some(new.clone())),
        Change::Removed(Some(old)) => Change::Added(old.clone()),
        Change::Modified {
            old: Some(old),
            new,
        } => Change::Modified {
            old: Some(new.clone()),
            new: old.clone(),
        },
        Change::Removed(None) | Change::Modified { old: None, .. } => return Err(no_old_value()),
        Change::Nested(delta) => Change::Nested(invert(delta)?),
        Change::Edited(spans) => Change::Edited(spans_back(spans)?),
    })
}

fn spans_back<'a>(spans: &[Span<'a>]) -> Result<Vec<Span<'a>>> {
    let mut back = Vec::with_capacity(spans.len());
    let mut position = 0;
    let mut spans = spans.iter().peekable();
    while let Some(span) = spans.next() {
        match span {
            Span::Keep(count) => {
                position += count;
                back.push(Span::Keep(*count));
            }
            Span::Inside(change) => {
                let inverse = change_back(change).map_err(|error| error.under(position))?;
                position += 1;
                back.push(Span::Inside(inverse));
            }
            Span::Remove(Gone::Values(values)) => {
                // At one place removal stands first, in the inverse too.
                if let Some(Span::Insert(new)) =
                    spans.next_if(|next| matches!(next, Span::Insert(_)))
                {
                    back.push(Span::Remove(Gone::Values(new.clone())));
                }
                position += values.len();
                back.push(Span::Insert(values.clone()));
            }
            Span::Remove(Gone::Count(_)) => return Err(no_old_value().under(position)),
            Span::Insert(new) => back.push(Span::Remove(Gone::Values(new.clone()))),
        }
    }
    Ok(back)
}

fn no_old_value() -> Error {
    Error::here(
        Code::InvalidArgument,
        "a delta without old values can't be inverted; sync without { oldValues: false } to get them",
    )
}
