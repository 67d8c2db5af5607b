//! What went wrong in IndexedDB, as Chord's errors.

use indexed_db_futures::error::{Error as IdbError, OpenDbError};
use wasm_bindgen::prelude::{JsCast, JsValue};

use crate::backend::grouped::Failure;
use crate::{Code, Error};

/// The failure of a request to open.
fn failure(error: IdbError) -> Failure {
    match error {
        IdbError::DomException(exception) => of_exception(exception.into()),
        IdbError::Unknown(error) => of_value(error.into()),
        // The transaction was aborted, and not by its error.
        IdbError::MissingData(_) => lost("AbortError"),
        IdbError::Serialisation(_) => Failure::Refused(damaged()),
    }
}

/// The failure of opening.
pub(super) fn unavailable(error: OpenDbError) -> Failure {
    let message = match error {
        OpenDbError::Base(error) => match failure(error) {
            Failure::Refused(error) if error.code() == Code::QuotaExceeded => {
                return Failure::Refused(error);
            }
            Failure::Refused(error) | Failure::Lost(error) => {
                let message = ["IndexedDB could not be opened: ", error.message()].concat();
                return Failure::Lost(Error::new(Code::BackendUnavailable, message));
            }
        },
        _ => "there is no IndexedDB here; use backend \"memory\"",
    };
    Failure::Refused(Error::new(Code::BackendUnavailable, message))
}

/// The failure of a value that was thrown.
pub(super) fn of_value(value: JsValue) -> Failure {
    match value.dyn_into() {
        Ok(exception) => of_exception(exception),
        Err(_) => lost("an error"),
    }
}

fn of_exception(exception: web_sys::DomException) -> Failure {
    of_name(&exception.name())
}

/// The failure by the name of the exception.
pub(super) fn of_name(name: &str) -> Failure {
    match name {
        "QuotaExceededError" => {
            let message = "the browser gives this site no more room; delete contexts, or ask for persistent storage";
            Failure::Refused(Error::new(Code::QuotaExceeded, message))
        }
        "VersionError" => {
            let message =
                "the database belongs to a newer release of Chord; reload the page to get it";
            Failure::Refused(Error::new(Code::BackendUnavailable, message))
        }
        // The last is of a value that the browser keeps in a file of its own, which is gone.
        "DataError" | "DataCloneError" | "ConstraintError" | "NotFoundError"
        | "NotReadableError" => Failure::Refused(damaged()),
        name => lost(name),
    }
}

/// A connection that is of no use any more.
fn lost(name: &str) -> Failure {
    let message = [
        "IndexedDB failed with ",
        name,
        "; try again later, or reload the page",
    ]
    .concat();
    Failure::Lost(Error::new(Code::BackendUnavailable, message))
}

fn damaged() -> Error {
    let message = "the database holds something that Chord did not write; delete it and begin anew";
    Error::new(Code::BackendError, message)
}
