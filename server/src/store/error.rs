//! Why the store could not do it.

use std::sync::Arc;

use super::backend::{Failure, classify};

/// A failure of the store. Nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Firstlight will not work with this database; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
    /// Another transaction was in the way.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// A constraint of the schema said no.
    #[error("the database refused the change")]
    Constraint(#[source] sqlx::Error),
    /// The disk is full or broken.
    #[error("the disk is full or cannot be written")]
    Disk(#[source] Arc<sqlx::Error>),
    /// The connection or the statement failed.
    #[error("the database could not do it")]
    Failed(#[source] sqlx::Error),
    /// A unit of work panicked; it was rolled back.
    #[error("the work failed half-way and was rolled back")]
    Panicked,
    /// The commit that this unit of work shared did not happen.
    #[error("nothing was saved; try again in a moment")]
    NotCommitted,
    /// A sealed value was moved or changed, or its key is missing: it is not shown.
    #[error(transparent)]
    Sealed(#[from] crate::seal::field::Unopened),
    /// The store is closing.
    #[error("the server is stopping")]
    Closed,
}

impl StoreError {
    /// Whether the same work may succeed when tried again at once.
    pub(super) fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// What the others that shared a commit are told when this ended it: a disk's failure is everybody's.
    pub(super) fn shared(&self) -> Self {
        match self {
            Self::Disk(cause) => Self::Disk(Arc::clone(cause)),
            _ => Self::NotCommitted,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match classify(&error) {
            Failure::Retry => Self::Busy(error),
            Failure::Constraint => Self::Constraint(error),
            Failure::Disk => Self::Disk(Arc::new(error)),
            Failure::Other => Self::Failed(error),
        }
    }
}

impl From<sqlx::Error> for crate::Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
