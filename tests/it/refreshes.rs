//! Tokens are refreshed by whoever holds the lane, and by nobody else (I10).

use chrono::TimeDelta;
use slotlink::ports::{Clock as _, ZoomCall};
use slotlink::rules::LinkState;
use slotlink::testkit::{Fault, ManualClock, block_on};
use slotlink::words::{StatedReason, ZoomAccountId};
use slotlink::{Actor, ConnectionState, Error, MeetingLocation, RunReport, Scheduler};

use crate::interleaving::stepping_with;
use crate::steps::Run;
use crate::world::{World, caller, request, round_robin, user};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

fn zoom() -> ZoomAccountId {
    ZoomAccountId::new("zoom-A001").unwrap()
}

fn pass(clock: &ManualClock, time: TimeDelta) {
    clock.set(clock.now() + time);
}

/// A001, whose access token has expired.
fn stale() -> World {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    world.settle();
    pass(&world.clock, TimeDelta::hours(2));
    world
}

fn is_connected(world: &World) -> bool {
    let found = block_on(world.scheduler.zoom_connection(&Actor::System, &user("A001"))).unwrap();
    matches!(found.state, ConnectionState::Connected { .. })
}

/// Does background work as often as it asks for it soon.
fn work(world: &World) {
    for _ in 0..50 {
        let next = block_on(world.scheduler.run_due(1000)).unwrap().next;
        match next.filter(|next| *next < world.clock.now() + TimeDelta::minutes(20)) {
            Some(next) => world.clock.set(next.max(world.clock.now())),
            None => return,
        }
    }
    panic!("work without end");
}

fn check(world: &World, what: &str) {
    work(world);
    assert_eq!(world.zoom.refreshes(&zoom()), 1, "{what}");
    assert!(is_connected(world), "{what}");
    assert_eq!(world.zoom.meetings().len(), 2, "{what}");
}

/// Two bookings whose links wait for fresh tokens: callers refresh none.
fn waiting() -> World {
    let world = stale();
    for (start, name) in [(TEN, "Pat"), (NOON, "Sam")] {
        assert_eq!(book(&world.scheduler, start, name), LinkState::Pending);
    }
    assert_eq!(world.zoom.refreshes(&zoom()), 0);
    world
}

/// Two instances work at once with stale tokens, stopped at every await: one refreshes, and both links
/// are made.
#[test]
fn i10_two_instances_make_one_refresh_at_every_await() {
    let mut orders = 0;
    for k in 0.. {
        let mut in_first = true;
        for j in 0.. {
            let world = waiting();
            let (one, other) = (stepping_with(&world, 77), stepping_with(&world, 78));
            let mut first = Run::new(one.run_due(1));
            let mut second = Run::new(other.run_due(1));
            in_first = first.steps(k);
            let in_second = second.steps(j);
            first.finish().unwrap();
            second.finish().unwrap();
            check(&world, &format!("{k} {j}"));
            orders += 1;
            if !in_second {
                break;
            }
        }
        if !in_first {
            break;
        }
    }
    assert!(orders > 500, "{orders} orders");
}

/// Whoever books may go away at any time: that never costs the host their tokens.
#[test]
fn i10_a_booking_that_is_dropped_at_any_await_refreshes_nothing() {
    for k in 0.. {
        let world = stale();
        let one = stepping_with(&world, 77);
        let (pat, by) = (request(TEN, "Pat"), caller());
        let mut run = Run::new(one.book(&by, &pat));
        let in_run = run.steps(k);
        drop(run);
        assert_eq!(world.zoom.refreshes(&zoom()), 0, "{k}");
        work(&world);
        assert!(is_connected(&world), "{k}");
        if !in_run {
            break;
        }
    }
}

/// A worker that is killed at any await leaves tokens that the next one can use, or has to ask the user
/// for new ones: only where Zoom may have answered.
#[test]
fn i10_a_killed_refresh_costs_the_tokens_only_if_zoom_has_answered() {
    let mut reconnects = 0;
    for k in 0.. {
        let world = waiting();
        let one = stepping_with(&world, 77);
        let mut run = Run::new(one.run_due(1));
        let in_run = run.steps(k);
        drop(run);
        let refreshed = world.zoom.refreshes(&zoom());
        work(&world);
        if !is_connected(&world) {
            reconnects += 1;
            assert_eq!(refreshed, 1, "{k}: nobody had refreshed");
            world.connect("A001", "zoom-A001");
            work(&world);
        }
        assert!(is_connected(&world));
        assert_eq!(world.zoom.meetings().len(), 2, "{k}");
        if !in_run {
            break;
        }
    }
    // Between the answer of Zoom and the commit that keeps it: four awaits of the two, and the rows that
    // are read in between.
    assert!((1..=10).contains(&reconnects), "{reconnects}");
}

fn book(scheduler: &Scheduler, start: &str, name: &str) -> LinkState {
    let booked = block_on(scheduler.book(&caller(), &request(start, name))).unwrap();
    match booked.location {
        MeetingLocation::Zoom(state) => state,
        other => panic!("{other:?}"),
    }
}

/// Runs a worker until Zoom has answered its refresh, and nobody here knows.
fn refreshing<'a>(world: &World, slow: &'a Scheduler) -> Run<'a, Result<RunReport, Error>> {
    let mut run = Run::new(slow.run_due(1));
    while world.zoom.refreshes(&zoom()) == 0 {
        assert!(run.step(), "no refresh was sent");
    }
    run
}

/// A refresh that Zoom answered after its lane was taken over: its pair is the last one, and counts.
#[test]
fn i10_an_answer_that_comes_late_revives_what_was_given_up() {
    let world = waiting();
    let slow = stepping_with(&world, 77);
    let run = refreshing(&world, &slow);
    // The lease runs out; another instance tries, too.
    pass(&world.clock, TimeDelta::minutes(5));
    world.settle();
    assert!(!is_connected(&world));
    run.finish().unwrap();
    work(&world);
    assert!(is_connected(&world));
    assert_eq!(world.zoom.refreshes(&zoom()), 2);
    assert_eq!(world.zoom.meetings().len(), 2);
}

/// The user loses the tie while a refresh is out: the new pair is revoked, too.
#[test]
fn r6_whatever_ends_a_connection_revokes_what_a_refresh_brings() {
    let own = Actor::User(user("A001"));
    let ends: [fn(&World, &Actor); 4] = [
        |world, own| {
            block_on(world.scheduler.disconnect_zoom(own, &user("A001"))).unwrap();
        },
        |world, _| world.connect("A001", "zoom-other"),
        |world, _| {
            let (reason, to) = (StatedReason::new("asked for").unwrap(), user("B002"));
            let (scheduler, system, zoom) = (&world.scheduler, Actor::System, zoom());
            block_on(scheduler.transfer_zoom(&system, &zoom, &to, &reason)).unwrap();
        },
        |world, _| {
            block_on(world.scheduler.delete_user(&user("A001"))).unwrap();
            block_on(world.scheduler.erase_user(&user("A001"))).unwrap();
        },
    ];
    for (number, end) in ends.into_iter().enumerate() {
        let world = waiting();
        world.add_user("B002");
        let slow = stepping_with(&world, 77);
        let run = refreshing(&world, &slow);
        end(&world, &own);
        assert!(world.zoom.has_live_grant(&zoom()), "{number}");
        run.finish().unwrap();
        work(&world);
        assert!(!world.zoom.has_live_grant(&zoom()), "{number}");
    }
}

#[test]
fn r6_a_revocation_is_tried_until_zoom_knows_it() {
    let world = World::new(&["A001"]);
    world.zoom.fault(Some(ZoomCall::Revoke), None, Fault::Unavailable, 5);
    let own = Actor::User(user("A001"));
    block_on(world.scheduler.disconnect_zoom(&own, &user("A001"))).unwrap();
    assert!(world.zoom.has_live_grant(&zoom()));
    work(&world);
    assert!(!world.zoom.has_live_grant(&zoom()));
}

/// Who connects again before the revocation got through keeps what they have now.
#[test]
fn r6_a_revocation_that_is_late_does_not_undo_a_consent() {
    let world = World::new(&["A001"]);
    world.zoom.fault(Some(ZoomCall::Revoke), None, Fault::Unavailable, 1);
    let own = Actor::User(user("A001"));
    block_on(world.scheduler.disconnect_zoom(&own, &user("A001"))).unwrap();
    world.connect("A001", "zoom-A001");
    work(&world);
    assert!(world.zoom.has_live_grant(&zoom()));
    assert!(is_connected(&world));
}

/// A worker that was already at it finds that the tokens are dead at Zoom.
#[test]
fn r6_a_consent_at_every_await_of_a_revocation_stands() {
    for k in 0.. {
        let world = World::new(&["A001"]);
        world.zoom.fault(Some(ZoomCall::Revoke), None, Fault::Unavailable, 1);
        let own = Actor::User(user("A001"));
        block_on(world.scheduler.disconnect_zoom(&own, &user("A001"))).unwrap();
        pass(&world.clock, TimeDelta::minutes(1));
        let worker = stepping_with(&world, 77);
        let mut run = Run::new(worker.run_due(10));
        let in_run = run.steps(k);
        world.connect("A001", "zoom-A001");
        run.finish().unwrap();
        work(&world);
        assert!(world.zoom.has_live_grant(&zoom()), "{k}");
        assert!(is_connected(&world), "{k}");
        if !in_run {
            break;
        }
    }
}
