//! R16: a day with far more bookings on one host than Zoom allows requests.

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::ports::{Clock as _, ZoomCall};
use slotlink::rules::LinkState;
use slotlink::testkit::{Fault, block_on};
use slotlink::words::AppointmentId;
use slotlink::{BookRequest, Jitter, MeetingLocation, Scheduler};

use crate::world::{World, at, builder, caller, demo, invitee, round_robin, slot_settings};

const BOOKINGS: usize = 250;

/// The host's five minutes, from nine to five on three days to come.
fn starts() -> impl Iterator<Item = DateTime<Utc>> {
    let days = ["2026-11-27T09:00:00Z", "2026-11-28T09:00:00Z", "2026-11-29T09:00:00Z"];
    days.into_iter().flat_map(|nine| (0..96).map(move |n| at(nine) + TimeDelta::minutes(5) * n))
}

/// As a host application has it: waits are random, and clocks differ by two minutes.
fn busy_host() -> (World, Scheduler) {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.slot = slot_settings(5);
    world.put(&calendar);
    let scheduler = builder(world.store.clone(), &world.zoom, &world.clock, 3);
    let scheduler = scheduler.jitter(Jitter::Random).build().unwrap();
    (world, scheduler)
}

fn book(scheduler: &Scheduler, start: DateTime<Utc>) -> AppointmentId {
    let request = BookRequest::new(demo(), start, invitee("Pat"));
    block_on(scheduler.book(&caller(), &request)).unwrap().id
}

/// Works at every moment that the scheduler asks for.
fn work_until(world: &World, scheduler: &Scheduler, until: DateTime<Utc>) {
    loop {
        let report = block_on(scheduler.run_due(1000)).unwrap();
        assert_eq!(report.failed, 0);
        let now = world.clock.now();
        match report.next.filter(|next| *next < until) {
            Some(next) => world.clock.set(next.max(now + TimeDelta::seconds(1))),
            None => return world.clock.set(until),
        }
    }
}

fn ready(scheduler: &Scheduler, booked: &[AppointmentId]) -> usize {
    let is_ready = |id: &&AppointmentId| {
        let found = block_on(scheduler.appointment(&caller(), **id)).unwrap();
        matches!(found.location, MeetingLocation::Zoom(LinkState::Ready { .. }))
    };
    booked.iter().filter(is_ready).count()
}

fn most_requests(world: &World) -> u32 {
    world.zoom.busiest_day().into_values().max().unwrap_or_default()
}

#[test]
fn r16_two_hundred_and_fifty_links_in_three_days_and_never_more_than_a_hundred_requests() {
    let (world, scheduler) = busy_host();
    let booked: Vec<_> = starts().take(BOOKINGS).map(|start| book(&scheduler, start)).collect();
    let mut made = vec![ready(&scheduler, &booked)];
    // The guard of two minutes, a minute of stagger, and the time for a hundred calls.
    for reset in ["2026-11-24T00:03:00Z", "2026-11-25T00:03:00Z"] {
        work_until(&world, &scheduler, at(reset) + TimeDelta::minutes(2));
        made.push(ready(&scheduler, &booked));
        assert!(most_requests(&world) <= 100, "{}", most_requests(&world));
    }
    assert_eq!(made, [100, 200, 250]);
    assert_eq!(world.zoom.meetings().len(), BOOKINGS);
    assert_eq!(most_requests(&world), 100);
}

/// Lost answers, calls that land late, and people who cancel and move, all on the same day.
#[test]
fn r16_trouble_costs_no_request_beyond_the_hundred() {
    let (world, scheduler) = busy_host();
    let mut booked = Vec::new();
    for (number, start) in starts().take(BOOKINGS).enumerate() {
        let faults = [Fault::DoneReplyLost, Fault::Late, Fault::Lost, Fault::Unavailable];
        if number % 7 == 0 {
            let fault = faults[number / 7 % faults.len()];
            world.zoom.fault(Some(ZoomCall::CreateMeeting), None, fault, 1);
        }
        booked.push(book(&scheduler, start));
        if number % 11 == 10 {
            let gone = booked.remove(number / 13);
            block_on(scheduler.cancel(&caller(), gone)).unwrap();
        }
        world.clock.advance(TimeDelta::minutes(1));
    }
    for day in 24..=26 {
        let reset = at(&format!("2026-11-{day}T00:05:00Z"));
        work_until(&world, &scheduler, reset);
        assert!(most_requests(&world) <= 100, "{}", most_requests(&world));
    }
    assert_eq!(ready(&scheduler, &booked), booked.len());
    assert_eq!(world.zoom.meetings().len(), booked.len(), "nothing is left of the others");
}

/// Each try costs a request, as long as nobody knows whether Zoom has done it.
#[test]
fn r17_a_zoom_that_is_out_of_order_for_an_hour_costs_few_requests() {
    let (world, scheduler) = busy_host();
    world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::Unavailable, 1000);
    let booked: Vec<_> = starts().take(20).map(|start| book(&scheduler, start)).collect();
    work_until(&world, &scheduler, at("2026-11-23T09:00:00Z"));
    assert_eq!(ready(&scheduler, &booked), 0);
    let tried = most_requests(&world);
    assert!((10..=30).contains(&tried), "{tried} requests");
}
