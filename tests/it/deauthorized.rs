//! Webhooks at the scheduler: what is acted upon, what is answered, and what is counted (R6, R27).

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, Clock as _, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use slotlink::testkit::{SimulatedZoom, block_on};
use slotlink::words::{Secret, ZoomAccountId};
use slotlink::zoom::{WebhookRefusal, WebhookSecrets};
use slotlink::{
    Actor, Audited, ConnectionState, ReconnectReason, Scheduler, WebhookOutcome, WebhookReply,
};

use crate::world::{World, builder, user};

/// A001, who connected 40 minutes ago, and a scheduler that takes webhooks.
fn world() -> (World, Scheduler) {
    let world = World::new(&["A001"]);
    world.clock.advance(AGO);
    let scheduler = receiving(&world, world.store.clone());
    (world, scheduler)
}

fn receiving(world: &World, store: Arc<dyn Store>) -> Scheduler {
    let secrets = WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET));
    builder(store, &world.zoom, &world.clock, 8).webhook_secrets(secrets).build().unwrap()
}

fn zoom() -> ZoomAccountId {
    ZoomAccountId::new("zoom-A001").unwrap()
}

fn send(scheduler: &Scheduler, now: DateTime<Utc>, body: &Value) -> WebhookReply {
    let (time, body) = (now.timestamp().to_string(), body.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(SimulatedZoom::WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(format!("v0:{time}:{body}").as_bytes());
    let signature: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut headers = HeaderMap::new();
    headers.insert("x-zm-request-timestamp", time.parse().unwrap());
    headers.insert("x-zm-signature", format!("v0={signature}").parse().unwrap());
    block_on(scheduler.receive_webhook(&headers, body.as_bytes()))
}

/// The app was removed then, as Zoom tells it.
fn removed(at: DateTime<Utc>, organisation: &str) -> Value {
    json!({"event": "app_deauthorized", "payload": {
        "account_id": organisation,
        "user_id": "zoom-A001",
        "deauthorization_time": at.to_rfc3339(),
        "client_id": "client",
    }})
}

fn state(world: &World) -> ConnectionState {
    block_on(world.scheduler.zoom_connection(&Actor::System, &user("A001"))).unwrap().state
}

fn is_connected(world: &World) -> bool {
    matches!(state(world), ConnectionState::Connected { .. })
}

/// Tokens are fresh, and clocks do not differ so much.
const AGO: TimeDelta = TimeDelta::minutes(40);
const OURS: &str = "simulated-account";

#[test]
fn r6_a_removal_after_the_consent_erases_the_tokens_at_once() {
    let (world, scheduler) = world();
    let reply = send(&scheduler, world.clock.now(), &removed(world.clock.now(), OURS));
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert!(matches!(reply.outcome, WebhookOutcome::Done));
    let ConnectionState::NeedsReconnect { since, why, .. } = state(&world) else {
        panic!("still connected");
    };
    assert_eq!((since, why), (world.clock.now(), ReconnectReason::Deauthorized));
    assert_eq!(world.zoom.refreshes(&zoom()), 0, "nobody had to be asked");
    let audit = block_on(world.scheduler.audit_of_user(&Actor::System, &user("A001"))).unwrap();
    let last = audit.last().unwrap();
    assert!(matches!(last.what, Audited::ZoomDeauthorized { .. }), "{last:?}");
    // Told again, it changes nothing.
    send(&scheduler, world.clock.now(), &removed(world.clock.now(), OURS));
    let again = block_on(world.scheduler.audit_of_user(&Actor::System, &user("A001"))).unwrap();
    assert_eq!(again.len(), audit.len());
}

#[test]
fn r6_a_removal_in_another_organisation_is_not_ours() {
    let (world, scheduler) = world();
    let reply = send(&scheduler, world.clock.now(), &removed(world.clock.now(), "another"));
    assert!(matches!(reply.outcome, WebhookOutcome::Done));
    world.settle();
    assert!(is_connected(&world));
    assert_eq!(world.zoom.refreshes(&zoom()), 0);
}

#[test]
fn r6_a_removal_long_before_the_consent_is_an_echo() {
    let (world, scheduler) = world();
    let before = world.clock.now() - AGO - TimeDelta::minutes(6);
    send(&scheduler, world.clock.now(), &removed(before, OURS));
    world.settle();
    assert!(is_connected(&world));
    assert_eq!(world.zoom.refreshes(&zoom()), 0);
}

/// By the clocks it could be either: Zoom is asked, and knows.
#[test]
fn r6_a_removal_about_when_the_user_consented_is_looked_into() {
    for was_removed in [false, true] {
        let (world, scheduler) = world();
        let consented = world.clock.now() - AGO;
        for seconds in [-299, 299] {
            if was_removed {
                world.zoom.remove_app(&zoom());
            }
            let at = consented + TimeDelta::seconds(seconds);
            send(&scheduler, world.clock.now(), &removed(at, OURS));
            world.settle();
            assert_eq!(is_connected(&world), !was_removed, "{seconds}");
        }
        assert!(world.zoom.refreshes(&zoom()) >= 1);
    }
}

#[test]
fn r27_what_is_not_zooms_is_refused_and_counted() {
    let (world, scheduler) = world();
    let webhook = world.zoom.deauthorized(&zoom(), world.clock.now());
    let mut changed = webhook.body.clone();
    changed.push(b' ');
    let reply = block_on(scheduler.receive_webhook(&webhook.headers, &changed));
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert!(matches!(reply.outcome, WebhookOutcome::Refused(WebhookRefusal::BadSignature)));
    let reply = block_on(scheduler.receive_webhook(&HeaderMap::new(), &webhook.body));
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    let reply = block_on(scheduler.receive_webhook(&webhook.headers, &vec![b' '; 300 * 1024]));
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    world.clock.advance(TimeDelta::hours(2) + TimeDelta::seconds(1));
    let reply = block_on(scheduler.receive_webhook(&webhook.headers, &webhook.body));
    assert!(matches!(reply.outcome, WebhookOutcome::Refused(WebhookRefusal::Stale { .. })));
    let counts = scheduler.webhook_counts();
    assert_eq!((counts.refused, counts.done), (4, 0));
    assert!(is_connected(&world));
}

#[test]
fn r27_other_events_are_acknowledged_and_counted() {
    let (world, scheduler) = world();
    let body = json!({"event": "meeting.started", "payload": {"object": {"id": "1"}}});
    let reply = send(&scheduler, world.clock.now(), &body);
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert!(
        matches!(reply.outcome, WebhookOutcome::Unknown { event, .. } if event == "meeting.started")
    );
    assert_eq!(scheduler.webhook_counts().unknown, 1);
}

#[test]
fn r27_zoom_is_told_that_the_address_is_ours() {
    let (world, scheduler) = world();
    let asked = world.zoom.url_validation("xys8n8PGS7mAU0m5-YJjRA");
    let reply = block_on(scheduler.receive_webhook(&asked.headers, &asked.body));
    assert_eq!(reply.status, StatusCode::OK);
    let answer: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(answer["plainToken"], "xys8n8PGS7mAU0m5-YJjRA");
    assert_eq!(answer["encryptedToken"].as_str().unwrap().len(), 64);
}

/// Fails every commit.
struct ReadOnly(Arc<MemoryStore>);

#[async_trait]
impl Store for ReadOnly {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.0.get(keys).await
    }

    async fn commit(&self, _: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        Err(StoreError::new("read only"))
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.0.scan(scan, page).await
    }
}

#[test]
fn r27_what_cannot_be_kept_is_not_acknowledged() {
    let (world, scheduler) = world();
    let broken = receiving(&world, Arc::new(ReadOnly(world.store.clone())));
    let webhook = world.zoom.deauthorized(&zoom(), world.clock.now());
    let reply = block_on(broken.receive_webhook(&webhook.headers, &webhook.body));
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(matches!(reply.outcome, WebhookOutcome::Failed(_)));
    assert!(is_connected(&world));
    // Zoom sends it again.
    let reply = block_on(scheduler.receive_webhook(&webhook.headers, &webhook.body));
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert!(!is_connected(&world));
    assert_eq!(world.scheduler.webhook_counts().done, 0, "each instance counts its own");
}

#[test]
fn r27_without_a_secret_no_webhook_is_taken() {
    let (world, _) = world();
    let webhook = world.zoom.deauthorized(&zoom(), world.clock.now());
    let reply = block_on(world.scheduler.receive_webhook(&webhook.headers, &webhook.body));
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(is_connected(&world));
}
