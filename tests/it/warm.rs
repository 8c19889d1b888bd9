//! What a scheduler remembers shows in nothing but its speed: one that has booked on a calendar
//! before answers like one that sees the store for the first time.

use chrono::{DateTime, Utc};
use slotlink::ports::Write;
use slotlink::testkit::block_on;
use slotlink::words::{
    Account, Email, FixedLocation, Hours, LocationSetting, LocationText, Name, RequestId, Role,
    User, Zone,
};
use slotlink::{Appointment, BookRequest, Caller, Error, MeetingLocation, Scheduler};

use crate::audit::spoil;
use crate::world::{
    World, abc, at, builder, caller, demo, hours, invitee, request, round_robin, user,
};

const FIRST: &str = "2026-11-25T10:00:00Z";
const SECOND: &str = "2026-11-25T12:00:00Z";

fn fresh(world: &World) -> Scheduler {
    builder(world.store.clone(), &world.zoom, &world.clock, 7).build().unwrap()
}

/// The same world, seen by a scheduler that remembers nothing.
fn beside(world: &World) -> World {
    let (clock, zoom, store) = (world.clock.clone(), world.zoom.clone(), world.store.clone());
    World { clock, zoom, store, scheduler: fresh(world) }
}

fn somewhere() -> FixedLocation {
    FixedLocation::Text(LocationText::new("Main Street 1").unwrap())
}

fn starting(start: DateTime<Utc>) -> BookRequest {
    BookRequest::new(demo(), start, invitee("Sam"))
}

fn once() -> RequestId {
    RequestId::new("once").unwrap()
}

/// Starts that no calendar can have: between two seconds, or beyond the legal years.
fn illegal_starts() -> impl Iterator<Item = DateTime<Utc>> {
    let written = ["2026-11-25T12:00:00.5Z", "2300-01-01T12:00:00Z", "1960-01-01T12:00:00Z"];
    written.map(at).into_iter().chain([DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC])
}

/// What is refused, to whom, and of what kind the error is.
fn refused() -> Vec<(Caller, BookRequest, &'static str)> {
    let outsider = Caller::user(abc(), user("nobody"));
    let many = (0..100).map(|number| invitee(&format!("Pat{number}")));
    let mut all = vec![
        (outsider.clone(), request(SECOND, "Sam"), "not_a_member"),
        (caller(), request(SECOND, "Sam").with_request_id(once()), "request_id_reused"),
        (caller(), request(SECOND, "Sam").with_participants(many), "invalid_input"),
        (caller(), request(SECOND, "Sam").with_location(somewhere()), "invalid_input"),
        (caller(), request(SECOND, "Sam").with_host(user("nobody")), "slot_unavailable"),
        (caller(), request("2026-11-25T12:07:00Z", "Sam"), "slot_unavailable"),
        (caller(), request(FIRST, "Sam"), "slot_unavailable"),
    ];
    for start in illegal_starts() {
        all.extend([
            (caller(), starting(start), "invalid_input"),
            (outsider.clone(), starting(start), "not_a_member"),
            (caller(), starting(start).with_request_id(once()), "request_id_reused"),
        ]);
    }
    all
}

#[test]
fn what_is_remembered_changes_no_refusal_of_a_booking() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let warm = request(FIRST, "Pat").with_request_id(once());
    block_on(world.scheduler.book(&caller(), &warm)).unwrap();
    for (by, wanted, kind) in refused() {
        let error = block_on(world.scheduler.book(&by, &wanted)).unwrap_err();
        let first = block_on(fresh(&world).book(&by, &wanted)).unwrap_err();
        assert_eq!(format!("{error:?}"), format!("{first:?}"), "{wanted:?}");
        assert_eq!(error.kind(), kind, "{wanted:?}");
    }
}

#[test]
fn what_is_remembered_changes_no_refusal_of_a_move() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let moved = block_on(world.scheduler.book(&caller(), &request(FIRST, "Pat"))).unwrap().id;
    let off_grid = at("2026-11-25T12:07:00Z");
    for start in illegal_starts().chain([off_grid]) {
        let by = caller();
        let error = block_on(world.scheduler.reschedule(&by, moved, start, None)).unwrap_err();
        let first = block_on(fresh(&world).reschedule(&by, moved, start, None)).unwrap_err();
        assert_eq!(format!("{error:?}"), format!("{first:?}"), "{start:?}");
    }
}

/// Who hosts, and where.
fn told(answer: Result<Appointment, Error>) -> String {
    match answer {
        Ok(booked) => {
            let place = match booked.location {
                MeetingLocation::Zoom(_) => "Zoom".to_owned(),
                other => format!("{other:?}"),
            };
            let hosts: Vec<_> = booked.hosts.iter().map(|host| host.as_str()).collect();
            format!("{} on {place}", hosts.join(" and "))
        }
        Err(error) => error.to_string(),
    }
}

/// Books, changes something, and books again by the same scheduler, which made the change itself or
/// not, and by one that remembers nothing: the change counts at once.
fn counts_at_once(set_up: impl Fn() -> World, change: impl Fn(&World), then: &str) {
    let warm = || {
        let world = set_up();
        block_on(world.scheduler.book(&caller(), &request(FIRST, "Pat"))).unwrap();
        world
    };
    let book = |by: &World| told(block_on(by.scheduler.book(&caller(), &request(SECOND, "Sam"))));
    assert_ne!(book(&warm()), then, "it is the change that makes the difference");
    let world = warm();
    change(&world);
    assert_eq!(book(&world), then, "it made the change itself");
    let world = warm();
    change(&beside(&world));
    assert_eq!(book(&world), then, "another one made the change");
    let world = warm();
    change(&world);
    assert_eq!(book(&beside(&world)), then, "it remembers nothing");
}

/// Two hosts, of whom A001 is given the first appointment.
fn two_hosts() -> World {
    let world = World::new(&["A001", "B002"]);
    world.put(&round_robin(&["A001", "B002"]));
    world
}

fn end_membership(world: &World, of: &str) {
    spoil(world, &["account", "abc"], &["membership", of], |_| Write::Delete);
}

fn b002(hours: Hours) -> User {
    let email = Email::new("b002@abcmarketing.com").unwrap();
    User::new(user("B002"), Name::new("B002").unwrap(), email, hours)
}

#[test]
fn another_default_location_of_the_account_counts_at_once() {
    let name = Name::new("ABC Marketing").unwrap();
    let somewhere = LocationSetting::Fixed(somewhere());
    let account = Account::new(abc(), name).with_default_location(somewhere);
    let change = |world: &World| block_on(world.scheduler.put_account(&account)).unwrap();
    let there = r#"B002 on Fixed(Text(LocationText("Main Street 1")))"#;
    counts_at_once(two_hosts, change, there);
}

#[test]
fn a_membership_that_is_given_counts_at_once() {
    let set_up = || {
        let world = two_hosts();
        end_membership(&world, "B002");
        world
    };
    let change = |world: &World| {
        block_on(world.scheduler.put_membership(&abc(), &user("B002"), Role::User)).unwrap();
    };
    counts_at_once(set_up, change, "B002 on Zoom");
}

/// No call ends one, but a host application may take the row away.
#[test]
fn a_membership_that_is_gone_counts_at_once() {
    counts_at_once(two_hosts, |world| end_membership(world, "B002"), "A001 on Zoom");
}

#[test]
fn a_user_who_is_deleted_counts_no_longer_at_once() {
    let change = |world: &World| {
        block_on(world.scheduler.delete_user(&user("B002"))).unwrap();
    };
    counts_at_once(two_hosts, change, "A001 on Zoom");
}

#[test]
fn other_hours_of_a_user_count_at_once() {
    let never = b002(Hours::new(Zone::UTC));
    let change = |world: &World| block_on(world.scheduler.put_user(&never)).unwrap();
    counts_at_once(two_hosts, change, "A001 on Zoom");
}

#[test]
fn another_default_location_of_a_user_counts_at_once() {
    let somewhere = b002(hours()).with_default_location(LocationSetting::Fixed(somewhere()));
    let change = |world: &World| block_on(world.scheduler.put_user(&somewhere)).unwrap();
    let there = r#"B002 on Fixed(Text(LocationText("Main Street 1")))"#;
    counts_at_once(two_hosts, change, there);
}

#[test]
fn a_connection_counts_at_once_and_those_who_lack_zoom_come_last() {
    let set_up = || {
        let world = World::new(&[]);
        ["A001", "B002"].iter().for_each(|id| world.add_user(id));
        world.put(&round_robin(&["A001", "B002"]));
        world
    };
    counts_at_once(set_up, |world| world.connect("A001", "zoom-a"), "A001 on Zoom");
}

#[test]
fn a_host_who_is_added_counts_at_once() {
    let set_up = || {
        let world = two_hosts();
        world.put(&round_robin(&["A001"]));
        world
    };
    counts_at_once(set_up, |world| world.put(&round_robin(&["A001", "B002"])), "B002 on Zoom");
}

#[test]
fn a_host_who_is_removed_counts_no_longer_at_once() {
    counts_at_once(two_hosts, |world| world.put(&round_robin(&["A001"])), "A001 on Zoom");
}

#[test]
fn another_location_of_a_host_counts_at_once() {
    let (host, somewhere) = (user("B002"), LocationSetting::Fixed(somewhere()));
    let change = |world: &World| {
        let (by, demo) = (caller(), demo());
        let set = world.scheduler.set_calendar_location(&by, &demo, Some(&host), &somewhere);
        block_on(set).unwrap();
    };
    let there = r#"B002 on Fixed(Text(LocationText("Main Street 1")))"#;
    counts_at_once(two_hosts, change, there);
}
