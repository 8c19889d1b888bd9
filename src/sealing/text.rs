//! The text of a sealed secret: `v1.{key id}.{bytes in base64url}`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::KeyId;

/// This version of the text. Others may be added; what it says is read as it is for ever.
const VERSION: &str = "v1";

/// What a sealed text begins with. It is bound to the rest.
pub(super) struct Header(KeyId);

impl Header {
    pub(super) const fn new(key_id: KeyId) -> Self {
        Self(key_id)
    }

    pub(super) const fn key_id(&self) -> &KeyId {
        &self.0
    }

    /// Reads a sealed text up to its bytes.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        let (key_id, bytes) = text.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
        Some((Self(KeyId::new(key_id).ok()?), bytes))
    }

    /// The text of these bytes.
    pub(super) fn join(&self, bytes: &[u8]) -> String {
        self.with(&URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What is authenticated beside the secret. No two headers and contexts make the same: neither a
    /// version nor a key id has a dot.
    pub(super) fn bound_to(&self, context: &str) -> Vec<u8> {
        self.with(context).into_bytes()
    }

    fn with(&self, rest: &str) -> String {
        format!("{VERSION}.{}.{rest}", self.0)
    }
}

/// The bytes after the header. There is one way to write each, so that no changed text opens.
pub(super) fn bytes(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    URL_SAFE_NO_PAD.decode(text).ok().map(Zeroizing::new)
}
