//! No token, code or secret is shown where somebody may read it.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotlink::ports::{
    Consent, HttpRequest, HttpResponse, HttpSend, SendError, ZoomAuth, ZoomCall, ZoomError,
};
use slotlink::testkit::{Fault, SimulatedZoom, block_on};
use slotlink::words::Secret;
use slotlink::zoom::ZoomClient;

use super::world::{VERIFIER, World, app, consent, page, redirect};

/// Tokens and codes of the simulated Zoom, and the secrets of this side.
const SECRETS: [&str; 3] = ["CANARY", "client-secret", VERIFIER];

fn check(shown: &impl Debug) {
    let shown = format!("{shown:?} {shown:#?}");
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// The error in all the ways that it is told, with its causes.
fn check_error(error: &ZoomError) {
    check(error);
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        let told = error.to_string();
        assert!(SECRETS.iter().all(|secret| !told.contains(secret)), "{told}");
        cause = error.source();
    }
}

/// Sends on, and keeps what a log might show: all but the bodies.
struct Logged(Arc<SimulatedZoom>, Mutex<Vec<String>>);

#[async_trait]
impl HttpSend for Logged {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let (head, body) = request.into_parts();
        self.1.lock().unwrap().push(format!("{head:?} {}", head.uri));
        self.0.send(HttpRequest::from_parts(head, body), deadline).await
    }
}

#[test]
fn what_is_asked_and_answered_shows_no_secret() {
    let world = World::new();
    let consent = world.allow(&world.a.id);
    check(&page());
    check(&world.client.authorize_url(&page()));
    check(&consent);
    check(&world.client);
    let grant = world.exchange(&consent).unwrap();
    assert!(grant.access_token.expose().contains("CANARY-access-"));
    assert!(grant.refresh_token.expose().contains("CANARY-refresh-"));
    check(&grant);
    check(&world.refresh(&grant.refresh_token).unwrap());
    check(&world.access(&world.b));
    check(&world.zoom);
    check(&world.zoom.deauthorized(&world.a.id, world.deadline()));
}

#[test]
fn heads_of_requests_show_no_secret() {
    let world = World::new();
    let logged = Arc::new(Logged(world.zoom.clone(), Mutex::default()));
    let client = ZoomClient::new(app(), logged.clone());
    let consent = world.allow(&world.a.id);
    let grant = block_on(client.exchange_code(&consent, world.deadline())).unwrap();
    let grant = block_on(client.refresh(&grant.refresh_token, world.deadline())).unwrap();
    block_on(client.revoke(&grant.refresh_token, world.deadline())).unwrap();
    let log = logged.1.lock().unwrap();
    assert_eq!(log.len(), 3);
    for secret in SECRETS {
        assert!(log.iter().all(|line| !line.contains(secret)), "{secret} in {log:?}");
    }
}

/// Errors of every kind, of calls that hold secrets.
#[test]
fn errors_show_no_secret() {
    let world = World::new();
    let used = world.allow(&world.a.id);
    world.exchange(&used).unwrap();
    // Zoom itself repeats the code in its answer.
    check_error(&world.exchange(&used).unwrap_err());
    let other = Consent::new(used.code, Secret::new("CANARY-verifier"), redirect());
    check_error(&world.exchange(&other).unwrap_err());
    check_error(&world.refresh(&world.a.refresh).unwrap_err());
    check_error(&world.revoke(&world.a.refresh).unwrap_err());
    check_error(&world.me(&world.a.token).unwrap_err());
    for fault in [Fault::Lost, Fault::DoneReplyLost, Fault::Unavailable, Fault::PerSecondLimit] {
        for call in [ZoomCall::ExchangeCode, ZoomCall::Refresh, ZoomCall::Revoke] {
            world.zoom.fault(Some(call), None, fault, 1);
        }
        check_error(&world.exchange(&world.allow(&world.b.id)).unwrap_err());
        check_error(&world.refresh(&world.b.refresh).unwrap_err());
        check_error(&world.revoke(&world.b.refresh).unwrap_err());
    }
}

/// Answers with what it was asked, as an odd proxy might.
struct Echo(u16);

#[async_trait]
impl HttpSend for Echo {
    async fn send(&self, asked: HttpRequest, _: DateTime<Utc>) -> Result<HttpResponse, SendError> {
        let mut body = asked.headers()["authorization"].as_bytes().to_vec();
        body.extend_from_slice(asked.body());
        Ok(http::Response::builder().status(self.0).body(body).unwrap())
    }
}

#[test]
fn an_answer_that_repeats_the_secrets_is_not_quoted() {
    let deadline = World::new().deadline();
    let token = Secret::new("CANARY");
    for status in [200, 302, 400, 401, 429, 500] {
        let client = ZoomClient::new(app(), Arc::new(Echo(status)));
        check_error(&block_on(client.exchange_code(&consent("CANARY"), deadline)).unwrap_err());
        check_error(&block_on(client.refresh(&token, deadline)).unwrap_err());
        check_error(&block_on(client.revoke(&token, deadline)).unwrap_err());
    }
}
