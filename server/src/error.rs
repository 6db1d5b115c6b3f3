//! The one error of the services: what went wrong in the words of the domain, never a cause in SQL.

use crate::store::StoreError;

/// The result of a service.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or it is outside the actor's scope: existence is private, so both look the same.
    #[error("not found")]
    NotFound,
    /// The actor is not signed in.
    #[error("sign in first")]
    SignedOut,
    /// What was asked is grave and wants the second factor once more, within the last five minutes.
    #[error("confirm with your second factor first")]
    StepUp,
    /// What was sent cannot be accepted; the sentence says what to do.
    #[error("{message}")]
    Invalid {
        /// The form field, or empty when it is about the whole.
        field: &'static str,
        /// A calm sentence that says what to do.
        message: String,
    },
    /// Somebody was faster, or the thing has moved on; nothing was changed.
    #[error("{0}")]
    Conflict(String),
    /// Too many failures; try again after this many seconds.
    #[error("too many tries; wait {0} seconds")]
    TooMany(u64),
    /// The store could not do it; nothing was changed or acknowledged.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    /// An [`Error::Invalid`] about `field`.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }
}
