//! The sealer port: tokens are never stored in the clear.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::http::BoxedCause;
use crate::words::Secret;

/// Seals secrets before they reach the store.
///
/// # Contract
/// * **SE-1** Without the key nothing is learned of a sealed secret but its length, and no sealed
///   secret can be made or changed unnoticed (authenticated encryption).
/// * **SE-2** What was sealed with one context opens with that context only.
/// * **SE-3** `open(context, seal(context, s)) == s`, also after keys were rotated.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Sealer: Send + Sync {
    /// Seals a secret. `context` says whose it is; it is bound to the result, not kept in it.
    ///
    /// # Errors
    /// [`SealerError`] if it cannot be sealed; nothing is stored then.
    fn seal(&self, context: &str, secret: &Secret) -> Result<Sealed, SealerError>;

    /// Opens what was sealed with the same context.
    ///
    /// # Errors
    /// [`SealerError`] if the key is unknown, or the text or its context was changed.
    fn open(&self, context: &str, sealed: &Sealed) -> Result<Secret, SealerError>;
}

/// A sealed secret: printable text of the sealer's own making.
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// A text that the sealer will understand.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

/// A secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[error("a secret could not be sealed or opened")]
pub struct SealerError(#[source] BoxedCause);

impl SealerError {
    /// Wraps the adapter's own error, which must not hold the secret.
    #[must_use]
    pub fn new(cause: impl Into<BoxedCause>) -> Self {
        Self(cause.into())
    }
}
