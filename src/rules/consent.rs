//! What ties a consent to the question that was asked (R1): state, session, PKCE.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::words::Secret;

/// How long a user has, from the question to coming back (R1).
pub(crate) const CONSENT_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Random bytes of a state and of a verifier: 256 bits, 43 characters (RFC 7636, section 4.1).
pub(crate) const RANDOM_BYTES: usize = 32;

/// Random bytes as a text that can stand in an address.
pub(crate) fn token(random: &[u8; RANDOM_BYTES]) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random))
}

/// The PKCE challenge of a verifier, by method S256 (RFC 7636, section 4.2).
pub(crate) fn challenge(verifier: &Secret) -> String {
    digest(verifier.expose())
}

/// What is stored of a state or of a session: it cannot be turned back, and states are looked up by
/// it, so that no comparison tells how much of one was right.
pub(crate) fn digest(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let random = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = token(&random);
        assert_eq!(verifier.expose(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
