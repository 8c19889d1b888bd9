//! Webhooks on their way to the app.

use std::iter;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest_sender::ReqwestSender;
use serde_json::Value;
use slotlink::ports::{Clock, HttpRequest, HttpResponse, HttpSend, SystemClock};
use slotlink::testkit::{SimulatedWebhook, SimulatedZoom};
use slotlink::words::Secret;
use slotlink::zoom::{WEBHOOK_WINDOW, Webhook, WebhookSecrets};
use tokio::task::JoinSet;
use tokio::time::sleep;
use url::Url;

use crate::Place;
use crate::asker::{Done, Refused};

/// How often it is asked whether there is something to tell.
const POLL: Duration = Duration::from_millis(100);
/// Whoever takes longer is told again.
const PATIENCE: TimeDelta = TimeDelta::seconds(3);

pub(crate) struct Webhooks {
    sender: ReqwestSender,
    waits: Vec<Duration>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    events: Option<Url>,
    counts: Counts,
}

/// What became of webhooks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) delivered: u32,
    /// Attempts were made, or are being made, and there will be others.
    pub(crate) waiting: u32,
    /// Given up after the last attempt.
    pub(crate) failed: u32,
}

impl Webhooks {
    pub(crate) fn new(sender: ReqwestSender, events: Option<Url>, waits: Vec<Duration>) -> Self {
        let told = Mutex::new(Told { events, counts: Counts::default() });
        Self { sender, waits, told }
    }

    pub(crate) fn events(&self) -> Option<Url> {
        self.told().events.clone()
    }

    pub(crate) fn set_events(&self, url: Url) {
        self.told().events = Some(url);
    }

    pub(crate) fn counts(&self) -> Counts {
        self.told().counts
    }

    /// Zoom asks whether the app knows its own secret, once, and looks at the answer.
    pub(crate) async fn validate(&self, zoom: &SimulatedZoom) -> Done {
        let token = format!("validation-{}", SystemClock.now().timestamp_millis());
        let webhook = zoom.url_validation(&token);
        let answer = self.post(&webhook).await.map_err(Refused::failed)?;
        let is_right = is_proof(&webhook, &answer);
        let message = "the app did not answer with the token and its signature";
        is_right.then(|| "the app has proved its secret".into()).ok_or(Refused::failed(message))
    }

    async fn deliver(&self, webhook: &SimulatedWebhook) -> bool {
        for wait in iter::once(&Duration::ZERO).chain(&self.waits) {
            sleep(*wait).await;
            let answer = self.post(webhook).await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return true;
            }
        }
        false
    }

    /// As it was signed at first, whenever that was: no document says that Zoom renews the time.
    async fn post(&self, webhook: &SimulatedWebhook) -> Result<HttpResponse, String> {
        let events = self.events().ok_or("it is not said where webhooks go")?;
        let mut request = HttpRequest::new(webhook.body.clone());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = events.as_str().parse().map_err(|_| "webhooks go to no address")?;
        *request.headers_mut() = webhook.headers.clone();
        let sent = self.sender.send(request, SystemClock.now() + PATIENCE).await;
        sent.map_err(|error| format!("{events} did not answer within 3 seconds: {error}"))
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.told().counts);
    }
}

/// What slotlink itself would answer.
fn is_proof(webhook: &SimulatedWebhook, answer: &HttpResponse) -> bool {
    let secrets = WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET));
    let (headers, body, now) = (&webhook.headers, &webhook.body, SystemClock.now());
    let Ok(Webhook::UrlValidation { reply, .. }) =
        Webhook::read(&secrets, headers, body, now, WEBHOOK_WINDOW)
    else {
        return false;
    };
    let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
    answer.status().is_success() && parsed(answer.body()) == parsed(reply.as_bytes())
}

/// Sends what Zoom owes, each webhook on its own: one that has to wait holds up no other.
pub(crate) async fn pump(place: Arc<Place>) {
    let mut under_way = JoinSet::new();
    loop {
        sleep(POLL).await;
        while under_way.try_join_next().is_some() {}
        if place.webhooks.events().is_none() {
            continue;
        }
        for webhook in place.zoom.webhooks() {
            place.webhooks.count(|counts| counts.waiting += 1);
            under_way.spawn(tell(place.clone(), webhook));
        }
    }
}

async fn tell(place: Arc<Place>, webhook: SimulatedWebhook) {
    let is_delivered = place.webhooks.deliver(&webhook).await;
    place.webhooks.count(|counts| {
        counts.waiting = counts.waiting.saturating_sub(1);
        if is_delivered {
            counts.delivered += 1;
        } else {
            counts.failed += 1;
        }
    });
}
