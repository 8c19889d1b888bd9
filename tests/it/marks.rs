//! Marking who came, and what becomes of marked appointments.

use std::sync::atomic::Ordering;

use slotlink::testkit::block_on;
use slotlink::words::{Confirmation, Mark, Seats, Status};
use slotlink::{Error, Refusal};

use crate::services::counting;
use crate::world::{World, at, caller, one_host, request, round_robin, slot_settings, user};

const TEN: &str = "2026-11-24T10:00:00Z";

#[test]
fn r28_a_mark_leaves_an_event_and_tells_nobody() {
    let world = one_host();
    let by = caller();
    let booked = block_on(world.scheduler.book(&by, &request(TEN, "Pat"))).unwrap();
    let (store, scheduler) = counting(&world);
    world.clock.set(at(TEN));
    block_on(async {
        for mark in [Mark::Showed, Mark::NoShow, Mark::Showed] {
            let marked = scheduler.mark(&by, booked.id, mark).await.unwrap();
            assert_eq!(marked.status, mark.status());
            assert_eq!(marked.location, booked.location);
            let kinds = store.kinds.lock().unwrap().clone();
            let count = |word: &str| kinds.iter().filter(|kind| *kind == word).count();
            assert_eq!((count("event"), count("message")), (1, 0), "{kinds:?}");
            let commits = store.commits.load(Ordering::Relaxed);
            scheduler.mark(&by, booked.id, mark).await.unwrap();
            assert_eq!(store.commits.load(Ordering::Relaxed), commits, "the same mark again");
        }
    });
    assert_eq!(world.zoom.requests_today().values().sum::<u32>(), 0, "{TEN} is another day");
}

#[test]
fn an_appointment_that_has_not_begun_says_when_it_does() {
    let world = one_host();
    let by = caller();
    let booked = block_on(world.scheduler.book(&by, &request(TEN, "Pat"))).unwrap();
    let early = block_on(world.scheduler.mark(&by, booked.id, Mark::Showed)).unwrap_err();
    assert_eq!(early.kind(), "wrong_state");
    assert!(early.to_string().contains("has not begun"), "{early}");
    assert!(early.to_string().contains(TEN), "{early}");
    let Error::Refused(Refusal::NotBegun { start, .. }) = early else { panic!("{early}") };
    assert_eq!(start, at(TEN));
}

#[test]
fn a_marked_appointment_holds_its_seat_until_it_is_deleted() {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
    calendar.confirmation = Confirmation::Automatic;
    world.put(&calendar);
    let (by, host) = (caller(), user("A001"));
    let [first, second] = ["Pat", "Sam"]
        .map(|name| block_on(world.scheduler.book(&by, &request(TEN, name))).unwrap().id);
    world.clock.set(at("2026-11-24T10:10:00Z"));
    block_on(world.scheduler.mark(&by, first, Mark::Showed)).unwrap();
    block_on(world.scheduler.mark(&by, second, Mark::NoShow)).unwrap();
    // They are not over, and still theirs.
    let upcoming = || block_on(world.scheduler.delete_user(&host)).unwrap().len();
    assert_eq!(upcoming(), 2);
    let (store, scheduler) = counting(&world);
    block_on(scheduler.delete(&by, first)).unwrap();
    let kinds = store.kinds.lock().unwrap().clone();
    assert!(!kinds.contains(&"message".to_owned()), "nobody hears it were cancelled: {kinds:?}");
    assert_eq!(upcoming(), 1);
    world.settle();
    assert_eq!(world.zoom.meetings().len(), 1, "R13: the other still uses the link");
    block_on(scheduler.delete(&by, second)).unwrap();
    world.settle();
    assert_eq!((upcoming(), world.zoom.meetings().len()), (0, 0));
}

#[test]
fn a_mark_is_read_back() {
    let world = one_host();
    let by = caller();
    let booked = block_on(world.scheduler.book(&by, &request(TEN, "Pat"))).unwrap();
    world.clock.set(at("2027-11-24T10:00:00Z"));
    block_on(world.scheduler.mark(&by, booked.id, Mark::NoShow)).unwrap();
    let found = block_on(world.scheduler.appointment(&by, booked.id)).unwrap();
    assert_eq!(found.status, Status::NoShow);
}
