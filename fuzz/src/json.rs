//! JSON text: refused, or the same value for us and for an independent reader. Lines: a text, and another that it becomes.

use chord::Code;
use chord::delta::diff::equal;
use chord::document::Document;
use chord::json::canonical::canonical;
use chord::json::reader::validate;
use chord::json::text::{depth, is_object};
use serde_json::Value;

use crate::{DEEPEST, JUDGED, is_state, lines, shown};

/// See the module.
pub fn check(input: &[u8]) {
    let Some([text]) = lines(input) else {
        return;
    };
    reads(&text);
    if let Some([before, after]) = lines(input)
        && is_state(&before)
    {
        becomes(&before, &after);
    }
}

fn reads(text: &[u8]) {
    let valid = validate(text, DEEPEST);
    let ours = canonical(shown(text), DEEPEST);
    match &ours {
        Ok(ours) => {
            assert_eq!(validate(ours, DEEPEST), Ok(()));
            let again = canonical(shown(ours), DEEPEST);
            assert_eq!(
                shown(&again.unwrap()),
                shown(ours),
                "canonical text changes"
            );
        }
        Err(error) => assert!(valid.is_err(), "{error}"),
    }
    match valid {
        Ok(()) => {
            // Of long fractions it isn't asked whether they are the shortest that tell their doubles.
            assert!(
                ours.is_ok_and(|ours| ours == text) || has_long_fraction(text),
                "valid, and yet another text is canonical"
            );
            let document = Document::read(text);
            assert_eq!(shown(&document.text()), shown(text));
            assert_eq!(document.length(), text.len());
            assert_eq!(document.depth(), depth(text));
        }
        Err(refused) => {
            assert!(refused.at <= text.len());
            let error = refused.into_error(text);
            assert!(matches!(
                error.code(),
                Code::InvalidValue | Code::LimitExceeded
            ));
            assert!(ours.is_err() || ours.is_ok_and(|ours| ours != text));
        }
    }
    judged(text);
}

/// Accepted just where serde_json accepts it, but for what is documented, and as the same value.
fn judged(text: &[u8]) {
    let levels = text.iter().filter(|byte| matches!(byte, b'{' | b'['));
    if levels.count() > JUDGED as usize {
        return;
    }
    let theirs = serde_json::from_slice::<Value>(text);
    match canonical(shown(text), DEEPEST) {
        Ok(ours) => {
            let theirs = theirs.expect("serde_json refuses what is accepted");
            assert!(crate::judge::same_doubles(
                &crate::judge::read(&ours),
                &theirs
            ));
        }
        Err(error) => assert!(
            theirs.is_err() || error.message().contains("twice") || has_huge_number(text),
            "serde_json accepts what is refused: {error}"
        ),
    }
}

/// Of keys that stand twice serde_json keeps one value only, and a number beyond a double may be in the other.
fn has_huge_number(text: &[u8]) -> bool {
    let mut words =
        shown(text).split(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
    words.any(|word| word.parse::<f64>().is_ok_and(f64::is_infinite))
}

fn has_long_fraction(text: &[u8]) -> bool {
    let mut digits = text.split(|byte| !byte.is_ascii_digit());
    text.contains(&b'.') && digits.any(|digits| digits.len() >= 8)
}

/// Comparing the stored form with a text that nobody has validated.
fn becomes(before: &[u8], after: &[u8]) {
    let mut document = Document::read(before);
    let delta = document
        .compare(after, DEEPEST)
        .map(|delta| delta.into_owned());
    let valid = validate(after, DEEPEST);
    match (delta, valid) {
        (Ok(delta), Ok(())) => {
            document.apply(&delta).unwrap();
            assert!(equal(&document.text(), after));
            assert_eq!(document.length(), after.len());
            let applied = chord::delta::apply(before, &delta).unwrap();
            assert!(equal(&applied, after));
            let back = document.compare(before, DEEPEST).unwrap();
            let merged = chord::delta::merge(delta.clone(), back).unwrap();
            assert!(merged.is_empty(), "there and back leaves {merged:?}");
        }
        (Ok(_), Err(refused)) => panic!("accepted, though {refused:?}"),
        (Err(refused), Ok(())) => assert!(!is_object(after), "{refused:?}"),
        (Err(refused), Err(_)) => assert!(refused.at <= after.len()),
    }
}
