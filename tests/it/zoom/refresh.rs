//! Refresh tokens of the simulated Zoom.

use chrono::TimeDelta;
use slotlink::ports::{Outcome, ZoomCall, ZoomError};
use slotlink::testkit::Fault;
use slotlink::words::Secret;

use super::world::World;

fn is_void<T>(outcome: &Result<T, ZoomError>) -> bool {
    matches!(outcome, Err(ZoomError::Unauthorized { status: 400, .. }))
}

/// Plans one fault for the user `zoom-a`.
fn plan(world: &World, op: Option<ZoomCall>, fault: Fault) {
    world.zoom.fault(op, Some(world.a.id.clone()), fault, 1);
}

const REFRESH: Option<ZoomCall> = Some(ZoomCall::Refresh);

#[test]
fn a_refresh_gives_the_next_pair_and_kills_the_last() {
    let world = World::new();
    let grant = world.refresh(&world.a.refresh).unwrap();
    assert_eq!(grant.expires_in_seconds, 3599);
    assert_eq!(world.me(&grant.access_token).unwrap(), world.a.id);
    assert!(matches!(world.me(&world.a.token), Err(ZoomError::TokenExpired)));
    assert!(is_void(&world.refresh(&world.a.refresh)));
    // A dead token does no harm to the live one.
    assert!(world.me(&grant.access_token).is_ok());
    assert!(world.refresh(&grant.refresh_token).is_ok());
    assert!(world.me(&world.b.token).is_ok());
}

#[test]
fn a_refresh_helps_when_the_access_token_has_grown_old() {
    let world = World::new();
    world.clock.advance(TimeDelta::hours(2));
    assert!(matches!(world.me(&world.a.token), Err(ZoomError::TokenExpired)));
    let grant = world.refresh(&world.a.refresh).unwrap();
    assert!(world.me(&grant.access_token).is_ok());
    // What is replaced and old is replaced.
    let answer = world.raw(&world.a, "GET", "/users/me", "");
    assert_eq!(answer.body(), br#"{"code":124,"message":"Invalid access token."}"#);
}

#[test]
fn a_refresh_token_that_is_not_used_for_90_days_is_dead() {
    let world = World::new();
    world.clock.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    let grant = world.refresh(&world.a.refresh).unwrap();
    assert!(world.zoom.has_live_grant(&world.b.id));
    world.clock.advance(TimeDelta::seconds(1));
    assert!(!world.zoom.has_live_grant(&world.b.id));
    assert!(is_void(&world.refresh(&world.b.refresh)));
    world.clock.advance(TimeDelta::days(89));
    assert!(world.refresh(&grant.refresh_token).is_ok());
}

#[test]
fn what_is_no_refresh_token_refreshes_nothing() {
    let world = World::new();
    for token in [Secret::new("made up"), Secret::new(""), world.a.token.clone()] {
        assert!(is_void(&world.refresh(&token)));
    }
    assert!(world.me(&world.a.token).is_ok());
    assert!(world.me(&world.a.refresh).is_err());
}

#[test]
fn a_dead_token_is_told_in_zooms_own_words() {
    let sample = include_str!("../../data/zoom/samples/oauth_refresh_400_invalid_grant.json");
    let sample: serde_json::Value = serde_json::from_str(sample).unwrap();
    let world = World::new();
    let answer = world.form("token", "grant_type=refresh_token&refresh_token=x");
    assert_eq!(answer.status().as_u16(), sample["http"]);
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body, sample["body"]);
}

#[test]
fn refreshes_that_reach_zoom_are_counted_whatever_is_answered() {
    let world = World::new();
    let first = world.a.refresh.clone();
    world.refresh(&first).unwrap();
    assert!(world.refresh(&first).is_err());
    plan(&world, REFRESH, Fault::Unavailable);
    assert!(world.refresh(&first).is_err());
    plan(&world, REFRESH, Fault::DoneReplyLost);
    assert!(world.refresh(&first).is_err());
    assert_eq!(world.zoom.refreshes(&world.a.id), 4);
    plan(&world, REFRESH, Fault::Lost);
    assert!(world.refresh(&first).is_err());
    assert_eq!(world.zoom.refreshes(&world.a.id), 4);
    assert_eq!(world.zoom.refreshes(&world.b.id), 0);
    assert_eq!(world.requests(&world.a), 0);
}

#[test]
fn a_refresh_that_was_lost_can_be_made_again() {
    let world = World::new();
    plan(&world, None, Fault::Lost);
    let error = world.refresh(&world.a.refresh).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(world.refresh(&world.a.refresh).is_ok());
}

#[test]
fn a_refresh_whose_answer_is_lost_leaves_no_token_that_is_known() {
    let world = World::new();
    plan(&world, REFRESH, Fault::DoneReplyLost);
    let error = world.refresh(&world.a.refresh).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(is_void(&world.refresh(&world.a.refresh)));
    assert!(matches!(world.me(&world.a.token), Err(ZoomError::TokenExpired)));
    // At Zoom there is a pair, but nobody knows it.
    assert!(world.zoom.has_live_grant(&world.a.id));
}

#[test]
fn an_unavailable_or_busy_zoom_leaves_the_tokens_as_they_are() {
    let world = World::new();
    plan(&world, REFRESH, Fault::Unavailable);
    plan(&world, None, Fault::PerSecondLimit);
    let unavailable = world.refresh(&world.a.refresh);
    assert!(matches!(unavailable, Err(ZoomError::OutcomeUnknown { .. })));
    let busy = world.refresh(&world.a.refresh);
    assert!(matches!(busy, Err(ZoomError::TooManyRequests)));
    assert!(world.me(&world.a.token).is_ok());
    assert!(world.refresh(&world.a.refresh).is_ok());
}

#[test]
fn a_fault_of_a_user_meets_that_users_refresh_only() {
    let world = World::new();
    plan(&world, REFRESH, Fault::Unavailable);
    assert!(world.refresh(&world.b.refresh).is_ok());
    assert!(world.refresh(&world.a.refresh).is_err());
}

#[test]
fn what_only_calls_of_the_api_can_meet_waits_for_one() {
    let world = World::new();
    for fault in [Fault::TokenExpired, Fault::Gone, Fault::DailyLimit] {
        plan(&world, None, fault);
    }
    let grant = world.refresh(&world.a.refresh).unwrap();
    assert!(matches!(world.me(&grant.access_token), Err(ZoomError::TokenExpired)));
    assert!(world.me(&grant.access_token).is_ok());
}

#[test]
fn void_refresh_tokens_are_dead_until_a_new_consent() {
    let world = World::new();
    world.zoom.void_refresh_tokens(Some(&world.a.id));
    assert!(is_void(&world.refresh(&world.a.refresh)));
    assert!(!world.zoom.has_live_grant(&world.a.id));
    // An access token lives to its end.
    assert!(world.me(&world.a.token).is_ok());
    assert!(world.zoom.has_live_grant(&world.b.id));
    // Of that, Zoom tells nobody.
    assert!(world.zoom.webhooks().is_empty());
    let grant = world.exchange(&world.allow(&world.a.id)).unwrap();
    assert!(world.refresh(&grant.refresh_token).is_ok());
    world.zoom.void_refresh_tokens(None);
    assert!(!world.zoom.has_live_grant(&world.a.id) && !world.zoom.has_live_grant(&world.b.id));
}
