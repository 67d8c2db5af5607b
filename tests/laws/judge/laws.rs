//! The laws as assertions, for whoever brings the values.

use chord::Code;
use chord::delta::{Delta, apply, code, diff, invert, merge, text};
use chord::document::Document;
use chord::document::changes::MOST_GROWTH;
use chord::format::{Format, Metadata, format};
use chord::json::reader::validate;
use chord::json::text::depth;
use serde_json::Value;

use super::update::{Change, updated};
use super::{assert_same, delta as judged, read, same};

/// More levels than any delta has that is examined here.
const LEVELS: u32 = 600;

/// Deltas compared as what they say, not as how they are ordered.
pub fn told(delta: &Delta<'_>) -> Value {
    read(&text::print(delta))
}

#[track_caller]
fn lossless(delta: &Delta<'_>) {
    let printed = text::print(delta);
    assert_eq!(
        validate(&printed, LEVELS),
        Ok(()),
        "{}",
        String::from_utf8_lossy(&printed)
    );
    assert_eq!(&text::parse(&printed).unwrap(), delta);
    let mut encoded = Vec::new();
    code::encode(delta, &mut encoded);
    assert_eq!(&code::decode(&encoded).unwrap(), delta);

    let mut bare = Vec::new();
    text::write(delta, false, &mut bare);
    let parsed = text::parse(&bare).unwrap();
    assert_eq!(text::parse(&text::print(&parsed)).unwrap(), parsed);
    let mut again = Vec::new();
    text::write(&parsed, false, &mut again);
    assert_eq!(again, bare);
    let mut encoded = Vec::new();
    code::encode(&parsed, &mut encoded);
    assert_eq!(code::decode(&encoded).unwrap(), parsed);
}

/// Laws 1 and 3, and the two other forms, for one pair.
#[track_caller]
pub fn pair(a: &[u8], b: &[u8]) {
    let shown = || {
        format!(
            "{} -> {}",
            String::from_utf8_lossy(a),
            String::from_utf8_lossy(b)
        )
    };
    let delta = diff(a, b);
    let (before, after) = (read(a), read(b));
    assert_eq!(delta.is_empty(), same(&before, &after), "{}", shown());
    assert_same(&apply(a, &delta).unwrap(), b, shown());
    let by_the_book =
        judged::apply(&before, &told(&delta)).unwrap_or_else(|| panic!("{}", shown()));
    assert!(same(&by_the_book, &after), "{}", shown());

    let inverse = invert(&delta).unwrap();
    assert_same(&apply(b, &inverse).unwrap(), a, shown());
    assert_eq!(invert(&inverse).unwrap(), delta, "{}", shown());
    lossless(&delta);

    let mut bare = Vec::new();
    text::write(&delta, false, &mut bare);
    assert_same(&apply(a, &text::parse(&bare).unwrap()).unwrap(), b, shown());
}

/// Law 2 for one triple.
#[track_caller]
pub fn triple(a: &[u8], b: &[u8], c: &[u8], equal_to_diff: bool) {
    let shown = || {
        [a, b, c]
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .join(" -> ")
    };
    let merged =
        merge(diff(a, b), diff(b, c)).unwrap_or_else(|error| panic!("{error}: {}", shown()));
    assert_same(&apply(a, &merged).unwrap(), c, shown());
    if equal_to_diff {
        let direct = diff(a, c);
        assert!(
            same(&told(&merged), &told(&direct)),
            "{}\n {}\n {}",
            shown(),
            told(&merged),
            told(&direct)
        );
    }
}

/// What the crate makes of a delta that may be anything, against what the judge makes of it.
pub fn examine(state: &[u8], delta: &[u8]) {
    let Ok(parsed) = text::parse(delta) else {
        return;
    };
    let shown = || {
        format!(
            "{} on {}",
            String::from_utf8_lossy(delta),
            String::from_utf8_lossy(state)
        )
    };
    let ours = apply(state, &parsed);
    match (&ours, judged::apply(&read(state), &read(delta))) {
        (Ok(after), Some(expected)) => assert_same(after, expected.to_string().as_bytes(), shown()),
        (Err(error), None) => {
            assert_eq!(error.code(), Code::DeltaMismatch, "{}", shown());
            assert!(
                error.path().is_some_and(|path| path.segments().count() > 0),
                "{error}: {}",
                shown()
            );
        }
        (ours, judged) => panic!(
            "{}\n  ours:   {:?}\n  judged: {judged:?}",
            shown(),
            ours.as_deref().map(String::from_utf8_lossy)
        ),
    }
    let reprinted = text::print(&parsed);
    assert_eq!(validate(&reprinted, LEVELS), Ok(()), "{}", shown());
    assert!(text::parse(&reprinted).is_ok(), "{}", shown());
    if let Ok(inverse) = invert(&parsed) {
        assert_eq!(invert(&inverse).unwrap(), parsed, "{}", shown());
        if let Ok(after) = &ours {
            assert_same(&apply(after, &inverse).unwrap(), state, shown());
        }
    }
    for kind in Format::ALL {
        for context in [None, Some(state)] {
            let metadata = Metadata {
                context,
                ..Metadata::default()
            };
            let _ = format(kind, &parsed, metadata);
        }
    }
}

/// What merging a delta that may be anything to one that is right has to do with applying both.
pub fn follow<'a>(state: &[u8], first: Delta<'a>, second: &'a Delta<'a>) {
    let shown = || {
        let [first, second] =
            [&first, second].map(|delta| String::from_utf8_lossy(&text::print(delta)).into_owned());
        format!(
            "{first} then {second} on {}",
            String::from_utf8_lossy(state)
        )
    };
    let told = shown();
    let expected = apply(state, &first).and_then(|middle| apply(&middle, second));
    match (merge(first, second.clone()), expected) {
        (Ok(merged), Ok(after)) => assert_same(&apply(state, &merged).unwrap(), &after, told),
        (Err(error), Err(_)) => assert_eq!(error.code(), Code::DeltaMismatch, "{error}: {told}"),
        (Err(error), Ok(_)) => panic!("{error}: {told}"),
        // What takes each other back needs no state any more.
        (Ok(_), Err(_)) => {}
    }
}

/// A partial update is what the judge makes of it, or refused as there. What it leaves of the stored form is what its delta makes of it: byte for
/// byte, and as well indexed.
#[track_caller]
pub fn update(before: &[u8], changes: &[u8]) {
    let (mut installed, mut replayed) = (Document::read(before), Document::read(before));
    for changes in [changes, before] {
        let before = installed.text().into_owned();
        let shown = || {
            let [changes, before] = [changes, &before].map(String::from_utf8_lossy);
            format!("after merging {changes} into {before}")
        };
        let there = read(&before);
        let mut code = Vec::new();
        let merged = installed.merge(changes, u32::MAX, &mut code);
        let (merged, expected) = match (merged, updated(Some(&there), &Change::read(changes))) {
            (Ok(merged), Some(Some(expected))) => (merged, expected),
            (Err(error), None) => {
                assert_eq!(error.code(), Code::InvalidValue, "{error}: {}", shown());
                return;
            }
            (ours, expected) => panic!("{}\n  {ours:?}\n  expected: {expected:?}", shown()),
        };
        let delta = code::decode(&code).unwrap();
        assert_eq!(delta.is_empty(), same(&expected, &there), "{}", shown());
        let expected = expected.to_string();
        let after = apply(&before, &delta).unwrap();
        assert_same(&after, expected.as_bytes(), shown());
        let mut again = Vec::new();
        replayed.merge(changes, u32::MAX, &mut again).unwrap();
        assert_eq!(again, code, "{}", shown());
        installed.install(merged, &code).unwrap();
        replayed.replay(&code).unwrap();
        let text = installed.text();
        assert_same(&text, expected.as_bytes(), shown());
        assert_eq!(text, replayed.text(), "{}", shown());
        assert_eq!(text.len(), installed.length(), "{}", shown());
        let longest = before.len() + MOST_GROWTH * changes.len();
        assert!(text.len() <= longest, "{longest}: {}", shown());
        let deepest = depth(&before).max(depth(changes));
        assert!(depth(&text) <= deepest, "{deepest}: {}", shown());
    }
}
