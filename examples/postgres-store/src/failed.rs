//! What a failed statement has done.

use slotlink::ports::BoxedCause;
use tokio_postgres::Error;
use tokio_postgres::error::{Severity, SqlState};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// The server told that it has rolled back: nothing was done.
    #[error("the database refused")]
    RolledBack(#[source] Error),
    /// It did so since somebody else was at these rows.
    #[error("somebody else was at these rows")]
    Contended(#[source] Error),
    /// It may be done, or be done soon.
    #[error("the database did not answer")]
    Doubtful(#[source] BoxedCause),
}

impl Failed {
    /// Only an error after which the session goes on says that the server has rolled back. One that
    /// ends the session (FATAL, PANIC) may have come when the commit was done already, and so may the
    /// end of the connection.
    pub(crate) fn of(error: Error) -> Self {
        let told = error.as_db_error();
        let told = told.filter(|told| told.parsed_severity() == Some(Severity::Error));
        let contended = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ];
        match told.map(|told| told.code()) {
            None | Some(&SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN) => {
                Self::Doubtful(error.into())
            }
            Some(code) if contended.contains(code) => Self::Contended(error),
            Some(_) => Self::RolledBack(error),
        }
    }
}
