//! What putting a calendar answers (R29).

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use chrono::{TimeDelta, Weekday};
use slotlink::rules::Misfit;
use slotlink::testkit::block_on;
use slotlink::words::{BookingWindow, DateRange, Interval, Name, SlotLength, User, WeeklyHours};

use crate::promises::NoReadsAfterCommit;
use crate::world::{
    World, at, builder, caller, demo, hours, request, round_robin, slot_settings, user,
};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

fn two_hosts() -> World {
    let world = World::new(&["A001", "B002"]);
    let mut calendar = round_robin(&["A001", "B002"]);
    let date = |text: &str| text.parse().unwrap();
    calendar.window =
        BookingWindow::Dates(DateRange::new(date("2026-11-23"), date("2036-01-01")).unwrap());
    world.put(&calendar);
    world
}

#[test]
fn r29_reasons_are_told_by_start() {
    let world = two_hosts();
    let by = caller();
    let book = |start: &str, host: &str| {
        let request = request(start, "Pat").with_host(user(host));
        block_on(world.scheduler.book(&by, &request)).unwrap().id
    };
    let far = book("2035-11-24T10:00:00Z", "B002");
    let [other, off] = [book(TEN, "B002"), book(NOON, "A001")];
    let taken = Interval::new(at(NOON), at(NOON) + TimeDelta::minutes(5)).unwrap();
    let email = "a@example.com".try_into().unwrap();
    let hours = hours().with_time_off(taken);
    let away = User::new(user("A001"), Name::new("A001").unwrap(), email, hours);
    block_on(world.scheduler.put_user(&away)).unwrap();
    let mut calendar = round_robin(&["A001"]);
    calendar.slot = slot_settings(60);
    let listed = block_on(world.scheduler.put_calendar(&by, &calendar)).unwrap();
    let listed: Vec<_> =
        listed.into_iter().map(|one| (one.appointment, Vec::from_iter(one.reasons))).collect();
    let expected = [
        (other, vec![Misfit::HostGone, Misfit::OtherLength]),
        (off, vec![Misfit::OtherLength, Misfit::OutsideHours]),
        (far, vec![Misfit::HostGone, Misfit::OtherLength]),
    ];
    assert_eq!(listed, expected);
    let kept = block_on(world.scheduler.appointment(&by, other)).unwrap();
    assert_eq!((kept.hosts, kept.interval.end()), (vec![user("B002")], at("2026-11-24T10:30:00Z")));
}

/// The longest slots: one that began hours ago is still running.
#[test]
fn r29_what_is_running_is_listed_until_it_is_over() {
    let world = World::new(&["A001"]);
    let email = "a@example.com".try_into().unwrap();
    let days = (0..7).map(|day| Weekday::try_from(day).unwrap());
    let always = WeeklyHours::new().on(days, &["00:00-24:00".parse().unwrap()]);
    let hours = hours().with_weekly(always);
    let host = User::new(user("A001"), Name::new("A001").unwrap(), email, hours);
    block_on(world.scheduler.put_user(&host)).unwrap();
    let mut long = round_robin(&["A001"]);
    long.slot = slot_settings(SlotLength::LONGEST.minutes());
    world.put(&long);
    let by = caller();
    let booking = request("2026-11-24T00:00:00Z", "Pat");
    let id = block_on(world.scheduler.book(&by, &booking)).unwrap().id;
    let short = round_robin(&["A001"]);
    let listed = |now: &str| {
        world.clock.set(at(now));
        let found = block_on(world.scheduler.put_calendar(&by, &short)).unwrap();
        found.into_iter().map(|one| one.appointment).collect::<Vec<_>>()
    };
    assert_eq!(listed("2026-11-24T15:59:59Z"), [id]);
    assert_eq!(listed("2026-11-24T16:00:00Z"), []);
}

#[test]
fn r29_a_failed_read_after_the_commit_is_no_error_and_hides_nothing() {
    let world = two_hosts();
    let by = caller();
    let request = request(TEN, "Pat").with_host(user("B002"));
    let booked = block_on(world.scheduler.book(&by, &request)).unwrap();
    let store = NoReadsAfterCommit { store: world.store.clone(), commits: AtomicU32::new(0) };
    let scheduler = builder(Arc::new(store), &world.zoom, &world.clock, 6).build().unwrap();
    let listed = block_on(scheduler.put_calendar(&by, &round_robin(&["A001"]))).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].appointment, booked.id);
    let next = at(NOON) + TimeDelta::seconds(1);
    let slots = block_on(world.scheduler.slots(&by, &demo(), at(NOON), next)).unwrap();
    let hosts: Vec<_> = slots.iter().next().unwrap().hosts().collect();
    assert_eq!(hosts, [&user("A001")], "the calendar is written");
}
