//! What visitors ask of the service.

use std::time::Duration;

use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Builder;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::service::Process;
use crate::verdict::Booked;

/// The calendar of the demo data that has many hosts.
const CALENDAR: &str = "many";

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Slot {
    pub(crate) start: String,
}

#[derive(Deserialize)]
struct Slots {
    slots: Vec<Slot>,
}

/// What became of a booking.
#[derive(Debug)]
pub(crate) enum Told {
    Booked(Booked),
    /// Others were faster, or the slot is full.
    Lost,
}

/// How often a visitor asks what became of their booking, and how long they wait in between.
const MOST_SENDS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub(crate) struct Visitors {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Visitors {
    pub(crate) fn new(process: &Process) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { client, url: process.url.clone() }
    }

    /// The address of the slots of so many days.
    pub(crate) fn days(&self, days: i64) -> String {
        let from = now();
        let to = from + TimeDelta::days(days);
        let (from, to) = (machine(from), machine(to));
        format!("{}/api/v1/calendars/{CALENDAR}/slots?from={from}&to={to}", self.url)
    }

    /// The page that shows them to people.
    pub(crate) fn page(&self) -> String {
        format!("{}/book/{CALENDAR}?days=31", self.url)
    }

    /// Asks, and reads the whole answer.
    async fn send(&self, request: Builder, body: Vec<u8>) -> Result<(StatusCode, Bytes), Failure> {
        let answer = self.client.request(request.body(Full::from(body))?).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }

    pub(crate) async fn get(&self, address: &str) -> Result<Bytes, Failure> {
        match self.send(Request::get(address), Vec::new()).await? {
            (StatusCode::OK, body) => Ok(body),
            (other, _) => Err(format!("{address} was answered with {other}").into()),
        }
    }

    pub(crate) async fn slots(&self, days: i64) -> Result<Vec<Slot>, Failure> {
        let found: Slots = serde_json::from_slice(&self.get(&self.days(days)).await?)?;
        Ok(found.slots)
    }

    /// Books. As long as nobody knows what became of it, the visitor asks again with the same key.
    pub(crate) async fn book(&self, start: &str, number: u64) -> Result<Told, Failure> {
        let body = json!({
            "calendar": CALENDAR,
            "start": start,
            "name": format!("Visitor {number}"),
            "email": format!("visitor-{number}@example.com"),
        });
        let body = serde_json::to_vec(&body)?;
        for _ in 0..MOST_SENDS {
            let request = Request::post(format!("{}/api/v1/appointments", self.url))
                .header(CONTENT_TYPE, "application/json")
                .header("idempotency-key", number.to_string());
            // Whoever is not answered knows as little as who is told so.
            if let Ok((status, answer)) = self.send(request, body.clone()).await
                && let Some(told) = told(status, &answer, start)?
            {
                return Ok(told);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(format!("nobody knows what became of booking {number}").into())
    }

    /// Inserts a row by the bare handler.
    pub(crate) async fn insert(&self, number: u64) -> Result<(), Failure> {
        let body = json!({
            "start": machine(now()),
            "name": format!("Visitor {number}"),
            "email": format!("visitor-{number}@example.com"),
        });
        let request = Request::post(format!("{}/rows", self.url));
        let request = request.header(CONTENT_TYPE, "application/json");
        match self.send(request, serde_json::to_vec(&body)?).await? {
            (StatusCode::CREATED, _) => Ok(()),
            (other, _) => Err(format!("a row was answered with {other}").into()),
        }
    }

    /// All appointments, as the staff sees them.
    pub(crate) async fn stored(&self, key: &str) -> Result<Vec<Value>, Failure> {
        let mut stored = Vec::new();
        let mut after = String::new();
        loop {
            let address = format!("{}/api/v1/staff/appointments?limit=100{after}", self.url);
            let request = Request::get(address).header(AUTHORIZATION, format!("Bearer {key}"));
            let (status, answer) = self.send(request, Vec::new()).await?;
            if status != StatusCode::OK {
                return Err(format!("the list was answered with {status}").into());
            }
            let mut page: Value = serde_json::from_slice(&answer)?;
            if let Some(Value::Array(found)) = page.get_mut("appointments") {
                stored.append(found);
            }
            match page.get("next").and_then(Value::as_str) {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(stored),
            }
        }
    }
}

/// What an answer to a booking says; nothing, if it is to be asked again.
fn told(status: StatusCode, answer: &[u8], asked: &str) -> Result<Option<Told>, Failure> {
    let answer: Value = serde_json::from_slice(answer)?;
    let text = |name| answer.get(name).and_then(Value::as_str);
    match (status, text("kind")) {
        (StatusCode::CREATED, _) => {
            let address = text("address").ok_or("a booking without an address")?.to_owned();
            let start = text("start").ok_or("a booking without a start")?.to_owned();
            Ok(Some(Told::Booked(Booked { address, start, asked: asked.to_owned() })))
        }
        (StatusCode::CONFLICT, Some("slot_unavailable" | "conflict")) => Ok(Some(Told::Lost)),
        (StatusCode::SERVICE_UNAVAILABLE, Some("outcome_unknown" | "store_unavailable")) => {
            Ok(None)
        }
        _ => Err(format!("a booking was answered with {status}: {answer}").into()),
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

fn machine(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, kind: &str) -> Result<Option<Told>, Failure> {
        let answer = json!({"kind": kind}).to_string();
        told(StatusCode::from_u16(status)?, answer.as_bytes(), "2026-11-24T09:00:00Z")
    }

    #[test]
    fn who_has_booked_is_told_where_and_when() {
        let answer = json!({"address": "a", "start": "2026-11-24T10:00:00Z"}).to_string();
        let told = told(StatusCode::CREATED, answer.as_bytes(), "2026-11-24T09:00:00Z").unwrap();
        let Some(Told::Booked(booked)) = told else { panic!("{told:?}") };
        assert_eq!((&*booked.address, &*booked.start), ("a", "2026-11-24T10:00:00Z"));
        assert_eq!(booked.asked, "2026-11-24T09:00:00Z");
    }

    #[test]
    fn others_were_faster_only_where_the_service_says_so() {
        for kind in ["slot_unavailable", "conflict"] {
            assert!(matches!(problem(409, kind), Ok(Some(Told::Lost))), "{kind}");
        }
        for kind in ["request_id_reused", "quota_exhausted", "wrong_state", ""] {
            assert!(problem(409, kind).is_err(), "{kind}");
        }
        assert!(problem(500, "slot_unavailable").is_err());
        assert!(problem(429, "too_many_attempts").is_err());
        assert!(told(StatusCode::CONFLICT, b"no JSON", "").is_err());
    }

    #[test]
    fn what_is_unknown_is_asked_again() {
        for kind in ["outcome_unknown", "store_unavailable"] {
            assert!(matches!(problem(503, kind), Ok(None)), "{kind}");
        }
        assert!(problem(503, "another").is_err());
    }
}
