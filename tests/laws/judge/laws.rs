//! The laws as assertions, for whoever brings the values.

use chord::Code;
use chord::delta::{Delta, apply, code, diff, invert, merge, text};
use chord::document::{Document, Operation, Operations};
use chord::format::{Format, Metadata, format};
use chord::json::reader::validate;
use chord::json::text::depth;
use serde_json::Value;

use super::{assert_same, delta as judged, read, same, update::updated};

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

/// What a merge leaves of the stored form is what the delta makes of it: byte for byte, and as well indexed.
#[track_caller]
pub fn merged(before: &[u8], changes: &[u8]) {
    let shown = || {
        let (changes, before) = (read(changes), read(before));
        format!("after merging {changes} into {before}")
    };
    let (mut installed, mut replayed) = (Document::read(before), Document::read(before));
    for changes in [changes, before] {
        let mut code = Vec::new();
        let merged = installed.merge(changes, u32::MAX, &mut code).unwrap();
        let mut again = Vec::new();
        replayed.merge(changes, u32::MAX, &mut again).unwrap();
        assert_eq!(again, code, "{}", shown());
        installed.install(merged, &code).unwrap();
        replayed.replay(&code).unwrap();
        assert_eq!(installed.text(), replayed.text(), "{}", shown());
        assert_eq!(installed.length(), installed.text().len(), "{}", shown());
    }
}

/// A partial update of the stored form against the judge's.
#[track_caller]
pub fn update(before: &[u8], changes: &[u8], operations: &Operations<'_>) {
    merged(before, changes);
    let shown = || {
        format!(
            "{:?} after {} on {}",
            operations.0.iter().map(listed).collect::<Vec<_>>(),
            String::from_utf8_lossy(changes),
            String::from_utf8_lossy(before)
        )
    };
    let mut document = Document::read(before);
    let delta = document
        .update(changes, operations, u32::MAX)
        .map(|delta| delta.into_owned());
    match (delta, updated(&read(before), &read(changes), operations)) {
        (Ok(delta), Some(expected)) => {
            let unchanged = same(&expected, &read(before));
            let expected = expected.to_string();
            assert_same(
                &apply(before, &delta).unwrap(),
                expected.as_bytes(),
                shown(),
            );
            assert_eq!(delta.is_empty(), unchanged, "{}: {}", told(&delta), shown());
            let longest = document.length() + changes.len() + operations.longest();
            document.apply(&delta).unwrap();
            assert_same(&document.text(), expected.as_bytes(), shown());
            assert!(document.length() <= longest, "{longest}: {}", shown());
            let deepest = operations.deepest().max(depth(changes)).max(depth(before));
            assert!(document.depth() <= deepest, "{deepest}: {}", shown());
        }
        (Err(error), None) => assert_eq!(error.code(), Code::InvalidValue, "{error}: {}", shown()),
        (ours, expected) => panic!("{}\n  ours: {ours:?}\n  expected: {expected:?}", shown()),
    }
}

fn listed((path, operation): &(Vec<&[u8]>, Operation<'_>)) -> String {
    let path = String::from_utf8_lossy(&path.join(&b',')).into_owned();
    match operation {
        Operation::Remove => format!("remove {path}"),
        Operation::Append(items) => format!("append {path} {}", String::from_utf8_lossy(items)),
        Operation::Increment(by) => format!("increment {path} {}", String::from_utf8_lossy(by)),
    }
}
