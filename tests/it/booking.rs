//! Booking flows through the services.

use slotlink::rules::LinkState;
use slotlink::testkit::block_on;
use slotlink::{MeetingLocation, Refusal};

use crate::world::{World, caller, request, round_robin, user};

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
    let slotlink::Error::Refused(Refusal::SlotUnavailable { .. }) = refused else {
        panic!()
    };
}
