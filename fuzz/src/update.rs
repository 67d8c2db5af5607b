//! A state, changes, and operations as JSON, a line each: refused, or what the judge makes of them.

use chord::Code;
use chord::document::{Document, Operations};
use chord::json::reader::validate;

use crate::judge::laws;
use crate::{DEEPEST, is_judged, is_state, lines};

/// What text that isn't canonical, or too deep, is refused with.
fn is_refusal(code: Code) -> bool {
    matches!(code, Code::InvalidValue | Code::LimitExceeded)
}

/// See the module.
pub fn check(input: &[u8]) {
    let Some([state, changes, operations]) = lines(input) else {
        return;
    };
    if !is_state(&state) {
        return;
    }
    let operations = match Operations::parse(&operations, DEEPEST) {
        Ok(read) => {
            assert_eq!(validate(&operations, DEEPEST + 3), Ok(()));
            read
        }
        Err(error) => {
            let code = error.code();
            assert!(code == Code::InvalidArgument || is_refusal(code), "{error}");
            return;
        }
    };
    let mut document = Document::read(&state);
    if !is_state(&changes) {
        let refused = document.update(&changes, &operations, DEEPEST).unwrap_err();
        assert!(is_refusal(refused.code()), "{refused}");
        return;
    }
    if is_judged(&state) && is_judged(&changes) && operations.deepest() <= crate::JUDGED {
        laws::update(&state, &changes, &operations);
        return;
    }
    match document.update(&changes, &operations, DEEPEST) {
        Ok(delta) => {
            let delta = delta.into_owned();
            document.apply(&delta).unwrap();
        }
        Err(error) => assert_eq!(error.code(), Code::InvalidValue, "{error}"),
    }
}
