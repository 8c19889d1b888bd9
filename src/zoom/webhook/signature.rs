//! Who sent a webhook: `x-zm-signature`, HMAC-SHA256 under the app's secret token.
//!
//! Source: developers.zoom.us/docs/api/webhooks, "Verify webhook events".

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

use super::WebhookRefusal;
use crate::words::Secret;

const TIMESTAMP: &str = "x-zm-request-timestamp";
const SIGNATURE: &str = "x-zm-signature";

/// The app's secret tokens, as its page at Zoom shows them: the present one, and while it is being
/// changed the one before.
///
/// An empty token proves nothing: a setting that was forgotten opens no door.
#[derive(Clone, Debug)]
pub struct WebhookSecrets {
    current: Secret,
    previous: Option<Secret>,
}

impl WebhookSecrets {
    /// Takes what is signed with this secret token.
    #[must_use]
    pub const fn new(current: Secret) -> Self {
        Self { current, previous: None }
    }

    /// Takes what is signed with this one, too. Leave it out when Zoom signs with the new one and
    /// what was under way has come.
    #[must_use]
    pub fn with_previous(mut self, previous: Secret) -> Self {
        self.previous = Some(previous);
        self
    }

    fn iter(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// HMAC-SHA256 of the parts, one after the other; none under an empty secret.
fn hmac(secret: &Secret, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
    let key = Some(secret.expose()).filter(|key| !key.is_empty())?;
    let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    parts.iter().for_each(|part| hmac.update(part));
    Some(hmac)
}

/// HMAC-SHA256 of a text, in lower-case hex.
pub(super) fn hex_hmac(secret: &Secret, text: &str) -> Option<String> {
    let hmac = hmac(secret, &[text.as_bytes()])?.finalize().into_bytes();
    Some(hmac.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a request claims: when it was signed, and how.
pub(super) struct Signed<'a> {
    /// As the header has it: these bytes are signed.
    timestamp: &'a [u8],
    sent: DateTime<Utc>,
    signature: [u8; 32],
    body: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Reads the headers.
    pub(super) fn of(headers: &'a HeaderMap, body: &'a [u8]) -> Result<Self, WebhookRefusal> {
        let timestamp = header(headers, TIMESTAMP)?;
        let signature = header(headers, SIGNATURE)?;
        let sent = instant(timestamp).ok_or(WebhookRefusal::BadSignature)?;
        let signature = tag(signature).ok_or(WebhookRefusal::BadSignature)?;
        Ok(Self { timestamp, sent, signature, body })
    }

    /// The secret token that it is signed with, if it is one of these.
    pub(super) fn proved_by(&self, secrets: &'a WebhookSecrets) -> Option<&'a Secret> {
        let parts: [&[u8]; 4] = [b"v0:", self.timestamp, b":", self.body];
        secrets.iter().find(|secret| {
            // Compares in constant time.
            hmac(secret, &parts).is_some_and(|hmac| hmac.verify_slice(&self.signature).is_ok())
        })
    }

    /// When it was signed, to the second.
    pub(super) const fn sent(&self) -> DateTime<Utc> {
        self.sent
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a [u8], WebhookRefusal> {
    let value = headers.get(name).ok_or(WebhookRefusal::MissingHeader { name })?;
    Ok(value.as_bytes())
}

/// Seconds since 1970, in digits only: with a colon in it, the beginning of a body could be moved
/// into the timestamp under the same signature.
fn instant(timestamp: &[u8]) -> Option<DateTime<Utc>> {
    let digits = std::str::from_utf8(timestamp).ok()?;
    let digits = Some(digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    let seconds = digits.parse().ok()?;
    // Later than chrono counts is far from now in any case.
    Some(DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// `v0=` and 32 bytes in hex.
fn tag(signature: &[u8]) -> Option<[u8; 32]> {
    let hex = signature.strip_prefix(b"v0=").filter(|hex| hex.len() == 64)?;
    let mut tag = [0; 32];
    for (byte, pair) in tag.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |byte, digit| Some(byte << 4 | nibble(*digit)?))?;
    }
    Some(tag)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
