//! Consents and tokens of the simulated Zoom.

use chrono::TimeDelta;
use slotlink::ports::{Access, HttpSend, SendError, ZoomApi, ZoomAuth, ZoomError};
use slotlink::testkit::block_on;
use slotlink::words::{Secret, ZoomAccountId};

use super::world::{User, World};

const TOMORROW: &str = "2026-11-24T15:00:00Z";

fn is_unauthorized<T>(outcome: &Result<T, ZoomError>) -> bool {
    matches!(outcome, Err(ZoomError::Unauthorized { .. }))
}

#[test]
fn the_token_of_a_consent_is_that_of_its_user() {
    let world = World::new();
    let me = block_on(world.client.me(&world.access(&world.a))).unwrap();
    assert_eq!(me.id, world.a.id);
}

#[test]
fn a_code_is_good_for_one_exchange() {
    let world = World::new();
    let code = world.zoom.consent(&world.a.id);
    let exchange = || block_on(world.client.exchange_code(&code, world.deadline()));
    let grant = exchange().unwrap();
    assert!(grant.scopes.iter().any(|scope| scope == "meeting:write:meeting"));
    assert!(is_unauthorized(&exchange()));
}

#[test]
fn a_code_is_good_for_five_minutes() {
    let world = World::new();
    let code = world.zoom.consent(&world.a.id);
    world.clock.advance(TimeDelta::minutes(5));
    let late = block_on(world.client.exchange_code(&code, world.deadline()));
    assert!(is_unauthorized(&late));
}

#[test]
fn a_second_consent_of_the_same_user_kills_the_first_tokens() {
    let mut world = World::new();
    let code = world.zoom.consent(&world.a.id);
    // Consent alone kills nothing: the exchange does.
    assert!(world.create(&world.a, TOMORROW).is_ok());
    let grant = block_on(world.client.exchange_code(&code, world.deadline())).unwrap();
    assert!(is_unauthorized(&world.create(&world.a, TOMORROW)));
    assert!(world.create(&world.b, TOMORROW).is_ok());
    world.a.token = grant.access_token;
    assert!(world.create(&world.a, TOMORROW).is_ok());
}

#[test]
fn a_consent_adds_an_unknown_user() {
    let world = World::new();
    let new = ZoomAccountId::new("zoom-c").unwrap();
    let code = world.zoom.consent(&new);
    assert!(world.zoom.requests_today().contains_key(&new));
    assert!(block_on(world.client.exchange_code(&code, world.deadline())).is_ok());
}

#[test]
fn a_missing_or_unknown_token_is_answered_with_401_and_not_counted() {
    let world = World::new();
    let stranger = User { id: world.a.id.clone(), token: Secret::new("made up") };
    let outcome = world.create(&stranger, TOMORROW);
    assert!(matches!(outcome, Err(ZoomError::Unauthorized { status: 401, code: Some(124), .. })));
    let bare = http::Request::get("https://api.zoom.us/v2/users/me");
    let bare = bare.body(Vec::new()).unwrap();
    let answer = block_on(world.zoom.send(bare, world.deadline())).unwrap();
    assert_eq!(answer.status(), 401);
    assert!(world.zoom.requests_today().values().all(|used| *used == 0));
}

#[test]
fn an_app_that_does_not_say_who_it_is_gets_no_tokens() {
    let world = World::new();
    let code = world.zoom.consent(&world.a.id);
    let body = format!("grant_type=authorization_code&redirect_uri=x&code={}", code.expose());
    let request = http::Request::post("https://zoom.us/oauth/token");
    let request = request.body(body.into_bytes()).unwrap();
    let answer = block_on(world.zoom.send(request, world.deadline())).unwrap();
    assert_eq!(answer.status(), 401);
    // The code is not used up by it.
    assert!(block_on(world.client.exchange_code(&code, world.deadline())).is_ok());
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
