//! What Zoom tells by itself: requests that it sends to the host's web server. Pure.
//!
//! Anybody can send such a request, so nothing of it is read before its signature is proved.

mod event;
mod signature;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;

use self::signature::Signed;
pub use self::signature::WebhookSecrets;
use crate::words::{MeetingId, ZoomAccountId};

/// The longest body of a webhook that is read, in bytes. Hosts may tell their web server so, too.
pub const MAX_WEBHOOK_BYTES: usize = 256 * 1024;

/// How far the timestamp of a webhook may be from now, unless the host decides otherwise: 2 hours.
///
/// Zoom's last try comes 85 minutes after the first (developers.zoom.us/blog/webhook-delays.md), and
/// it is not documented whether it is stamped anew.
pub const WEBHOOK_WINDOW: TimeDelta = TimeDelta::hours(2);

/// Something that Zoom tells, proved to come from Zoom.
///
/// It may come more than once, be replayed within the window, and come late or in another order
/// than it happened: whatever is done about it must be right the second time, too.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Webhook {
    /// Zoom asks whether the app's address is served by whoever knows the secret token: when the
    /// address is entered, and every 72 hours. Nothing else is to be done.
    #[non_exhaustive]
    UrlValidation {
        /// The body to answer with, as JSON (`application/json`), with status 200 within 3 seconds.
        reply: String,
    },
    /// A user removed the app at Zoom: the tokens of their consent are void.
    #[non_exhaustive]
    AppDeauthorized {
        /// The Zoom user.
        user: ZoomAccountId,
        /// The organisation at Zoom that the user belongs to (Zoom's `account_id`), if it is told:
        /// at most 128 characters, none of them a control character.
        organisation: Option<String>,
        /// When they did so, to the millisecond, from 1970 to 2199. A user who has connected again
        /// since then stays connected. The time of the request, if Zoom tells no other.
        at: DateTime<Utc>,
        /// The app that was removed, if it is told; bounded as `organisation` is.
        client_id: Option<String>,
    },
    /// Somebody deleted or restored a meeting: a person in Zoom's own pages, or the app itself, whose
    /// own calls come back so, too. Only a hint: what there is, Zoom is asked.
    #[non_exhaustive]
    MeetingChanged {
        /// The Zoom user who hosts it.
        host: ZoomAccountId,
        /// Which.
        meeting: MeetingId,
        /// What became of it.
        change: MeetingChange,
    },
    /// Something that the crate does nothing about. Answer with success, or Zoom sends it again.
    #[non_exhaustive]
    Other {
        /// Zoom's name of it, such as `meeting.started`: at most 128 characters, none of them a
        /// control character. May be empty.
        event: String,
    },
}

/// What became of a meeting.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MeetingChange {
    /// It was deleted: for seven days it can be restored.
    Deleted,
    /// It was restored: its old links work again.
    Recovered,
}

/// A request is not taken for a webhook of Zoom. Answer with the status that the variant names, and
/// do nothing else.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookRefusal {
    /// The body is longer than [`MAX_WEBHOOK_BYTES`]. Answer with 413.
    #[error("a webhook of {bytes} bytes is longer than {MAX_WEBHOOK_BYTES}")]
    #[non_exhaustive]
    TooLarge {
        /// How many bytes were given.
        bytes: usize,
    },
    /// It is not signed: Zoom did not send it. Answer with 400.
    #[error("the header {name} is missing")]
    #[non_exhaustive]
    MissingHeader {
        /// Which header.
        name: &'static str,
    },
    /// It is not signed with a secret token that is known here. Answer with 401. If Zoom's own
    /// requests are refused, compare the secret token with the app's page at Zoom, and see that the
    /// body comes here byte by byte as it was sent.
    #[error("the signature of a webhook is wrong")]
    BadSignature,
    /// Zoom signed it, but not now: it may be a replay. Answer with 401. If all requests are
    /// refused, set the clock.
    #[error("a webhook of {sent:?} is more than {} s from now", .window.num_seconds())]
    #[non_exhaustive]
    Stale {
        /// When it was signed, as its header says.
        sent: DateTime<Utc>,
        /// How far from now it may be.
        window: TimeDelta,
    },
    /// Zoom signed it, but it is not what Zoom documents. Answer with 400, and report it.
    #[error("a webhook cannot be read: {what}")]
    #[non_exhaustive]
    Unreadable {
        /// What is wrong with it. Nothing of its content is quoted.
        what: &'static str,
    },
}

impl WebhookRefusal {
    /// A stable name of the refusal, in snake case: for APIs and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::MissingHeader { .. } => "missing_header",
            Self::BadSignature => "bad_signature",
            Self::Stale { .. } => "stale",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

impl Webhook {
    /// Reads a request to the address that the app has at Zoom.
    ///
    /// `body` is the body byte by byte as it came: JSON that was read and written again has another
    /// signature. `window` is how far the request's timestamp may be from `now`, before or after;
    /// take [`WEBHOOK_WINDOW`].
    ///
    /// # Errors
    /// [`WebhookRefusal`]: what to answer is at each variant. None quotes a secret token.
    ///
    /// # Example
    /// ```
    /// use slotlink::words::Secret;
    /// use slotlink::zoom::{WEBHOOK_WINDOW, Webhook, WebhookRefusal, WebhookSecrets};
    ///
    /// // From the app's page "Access" at Zoom.
    /// let secrets = WebhookSecrets::new(Secret::new("4fv1RkqGQUq5sWbEz6hA5A"));
    ///
    /// // From the web server.
    /// let body = br#"{"payload":{"plainToken":"xys8n8PGS7mAU0m5-YJjRA"},"event_ts":1720705455858,"event":"endpoint.url_validation"}"#;
    /// let signature = "v0=93a1a675965ceb9c5a50c5dfb31f20e50f763be37a54ef74cd2d16a1a8e5c0d6";
    /// let mut headers = http::HeaderMap::new();
    /// headers.insert("x-zm-request-timestamp", "1720705455".parse()?);
    /// headers.insert("x-zm-signature", signature.parse()?);
    /// let now = "2024-07-11T13:44:16Z".parse()?;
    ///
    /// let webhook = Webhook::read(&secrets, &headers, body, now, WEBHOOK_WINDOW)?;
    /// let Webhook::UrlValidation { reply, .. } = webhook else { panic!("{webhook:?}") };
    /// assert!(reply.starts_with(r#"{"plainToken":"xys8n8PGS7mAU0m5-YJjRA","encryptedToken":"2fff"#));
    ///
    /// let changed = Webhook::read(&secrets, &headers, b"{}", now, WEBHOOK_WINDOW);
    /// assert_eq!(changed, Err(WebhookRefusal::BadSignature));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(
        secrets: &WebhookSecrets,
        headers: &HeaderMap,
        body: &[u8],
        now: DateTime<Utc>,
        window: TimeDelta,
    ) -> Result<Self, WebhookRefusal> {
        if body.len() > MAX_WEBHOOK_BYTES {
            return Err(WebhookRefusal::TooLarge { bytes: body.len() });
        }
        let signed = Signed::of(headers, body)?;
        let secret = signed.proved_by(secrets).ok_or(WebhookRefusal::BadSignature)?;
        let sent = signed.sent();
        if now.signed_duration_since(sent).abs() > window {
            return Err(WebhookRefusal::Stale { sent, window });
        }
        event::read(body, secret, sent).map_err(|what| WebhookRefusal::Unreadable { what })
    }
}
