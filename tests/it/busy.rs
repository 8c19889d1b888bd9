//! R21: busy times of hosts in their other calendars.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use slotlink::ports::{BusyError, BusyQuestion, BusySource, BusyTime, BusyTimes};
use slotlink::rules::Reason;
use slotlink::testkit::{SimulatedBusy, block_on};
use slotlink::words::{
    Buffer, Calendar, CalendarKind, CalendarRef, CollectiveHost, CollectiveHosts, Interval, Name,
    Seats, Zone,
};
use slotlink::{Refusal, Scheduler, Slots};

use crate::world::{
    World, abc, at, builder, caller, demo, request, round_robin, slot_settings, user,
};

const TEN: &str = "2026-11-24T10:00:00Z";
const NEXT: &str = "2026-11-24T10:30:00Z";

/// A world whose busy source is to be told.
fn world(ids: &[&str], calendar: &Calendar) -> (World, Arc<SimulatedBusy>) {
    let busy = Arc::new(SimulatedBusy::new());
    (over(ids, calendar, busy.clone()), busy)
}

fn over(ids: &[&str], calendar: &Calendar, busy: Arc<dyn BusySource>) -> World {
    let mut world = World::new(ids);
    let builder = builder(world.store.clone(), &world.zoom, &world.clock, 2);
    world.scheduler = builder.busy_source(busy).build().unwrap();
    world.put(calendar);
    world
}

fn busy_at(from: &str, to: &str) -> BusyTime {
    BusyTime::new(Interval::new(at(from), at(to)).unwrap())
}

fn slots(scheduler: &Scheduler) -> Slots {
    let day = at("2026-11-24T00:00:00Z");
    block_on(scheduler.slots(&caller(), &demo(), day, day + TimeDelta::days(1))).unwrap()
}

fn hosts_at(slots: &Slots, start: DateTime<Utc>) -> Vec<String> {
    let slot = slots.iter().find(|slot| slot.interval().start() == start);
    slot.into_iter().flat_map(|slot| slot.hosts().map(ToString::to_string)).collect()
}

fn reasons(world: &World, start: &str, host: usize) -> Vec<String> {
    let told = block_on(world.scheduler.explain(&caller(), &demo(), at(start))).unwrap();
    told.hosts[host].reasons.iter().map(ToString::to_string).collect()
}

#[test]
fn r21_busy_times_are_padded_by_the_calendar_and_echoes_count_for_nothing() {
    let mut calendar = round_robin(&["A001"]);
    let buffer = |minutes| Buffer::new(minutes).unwrap();
    calendar.slot = slot_settings(30).with_buffers(buffer(10), buffer(5));
    let (world, busy) = world(&["A001"], &calendar);
    let pat = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    busy.add(&user("A001"), BusyTime::echo(pat.interval, pat.id));
    // The slot of 12:00 keeps 11:50 to 12:35 free.
    busy.add(&user("A001"), busy_at("2026-11-24T11:49:00Z", "2026-11-24T11:50:00Z"));
    busy.add(&user("A001"), busy_at("2026-11-24T12:35:00Z", "2026-11-24T12:36:00Z"));
    assert_eq!(hosts_at(&slots(&world.scheduler), at("2026-11-24T12:00:00Z")), ["A001"]);
    busy.add(&user("A001"), busy_at("2026-11-24T12:34:00Z", "2026-11-24T12:35:00Z"));
    assert!(hosts_at(&slots(&world.scheduler), at("2026-11-24T12:00:00Z")).is_empty());
    assert_eq!(reasons(&world, "2026-11-24T12:00:00Z", 0), ["busy"]);
    // Its own echo does not stand in its way, neither near by nor when it is gone.
    let (by, half_past_nine) = (caller(), at("2026-11-24T09:30:00Z"));
    block_on(world.scheduler.reschedule(&by, pat.id, half_past_nine, None)).unwrap();
    let there = request(NEXT, "Sam");
    assert_eq!(reasons(&world, NEXT, 0), [""; 0]);
    block_on(world.scheduler.book(&caller(), &there)).unwrap();
}

#[test]
fn r21_unknown_is_never_free_and_is_reported() {
    let (world, busy) = world(&["A001", "B002"], &round_robin(&["A001", "B002"]));
    busy.fail(&user("A001"));
    let found = slots(&world.scheduler);
    assert_eq!(found.busy_unknown().map(ToString::to_string).collect::<Vec<_>>(), ["A001"]);
    assert_eq!(hosts_at(&found, at(TEN)), ["B002"]);
    assert_eq!(reasons(&world, TEN, 0), ["busy_unknown"]);
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(booked.hosts, [user("B002")]);
    let refused = block_on(world.scheduler.book(&caller(), &request(TEN, "Sam"))).unwrap_err();
    assert_eq!(refused.kind(), "slot_unavailable");
    let wanted = request(NEXT, "Sam").with_host(user("A001"));
    let refused = block_on(world.scheduler.book(&caller(), &wanted)).unwrap_err();
    assert_eq!(refused.kind(), "slot_unavailable");
    let slotlink::Error::Refused(Refusal::SlotUnavailable { busy_unknown, .. }) = refused else {
        panic!("{refused}")
    };
    assert_eq!(busy_unknown, [user("A001")], "it is said why");
    busy.set_down(true);
    let found = slots(&world.scheduler);
    assert!(found.is_empty() && found.busy_unknown().count() == 2);
    let refused = block_on(world.scheduler.book(&caller(), &request(NEXT, "Sam"))).unwrap_err();
    assert_eq!(refused.kind(), "slot_unavailable");
}

/// Answers for one user too few.
struct Forgetful;

#[async_trait]
impl BusySource for Forgetful {
    async fn busy_times(&self, question: &BusyQuestion) -> Result<Vec<BusyTimes>, BusyError> {
        Ok(vec![BusyTimes::Known(Vec::new()); question.users.len() - 1])
    }
}

#[test]
fn r21_an_answer_that_is_not_one_for_each_user_is_none() {
    let ids = ["A001", "B002"];
    let world = over(&ids, &round_robin(&ids), Arc::new(Forgetful));
    let found = slots(&world.scheduler);
    assert!(found.is_empty() && found.busy_unknown().count() == 2);
}

#[test]
fn r21_the_source_is_asked_once_and_only_for_those_who_matter() {
    let mut calendar = round_robin(&["A001", "B002", "C003"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
    let (world, busy) = world(&["A001", "B002", "C003"], &calendar);
    let asked = |before: usize| -> Vec<Vec<String>> {
        let questions = busy.questions();
        let users = |asked: &BusyQuestion| asked.users.iter().map(ToString::to_string).collect();
        questions[before..].iter().map(users).collect()
    };
    slots(&world.scheduler);
    assert_eq!(asked(0), [["A001", "B002", "C003"]], "all in one call");
    let within = busy.questions()[0].within;
    let day = (at("2026-11-24T00:00:00Z"), at("2026-11-25T00:30:00Z"));
    assert_eq!((within.start(), within.end()), day);
    block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(asked(1), [["A001", "B002", "C003"]]);
    // A001 has an open slot and B002 is wanted: only what they would begin anew matters.
    let wanted = request(TEN, "Sam").with_host(user("B002"));
    block_on(world.scheduler.book(&caller(), &wanted)).unwrap();
    assert_eq!(asked(2), [["B002"]]);
    let joins = request(TEN, "Kim").with_host(user("A001"));
    block_on(world.scheduler.book(&caller(), &joins)).unwrap();
    assert_eq!(asked(3), [[""; 0]; 0], "hours and busy times are not asked again of an open slot");
}

#[test]
fn r21_an_optional_host_whose_busy_times_are_unknown_does_not_block() {
    let hosts =
        vec![CollectiveHost::required(user("A001")), CollectiveHost::optional(user("B002"))];
    let kind = CalendarKind::Collective(CollectiveHosts::new(hosts).unwrap());
    let (reference, name) = (CalendarRef::new(abc(), demo()), Name::new("Both").unwrap());
    let calendar = Calendar::new(reference, name, kind, Zone::UTC, slot_settings(30));
    let (world, busy) = world(&["A001", "B002"], &calendar);
    busy.fail(&user("B002"));
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(booked.hosts, [user("A001")]);
    busy.fail(&user("A001"));
    assert!(slots(&world.scheduler).is_empty());
    let told = block_on(world.scheduler.explain(&caller(), &demo(), at(NEXT))).unwrap();
    assert!(!told.bookable && told.hosts[0].reasons.contains(&Reason::BusyUnknown));
}
