//! Two calls at once, stopped at every await; calls dropped at every await; commits whose outcome
//! is unknown.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use slotlink::testkit::block_on;
use slotlink::words::{Hours, LocationSetting, RequestId, Seats, Secret, Status};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Appointment, BookRequest, Error, MemoryStore, Scheduler};

use crate::steps::{Run, Stepping, Trouble, TroubledStore};
use crate::world::{
    World, abc, builder, caller, demo, hours, invitee, request, round_robin, slot_settings, user,
};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

/// Another instance over the world's store and Zoom, which stops at every call.
pub(crate) fn stepping(world: &World) -> Scheduler {
    stepping_with(world, 77)
}

/// One of several: each has randomness of its own.
pub(crate) fn stepping_with(world: &World, seed: u64) -> Scheduler {
    let app = ZoomApp::new("client", Secret::new("secret"));
    let http = Arc::new(Stepping(world.zoom.clone()));
    let store = Arc::new(Stepping(world.store.clone()));
    let zoom = Arc::new(ZoomClient::new(app, http));
    Scheduler::builder(store, zoom)
        .sealer(Arc::new(slotlink::testkit::TestSealer))
        .clock(world.clock.clone())
        .entropy(Arc::new(slotlink::testkit::SeededEntropy::new(seed)))
        .build()
        .unwrap()
}

fn one_seat() -> World {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    world
}

fn last_of_two_seats() -> World {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
    world.put(&calendar);
    block_on(world.scheduler.book(&caller(), &request(TEN, "Early"))).unwrap();
    world
}

type Answer = Result<Appointment, Error>;

/// Checks that exactly one booking won, that the loser was told so, and that the winner has the
/// only meeting of the slot.
fn one_winner(world: &World, answers: [Answer; 2]) {
    let [won, lost] = match answers {
        [Ok(won), Err(lost)] | [Err(lost), Ok(won)] => [Ok(won), Err(lost)],
        other => panic!("not one winner: {other:?}"),
    };
    assert_eq!(lost.unwrap_err().kind(), "slot_unavailable");
    let won: Appointment = won.unwrap();
    let found = block_on(world.scheduler.appointment(&caller(), won.id)).unwrap();
    assert_eq!(found.id, won.id);
    world.settle();
    assert_eq!(world.zoom.meetings().len(), 1);
    let free = block_on(world.scheduler.slots(&caller(), &crate::world::demo(), at_ten(), after()));
    assert!(free.unwrap().is_empty());
}

fn at_ten() -> chrono::DateTime<chrono::Utc> {
    TEN.parse().unwrap()
}

fn after() -> chrono::DateTime<chrono::Utc> {
    "2026-11-24T10:30:00Z".parse().unwrap()
}

/// Whose scheduler two callers use, and which of their schedulers know the calendar beforehand.
const CALLERS: [(Schedulers, [bool; 2]); 5] = [
    (Schedulers::One, [false, false]),
    (Schedulers::Two, [false, false]),
    (Schedulers::Two, [true, false]),
    (Schedulers::Two, [false, true]),
    (Schedulers::Two, [true, true]),
];

#[derive(Clone, Copy)]
enum Schedulers {
    One,
    Two,
}

fn schedulers(world: &World, (count, know): (Schedulers, [bool; 2])) -> [Arc<Scheduler>; 2] {
    let one = Arc::new(stepping(world));
    let other = match count {
        Schedulers::One => one.clone(),
        Schedulers::Two => Arc::new(stepping_with(world, 78)),
    };
    let both = [one, other];
    for (scheduler, _) in both.iter().zip(know).filter(|(_, knows)| *knows) {
        let off_grid = request("2026-11-24T10:07:00Z", "Early");
        Run::new(scheduler.book(&caller(), &off_grid)).finish().unwrap_err();
    }
    both
}

/// Runs one booking for `k` awaits, the other for `j`, then the first to its end, then the other.
///
/// Over all `k` and `j` that is every order that can be told apart: only commits change anything,
/// and the loser's second try runs alone.
#[test]
fn r19_two_bookings_of_the_last_seat_have_one_winner_at_every_await() {
    for make in [one_seat, last_of_two_seats] {
        let runs: usize = CALLERS.map(|callers| in_every_order(make, callers)).iter().sum();
        assert!(runs > 500, "{runs} orders");
    }
}

/// In how many orders one of two bookings won.
fn in_every_order(make: fn() -> World, callers: (Schedulers, [bool; 2])) -> usize {
    let mut runs = 0;
    for k in 0.. {
        let mut in_first = true;
        for j in 0.. {
            let world = make();
            let [one, other] = schedulers(&world, callers);
            let (pat, sam, by) = (request(TEN, "Pat"), request(TEN, "Sam"), caller());
            let mut first = Run::new(one.book(&by, &pat));
            let mut second = Run::new(other.book(&by, &sam));
            in_first = first.steps(k);
            let in_second = second.steps(j);
            one_winner(&world, [first.finish(), second.finish()]);
            runs += 1;
            if !in_second {
                break;
            }
        }
        if !in_first {
            break;
        }
    }
    runs
}

#[test]
fn two_bookings_of_one_slot_share_one_link_at_every_await() {
    let make = || {
        let world = World::new(&["A001"]);
        let mut calendar = round_robin(&["A001"]);
        calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
        world.put(&calendar);
        world
    };
    for k in 0.. {
        let world = make();
        let scheduler = stepping(&world);
        let (pat, sam, by) = (request(TEN, "Pat"), request(TEN, "Sam"), caller());
        let mut first = Run::new(scheduler.book(&by, &pat));
        let second = Run::new(scheduler.book(&by, &sam));
        let in_first = first.steps(k);
        let second = second.finish().unwrap();
        let first = first.finish().unwrap();
        world.clock.advance(chrono::TimeDelta::minutes(1));
        world.settle();
        let read = |id| block_on(world.scheduler.appointment(&caller(), id)).unwrap().location;
        assert_eq!(read(first.id), read(second.id), "R11 after {k} steps");
        assert_eq!(world.zoom.meetings().len(), 1, "after {k} steps");
        if !in_first {
            break;
        }
    }
}

/// The future of a call is dropped at every await; the same request sent again is done once.
#[test]
fn a_dropped_booking_is_safe_at_every_await() {
    let id = RequestId::new("press-twice").unwrap();
    for k in 0.. {
        let world = one_seat();
        let scheduler = stepping(&world);
        let (by, pat) = (caller(), request(TEN, "Pat").with_request_id(id.clone()));
        let mut dropped = Run::new(scheduler.book(&by, &pat));
        let unfinished = dropped.steps(k);
        drop(dropped);
        let again = block_on(world.scheduler.book(&by, &pat)).unwrap();
        let repeated = block_on(world.scheduler.book(&by, &pat)).unwrap();
        assert_eq!(again.id, repeated.id, "after {k} steps");
        let other = block_on(world.scheduler.book(&by, &request(TEN, "Sam"))).unwrap_err();
        assert_eq!(other.kind(), "slot_unavailable");
        world.clock.advance(chrono::TimeDelta::minutes(1));
        world.settle();
        // Never two; none if the call was cut off between being sent and being taken down.
        assert!(world.zoom.meetings().len() <= 1, "after {k} steps");
        if !unfinished {
            break;
        }
    }
}

/// Two instances are sent one request, one of them stopped at every await: whatever it read before and
/// after the other's booking, it answers with that booking. A refusal would make the invitee book again.
#[test]
fn one_request_at_two_instances_is_answered_alike_at_every_await() {
    for callers in CALLERS {
        for k in 0.. {
            let world = one_seat();
            let [one, other] = schedulers(&world, callers);
            let id = RequestId::new("press-twice").unwrap();
            let (by, pat) = (caller(), request(TEN, "Pat").with_request_id(id));
            let mut first = Run::new(one.book(&by, &pat));
            let unfinished = first.steps(k);
            let second = Run::new(other.book(&by, &pat)).finish().unwrap();
            let first = first.finish().unwrap_or_else(|error| panic!("after {k} steps: {error}"));
            assert_eq!(first.id, second.id, "after {k} steps");
            if !unfinished {
                break;
            }
        }
    }
}

/// Others book other times with the same hosts meanwhile: what is taken is refused, however often they do.
#[test]
fn r20_a_refusal_is_told_though_others_are_at_work() {
    let world = World::new(&["A001", "B001"]);
    world.put(&round_robin(&["A001", "B001"]));
    let by = caller();
    for invitee in ["Pat", "Sam"] {
        block_on(world.scheduler.book(&by, &request(TEN, invitee))).unwrap();
    }
    let scheduler = stepping(&world);
    let taken = request(TEN, "Kim").with_request_id(RequestId::new("kims").unwrap());
    let mut refused = Run::new(scheduler.book(&by, &taken));
    let halves = (22..40).map(|half| at_ten() + chrono::TimeDelta::minutes(30 * (half - 21)));
    for start in halves {
        let other = BookRequest::new(demo(), start, invitee("Alex"));
        let unfinished = refused.step();
        // Some of these are not open.
        let _ = block_on(world.scheduler.book(&by, &other));
        if !unfinished {
            break;
        }
    }
    assert_eq!(refused.finish().unwrap_err().kind(), "slot_unavailable");
}

/// A world whose store has trouble with one commit of the call under test.
fn troubled(trouble: Trouble, before: u32) -> (World, Scheduler) {
    let world = one_seat();
    let store = Arc::new(TroubledStore {
        store: world.store.clone(),
        trouble,
        before: AtomicU32::new(before),
    });
    let scheduler = builder(store, &world.zoom, &world.clock, 5).build().unwrap();
    (world, scheduler)
}

#[test]
fn an_unknown_outcome_is_settled_by_sending_the_same_change_again() {
    for trouble in [Trouble::UnknownApplied, Trouble::UnknownLost] {
        // The three commits of a booking with its link: the booking, and those around the call.
        for before in 0..3 {
            let (world, scheduler) = troubled(trouble, before);
            let booked = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
            let location = format!("{:?}", booked.location);
            assert!(location.contains("Ready"), "{trouble:?} {before}: {location}");
            assert_eq!(world.zoom.meetings().len(), 1);
        }
    }
}

#[test]
fn a_store_that_is_down_changes_nothing() {
    let (world, scheduler) = troubled(Trouble::Unavailable, 0);
    let rows = world.store.len();
    let fault = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap_err();
    assert_eq!(fault.kind(), "store_unavailable");
    assert_eq!(world.store.len(), rows);
}

#[test]
fn a_booking_stands_though_its_link_fails_on_the_store() {
    let (world, scheduler) = troubled(Trouble::Unavailable, 1);
    let booked = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert!(format!("{:?}", booked.location).contains("Pending"));
    world.settle();
    let found = block_on(world.scheduler.appointment(&caller(), booked.id)).unwrap();
    assert!(format!("{:?}", found.location).contains("Ready"));
}

#[test]
fn one_winner_for_a_slot_that_another_moves_into() {
    for k in 0.. {
        let world = one_seat();
        let by = caller();
        let moved = block_on(world.scheduler.book(&by, &request(NOON, "Pat"))).unwrap();
        let scheduler = stepping(&world);
        let sam: BookRequest = request(TEN, "Sam");
        let mut first = Run::new(scheduler.reschedule(&by, moved.id, at_ten(), None));
        let unfinished = first.steps(k);
        let second = Run::new(scheduler.book(&by, &sam)).finish();
        let first = first.finish();
        assert_ne!(first.is_ok(), second.is_ok(), "after {k} steps");
        let at = block_on(world.scheduler.appointment(&by, moved.id)).unwrap().interval;
        assert_eq!(at.start() == at_ten(), first.is_ok());
        if !unfinished {
            break;
        }
    }
}

/// Both read the appointment's row, and one finds the slot gone that the other gave up meanwhile.
#[test]
fn two_who_cancel_are_both_told_that_it_is_so_at_every_await() {
    for k in 0.. {
        let world = one_seat();
        let by = caller();
        let booked = block_on(world.scheduler.book(&by, &request(TEN, "Pat"))).unwrap().id;
        let scheduler = stepping(&world);
        let mut first = Run::new(scheduler.cancel(&by, booked));
        let unfinished = first.steps(k);
        block_on(world.scheduler.cancel(&by, booked)).unwrap();
        assert!(first.finish().is_ok(), "after {k} steps");
        if !unfinished {
            break;
        }
    }
}

/// Two who change different things of one user: neither writes over what the other has written.
#[test]
fn r29_hours_and_default_location_are_kept_both_at_every_await() {
    for k in 0.. {
        let world = one_seat();
        let (by, ann) = (caller(), user("A001"));
        let (place, closed) = (LocationSetting::Ask, Hours::new(hours().zone()));
        let scheduler = stepping(&world);
        let mut first = Run::new(scheduler.set_hours(&by, &ann, &closed));
        let unfinished = first.steps(k);
        block_on(world.scheduler.set_default_location(&by, &ann, &place)).unwrap();
        first.finish().unwrap();
        let found = block_on(world.scheduler.user(&by, &ann)).unwrap();
        assert_eq!((found.hours, found.default_location), (closed, Some(place)), "after {k} steps");
        let free = block_on(world.scheduler.slots(&by, &demo(), at_ten(), after())).unwrap();
        assert!(free.is_empty(), "closed");
        if !unfinished {
            break;
        }
    }
}

/// Who reads an appointment while somebody cancels it, is told how it stands before or after.
#[test]
fn r13_nobody_is_shown_an_appointment_without_its_link_at_any_await() {
    let mut seen = BTreeSet::new();
    for k in 0.. {
        let world = one_seat();
        let by = caller();
        let booked = block_on(world.scheduler.book(&by, &request(TEN, "Pat"))).unwrap().id;
        let scheduler = stepping(&world);
        let mut reading = Run::new(scheduler.appointment(&by, booked));
        let unfinished = reading.steps(k);
        block_on(world.scheduler.cancel(&by, booked)).unwrap();
        let found = reading.finish().unwrap();
        let has_link = format!("{:?}", found.location).contains("Ready");
        assert_eq!(found.status == Status::Confirmed, has_link, "after {k} steps: {found:?}");
        seen.insert(has_link);
        if !unfinished {
            break;
        }
    }
    assert_eq!(seen, BTreeSet::from([false, true]));
}

#[test]
fn realms_see_nothing_of_each_other() {
    let world = one_seat();
    let store: Arc<MemoryStore> = world.store.clone();
    let other = builder(store, &world.zoom, &world.clock, 9).realm("other").build().unwrap();
    let unknown = block_on(other.book(&caller(), &request(TEN, "Pat"))).unwrap_err();
    assert_eq!(unknown.to_string(), format!("there is no account {} here", abc()));
}

/// A host connects while a link of theirs is being parked for want of a connection: whatever comes
/// first, the link is made, and nobody has to wait for a second look.
#[test]
fn r3_no_link_is_forgotten_by_a_connect_at_any_await() {
    for k in 0.. {
        let world = World::new(&[]);
        world.add_user("A001");
        world.put(&round_robin(&["A001"]));
        let scheduler = stepping(&world);
        let (by, pat) = (caller(), request(TEN, "Pat"));
        let mut booking = Run::new(scheduler.book(&by, &pat));
        let unfinished = booking.steps(k);
        world.connect("A001", "zoom-a");
        world.settle();
        let booked = booking.finish().unwrap();
        world.settle();
        let found = block_on(world.scheduler.appointment(&by, booked.id)).unwrap();
        assert!(format!("{:?}", found.location).contains("Ready"), "after {k} steps: {found:?}");
        if !unfinished {
            break;
        }
    }
}

/// While one call is out on the lane of a Zoom account, no other is sent; when whoever sent it is
/// gone for good, the others go on once the lease has ended.
#[test]
fn the_calls_of_a_zoom_account_go_one_by_one() {
    let world = one_seat();
    let scheduler = stepping(&world);
    let (by, pat, sam) = (caller(), request(TEN, "Pat"), request(NOON, "Sam"));
    let mut first = Run::new(scheduler.book(&by, &pat));
    while world.zoom.meetings().is_empty() {
        assert!(first.step(), "its call reaches Zoom");
    }
    // The answer is on its way; the lane is taken.
    let second = block_on(world.scheduler.book(&by, &sam)).unwrap();
    assert!(format!("{:?}", second.location).contains("Pending"));
    assert_eq!(world.zoom.meetings().len(), 1);
    drop(first);
    let link_of_second = || {
        world.settle();
        let found = block_on(world.scheduler.appointment(&by, second.id)).unwrap();
        format!("{:?}", found.location)
    };
    world.clock.advance(chrono::TimeDelta::seconds(20));
    assert!(link_of_second().contains("Pending"), "the lease holds until the call is surely over");
    world.clock.advance(chrono::TimeDelta::seconds(15));
    assert!(link_of_second().contains("Ready"));
}

/// The hosts of a large calendar stand in several rows. Whoever reads them while they are changed
/// sees the old ones or the new ones, never some of each.
#[test]
fn a_calendar_is_read_whole_at_every_await() {
    let world = World::new(&[]);
    let ids = |kind: char, count| (0..count).map(move |n| format!("{kind}{n:0>127}"));
    let (old, new): (Vec<String>, Vec<String>) = (ids('o', 330).collect(), ids('n', 700).collect());
    for id in old.iter().chain(&new) {
        world.add_user(id);
    }
    let calendar = |ids: &[String]| {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        round_robin(&ids)
    };
    let scheduler = stepping(&world);
    let (by, demo) = (caller(), crate::world::demo());
    for k in 0.. {
        world.put(&calendar(&old));
        let mut query = Run::new(scheduler.slots(&by, &demo, at_ten(), after()));
        let unfinished = query.steps(k);
        world.put(&calendar(&new));
        let slots = query.finish().unwrap();
        let hosts: Vec<_> = slots.iter().next().unwrap().hosts().collect();
        let (first, count) = (&hosts[0].as_str()[..1], hosts.len());
        assert!(matches!((first, count), ("o", 330) | ("n", 700)), "{first} {count} after {k}");
        if !unfinished {
            break;
        }
    }
}
