//! Webhooks, signed as Zoom signs them.

use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use sha2::Sha256;

use super::meetings::Changed;
use super::world::ORGANISATION;
use crate::words::ZoomAccountId;

/// The secret token of the app, with which Zoom signs.
pub(super) const SECRET: &str = "CANARY-webhook-secret";

/// A webhook as the simulated Zoom sends it: a POST of JSON to the app's event URL.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SimulatedWebhook {
    /// With the signature and its time.
    pub headers: HeaderMap,
    /// The body, byte for byte as it is signed.
    pub body: Vec<u8>,
}

impl SimulatedWebhook {
    fn signed(body: &Value, now: DateTime<Utc>) -> Self {
        let body = body.to_string();
        let time = now.timestamp().to_string();
        let signature = format!("v0={}", keyed_hash(SECRET, &format!("v0:{time}:{body}")));
        let fields = [
            (CONTENT_TYPE, "application/json; charset=utf-8"),
            (HeaderName::from_static("x-zm-request-timestamp"), &time),
            (HeaderName::from_static("x-zm-signature"), &signature),
        ];
        let headers = fields
            .into_iter()
            // Digits and letters make a header always.
            .filter_map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?)))
            .collect();
        Self { headers, body: body.into_bytes() }
    }
}

/// Something that Zoom has to tell the app.
#[derive(Clone, Debug)]
pub(super) enum Owed {
    Deauthorization(Deauthorization),
    Meeting { change: Changed, at: DateTime<Utc> },
}

impl Owed {
    pub(super) fn webhook(&self, now: DateTime<Utc>) -> SimulatedWebhook {
        match self {
            Self::Deauthorization(told) => told.webhook(now),
            Self::Meeting { change, at } => {
                let body = json!({
                    "event": change.event(),
                    "event_ts": at.timestamp_millis(),
                    "payload": {
                        "account_id": ORGANISATION,
                        "operation": "all",
                        "object": change.object(),
                    },
                });
                SimulatedWebhook::signed(&body, now)
            }
        }
    }
}

/// A Zoom user has removed the app, or the app has revoked their tokens.
#[derive(Clone, Debug)]
pub(super) struct Deauthorization {
    pub(super) zoom: ZoomAccountId,
    pub(super) at: DateTime<Utc>,
    pub(super) client: String,
}

impl Deauthorization {
    /// In the shape of Zoom's own example, whose `event_ts` is a text within the payload.
    pub(super) fn webhook(&self, now: DateTime<Utc>) -> SimulatedWebhook {
        let body = json!({
            "event": "app_deauthorized",
            "payload": {
                "account_id": ORGANISATION,
                "user_id": self.zoom.as_str(),
                "signature": keyed_hash(SECRET, self.zoom.as_str()),
                "deauthorization_time": self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
                "client_id": self.client,
                "event_ts": self.at.format("%Y-%m-%d %H:%M:%S").to_string(),
            },
        });
        SimulatedWebhook::signed(&body, now)
    }
}

/// Zoom asks whether the app knows its own secret, every 72 hours.
pub(super) fn url_validation(plain_token: &str, now: DateTime<Utc>) -> SimulatedWebhook {
    let body = json!({
        "payload": {"plainToken": plain_token},
        "event_ts": now.timestamp_millis(),
        "event": "endpoint.url_validation",
    });
    SimulatedWebhook::signed(&body, now)
}

/// HMAC-SHA256 in hexadecimal digits.
fn keyed_hash(secret: &str, text: &str) -> String {
    // Keys of any length are legal, so there is always a hash.
    let hash = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map(|hash| hash.chain_update(text).finalize().into_bytes());
    hash.into_iter().flatten().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::keyed_hash;

    #[test]
    fn a_body_that_zoom_signed_has_the_signature_that_zoom_gave_it() {
        let body = r#"{"payload":{"plainToken":"xys8n8PGS7mAU0m5-YJjRA"},"event_ts":1720705455858,"event":"endpoint.url_validation"}"#;
        assert_eq!(
            keyed_hash("4fv1RkqGQUq5sWbEz6hA5A", &format!("v0:1720705455:{body}")),
            "93a1a675965ceb9c5a50c5dfb31f20e50f763be37a54ef74cd2d16a1a8e5c0d6"
        );
    }

    /// What Python's `hmac` makes of a key that is longer than a block.
    #[test]
    fn a_long_key_is_no_hindrance() {
        let hash = "1fe346bf7485c31a64ca3deb326f2a4dd624e4a10b7cbde1e44cd6dcf1065a15";
        assert_eq!(keyed_hash(&"k".repeat(131), "text"), hash);
    }
}
