//! A state and changes, a line each: refused, or what the judge makes of them.

use chord::Code;
use chord::document::{Document, changes};
use chord::json::text;

use crate::judge::laws;
use crate::{DEEPEST, JUDGED, is_judged, is_state, lines};

/// What text that isn't canonical, or too deep, is refused with.
fn is_refusal(code: Code) -> bool {
    matches!(code, Code::InvalidValue | Code::LimitExceeded)
}

/// See the module.
pub fn check(input: &[u8]) {
    let Some([state, changes]) = lines(input) else {
        return;
    };
    if !is_state(&state) {
        return;
    }
    let mut document = Document::read(&state);
    let mut code = Vec::new();
    let merged = document.merge(&changes, DEEPEST, &mut code);
    if let Err(refused) = changes::validate(&changes, DEEPEST) {
        assert!(is_refusal(refused.code()), "{refused}");
        let merged = merged.unwrap_err();
        assert!(is_refusal(merged.code()), "{merged}");
        return;
    }
    if !text::is_object(&changes) {
        assert!(merged.is_err());
    } else if is_judged(&state) && text::depth(&changes) <= JUDGED {
        laws::update(&state, &changes);
    } else {
        match merged {
            Ok(merged) => document.install(merged, &code).unwrap(),
            Err(error) => assert_eq!(error.code(), Code::InvalidValue, "{error}"),
        }
    }
}
