//! How consents end at the simulated Zoom.

use chrono::TimeDelta;
use slotlink::ports::{Outcome, ZoomCall, ZoomError};
use slotlink::testkit::Fault;
use slotlink::words::Secret;

use super::world::World;

const REVOKE: Option<ZoomCall> = Some(ZoomCall::Revoke);

/// Whether both tokens that a user had at first are dead.
fn is_over(world: &World) -> bool {
    world.me(&world.a.token).is_err() && world.refresh(&world.a.refresh).is_err()
}

#[test]
fn to_revoke_either_token_kills_both() {
    for by_access in [true, false] {
        let world = World::new();
        let token = if by_access { &world.a.token } else { &world.a.refresh };
        world.revoke(token).unwrap();
        assert!(is_over(&world));
        assert!(!world.zoom.has_live_grant(&world.a.id));
        assert_eq!(world.zoom.webhooks().len(), 1);
        assert!(world.me(&world.b.token).is_ok());
    }
}

#[test]
fn a_refresh_token_revokes_when_the_access_token_has_grown_old() {
    let world = World::new();
    world.clock.advance(TimeDelta::hours(2));
    assert!(matches!(world.revoke(&world.a.token), Err(ZoomError::Unauthorized { .. })));
    assert!(world.zoom.has_live_grant(&world.a.id));
    assert!(world.revoke(&world.a.refresh).is_ok());
}

#[test]
fn a_dead_or_unknown_token_revokes_nothing() {
    let world = World::new();
    let grant = world.refresh(&world.a.refresh).unwrap();
    for token in [&world.a.token, &world.a.refresh, &Secret::new("made up"), &Secret::new("")] {
        let outcome = world.revoke(token);
        assert!(matches!(outcome, Err(ZoomError::Unauthorized { status: 400, .. })));
    }
    assert!(world.me(&grant.access_token).is_ok());
    assert!(world.zoom.webhooks().is_empty());
}

#[test]
fn a_revocation_is_told_in_zooms_own_words() {
    let sample = include_str!("../../data/zoom/samples/oauth_revoke_200.json");
    let sample: serde_json::Value = serde_json::from_str(sample).unwrap();
    let world = World::new();
    let answer = world.form("revoke", &format!("token={}", world.a.refresh.expose()));
    assert_eq!(answer.status().as_u16(), sample["http"]);
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body, sample["body"]);
}

#[test]
fn a_person_can_remove_the_app() {
    let world = World::new();
    let code = world.allow(&world.a.id);
    assert!(world.zoom.remove_app(&world.a.id));
    assert!(is_over(&world));
    assert!(world.exchange(&code).is_err());
    assert!(!world.zoom.has_live_grant(&world.a.id));
    assert!(world.me(&world.b.token).is_ok());
    // It is gone only once.
    assert!(!world.zoom.remove_app(&world.a.id));
    assert_eq!(world.zoom.webhooks().len(), 1);
}

#[test]
fn the_app_can_be_removed_when_its_tokens_are_dead() {
    let world = World::new();
    world.zoom.void_refresh_tokens(None);
    assert!(world.refresh(&world.a.refresh).is_err());
    assert!(world.zoom.remove_app(&world.a.id));
    assert_eq!(world.zoom.webhooks().len(), 1);
}

#[test]
fn a_user_can_consent_again_afterwards() {
    let world = World::new();
    world.revoke(&world.a.refresh).unwrap();
    let grant = world.exchange(&world.allow(&world.a.id)).unwrap();
    assert_eq!(world.me(&grant.access_token).unwrap(), world.a.id);
    assert!(world.zoom.has_live_grant(&world.a.id));
}

/// The error of a revocation that meets a fault, and whether it took effect.
fn revoke_with(fault: Fault) -> (ZoomError, bool) {
    let world = World::new();
    // A fault of another user is none of this one.
    world.zoom.fault(REVOKE, Some(world.b.id.clone()), Fault::PerSecondLimit, 1);
    world.zoom.fault(REVOKE, Some(world.a.id.clone()), fault, 1);
    let error = world.revoke(&world.a.refresh).unwrap_err();
    let told = world.zoom.webhooks().len();
    assert_eq!(told == 1, !world.zoom.has_live_grant(&world.a.id));
    (error, told == 1)
}

#[test]
fn a_revocation_can_get_lost_on_either_way() {
    for (fault, expected) in [(Fault::Lost, false), (Fault::DoneReplyLost, true)] {
        let (error, took_effect) = revoke_with(fault);
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(took_effect, expected, "{fault:?}");
    }
}

#[test]
fn an_unavailable_or_busy_zoom_revokes_nothing() {
    let (error, took_effect) = revoke_with(Fault::Unavailable);
    assert!(matches!(error, ZoomError::OutcomeUnknown { .. }) && !took_effect);
    let (error, took_effect) = revoke_with(Fault::PerSecondLimit);
    assert!(matches!(error, ZoomError::TooManyRequests) && !took_effect);
}
