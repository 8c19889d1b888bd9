//! Consents at the simulated Zoom, and the codes that come of them.

use chrono::TimeDelta;
use slotlink::ports::{AuthorizeUrl, Consent, HttpSend, ZoomAuth, ZoomError};
use slotlink::testkit::block_on;
use slotlink::words::{Secret, ZoomAccountId};
use slotlink::zoom::{ZoomApp, ZoomClient};

use super::world::{CHALLENGE, World, brought, page, redirect};

const TOMORROW: &str = "2026-11-24T15:00:00Z";

fn is_void<T>(outcome: &Result<T, ZoomError>) -> bool {
    matches!(outcome, Err(ZoomError::Unauthorized { .. }))
}

/// The address of the client's page, changed.
fn changed(world: &World, from: &str, to: &str) -> AuthorizeUrl {
    let address = world.client.authorize_url(&page());
    assert!(address.as_str().contains(from), "{from}");
    AuthorizeUrl::new(address.as_str().replacen(from, to, 1))
}

#[test]
fn a_user_who_allows_is_led_back_with_a_code_and_the_state() {
    let world = World::new();
    let address = world.client.authorize_url(&page());
    let back = world.zoom.allow(&address, &world.a.id).unwrap();
    assert_eq!(back.origin(), redirect().origin());
    assert_eq!(back.path(), "/zoom/callback");
    assert_eq!(brought(&back, "from").as_deref(), Some("zoom"));
    assert_eq!(brought(&back, "state").as_deref(), Some("CANARY state"));
    assert_eq!(brought(&back, "code").as_deref(), Some("CANARY-code-3"));
}

#[test]
fn a_user_who_denies_is_led_back_with_an_error_and_the_state() {
    let world = World::new();
    let back = world.zoom.deny(&world.client.authorize_url(&page())).unwrap();
    assert_eq!(brought(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(brought(&back, "state").as_deref(), Some("CANARY state"));
    assert_eq!(brought(&back, "code"), None);
    // The tokens of before stay good.
    assert!(world.me(&world.a.token).is_ok());
}

#[test]
fn a_malformed_page_asks_for_no_consent() {
    let world = World::new();
    let new = ZoomAccountId::new("zoom-c").unwrap();
    for (from, to) in [
        ("https://zoom.us", "https://zoom.example"),
        ("https://zoom.us", "http://zoom.us"),
        ("https://", ""),
        ("/oauth/authorize", "/oauth/token"),
        ("response_type=code", "response_type=token"),
        ("client_id=client-id", "client_id="),
        ("state=", "stat="),
        ("redirect_uri=https", "redirect_uri=/zoom"),
        ("redirect_uri=", "redirect="),
        ("code_challenge=", "challenge="),
        (CHALLENGE, "E9Melhoa"),
        ("S256", "plain"),
    ] {
        let address = changed(&world, from, to);
        let allowed = world.zoom.allow(&address, &new);
        assert_eq!(allowed, world.zoom.deny(&address), "{to}");
        let refused = allowed.unwrap_err().to_string();
        assert!(refused.starts_with("Zoom would not ask for a consent there: "), "{refused}");
    }
    assert!(!world.zoom.requests_today().contains_key(&new));
}

#[test]
fn a_consent_adds_an_unknown_user() {
    let world = World::new();
    let new = ZoomAccountId::new("zoom-c").unwrap();
    let consent = world.allow(&new);
    assert!(world.zoom.requests_today().contains_key(&new));
    assert!(!world.zoom.has_live_grant(&new));
    let grant = world.exchange(&consent).unwrap();
    assert_eq!(world.me(&grant.access_token).unwrap(), new);
    assert!(world.zoom.has_live_grant(&new));
}

#[test]
fn a_code_is_good_for_one_exchange() {
    let world = World::new();
    let consent = world.allow(&world.a.id);
    let grant = world.exchange(&consent).unwrap();
    assert!(grant.scopes.iter().any(|scope| scope == "meeting:write:meeting"));
    assert_eq!(grant.expires_in_seconds, 3599);
    assert!(is_void(&world.exchange(&consent)));
}

#[test]
fn a_code_is_good_for_five_minutes() {
    let world = World::new();
    let [early, late] = [(); 2].map(|()| world.allow(&world.a.id));
    world.clock.advance(TimeDelta::seconds(299));
    assert!(world.exchange(&early).is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    assert!(is_void(&world.exchange(&late)));
}

#[test]
fn a_code_without_its_verifier_is_worthless() {
    let world = World::new();
    for verifier in ["", "another-verifier-that-is-long-enough-for-a-key", CHALLENGE] {
        let consent = world.allow(&world.a.id);
        let stolen = Consent::new(consent.code.clone(), Secret::new(verifier), redirect());
        assert!(is_void(&world.exchange(&stolen)), "{verifier}");
        // The attempt has used it up.
        assert!(is_void(&world.exchange(&consent)), "{verifier}");
    }
    assert!(world.me(&world.a.token).is_ok());
}

#[test]
fn an_exchange_has_to_name_the_redirect_of_its_page() {
    let world = World::new();
    let consent = world.allow(&world.a.id);
    let elsewhere = "https://crm.example/zoom/callback".parse().unwrap();
    let changed = Consent::new(consent.code, consent.verifier, elsewhere);
    // That is the app's fault: another consent would not help.
    let outcome = world.exchange(&changed);
    assert!(matches!(outcome, Err(ZoomError::Refused { status: 400, .. })));
}

#[test]
fn a_code_is_good_for_the_app_of_its_page_only() {
    let world = World::new();
    let consent = world.allow(&world.a.id);
    let other = ZoomApp::new("another-id", Secret::new("client-secret"));
    let other = ZoomClient::new(other, world.zoom.clone());
    assert!(is_void(&block_on(other.exchange_code(&consent, world.deadline()))));
}

#[test]
fn a_second_consent_of_the_same_user_kills_the_first_tokens() {
    let mut world = World::new();
    let consent = world.allow(&world.a.id);
    // Consent alone kills nothing: the exchange does.
    assert!(world.create(&world.a, TOMORROW).is_ok());
    let grant = world.exchange(&consent).unwrap();
    assert!(matches!(world.create(&world.a, TOMORROW), Err(ZoomError::TokenExpired)));
    assert!(is_void(&world.refresh(&world.a.refresh)));
    assert!(world.create(&world.b, TOMORROW).is_ok());
    world.a.token = grant.access_token;
    assert!(world.create(&world.a, TOMORROW).is_ok());
}

#[test]
fn consents_and_refreshes_grant_the_scopes_of_the_app() {
    let world = World::new();
    let consent = world.allow(&world.a.id);
    world.zoom.set_scopes(&["user:read:user", "meeting:read:meeting"]);
    let exchanged = world.exchange(&consent).unwrap();
    let refreshed = world.refresh(&world.b.refresh).unwrap();
    for grant in [exchanged, refreshed] {
        assert_eq!(grant.scopes, ["user:read:user", "meeting:read:meeting"]);
    }
    assert_eq!(world.zoom.scopes(), ["user:read:user", "meeting:read:meeting"]);
    world.zoom.set_scopes(&[]);
    assert!(world.zoom.scopes().is_empty());
    assert!(world.exchange(&world.allow(&world.a.id)).unwrap().scopes.is_empty());
}

#[test]
fn the_pages_of_zoom_are_no_calls() {
    let world = World::new();
    let address = world.client.authorize_url(&page());
    let request = http::Request::get(address.as_str()).body(Vec::new()).unwrap();
    let answer = block_on(world.zoom.send(request, world.deadline())).unwrap();
    assert_eq!(answer.status(), 404);
}
