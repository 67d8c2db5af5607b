//! A state and a delta, a line each: refused, or what the judge makes of them; for the stored form as for the text.

use chord::Code;
use chord::delta::{apply, text};
use chord::document::Document;
use chord::json::reader::validate;

use crate::judge::laws::examine;
use crate::{DEEPEST_DELTA, is_judged, is_state, lines};

/// See the module.
pub fn check(input: &[u8]) {
    let Some([state, line]) = lines(input) else {
        return;
    };
    if !is_state(&state) || validate(&line, DEEPEST_DELTA).is_err() {
        return;
    }
    if is_judged(&state) && is_judged(&line) {
        examine(&state, &line);
    }
    let Ok(delta) = text::parse(&line) else {
        return;
    };
    let mut document = Document::read(&state);
    match (apply(&state, &delta), document.apply(&delta)) {
        (Ok(after), Ok(())) => {
            // A delta may put a deep value in a deep place.
            assert_eq!(validate(&after, 2 * DEEPEST_DELTA), Ok(()));
            assert!(chord::delta::diff::equal(&after, &document.text()));
            assert_eq!(document.length(), after.len());
        }
        (Err(error), Err(stored)) => {
            assert_eq!(error.code(), Code::DeltaMismatch, "{error}");
            assert_eq!(stored.code(), Code::DeltaMismatch, "{stored}");
        }
        (text, stored) => panic!(
            "the text: {:?}, the stored form: {stored:?}",
            text.as_deref().map(crate::shown)
        ),
    }
}
