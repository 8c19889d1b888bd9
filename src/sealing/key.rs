//! Keys and their names.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// A key has 256 bits.
const KEY_BYTES: usize = 32;
/// The longest id of a key, in bytes.
const MAX_KEY_ID_BYTES: usize = 32;

const PADDED_OR_NOT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDED_OR_NOT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, PADDED_OR_NOT);

/// The name of a key: 1 to 32 letters, digits, `-` or `_` of ASCII. No secret: it stands in what is
/// sealed.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct KeyId(String);

/// A text is no id of a key: choose another.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeyId {
    /// Empty or too long.
    #[error("the id of a key must be 1 to {MAX_KEY_ID_BYTES} bytes long, not {given}")]
    #[non_exhaustive]
    Length {
        /// How many bytes were given.
        given: usize,
    },
    /// A character that could not be told from the rest of a sealed text, or not be seen.
    #[error("the id of a key holds letters, digits, - and _ of ASCII, not {given:?}")]
    #[non_exhaustive]
    Character {
        /// The first such character.
        given: char,
    },
}

impl KeyId {
    /// Takes the id as it is.
    ///
    /// # Errors
    /// [`InvalidKeyId`] if it is empty, longer than 32 bytes, or holds anything but letters, digits,
    /// `-` and `_` of ASCII.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidKeyId> {
        let id = id.into();
        if !(1..=MAX_KEY_ID_BYTES).contains(&id.len()) {
            return Err(InvalidKeyId::Length { given: id.len() });
        }
        match id.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
            Some(given) => Err(InvalidKeyId::Character { given }),
            None => Ok(Self(id)),
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key of 32 bytes: redacted in `Debug`, erased from memory on drop.
///
/// Make it of random bytes, not of a password. Whoever has it and the store has all tokens.
// On the heap, so that moving it leaves no copies behind.
pub struct SealingKey(Box<Zeroizing<[u8; KEY_BYTES]>>);

/// This is no key. What was given is not shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Too short or too long, or cut: look where the key is kept.
    #[error("a key has {KEY_BYTES} bytes, not {given}")]
    #[non_exhaustive]
    Length {
        /// How many bytes were given.
        given: usize,
    },
    /// Not base64: look where the key is kept.
    #[error("the key is not base64")]
    NotBase64,
}

impl SealingKey {
    /// Takes the 32 bytes of a key. The caller erases its own copy.
    ///
    /// # Errors
    /// [`InvalidKey::Length`] if there are more or fewer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidKey> {
        if bytes.len() != KEY_BYTES {
            return Err(InvalidKey::Length { given: bytes.len() });
        }
        let mut key = Box::new(Zeroizing::new([0; KEY_BYTES]));
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }

    /// Takes a key written in base64 (RFC 4648), of either alphabet, padded or not, as a file or a
    /// setting has it: white space around it is left out. The caller erases its own copy.
    ///
    /// # Errors
    /// * [`InvalidKey::NotBase64`] if it is written otherwise.
    /// * [`InvalidKey::Length`] if it stands for more or fewer than 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, InvalidKey> {
        let text = text.trim_ascii();
        let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
        let bytes = Zeroizing::new(bytes.map_err(|_| InvalidKey::NotBase64)?);
        Self::from_bytes(&bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_key_is_short_and_plain() {
        assert!(KeyId::new("a").is_ok());
        assert_eq!(KeyId::new("2026-11_B").unwrap().to_string(), "2026-11_B");
        assert!(KeyId::new("k".repeat(32)).is_ok());
        assert_eq!(KeyId::new("k".repeat(33)), Err(InvalidKeyId::Length { given: 33 }));
        assert_eq!(KeyId::new(""), Err(InvalidKeyId::Length { given: 0 }));
        for bad in ['.', ' ', '=', '/', '+', 'é', '\n', '\0'] {
            let refused = KeyId::new(format!("a{bad}b"));
            assert_eq!(refused, Err(InvalidKeyId::Character { given: bad }));
        }
    }

    #[test]
    fn a_key_has_32_bytes() {
        for given in [0, 16, 31, 33, 64] {
            let refused = SealingKey::from_bytes(&vec![1; given]).unwrap_err();
            assert_eq!(refused, InvalidKey::Length { given });
        }
        assert_eq!(SealingKey::from_bytes(&[7; 32]).unwrap().bytes(), &[7; 32]);
    }

    #[test]
    fn base64_is_read_as_it_is_found() {
        let bytes = [0xFB_u8; 32];
        let standard = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
        let url_safe = standard.replace('+', "-").replace('/', "_");
        let bare = standard.trim_end_matches('=');
        for text in [
            standard,
            bare,
            &url_safe,
            url_safe.trim_end_matches('='),
            " +/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=\r\n",
        ] {
            assert_eq!(SealingKey::from_base64(text).unwrap().bytes(), &bytes, "{text}");
        }
        let refused = |text: &str| SealingKey::from_base64(text).unwrap_err();
        assert_eq!(refused(""), InvalidKey::Length { given: 0 });
        assert_eq!(refused("QUJD"), InvalidKey::Length { given: 3 });
        assert_eq!(refused("a password, not a key"), InvalidKey::NotBase64);
        assert_eq!(refused(&"0f".repeat(32)), InvalidKey::Length { given: 48 });
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = SealingKey::from_bytes(b"canary-canary-canary-canary-cana").unwrap();
        assert_eq!(format!("{key:?}"), "SealingKey(redacted)");
        let refused = SealingKey::from_base64("canary!").unwrap_err();
        assert!(!format!("{refused:?} {refused}").contains("canary"));
    }
}
