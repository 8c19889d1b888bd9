//! A service to call: the demo data over a store in memory and the simulated Zoom.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use slotlink::testkit::{ManualClock, SimulatedBusy, SimulatedZoom, TestSealer, ZoomVisit};
use slotlink::words::{AccountId, Calendar, CalendarId, Secret, UserId, ZoomAccountId};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{LinkWork, Scheduler};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use url::Url;

use super::described::Description;
use super::faults::Disk;
use crate::app::{App, Shared, SignIn};
use crate::attempts::Attempts;
use crate::metrics::Metrics;
use crate::secrets::ServiceSecret;
use crate::{demo, server, when};

pub(super) const KEY: &str = "the key of the API";

pub(crate) struct Service {
    pub(crate) app: Shared,
    pub(super) description: Description,
    pub(super) clock: Arc<ManualClock>,
    pub(super) disk: Arc<Disk>,
    pub(super) busy: Arc<SimulatedBusy>,
    pub(super) router: Router,
    zoom: Arc<SimulatedZoom>,
}

/// What was answered, and that it was as described.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

impl Answer {
    /// The body, if the status is this one.
    pub(super) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.json);
        self.json
    }
}

pub(super) fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::with_attempts(None).await
    }

    pub(super) async fn with_attempts(attempts: Option<NonZeroU32>) -> Self {
        Self::with(attempts, SignIn::Open).await
    }

    pub(super) async fn with_password(password: &str) -> Self {
        Self::with(None, SignIn::Password(Secret::new(password))).await
    }

    async fn with(attempts: Option<NonZeroU32>, sign_in: SignIn) -> Self {
        let clock = Arc::new(ManualClock::new(when::now()));
        let disk = Arc::new(Disk::default());
        let busy = Arc::new(SimulatedBusy::new());
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let client = ZoomClient::new(ZoomApp::new("id", Secret::new("secret")), zoom.clone());
        let scheduler = Scheduler::builder(disk.clone(), Arc::new(client))
            .clock(clock.clone())
            .busy_source(busy.clone())
            .sealer(Arc::new(TestSealer))
            .link_work(LinkWork::Worker)
            .build()
            .unwrap();
        let account = AccountId::new("abc").unwrap();
        demo::put(&scheduler, &account, 0).await.unwrap();
        let mut app = Arc::new(App {
            scheduler: Arc::new(scheduler),
            account,
            public_url: Url::parse("https://book.example/").unwrap(),
            simulator: None,
            keys: ServiceSecret::random().unwrap().keys(""),
            sign_in: SignIn::Open,
            api_key: Secret::new(KEY),
            attempts: Attempts::per_minute(attempts),
            sign_ins: Attempts::per_minute(attempts),
            client_address: None,
            metrics: Metrics::new(),
            work: Notify::new(),
            ahead: chrono::TimeDelta::zero(),
            tasks: tokio_util::task::TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        Arc::get_mut(&mut app).unwrap().sign_in = sign_in;
        let router = server::router(app.clone());
        let (_, _, json) = raw(&router, Method::GET, "/api/openapi.json", None, |r| r).await;
        Self { app, description: Description::read(&json), clock, disk, busy, router, zoom }
    }

    /// Calls, and checks the answer against the description. All tests come through here.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        with: impl FnOnce(Builder) -> Builder,
    ) -> Answer {
        let sent = body.map(ToString::to_string);
        let json = |request: Builder| with(request.header("content-type", "application/json"));
        let answer = self.call_with(method.clone(), path, sent, json).await;
        if let Some(body) = body.filter(|_| answer.status.is_success()) {
            self.description.check_sent((&method, path), body);
        }
        answer
    }

    /// The same, with any text as the body.
    pub(super) async fn call_with(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        with: impl FnOnce(Builder) -> Builder,
    ) -> Answer {
        let (status, headers, bytes) = raw(&self.router, method.clone(), path, body, with).await;
        let json = serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            panic!("{method} {path}: {status} is no JSON ({error}): {bytes:?}")
        });
        self.description.check((&method, path), status, &headers, &json);
        Answer { status, headers, json }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, |request| request).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body), |request| request).await
    }

    pub(super) async fn staff(&self, method: Method, path: &str) -> Answer {
        let key = format!("Bearer {KEY}");
        self.call(method, path, None, |request| request.header("authorization", key)).await
    }

    pub(super) async fn book(&self, key: &str, body: &Value) -> Answer {
        let path = "/api/v1/appointments";
        let with = |request: Builder| request.header("idempotency-key", key);
        self.call(Method::POST, path, Some(body), with).await
    }

    /// The starts that a calendar offers in the next two weeks.
    pub(super) async fn starts(&self, calendar: &str) -> Vec<String> {
        let (from, to) = (when::machine(when::now()), self.later(TimeDelta::days(14)));
        let path = format!("/api/v1/calendars/{calendar}/slots?from={from}&to={to}");
        let found = self.get(&path).await.expect(200);
        let slots = found["slots"].as_array().unwrap().iter();
        slots.map(|slot| slot["start"].as_str().unwrap().to_owned()).collect()
    }

    pub(super) fn later(&self, by: TimeDelta) -> String {
        when::machine(when::now() + by)
    }

    /// Books the first slot that is offered, and answers with the appointment.
    pub(super) async fn booked(&self, calendar: &str) -> Value {
        let start = self.starts(calendar).await.remove(0);
        let key = crate::random::text().unwrap();
        self.book(&key, &pat(calendar, &start)).await.expect(201)
    }

    /// Ann and Ben connect Zoom, and links are made.
    pub(super) async fn connect_zoom(&self) {
        for user in ["ann", "ben"] {
            let (user, zoom) = (UserId::new(user).unwrap(), ZoomAccountId::new(user).unwrap());
            let visit = ZoomVisit::new(&self.app.scheduler, &self.zoom);
            visit.connect(&user, &zoom).await.unwrap();
        }
    }

    /// Zoom answers that they have no requests left today.
    pub(super) fn use_up_zoom(&self) {
        for user in ["ann", "ben"] {
            self.zoom.use_up(&ZoomAccountId::new(user).unwrap(), 100);
        }
    }

    pub(super) async fn work(&self) {
        self.app.scheduler.run_due(100).await.unwrap();
    }

    /// Changes a calendar's settings.
    pub(super) async fn set(&self, calendar: &str, change: impl FnOnce(&mut Calendar)) {
        let (by, id) = (self.app.system(), CalendarId::new(calendar).unwrap());
        let mut calendar = self.app.scheduler.calendar(&by, &id).await.unwrap();
        change(&mut calendar);
        self.app.scheduler.put_calendar(&by, &calendar).await.unwrap();
    }
}

/// A booking by Pat.
pub(super) fn pat(calendar: &str, start: &str) -> Value {
    json!({
        "calendar": calendar, "start": start, "name": "Pat Example", "email": "pat@example.com"
    })
}

pub(super) fn instant(json: &Value) -> DateTime<Utc> {
    when::instant(json.as_str().unwrap()).unwrap()
}

pub(super) async fn raw(
    router: &Router,
    method: Method,
    path: &str,
    body: Option<String>,
    with: impl FnOnce(Builder) -> Builder,
) -> (StatusCode, HeaderMap, Bytes) {
    let request = with(Request::builder().method(method).uri(path));
    let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, bytes)
}
