//! A ready [`Sealer`]: tokens at rest are encrypted with keys of the host (feature `sealing`).
//!
//! A [`KeyRing`] holds the key that seals now and former keys, which only open. The cipher is
//! XChaCha20-Poly1305: authenticated, and its nonces are long enough to be random.
//!
//! ```
//! # #[cfg(feature = "system")] {
//! use slotlink::ports::Sealer;
//! use slotlink::sealing::{KeyId, KeyRing, SealingKey};
//! use slotlink::words::Secret;
//!
//! // From where the host keeps secrets. One way to make a key is `openssl rand -base64 32`.
//! let old = SealingKey::from_base64("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")?;
//! let new = SealingKey::from_base64("QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=")?;
//!
//! let before = KeyRing::new(KeyId::new("2026")?, old);
//! let sealed = before.seal("whose", &Secret::new("token"))?;
//! assert!(sealed.as_str().starts_with("v1.2026."));
//!
//! // A year later: the former key still opens, the new one seals.
//! let old = SealingKey::from_base64("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")?;
//! let ring = KeyRing::new(KeyId::new("2027")?, new).with_former(KeyId::new("2026")?, old)?;
//! assert_eq!(ring.open("whose", &sealed)?, Secret::new("token"));
//! assert!(!ring.is_current(&sealed));
//! assert!(ring.open("somebody else's", &sealed).is_err());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Changing the key
//! 1. Give the new key to all instances with [`KeyRing::with_former`], so that each can open what
//!    the others will seal with it.
//! 2. Then make it the key that seals, and the old one a former key.
//! 3. Take the old one off the ring when nothing is sealed with it any more, see
//!    [`KeyRing::is_current`]. What is still sealed with it then is lost: those users connect again.
//!
//! An id is for one key for ever.

mod cipher;
mod key;
mod text;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

pub use self::key::{InvalidKey, InvalidKeyId, KeyId, SealingKey};
use self::text::Header;
#[cfg(feature = "system")]
use crate::ports::SystemEntropy;
use crate::ports::{Entropy, Sealed, Sealer, SealerError};
use crate::words::Secret;

/// Seals with one key, and opens with this and with former ones.
///
/// A sealed secret reads `v1.{key id}.{nonce, ciphertext and tag in base64url}`. The version, the
/// key id and the context are bound to it. It tells the length of the secret, and which key sealed.
pub struct KeyRing {
    current: (KeyId, SealingKey),
    former: Vec<(KeyId, SealingKey)>,
    entropy: Arc<dyn Entropy>,
}

/// Two keys of a ring would have the same id. Give one of them another; nothing was sealed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is a key {id} on the ring already")]
#[non_exhaustive]
pub struct KeyIdTaken {
    /// The id of both.
    pub id: KeyId,
}

/// Why something could not be sealed or opened. Holds no secret and no key.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("key {0} is not on the ring")]
    UnknownKey(KeyId),
    #[error("this is no text that a key ring has sealed")]
    NotSealed,
    #[error("the text was changed, or sealed with another context or key")]
    Changed,
    #[error("the secret is too long")]
    TooLong,
    #[error("what was sealed is no text")]
    NotText,
}

impl From<Failed> for SealerError {
    fn from(failed: Failed) -> Self {
        Self::new(failed)
    }
}

impl KeyRing {
    /// A ring with a key that seals, and the randomness of the operating system.
    #[cfg(feature = "system")]
    #[must_use]
    pub fn new(id: KeyId, key: SealingKey) -> Self {
        Self::with_entropy(id, key, Arc::new(SystemEntropy))
    }

    /// A ring with a key that seals, and the host's own randomness.
    ///
    /// Two secrets sealed with the same key and the same 24 random bytes are as good as shown.
    #[must_use]
    pub fn with_entropy(id: KeyId, key: SealingKey, entropy: Arc<dyn Entropy>) -> Self {
        Self { current: (id, key), former: Vec::new(), entropy }
    }

    /// Adds a key that only opens: a former one, or one that will seal when all instances have it.
    ///
    /// # Errors
    /// [`KeyIdTaken`] if a key of the ring has this id: which one opens would be chance.
    pub fn with_former(mut self, id: KeyId, key: SealingKey) -> Result<Self, KeyIdTaken> {
        if self.key(&id).is_some() {
            return Err(KeyIdTaken { id });
        }
        self.former.push((id, key));
        Ok(self)
    }

    /// Whether it says that it is sealed with the key that seals now. When this holds for all that
    /// is stored, former keys are no longer needed.
    ///
    /// Only `open` proves it.
    #[must_use]
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        Header::split(sealed.as_str()).is_some_and(|(header, _)| *header.key_id() == self.current.0)
    }

    fn keys(&self) -> impl Iterator<Item = &(KeyId, SealingKey)> {
        std::iter::once(&self.current).chain(&self.former)
    }

    fn key(&self, id: &KeyId) -> Option<&SealingKey> {
        self.keys().find(|(of, _)| of == id).map(|(_, key)| key)
    }
}

impl Sealer for KeyRing {
    fn seal(&self, context: &str, secret: &Secret) -> Result<Sealed, SealerError> {
        let (id, key) = &self.current;
        let header = Header::new(id.clone());
        let mut nonce = [0; cipher::NONCE_BYTES];
        self.entropy.fill(&mut nonce).map_err(SealerError::new)?;
        let secret = secret.expose().as_bytes();
        let sealed = cipher::encrypt(key, nonce, &header.bound_to(context), secret);
        Ok(Sealed::new(header.join(&sealed.ok_or(Failed::TooLong)?)))
    }

    fn open(&self, context: &str, sealed: &Sealed) -> Result<Secret, SealerError> {
        let (header, sealed) = Header::split(sealed.as_str()).ok_or(Failed::NotSealed)?;
        let key = self.key(header.key_id());
        let key = key.ok_or_else(|| Failed::UnknownKey(header.key_id().clone()))?;
        let bytes: Zeroizing<Vec<u8>> = text::bytes(sealed).ok_or(Failed::NotSealed)?;
        let secret = cipher::decrypt(key, &header.bound_to(context), bytes);
        let secret = secret.ok_or(Failed::Changed)?;
        Ok(Secret::new(std::str::from_utf8(&secret).map_err(|_| Failed::NotText)?))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let former: Vec<_> = self.former.iter().map(|(id, _)| id.as_str()).collect();
        let mut shown = f.debug_struct("KeyRing");
        shown.field("current", &self.current.0.as_str()).field("former", &former);
        shown.finish_non_exhaustive()
    }
}
