//! Webhooks: what is proved to come from Zoom, and what is made of it.
//!
//! Sources: `tests/data/zoom/webhook_signature_vectors.json`, the first of each kind captured from
//! Zoom, the others computed with another library; `tests/data/zoom/hooks`, Zoom's own examples and
//! one capture.

mod events;
mod properties;
mod signatures;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use sha2::Sha256;
use slotlink::words::Secret;
use slotlink::zoom::{WEBHOOK_WINDOW, Webhook, WebhookRefusal, WebhookSecrets};

const SECRET: &str = "canary-secret-token";
const SENT: i64 = 1_720_705_455;

fn secrets() -> WebhookSecrets {
    WebhookSecrets::new(Secret::new(SECRET))
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn hex_hmac(secret: &str, message: &[u8]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    hmac.update(message);
    hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let message = [b"v0:", timestamp.as_bytes(), b":", body].concat();
    format!("v0={}", hex_hmac(secret, &message))
}

fn headers(timestamp: &[u8], signature: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-zm-request-timestamp", HeaderValue::from_bytes(timestamp).unwrap());
    headers.insert("x-zm-signature", HeaderValue::from_bytes(signature).unwrap());
    headers
}

fn signed_headers(body: &[u8]) -> HeaderMap {
    let timestamp = SENT.to_string();
    headers(timestamp.as_bytes(), signature(SECRET, &timestamp, body).as_bytes())
}

fn read_at(now: i64, headers: &HeaderMap, body: &[u8]) -> Result<Webhook, WebhookRefusal> {
    Webhook::read(&secrets(), headers, body, instant(now), WEBHOOK_WINDOW)
}

/// Reads a body that Zoom has signed.
fn read(body: &[u8]) -> Result<Webhook, WebhookRefusal> {
    read_at(SENT, &signed_headers(body), body)
}

fn read_json(body: &Value) -> Result<Webhook, WebhookRefusal> {
    read(body.to_string().as_bytes())
}

fn vectors() -> Value {
    let text = include_str!("../../../data/zoom/webhook_signature_vectors.json");
    serde_json::from_str(text).unwrap()
}

fn text<'a>(json: &'a Value, field: &str) -> &'a str {
    json[field].as_str().unwrap()
}
