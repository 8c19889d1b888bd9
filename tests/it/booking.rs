//! Booking flows through the services.

use slotlink::rules::LinkState;
use slotlink::testkit::{ZoomVisit, block_on};
use slotlink::words::{Seats, ZoomAccountId};
use slotlink::{MeetingLocation, Refusal};

use crate::world::{World, caller, request, round_robin, slot_settings, user};

const TEN: &str = "2026-11-24T10:00:00Z";

#[test]
fn a_booking_answers_with_its_host_and_its_link() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(booked.hosts, [user("A001")]);
    let MeetingLocation::Zoom(LinkState::Ready { join_url, .. }) = booked.location else {
        panic!("{:?}", booked.location);
    };
    let meetings = world.zoom.meetings();
    assert_eq!(meetings.len(), 1);
    assert_eq!(meetings[0].join_url, join_url.as_str());
    world.settle();
    assert_eq!(world.zoom.meetings(), meetings);
}

#[test]
fn r19_the_last_seat_is_given_once() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    let refused = block_on(world.scheduler.book(&caller(), &request(TEN, "Sam"))).unwrap_err();
    assert_eq!(refused.kind(), "slot_unavailable");
    let slotlink::Error::Refused(Refusal::SlotUnavailable { .. }) = refused else { panic!() };
}

#[test]
fn a_round_robin_calendar_holds_2000_hosts() {
    let world = World::new(&[]);
    let hosts: Vec<String> =
        (0..2000).map(|n| format!("6f9619ff-8b86-d011-b42d-{n:012}")).collect();
    for host in &hosts {
        world.add_user(host);
    }
    let mut names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    world.put(&round_robin(&names));
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(booked.hosts, [user(names[0])]);
    // Fewer hosts, and none of the old ones is left over.
    names.truncate(3);
    world.put(&round_robin(&names));
    let (from, to) = (booked.interval.start(), booked.interval.end());
    let slots =
        block_on(world.scheduler.slots(&caller(), &crate::world::demo(), from, to)).unwrap();
    let hosts: Vec<_> = slots.iter().next().unwrap().hosts().collect();
    assert_eq!(hosts, [&user(names[1]), &user(names[2])]);
}

#[test]
fn r2_a_refused_consent_of_another_user_does_not_cut_off_the_rightful_one() {
    let world = World::new(&["A001", "B002"]);
    world.put(&round_robin(&["A001"]));
    let zoom_a = ZoomAccountId::new("zoom-A001").unwrap();
    let visit = ZoomVisit::new(&world.scheduler, &world.zoom);
    let refused = block_on(visit.connect(&user("B002"), &zoom_a)).unwrap_err();
    assert_eq!(refused.kind(), "zoom_account_taken");
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert!(matches!(booked.location, MeetingLocation::Zoom(LinkState::Ready { .. })));
}

/// Whoever was moved counts once: at the new start, not at the old one too.
#[test]
fn a_moved_appointment_counts_once_for_its_host() {
    let world = World::new(&["A001", "B002"]);
    world.put(&round_robin(&["A001", "B002"]));
    let book =
        |start, who| block_on(world.scheduler.book(&caller(), &request(start, who))).unwrap();
    let first = book(TEN, "Pat");
    assert_eq!(first.hosts, [user("A001")]);
    assert_eq!(book(TEN, "Sam").hosts, [user("B002")]);
    let eleven = "2026-11-24T11:00:00Z".parse().unwrap();
    block_on(world.scheduler.reschedule(&caller(), first.id, eleven, None)).unwrap();
    // One each, at the same instant: the id decides.
    assert_eq!(book("2026-11-24T12:00:00Z", "Kim").hosts, [user("A001")]);
}

/// A slot is a turn of its host as long as somebody sits in it, whoever booked it first.
#[test]
fn a_turn_lasts_as_long_as_somebody_sits_in_the_slot() {
    let world = World::new(&["A001", "B002"]);
    let mut calendar = round_robin(&["A001", "B002"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
    world.put(&calendar);
    let (noon, by) = ("2026-11-24T12:00:00Z", caller());
    let book = |start, who| block_on(world.scheduler.book(&by, &request(start, who))).unwrap();
    let next = || {
        let booked = book(noon, "Kim");
        block_on(world.scheduler.delete(&by, booked.id)).unwrap();
        booked.hosts[0].clone()
    };
    let [first, second] = [book(TEN, "Pat"), book(TEN, "Sam")];
    assert_eq!((&first.hosts, &second.hosts), (&vec![user("A001")], &vec![user("A001")]));
    block_on(world.scheduler.cancel(&by, first.id)).unwrap();
    assert_eq!(next(), user("B002"), "A001 still hosts Sam");
    block_on(world.scheduler.cancel(&by, second.id)).unwrap();
    assert_eq!(next(), user("A001"), "nobody has a turn");
}
