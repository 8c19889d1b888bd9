//! What becomes of new slots when a host has no requests left (R16), with links left to the worker.

use slotlink::ports::{Key, Page, Scan, Store as _, ZoomCall};
use slotlink::rules::LinkState;
use slotlink::testkit::{Fault, block_on};
use slotlink::words::{QuotaPolicy, Title};
use slotlink::{Appointment, Edit, Error, LinkWork, MeetingLocation, Refusal, Scheduler};

use crate::world::{World, at, builder, caller, demo, request, round_robin};

const CAP: u32 = 3;
const DAY: &str = "2026-11-25";

fn start(number: u32) -> String {
    format!("{DAY}T{:02}:{:02}:00Z", 9 + number / 2, number % 2 * 30)
}

/// Links are made by the worker alone.
fn by_worker(hosts: &[&str], quota: QuotaPolicy) -> (World, Scheduler) {
    let world = World::new(hosts);
    let mut calendar = round_robin(hosts);
    calendar.quota = quota;
    world.put(&calendar);
    let store = world.store.clone();
    let scheduler = builder(store, &world.zoom, &world.clock, 7).quota_cap(CAP);
    let scheduler = scheduler.link_work(LinkWork::Worker).build().unwrap();
    (world, scheduler)
}

fn book(scheduler: &Scheduler, number: u32) -> Result<Appointment, Error> {
    block_on(scheduler.book(&caller(), &request(&start(number), "Pat")))
}

fn run(scheduler: &Scheduler) {
    block_on(scheduler.run_due(1000)).unwrap();
}

/// How many rows say that a link of A001 waits.
fn rows(world: &World) -> usize {
    let key = |sort: &[u8]| {
        let partition = b"user\x00\x01A001\x00\x01".to_vec();
        Key::from_parts("default".into(), partition, sort.to_vec())
    };
    let all = Scan::Range { from: key(b"queued\x00\x01"), to: key(b"queued\x00\x02") };
    block_on(world.store.scan(&all, &Page::first(100))).unwrap().rows.len()
}

/// How many starts of the day are offered.
fn offered(scheduler: &Scheduler) -> usize {
    let (from, to) = (at(&start(0)), at("2026-11-26T00:00:00Z"));
    block_on(scheduler.slots(&caller(), &demo(), from, to)).unwrap().len()
}

#[track_caller]
fn assert_refused(answer: Result<Appointment, Error>) {
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), "quota_exhausted");
    let Error::Refused(Refusal::QuotaExhausted { until, .. }) = error else { panic!("{error:?}") };
    // The guard around midnight, since clocks differ.
    assert!((at("2026-11-24T00:00:00Z")..at("2026-11-24T00:30:00Z")).contains(&until), "{until}");
}

#[test]
fn r16_bookings_that_pile_up_before_the_worker_runs_count_as_used() {
    let (world, scheduler) = by_worker(&["A001"], QuotaPolicy::Refuse);
    let booked: Vec<_> = (0..CAP).map(|number| book(&scheduler, number).unwrap()).collect();
    assert!(world.zoom.meetings().is_empty(), "nothing was sent");
    assert_eq!(rows(&world), 3);
    assert_eq!(offered(&scheduler), 0);
    assert_refused(book(&scheduler, CAP));
    // What was never sent costs nothing.
    block_on(scheduler.cancel(&caller(), booked[0].id)).unwrap();
    assert_eq!((offered(&scheduler), rows(&world)), (16 - 2, 2));
    book(&scheduler, CAP).unwrap();
    assert_refused(book(&scheduler, CAP + 1));
    run(&scheduler);
    assert_eq!(world.zoom.meetings().len(), 3, "the cap is kept, and nobody waits");
    assert_eq!(rows(&world), 0);
    assert_refused(book(&scheduler, CAP + 1));
    world.clock.set(at("2026-11-24T01:00:00Z"));
    book(&scheduler, CAP + 1).unwrap();
}

#[test]
fn r16_others_are_preferred_by_what_waits() {
    let (_, scheduler) = by_worker(&["A001", "B002"], QuotaPolicy::PreferAnother);
    for number in 0..2 * CAP {
        book(&scheduler, number).unwrap();
    }
    run(&scheduler);
    let page =
        |number| block_on(scheduler.explain(&caller(), &demo(), at(&start(number)))).unwrap();
    let lacking = page(2 * CAP).hosts.iter().all(|host| {
        let standing = host.standing.as_ref().unwrap();
        standing.lacks_zoom && standing.assigned == CAP
    });
    assert!(lacking, "each has as many as requests");
    let waits = book(&scheduler, 2 * CAP).unwrap();
    run(&scheduler);
    let waits = block_on(scheduler.appointment(&caller(), waits.id)).unwrap();
    let MeetingLocation::Zoom(LinkState::Deferred { .. }) = waits.location else {
        panic!("{waits:?}");
    };
}

/// A create that failed is wanted again: it waits, besides the request that it cost.
#[test]
fn r16_a_create_that_failed_waits_again() {
    let (world, scheduler) = by_worker(&["A001"], QuotaPolicy::Refuse);
    world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::PerSecondLimit, 1);
    let first = book(&scheduler, 0).unwrap();
    run(&scheduler);
    book(&scheduler, 1).unwrap();
    assert_refused(book(&scheduler, 2));
    // A new title changes nothing about that.
    let title = Edit::new().with_title(Title::new("Another").unwrap());
    block_on(scheduler.edit(&caller(), first.id, &title)).unwrap();
    assert_refused(book(&scheduler, 2));
    // As long as its host has to connect, nothing is known of requests.
    let actor = slotlink::Actor::User(crate::world::user("A001"));
    block_on(scheduler.disconnect_zoom(&actor, &crate::world::user("A001"))).unwrap();
    book(&scheduler, 2).unwrap();
}

/// Three wait, of which one is moved: what it leaves counts no more.
#[test]
fn r16_a_link_that_is_replaced_before_it_was_sent_counts_once() {
    let (world, scheduler) = by_worker(&["A001"], QuotaPolicy::Defer);
    let booked: Vec<_> = (0..CAP - 1).map(|number| book(&scheduler, number).unwrap()).collect();
    let moved = start(CAP);
    block_on(scheduler.reschedule(&caller(), booked[0].id, at(&moved), None)).unwrap();
    assert_eq!(rows(&world), 2);
    let mut calendar = round_robin(&["A001"]);
    calendar.quota = QuotaPolicy::Refuse;
    world.put(&calendar);
    book(&scheduler, CAP + 1).unwrap();
    assert_refused(book(&scheduler, CAP + 2));
    world.clock.set(at("2026-11-26T00:00:00Z"));
    run(&scheduler);
    assert_eq!((rows(&world), world.zoom.meetings().len()), (0, 0), "all of it is over");
}
