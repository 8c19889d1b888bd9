//! The HTTP port: the host's own client sends the requests that the crate builds.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// A request to Zoom, complete: absolute address, headers, body.
pub type HttpRequest = http::Request<Vec<u8>>;
/// An answer, whatever its status.
pub type HttpResponse = http::Response<Vec<u8>>;

/// Sends one HTTP request.
///
/// # Contract
/// * **HS-1** Every answer is `Ok`, whatever its status: the crate classifies.
/// * **HS-2** The request is sent at most once: no retries, no redirects followed.
/// * **HS-3** Nothing is transmitted after `deadline`; by then the call has returned.
/// * **HS-4** [`SendError::NotSent`] is returned only if not one byte of the request can have
///   reached the server. Whatever is doubtful is [`SendError::OutcomeUnknown`].
/// * **HS-5** Headers and bodies are never logged: they hold tokens and join links.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait HttpSend: Send + Sync {
    /// Sends `request` and returns the answer.
    ///
    /// # Errors
    /// [`SendError`], by clause HS-4.
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The request certainly had no effect: nothing was transmitted.
    #[error("the request was not sent")]
    NotSent(#[source] BoxedCause),
    /// The request may have had its effect: time ran out, or the connection broke.
    #[error("the request was sent, but its answer was lost")]
    OutcomeUnknown(#[source] BoxedCause),
}

/// The adapter's own error behind a fault.
pub type BoxedCause = Box<dyn std::error::Error + Send + Sync>;
