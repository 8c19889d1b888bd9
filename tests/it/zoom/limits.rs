//! The 100 requests a day of the simulated Zoom.

use serde_json::Value;
use slotlink::ports::{ZoomApi, ZoomError};
use slotlink::testkit::block_on;

use super::world::World;

const TOMORROW: &str = "2026-11-24T15:00:00Z";

#[test]
fn after_100_creates_updates_and_deletes_a_user_waits_for_midnight_utc() {
    let mut world = World::new();
    let kept = world.create(&world.a, TOMORROW).unwrap().id;
    for _ in 0..33 {
        let id = world.create(&world.a, TOMORROW).unwrap().id;
        world.rename(&world.a, id, "New").unwrap();
        world.delete(&world.a, id).unwrap();
    }
    let limited = |outcome: Result<(), ZoomError>| matches!(outcome, Err(ZoomError::DailyLimit));
    assert!(limited(world.create(&world.a, TOMORROW).map(drop)));
    assert!(limited(world.rename(&world.a, kept, "New")));
    assert!(limited(world.delete(&world.a, kept)));
    assert_eq!(world.requests(&world.a), 100);
    assert_eq!(world.get(&world.a, kept).unwrap().topic, "Demo");
    // The limit is the user's own.
    assert!(world.create(&world.b, TOMORROW).is_ok());
    world.set("2026-11-23T23:59:59Z");
    assert!(limited(world.delete(&world.a, kept)));
    world.set("2026-11-24T00:00:00Z");
    assert_eq!(world.requests(&world.a), 0);
    assert!(world.delete(&world.a, kept).is_ok());
}

#[test]
fn reads_do_not_count() {
    let world = World::new();
    let id = world.create(&world.a, TOMORROW).unwrap().id;
    world.get(&world.a, id).unwrap();
    world.listed(&world.a);
    block_on(world.client.me(&world.access(&world.a))).unwrap();
    assert_eq!(world.requests(&world.a), 1);
}

#[test]
fn a_request_that_zoom_refuses_counts() {
    let world = World::new();
    let id = world.create(&world.b, TOMORROW).unwrap().id;
    assert!(world.delete(&world.a, id).is_err());
    assert_eq!(world.requests(&world.a), 1);
}

#[test]
fn the_limit_is_told_in_zooms_own_words() {
    let sample = include_str!("../../data/zoom/samples/err_429_user_daily_100.json");
    let sample: Value = serde_json::from_str(sample).unwrap();
    let world = World::new();
    for _ in 0..100 {
        world.create(&world.a, TOMORROW).unwrap();
    }
    let answer = world.raw(&world.a, "POST", "/users/me/meetings", "{}");
    assert_eq!(answer.status(), 429);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body, sample["body"]);
    for (name, value) in sample["headers"].as_object().unwrap() {
        assert_eq!(answer.headers()[name], value.as_str().unwrap());
    }
}
