//! Webhooks of the simulated Zoom.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use slotlink::testkit::{SimulatedWebhook, SimulatedZoom};

use super::world::{World, at};

/// Checks the signature as Zoom documents it; gives when it was signed, and the body.
fn verified(webhook: &SimulatedWebhook) -> (DateTime<Utc>, Value) {
    let time = webhook.headers["x-zm-request-timestamp"].to_str().unwrap();
    let signature = webhook.headers["x-zm-signature"].to_str().unwrap();
    let digits = signature.strip_prefix("v0=").unwrap();
    let signature: Vec<u8> = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect();
    let mut hash =
        Hmac::<Sha256>::new_from_slice(SimulatedZoom::WEBHOOK_SECRET.as_bytes()).unwrap();
    hash.update(format!("v0:{time}:").as_bytes());
    hash.update(&webhook.body);
    hash.verify_slice(&signature).unwrap();
    assert!(webhook.headers["content-type"].to_str().unwrap().starts_with("application/json"));
    let time = DateTime::from_timestamp(time.parse().unwrap(), 0).unwrap();
    (time, serde_json::from_slice(&webhook.body).unwrap())
}

/// What is in place of every value: the shape of an example.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect()
        }
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        other => panic!("{other}"),
    }
}

fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_removed_app_is_told_of_it_once() {
    let world = World::new();
    world.zoom.remove_app(&world.a.id);
    world.clock.advance(TimeDelta::minutes(5));
    let told = world.zoom.webhooks();
    assert_eq!(told.len(), 1);
    let (signed, body) = verified(&told[0]);
    // Signed when it is sent; it tells when it happened.
    assert_eq!(signed, at("2026-11-23T08:05:00Z"));
    assert_eq!(body["event"], "app_deauthorized");
    let payload = &body["payload"];
    assert_eq!(payload["account_id"], "simulated-account");
    assert_eq!(payload["user_id"], "zoom-a");
    assert_eq!(payload["client_id"], "client-id");
    assert_eq!(payload["deauthorization_time"], "2026-11-23T08:00:00.000Z");
    assert!(world.zoom.webhooks().is_empty());
}

#[test]
fn the_organisation_of_a_webhook_is_that_of_the_user() {
    use slotlink::ports::ZoomApi as _;
    let world = World::new();
    let access = world.access(&world.a);
    let me = slotlink::testkit::block_on(world.client.me(&access)).unwrap();
    let (_, body) = verified(&world.zoom.deauthorized(&world.a.id, at("2026-11-23T07:00:00Z")));
    assert_eq!(me.organisation.as_deref(), body["payload"]["account_id"].as_str());
}

#[test]
fn webhooks_come_in_the_order_of_what_happened() {
    let world = World::new();
    world.revoke(&world.b.token).unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    world.zoom.remove_app(&world.a.id);
    let users: Vec<_> = world.zoom.webhooks().iter().map(verified).collect();
    let users: Vec<_> = users.iter().map(|(_, body)| &body["payload"]["user_id"]).collect();
    assert_eq!(users, ["zoom-b", "zoom-a"]);
}

#[test]
fn an_echo_of_long_ago_changes_nothing() {
    let world = World::new();
    let echo = world.zoom.deauthorized(&world.a.id, at("2026-11-22T08:00:00.5Z"));
    let (signed, body) = verified(&echo);
    assert_eq!(signed, at("2026-11-23T08:00:00Z"));
    assert_eq!(body["payload"]["deauthorization_time"], "2026-11-22T08:00:00.500Z");
    assert!(world.me(&world.a.token).is_ok());
    assert!(world.zoom.webhooks().is_empty());
}

#[test]
fn webhooks_have_the_shape_of_zooms_own() {
    let world = World::new();
    let (_, validation) = verified(&world.zoom.url_validation("qgg8vlvZRS6UYooatFL8Aw"));
    assert_eq!(validation["payload"]["plainToken"], "qgg8vlvZRS6UYooatFL8Aw");
    let (_, gone) = verified(&world.zoom.deauthorized(&world.a.id, at("2026-11-23T07:00:00Z")));
    let samples = [
        include_str!("../../data/zoom/webhooks/endpoint.url_validation.json"),
        include_str!("../../data/zoom/webhooks/app_deauthorized.json"),
    ];
    assert_eq!(
        [validation, gone].map(|body| shape(&body)),
        samples.map(|text| shape(&sample(text)))
    );
}

#[test]
fn the_same_webhook_is_signed_alike() {
    let webhook = || World::new().zoom.url_validation("t");
    assert_eq!(webhook(), webhook());
}
