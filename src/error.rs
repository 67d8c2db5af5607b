//! The one error type of the crate, with the codes that the TypeScript `ChordError` has too.

use crate::json::path::{Path, Segment};

/// A stable name for what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// An argument or a delta has the wrong shape.
    InvalidArgument,
    /// A value that JSON can't hold exactly, or an operation on the wrong kind of value.
    InvalidValue,
    /// A delta doesn't fit the state it was applied to.
    DeltaMismatch,
    /// No context has that id.
    NotFound,
    /// Another version stands there than was asked for.
    Conflict,
    /// Depth, bytes or id length over the limit.
    LimitExceeded,
    /// The store has no room left.
    QuotaExceeded,
    /// The backend can't be reached or opened.
    BackendUnavailable,
    /// The backend answered with a failure, or with something its contract doesn't allow.
    BackendError,
    /// The deadline passed.
    Timeout,
    /// Export without an export callback.
    NoExportCallback,
    /// Restore without an external provider.
    NoContextExternalProvider,
    /// A callback threw, or answered with something malformed.
    CallbackFailed,
    /// The instance is closed.
    Closed,
    /// A defect in Chord itself.
    Internal,
}

impl Code {
    /// All codes, in the order of the TypeScript list.
    pub const ALL: [Code; 15] = [
        Code::InvalidArgument,
        Code::InvalidValue,
        Code::DeltaMismatch,
        Code::NotFound,
        Code::Conflict,
        Code::LimitExceeded,
        Code::QuotaExceeded,
        Code::BackendUnavailable,
        Code::BackendError,
        Code::Timeout,
        Code::NoExportCallback,
        Code::NoContextExternalProvider,
        Code::CallbackFailed,
        Code::Closed,
        Code::Internal,
    ];

    /// The stable name, e.g. `"delta_mismatch"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::InvalidArgument => "invalid_argument",
            Code::InvalidValue => "invalid_value",
            Code::DeltaMismatch => "delta_mismatch",
            Code::NotFound => "not_found",
            Code::Conflict => "conflict",
            Code::LimitExceeded => "limit_exceeded",
            Code::QuotaExceeded => "quota_exceeded",
            Code::BackendUnavailable => "backend_unavailable",
            Code::BackendError => "backend_error",
            Code::Timeout => "timeout",
            Code::NoExportCallback => "no_export_callback",
            Code::NoContextExternalProvider => "no_context_external_provider",
            Code::CallbackFailed => "callback_failed",
            Code::Closed => "closed",
            Code::Internal => "internal",
        }
    }
}

/// What went wrong, why, and where.
///
/// One pointer: results are passed through every function of the crate, and failures are rare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    code: Code,
    message: String,
    path: Option<Path>,
    cause: Option<u32>,
}

/// A result with [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// An error that is about no place within a value.
    #[cold]
    #[inline(never)]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error::make(code, message.into(), None)
    }

    /// An error about the value at hand; callers add the way there with [`Error::under`].
    #[cold]
    #[inline(never)]
    pub fn here(code: Code, message: impl Into<String>) -> Self {
        Error::make(code, message.into(), Some(Path::default()))
    }

    #[cold]
    #[inline(never)]
    fn make(code: Code, message: String, path: Option<Path>) -> Self {
        Error(Box::new(Details {
            code,
            message,
            path,
            cause: None,
        }))
    }

    /// The same error, seen from the parent that holds the value under `segment`.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn under(mut self, segment: impl Into<Segment>) -> Self {
        if let Some(path) = &mut self.0.path {
            path.push_front(segment.into());
        }
        self
    }

    /// The same error with the whole way from the root.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.0.path = Some(path);
        self
    }

    /// The same error with a number for its cause, which whoever reports it knows.
    #[must_use]
    pub fn because(mut self, cause: u32) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// The number of its cause, where there is one.
    pub fn cause(&self) -> Option<u32> {
        self.0.cause
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What went wrong and what to do, without the path.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The place in the value, from the root, where there is one.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_ref()
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.path {
            Some(path) => write!(f, " at {path}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Error {}
