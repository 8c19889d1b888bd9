//! Access tokens of the simulated Zoom, and who may call.

use chrono::TimeDelta;
use slotlink::ports::{Access, HttpSend, SendError, ZoomApi, ZoomError};
use slotlink::testkit::block_on;
use slotlink::words::Secret;

use super::world::{User, World};

const TOMORROW: &str = "2026-11-24T15:00:00Z";

#[test]
fn the_token_of_a_consent_is_that_of_its_user() {
    let world = World::new();
    let me = block_on(world.client.me(&world.access(&world.a))).unwrap();
    assert_eq!(me.id, world.a.id);
}

#[test]
fn an_access_token_lives_for_3599_seconds() {
    let world = World::new();
    world.clock.advance(TimeDelta::seconds(3598));
    assert!(world.me(&world.a.token).is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    assert!(matches!(world.create(&world.a, TOMORROW), Err(ZoomError::TokenExpired)));
    let answer = world.raw(&world.a, "GET", "/users/me", "");
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.body(), br#"{"code":124,"message":"Access token is expired."}"#);
    // Zoom has looked at the token only.
    assert_eq!(world.requests(&world.a), 0);
    assert_eq!(world.zoom.busiest_day()[&world.a.id], 0);
}

#[test]
fn a_missing_or_unknown_token_is_answered_with_401_and_not_counted() {
    let world = World::new();
    let stranger = User { token: Secret::new("made up"), ..World::new().a };
    let outcome = world.create(&stranger, TOMORROW);
    assert!(matches!(outcome, Err(ZoomError::TokenExpired)));
    let bare = http::Request::get("https://api.zoom.us/v2/users/me");
    let bare = bare.body(Vec::new()).unwrap();
    let answer = block_on(world.zoom.send(bare, world.deadline())).unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.body(), br#"{"code":124,"message":"Invalid access token."}"#);
    assert!(world.zoom.requests_today().values().all(|used| *used == 0));
}

#[test]
fn an_app_that_does_not_say_who_it_is_changes_nothing() {
    let world = World::new();
    let consent = world.allow(&world.b.id);
    let code =
        format!("grant_type=authorization_code&redirect_uri=x&code={}", consent.code.expose());
    let token = world.a.refresh.expose();
    let refresh = format!("grant_type=refresh_token&refresh_token={token}");
    let revoke = format!("token={token}");
    for (endpoint, form) in [("token", code), ("token", refresh), ("revoke", revoke)] {
        let request = http::Request::post(format!("https://zoom.us/oauth/{endpoint}"));
        let request = request.body(form.into_bytes()).unwrap();
        let answer = block_on(world.zoom.send(request, world.deadline())).unwrap();
        assert_eq!(answer.status(), 401, "{endpoint}");
    }
    // Neither is the code used up by it, nor the token.
    assert!(world.exchange(&consent).is_ok());
    assert!(world.refresh(&world.a.refresh).is_ok());
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let world = World::new();
    let at_the_deadline = Access::new(world.a.token.clone(), world.deadline());
    world.clock.advance(TimeDelta::seconds(10));
    assert!(block_on(world.client.me(&at_the_deadline)).is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    let late = block_on(world.client.me(&at_the_deadline));
    assert!(matches!(late, Err(ZoomError::NotSent(_))));
}

#[test]
fn only_zoom_answers_here() {
    let world = World::new();
    for address in ["https://example.com/v2/users/me", "http://api.zoom.us/v2/users/me", "/v2"] {
        let request = http::Request::get(address).body(Vec::new()).unwrap();
        let outcome = block_on(world.zoom.send(request, world.deadline()));
        assert!(matches!(outcome, Err(SendError::NotSent(_))), "{address}");
    }
    let unknown = world.raw(&world.a, "GET", "/rooms", "");
    assert_eq!(unknown.status(), 404);
}
