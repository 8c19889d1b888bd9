//! Keys, all derived from one secret of the service.

use axum_extra::extract::cookie;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use slotlink::sealing::{KeyId, KeyRing, SealingKey};

use crate::start::StartError;

/// The shortest secret that is taken, in bytes.
const LEAST: usize = 32;

/// What is derived from the secret. Each key is of use for one thing only.
pub(crate) struct Keys {
    pub(crate) cookies: cookie::Key,
    addresses: [u8; 32],
}

/// Without the keys.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// The secret of the service.
pub(crate) struct ServiceSecret(Vec<u8>);

impl ServiceSecret {
    pub(crate) fn parse(base64: &str) -> Result<Self, StartError> {
        let bytes = STANDARD.decode(base64.trim()).unwrap_or_default();
        if bytes.len() < LEAST {
            return Err(StartError::Setting(
                "SECRET_KEY has to be 32 bytes or more in base64; make one with: openssl rand -base64 32",
            ));
        }
        Ok(Self(bytes))
    }

    /// A new one: whatever was sealed or signed before is lost.
    pub(crate) fn random() -> Result<Self, StartError> {
        Ok(Self(crate::random::bytes::<LEAST>()?.to_vec()))
    }

    /// Another password of the staff ends all sessions.
    pub(crate) fn keys(&self, password: &str) -> Keys {
        let cookies = |half: &str| self.derive(&format!("cookies {half} {password}"));
        let (first, second) = (cookies("1"), cookies("2"));
        let cookies = cookie::Key::from(&[first, second].concat());
        Keys { cookies, addresses: self.derive("addresses of appointments") }
    }

    /// Seals tokens at rest.
    pub(crate) fn key_ring(&self) -> Result<KeyRing, StartError> {
        let id = KeyId::new("1").map_err(|_| StartError::Setting("the key's id"))?;
        let key = SealingKey::from_bytes(&self.derive("Zoom tokens"));
        Ok(KeyRing::new(id, key.map_err(|_| StartError::Setting("the sealing key"))?))
    }

    /// As HKDF-Expand does for one block (RFC 5869, section 2.3).
    fn derive(&self, purpose: &str) -> [u8; 32] {
        hash(&self.0, &[purpose.as_bytes(), &[1]].concat())
    }
}

impl Keys {
    /// Signs the private address of an appointment: whoever has it, may see, move and cancel it.
    pub(crate) fn sign(&self, text: &str) -> [u8; 16] {
        let mut short = [0; 16];
        for (short, byte) in short.iter_mut().zip(hash(&self.addresses, text.as_bytes())) {
            *short = byte;
        }
        short
    }

    pub(crate) fn is_signed(&self, text: &str, signature: &[u8]) -> bool {
        // Keys of any length are legal.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.addresses) else { return false };
        let mac = mac.chain_update(text.as_bytes());
        signature.len() == 16 && mac.verify_truncated_left(signature).is_ok()
    }
}

fn hash(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(text));
    mac.map(|mac| mac.finalize().into_bytes().into()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_its_text_and_key_only() {
        let (one, other) =
            (ServiceSecret(vec![1; 32]).keys(""), ServiceSecret(vec![2; 32]).keys(""));
        let signature = one.sign("a");
        assert!(one.is_signed("a", &signature));
        assert!(!one.is_signed("b", &signature));
        assert!(!other.is_signed("a", &signature));
        assert!(!one.is_signed("a", &signature[..8]));
        assert!(!one.is_signed("a", &[]));
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(ServiceSecret::parse("c2hvcnQ=").is_err());
        assert!(ServiceSecret::parse("not base64 at all, but long enough to be a key?").is_err());
        assert!(ServiceSecret::parse(&STANDARD.encode([7; 32])).is_ok());
    }
}
