//! Every change of an appointment fits one change set, whatever its calendar counts.

use slotlink::testkit::block_on;
use slotlink::words::{
    Buffer, Calendar, CollectiveHost, Confirmation, GridStep, Limits, LocationSetting, Seats,
    SlotLength, SlotSettings,
};
use slotlink::{Appointment, Error};

use crate::limits_lab::{Lab, collective, limits, open};
use crate::world::{at, caller, user};

const MOST: usize = slotlink::ports::MAX_OPERATIONS;
/// Padded by four hours on both ends, all of these touch two UTC days.
const FROM: &str = "2027-01-30T23:00:00Z";
const TO: &str = "2027-04-30T23:00:00Z";

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("H{number:03}")).collect()
}

fn calendar(hosts: &[String], limits: Limits, seats: u16) -> Calendar {
    let hosts = hosts.iter().map(|id| CollectiveHost::required(user(id))).collect();
    let mut calendar = open(collective(hosts), limits);
    let four = Buffer::new(240).unwrap();
    calendar.slot = SlotSettings::new(SlotLength::new(120).unwrap(), GridStep::new(30).unwrap())
        .with_buffers(four, four)
        .with_seats(Seats::new(seats).unwrap());
    calendar.location = Some(LocationSetting::Zoom);
    calendar
}

fn lab(count: usize, limits: Limits, seats: u16) -> (Lab, Calendar) {
    let names = names(count);
    let lab = Lab::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let calendar = calendar(&names, limits, seats);
    lab.put(&calendar);
    (lab, calendar)
}

fn all() -> Limits {
    limits([9, 9, 9], [9, 9, 9])
}

/// The largest commit of a booking that is moved, then cancelled.
fn largest(lab: &Lab) -> usize {
    lab.store.commits();
    let moved = booked(lab.try_book(FROM));
    booked(lab.move_to(moved.id, TO));
    lab.cancel(moved.id);
    let again = booked(lab.try_book(TO));
    block_on(lab.scheduler.delete(&caller(), again.id)).unwrap();
    lab.agree();
    lab.store.commits().into_iter().max().unwrap()
}

fn booked(answer: Result<Appointment, Error>) -> Appointment {
    answer.unwrap_or_else(|error| {
        panic!("{error}: {:?}", std::error::Error::source(&error).map(ToString::to_string))
    })
}

#[test]
fn the_most_hosts_fit_with_any_limits_that_are_allowed() {
    let calendars = limits([9, 9, 9], [0; 3]);
    for (hosts, limits, most) in
        [(20, limits([0; 3], [0; 3]), 92), (20, calendars, MOST), (8, all(), 82)]
    {
        for seats in [1, 3] {
            let (lab, _) = lab(hosts, limits, seats);
            assert_eq!(largest(&lab), most, "{hosts} hosts, {limits:?}");
        }
    }
}

#[test]
fn more_hosts_with_limits_of_their_own_are_refused() {
    let (lab, _) = lab(9, limits([9, 9, 9], [0; 3]), 1);
    let refused = calendar(&names(9), all(), 1);
    let refused = block_on(lab.scheduler.put_calendar(&caller(), &refused)).unwrap_err();
    assert_eq!(refused.kind(), "invalid_input", "{refused}");
    assert!(refused.to_string().contains('8'), "{refused}");
}

/// Appointments keep their hosts when the calendar has fewer, and limits for each.
#[test]
fn appointments_of_many_hosts_can_be_moved_and_joined_when_limits_come() {
    for made in [true, false] {
        let (lab, _) = lab(20, limits([0; 3], [0; 3]), 3);
        let [moved, cancelled, _joined] = ["2027-01-30T23:00:00Z", "2027-02-27T23:00:00Z", TO]
            .map(|start| booked(lab.try_book(start)).id);
        let eight = calendar(&names(8), all(), 3);
        lab.put(&eight);
        if made {
            lab.settle();
        }
        lab.store.commits();
        booked(lab.try_book(TO));
        booked(lab.move_to(moved, TO));
        booked(lab.move_to(moved, "2027-03-30T23:00:00Z"));
        lab.cancel(cancelled);
        let largest = lab.store.commits().into_iter().max().unwrap();
        assert!(largest <= MOST, "{largest}");
        lab.settle();
        lab.agree();
    }
}

/// A slot whose link was dropped is moved into: a link that nobody uses any more costs nothing.
#[test]
fn a_dropped_link_in_the_target_slot_still_fits() {
    let (lab, mut calendar) = lab(20, limits([9, 9, 9], [0; 3]), 3);
    let leaves = booked(lab.try_book(TO)).id;
    let moved = booked(lab.try_book(FROM)).id;
    calendar.confirmation = Confirmation::ByHost;
    lab.put(&calendar);
    booked(lab.try_book(TO));
    lab.cancel(leaves);
    lab.store.commits();
    booked(lab.move_to(moved, TO));
    assert!(lab.store.commits().into_iter().max().unwrap() <= MOST);
    lab.agree();
}

/// Calendars without limits pay one read and one expectation.
#[test]
fn calendars_without_limits_pay_one_read() {
    let free = crate::limits_lab::round_robin_of(&["A001"], limits([0; 3], [0; 3]));
    let lab = Lab::new(&["A001"]);
    lab.put(&free);
    lab.store.reads();
    lab.book_at(at(FROM), None).unwrap();
    let free_reads = lab.store.reads();
    let limited = Lab::new(&["A001"]);
    limited.put(&crate::limits_lab::round_robin_of(&["A001"], limits([9; 3], [9; 3])));
    limited.store.reads();
    limited.book_at(at(FROM), None).unwrap();
    let limited_reads = limited.store.reads();
    assert!(limited_reads <= free_reads + 2, "{free_reads} without, {limited_reads} with limits");
}
