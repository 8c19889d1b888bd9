//! What Zoom tells by itself (R6, R27).

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};

use super::core::Core;
use super::deauthorize::Deauthorize;
use super::meeting_index::SuspectMeeting;
use crate::error::{Error, Fault};
use crate::trace;
use crate::zoom::{WEBHOOK_WINDOW, Webhook, WebhookRefusal, WebhookSecrets};

/// What to answer to a webhook, and what became of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct WebhookReply {
    /// The status to answer with, within three seconds.
    pub status: StatusCode,
    /// The body to answer with: JSON, or nothing.
    pub body: String,
    /// What became of it: for logs.
    pub outcome: WebhookOutcome,
}

/// What became of a webhook.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookOutcome {
    /// It is acted upon.
    Done,
    /// Zoom asked whether the address is ours.
    Validated,
    /// Nobody here listens to such an event.
    #[non_exhaustive]
    Unknown {
        /// Zoom's name of it.
        event: String,
    },
    /// It is not taken for a webhook of Zoom.
    Refused(WebhookRefusal),
    /// It is Zoom's, and could not be acted upon now. Zoom sends it again, three times in 85 minutes.
    Failed(Error),
}

/// How many webhooks this [`Scheduler`](crate::Scheduler) was given since it was built.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct WebhookCounts {
    /// Acted upon, or answered.
    pub done: u64,
    /// Of events that nobody here listens to.
    pub unknown: u64,
    /// Not taken for webhooks of Zoom.
    pub refused: u64,
    /// Those that could not be acted upon.
    pub failed: u64,
}

/// How webhooks are proved, and how many there were.
pub(crate) struct Webhooks {
    secrets: Option<WebhookSecrets>,
    window: TimeDelta,
    done: AtomicU64,
    unknown: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl Default for Webhooks {
    fn default() -> Self {
        let none = || AtomicU64::new(0);
        let (done, unknown, refused, failed) = (none(), none(), none(), none());
        Self { secrets: None, window: WEBHOOK_WINDOW, done, unknown, refused, failed }
    }
}

impl Webhooks {
    pub(crate) fn set_secrets(&mut self, secrets: WebhookSecrets) {
        self.secrets = Some(secrets);
    }

    pub(crate) const fn set_window(&mut self, window: TimeDelta) {
        self.window = window;
    }

    pub(crate) const fn window(&self) -> TimeDelta {
        self.window
    }

    pub(crate) fn counts(&self) -> WebhookCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        WebhookCounts {
            done: read(&self.done),
            unknown: read(&self.unknown),
            refused: read(&self.refused),
            failed: read(&self.failed),
        }
    }

    fn count(&self, outcome: &WebhookOutcome) {
        let count = match outcome {
            WebhookOutcome::Done | WebhookOutcome::Validated => &self.done,
            WebhookOutcome::Unknown { .. } => &self.unknown,
            WebhookOutcome::Refused(_) => &self.refused,
            WebhookOutcome::Failed(_) => &self.failed,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads a webhook, acts upon it, and says what to answer. Zoom is not called meanwhile.
pub(crate) async fn receive(core: &Core, headers: &HeaderMap, body: &[u8]) -> WebhookReply {
    let nothing = String::new;
    let (status, body, outcome) = match outcome(core, headers, body).await {
        Ok((WebhookOutcome::Refused(refusal), _)) => {
            (status_of(&refusal), nothing(), WebhookOutcome::Refused(refusal))
        }
        Ok((outcome, Some(reply))) => (StatusCode::OK, reply, outcome),
        Ok((outcome, None)) => (StatusCode::NO_CONTENT, nothing(), outcome),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, nothing(), WebhookOutcome::Failed(error)),
    };
    core.webhooks.count(&outcome);
    trace::webhook(&outcome);
    WebhookReply { status, body, outcome }
}

/// What became of it, and what Zoom wants to read.
async fn outcome(
    core: &Core,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(WebhookOutcome, Option<String>), Error> {
    let missing = Fault::NotConfigured("the secret token of webhooks");
    let secrets = core.webhooks.secrets.as_ref().ok_or(missing)?;
    let webhook = Webhook::read(secrets, headers, body, core.now(), core.webhooks.window);
    Ok(match webhook {
        Err(refusal) => (WebhookOutcome::Refused(refusal), None),
        Ok(Webhook::UrlValidation { reply }) => (WebhookOutcome::Validated, Some(reply)),
        Ok(Webhook::AppDeauthorized { user, organisation, at, .. }) => {
            let organisation = organisation.as_deref();
            core.run(&Deauthorize { zoom: &user, organisation, at }).await?;
            (WebhookOutcome::Done, None)
        }
        Ok(Webhook::MeetingChanged { host, meeting, change }) => {
            core.run(&SuspectMeeting { zoom: &host, meeting, change }).await?;
            (WebhookOutcome::Done, None)
        }
        Ok(Webhook::Other { event }) => (WebhookOutcome::Unknown { event }, None),
    })
}

const fn status_of(refusal: &WebhookRefusal) -> StatusCode {
    match refusal {
        WebhookRefusal::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        WebhookRefusal::BadSignature | WebhookRefusal::Stale { .. } => StatusCode::UNAUTHORIZED,
        WebhookRefusal::MissingHeader { .. } | WebhookRefusal::Unreadable { .. } => {
            StatusCode::BAD_REQUEST
        }
    }
}
