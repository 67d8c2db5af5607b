//! A state, changes, and operations as JSON, a line each: refused, or what the judge makes of them.

use chord::Code;
use chord::document::{Document, Operations};
use chord::json::text::validate;

use crate::judge::laws;
use crate::{DEEPEST, is_judged, is_state, lines};

/// See the module.
pub fn check(input: &[u8]) {
    let Some([state, changes, operations]) = lines(input) else {
        return;
    };
    if !is_state(&state) || !is_state(&changes) || validate(&operations, DEEPEST).is_err() {
        return;
    }
    let operations = match Operations::parse(&operations) {
        Ok(operations) => operations,
        Err(error) => return assert_eq!(error.code(), Code::InvalidArgument, "{error}"),
    };
    if is_judged(&state) && is_judged(&changes) && operations.deepest() <= crate::JUDGED {
        laws::update(&state, &changes, &operations);
        return;
    }
    let mut document = Document::read(&state);
    match document.update(&changes, &operations, DEEPEST) {
        Ok(delta) => {
            let delta = delta.into_owned();
            document.apply(&delta).unwrap();
        }
        Err(error) => assert_eq!(error.code(), Code::InvalidValue, "{error}"),
    }
}
