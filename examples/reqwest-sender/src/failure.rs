//! Why there is no answer, without addresses and bodies: they hold tokens.

use slotlink::ports::SendError;

/// Why a sender cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The certificates that this machine trusts cannot be read. Install them (Debian:
    /// `ca-certificates`).
    #[error("the certificates that this machine trusts cannot be read")]
    Certificates(#[source] rustls::Error),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// The cause in a [`SendError`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the deadline had passed")]
    TooLate,
    #[error("there was no whole answer by the deadline")]
    OutOfTime,
    #[error("the answer was larger than {} bytes", slotlink::zoom::MAX_ANSWER_BYTES)]
    TooLarge,
    #[error("the HTTP client failed")]
    Client(#[source] reqwest::Error),
}

impl Failure {
    pub(crate) fn client(error: reqwest::Error) -> Self {
        Self::Client(error.without_url())
    }
}

/// HS-4. A connection that was never made, certificates included, carried nothing; nor did a request that
/// could not be built.
pub(crate) fn classify(error: reqwest::Error) -> SendError {
    let nothing_left = error.is_connect() || error.is_builder();
    let failure = Failure::client(error);
    if nothing_left { not_sent(failure) } else { unknown(failure) }
}

pub(crate) fn not_sent(failure: Failure) -> SendError {
    SendError::NotSent(failure.into())
}

pub(crate) fn unknown(failure: Failure) -> SendError {
    SendError::OutcomeUnknown(failure.into())
}
