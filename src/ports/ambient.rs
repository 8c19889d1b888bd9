//! Time and randomness: the only doors through which either comes in.

use chrono::{DateTime, Utc};

use super::http::BoxedCause;

/// Tells the time.
///
/// # Contract
/// * **CL-1** `now` returns at once and does not fail.
/// * **CL-2** It may step back or be wrong by a little; no decision needs it to be monotonic.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The time now. The core cuts it to whole seconds where it compares.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes unpredictable bytes.
///
/// # Contract
/// * **EN-1** The bytes cannot be guessed and never repeat: ids are made of them.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`EntropyError`] if the source fails; then nothing is done, and the caller tries again.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

/// No randomness was to be had.
#[derive(Debug, thiserror::Error)]
#[error("the entropy source failed")]
pub struct EntropyError(#[source] BoxedCause);

impl EntropyError {
    /// Wraps the source's own error.
    #[must_use]
    pub fn new(cause: impl Into<BoxedCause>) -> Self {
        Self(cause.into())
    }
}

/// The clock of the operating system.
#[cfg(feature = "system")]
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "hosts write it down as a value")]
pub struct SystemClock;

#[cfg(feature = "system")]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }
}

/// The randomness of the operating system.
#[cfg(feature = "system")]
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "hosts write it down as a value")]
pub struct SystemEntropy;

#[cfg(feature = "system")]
impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|error| EntropyError::new(error.to_string()))
    }
}
