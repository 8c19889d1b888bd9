//! A sealer for tests.

use sha2::{Digest, Sha256};

use crate::ports::{Sealed, Sealer, SealerError};
use crate::words::Secret;

/// Keeps the port's contract towards honest code, and no secrets from anybody: **only for tests**.
///
/// What it seals cannot be read by the naked eye, so that a test can find a token that was stored
/// in the clear; and it opens only with the context it was sealed with.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "hosts write it down as a value")]
pub struct TestSealer;

const TAG_BYTES: usize = 32;

fn tag(context: &str, secret: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(context).chain_update([0]).chain_update(secret).finalize().to_vec()
}

/// The secret with a stream of bytes that depends on the context; twice is not at all.
fn mask(context: &str, bytes: &[u8]) -> Vec<u8> {
    let blocks = bytes.chunks(32).zip(0_u64..);
    let masked = blocks.flat_map(|(block, number)| {
        let stream = Sha256::new().chain_update(context).chain_update(number.to_le_bytes());
        let stream = stream.finalize();
        block.iter().zip(stream).map(|(byte, noise)| byte ^ noise).collect::<Vec<u8>>()
    });
    masked.collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

impl Sealer for TestSealer {
    fn seal(&self, context: &str, secret: &Secret) -> Result<Sealed, SealerError> {
        let secret = secret.expose().as_bytes();
        let sealed = [tag(context, secret), mask(context, secret)].concat();
        Ok(Sealed::new(to_hex(&sealed)))
    }

    fn open(&self, context: &str, sealed: &Sealed) -> Result<Secret, SealerError> {
        let bytes = from_hex(sealed.as_str()).ok_or_else(|| SealerError::new("not sealed text"))?;
        let (found, masked) = bytes.split_at_checked(TAG_BYTES).unwrap_or((&[], &[]));
        let secret = mask(context, masked);
        if tag(context, &secret) != found {
            return Err(SealerError::new("sealed with another context"));
        }
        String::from_utf8(secret).map(Secret::new).map_err(|_| SealerError::new("not text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn se_2_it_opens_with_its_own_context_only() {
        let secret = Secret::new("canary-token".repeat(9));
        let sealed = TestSealer.seal("a", &secret).unwrap();
        assert!(!sealed.as_str().contains("canary"));
        assert_eq!(TestSealer.open("a", &sealed).unwrap(), secret);
        assert!(TestSealer.open("b", &sealed).is_err());
        assert!(TestSealer.open("a", &Sealed::new("zz".into())).is_err());
    }
}
