//! The text of a delta: refused naming the path, or the same delta in all its forms.

use chord::Code;
use chord::delta::{Change, Delta, Gone, Span, code, invert, merge, text};
use chord::format::{Format, Metadata, format};
use chord::json::reader::validate;

use crate::{DEEPEST_DELTA, lines, shown};

/// See the module.
pub fn check(input: &[u8]) {
    let Some([line]) = lines(input) else {
        return;
    };
    if validate(&line, DEEPEST_DELTA).is_err() {
        return;
    }
    match text::parse(&line) {
        Ok(delta) => forms(&delta),
        Err(error) => {
            let code = error.code();
            let known = [
                Code::InvalidArgument,
                Code::DeltaMismatch,
                Code::LimitExceeded,
            ];
            assert!(known.contains(&code), "{error}");
            assert!(error.path().is_some(), "{error}");
        }
    }
}

fn forms(delta: &Delta<'_>) {
    let printed = text::print(delta);
    assert_eq!(validate(&printed, DEEPEST_DELTA), Ok(()));
    let again = text::parse(&printed).unwrap();
    // Edits that took each other back leave spans that only say how long an array is at least.
    assert!(again == *delta || ends_with_keep(delta), "{again:?}");
    assert_eq!(shown(&text::print(&again)), shown(&printed));
    coded(delta);

    let mut bare = Vec::new();
    text::write(delta, false, &mut bare);
    // What goes at one place with and without values is one removal here, where the values are left out.
    let parsed = text::parse(&bare).unwrap();
    assert_eq!(text::parse(&text::print(&parsed)).unwrap(), parsed);
    let mut again = Vec::new();
    text::write(&parsed, false, &mut again);
    assert_eq!(text::parse(&again).unwrap(), parsed);
    coded(&parsed);

    // What JSON Patch takes for a count that is not too large yet keeps the fuzzer from all else.
    let tedious = (30..10_000_000).contains(&counted(delta));
    for kind in Format::ALL.into_iter().filter(|_| !tedious) {
        if let Ok(formatted) = format(kind, delta, Metadata::default()) {
            assert_eq!(validate(&formatted, DEEPEST_DELTA), Ok(()), "{kind:?}");
        }
    }
    match invert(delta) {
        Ok(inverse) => {
            assert_eq!(invert(&inverse).unwrap(), *delta);
            let merged = merge(delta.clone(), inverse).unwrap();
            assert!(merged.is_empty(), "there and back leaves {merged:?}");
        }
        Err(error) => assert_eq!(error.code(), Code::InvalidArgument, "{error}"),
    }
}

/// How many elements are removed by count.
fn counted(delta: &Delta<'_>) -> usize {
    let changes = delta
        .fields
        .iter()
        .map(|(_, change)| counted_within(change));
    changes.fold(0, usize::saturating_add)
}

fn counted_within(change: &Change<'_>) -> usize {
    match change {
        Change::Nested(delta) => counted(delta),
        Change::Edited(spans) => {
            let spans = spans.iter().map(|span| match span {
                Span::Inside(change) => counted_within(change),
                Span::Remove(Gone::Count(count)) => *count,
                _ => 0,
            });
            spans.fold(0, usize::saturating_add)
        }
        _ => 0,
    }
}

fn coded(delta: &Delta<'_>) {
    let mut coded = Vec::new();
    code::encode(delta, &mut coded);
    assert_eq!(code::decode(&coded).unwrap(), *delta);
    for old_values in [true, false] {
        let (mut direct, mut written) = (Vec::new(), Vec::new());
        text::print_code(&coded, old_values, &mut direct).unwrap();
        text::write(delta, old_values, &mut written);
        assert_eq!(shown(&direct), shown(&written));
    }
}

fn ends_with_keep(delta: &Delta<'_>) -> bool {
    delta.fields.iter().any(|(_, change)| keeps(change))
}

fn keeps(change: &Change<'_>) -> bool {
    match change {
        Change::Nested(delta) => ends_with_keep(delta),
        Change::Edited(spans) => {
            matches!(spans.last(), Some(Span::Keep(_)))
                || spans
                    .iter()
                    .any(|span| matches!(span, Span::Inside(change) if keeps(change)))
        }
        _ => false,
    }
}

/// All texts that a delta holds.
pub(crate) fn texts<'d>(delta: &'d Delta<'_>, found: &mut Vec<&'d [u8]>) {
    for (key, change) in &delta.fields {
        found.push(key);
        within(change, found);
    }
}

fn within<'d>(change: &'d Change<'_>, found: &mut Vec<&'d [u8]>) {
    match change {
        Change::Added(new) => found.push(new),
        Change::Removed(old) => found.extend(old.as_deref()),
        Change::Modified { old, new } => found.extend(old.as_deref().into_iter().chain([&**new])),
        Change::Nested(delta) => texts(delta, found),
        Change::Edited(spans) => {
            for span in spans {
                match span {
                    Span::Inside(change) => within(change, found),
                    Span::Remove(Gone::Values(values)) | Span::Insert(values) => {
                        found.extend(values.iter().map(AsRef::as_ref))
                    }
                    Span::Remove(Gone::Count(_)) | Span::Keep(_) => {}
                }
            }
        }
    }
}
