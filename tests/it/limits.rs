//! Limits per day, week and month, for calendar and host: what counts, where, and what frees a place.

use chrono::TimeDelta;
use slotlink::rules::Reason;
use slotlink::testkit::block_on;
use slotlink::words::{AppointmentId, Buffer, CollectiveHost, Confirmation, Mark, Seats, Zone};

use crate::limits_lab::{Lab, collective, length, limits, open, round_robin_of};
use crate::world::{at, caller, demo, user};

/// A calendar with one host, counted in both scopes alike.
fn scopes(day: u16, week: u16, month: u16) -> [slotlink::words::Limits; 2] {
    [limits([day, week, month], [0; 3]), limits([0; 3], [day, week, month])]
}

fn lab_of_one(limits: slotlink::words::Limits) -> Lab {
    let lab = Lab::new(&["A001"]);
    lab.put(&round_robin_of(&["A001"], limits));
    lab
}

fn reassign(lab: &Lab, id: AppointmentId, to: &str) -> Result<(), &'static str> {
    let answer = block_on(lab.scheduler.reassign(&caller(), id, &user(to)));
    answer.map(|_| ()).map_err(|error| error.kind())
}

#[test]
fn a_day_is_full_at_its_limit_and_the_next_is_not() {
    for limits in scopes(2, 0, 0) {
        let lab = lab_of_one(limits);
        lab.book("2026-11-24T10:00:00Z");
        lab.book("2026-11-24T23:30:00Z");
        lab.refused("2026-11-24T12:00:00Z");
        lab.refused("2026-11-24T00:00:00Z");
        lab.book("2026-11-25T00:00:00Z");
        lab.book("2026-11-23T23:30:00Z");
        lab.agree();
    }
}

/// Peers counted in the wrong zone: 23:30Z is half past nine of the next morning in Brisbane.
#[test]
fn dates_are_those_of_the_calendars_zone() {
    for limits in scopes(1, 0, 0) {
        let lab = Lab::new(&["A001"]);
        let mut calendar = round_robin_of(&["A001"], limits);
        calendar.zone = Zone::new("Australia/Brisbane").unwrap();
        lab.put(&calendar);
        lab.book("2026-11-24T23:30:00Z");
        lab.refused("2026-11-25T00:00:00Z");
        lab.refused("2026-11-25T13:30:00Z");
        lab.refused("2026-11-24T14:00:00Z");
        lab.book("2026-11-24T13:30:00Z");
        lab.book("2026-11-25T14:00:00Z");
        lab.agree();
    }
}

#[test]
fn weeks_begin_on_monday_and_go_over_the_ends_of_months_and_years() {
    for limits in scopes(0, 2, 0) {
        for (first, second, full, free) in [
            ("2026-11-30", "2026-12-06", "2026-12-03", ["2026-11-29", "2026-12-07"]),
            ("2026-12-31", "2027-01-01", "2027-01-03", ["2026-12-27", "2027-01-04"]),
        ] {
            let lab = lab_of_one(limits);
            let on = |date: &str| format!("{date}T10:00:00Z");
            lab.book(&on(first));
            lab.book(&on(second));
            lab.refused(&on(full));
            for date in free {
                lab.book(&on(date));
            }
            lab.agree();
        }
    }
}

#[test]
fn months_are_those_of_the_calendar_and_leap_days_are_in_february() {
    for limits in scopes(0, 0, 2) {
        let lab = lab_of_one(limits);
        lab.book("2027-12-01T00:00:00Z");
        lab.book("2027-12-31T23:30:00Z");
        lab.refused("2027-12-15T10:00:00Z");
        lab.book("2028-01-01T00:00:00Z");
        lab.book("2028-02-29T10:00:00Z");
        lab.book("2028-02-01T10:00:00Z");
        lab.refused("2028-02-02T10:00:00Z");
        lab.book("2028-03-01T00:00:00Z");
        lab.agree();
    }
}

#[test]
fn the_tightest_limit_counts() {
    for limits in [limits([2, 3, 4], [0; 3]), limits([0; 3], [2, 3, 4])] {
        let lab = lab_of_one(limits);
        lab.book("2026-12-01T10:00:00Z");
        lab.book("2026-12-01T11:00:00Z");
        lab.refused("2026-12-01T12:00:00Z");
        lab.book("2026-12-02T10:00:00Z");
        lab.refused("2026-12-03T10:00:00Z");
        lab.book("2026-12-08T10:00:00Z");
        lab.refused("2026-12-30T10:00:00Z");
        // The same week in November is full, too.
        lab.refused("2026-11-30T10:00:00Z");
        lab.book("2027-01-01T10:00:00Z");
        lab.agree();
    }
}

#[test]
fn what_ends_frees_its_place() {
    for limits in scopes(1, 1, 1) {
        let lab = lab_of_one(limits);
        let cancelled = lab.book("2026-12-01T10:00:00Z");
        lab.refused("2026-12-01T12:00:00Z");
        lab.cancel(cancelled);
        lab.cancel(cancelled);
        let deleted = lab.book("2026-12-01T12:00:00Z");
        lab.refused("2026-12-01T10:00:00Z");
        block_on(lab.scheduler.delete(&caller(), deleted)).unwrap();
        block_on(lab.scheduler.delete(&caller(), cancelled)).unwrap();
        lab.book("2026-12-01T10:00:00Z");
        lab.refused("2026-12-01T12:00:00Z");
    }
}

#[test]
fn pending_ones_count_until_they_lapse_or_are_declined() {
    for limits in scopes(1, 0, 0) {
        let lab = Lab::new(&["A001"]);
        let mut calendar = round_robin_of(&["A001"], limits);
        calendar.confirmation = Confirmation::ByHost;
        calendar.lapse = Some(slotlink::words::Lapse::new(60).unwrap());
        lab.put(&calendar);
        lab.book("2026-11-25T10:00:00Z");
        lab.refused("2026-11-25T12:00:00Z");
        lab.clock.advance(TimeDelta::minutes(61));
        lab.settle();
        let kept = lab.book("2026-11-25T12:00:00Z");
        block_on(lab.scheduler.confirm(&caller(), kept)).unwrap();
        lab.refused("2026-11-25T10:00:00Z");
        lab.agree();
    }
}

#[test]
fn who_did_not_come_still_counts() {
    let lab = lab_of_one(limits([1, 0, 0], [1, 0, 0]));
    let booked = lab.book("2026-11-23T09:00:00Z");
    lab.clock.set(at("2026-11-23T09:10:00Z"));
    block_on(lab.scheduler.mark(&caller(), booked, Mark::NoShow)).unwrap();
    lab.refused("2026-11-23T12:00:00Z");
    block_on(lab.scheduler.delete(&caller(), booked)).unwrap();
    lab.book("2026-11-23T12:00:00Z");
    lab.agree();
}

#[test]
fn a_moved_one_does_not_count_against_itself() {
    for limits in scopes(1, 2, 2) {
        let lab = lab_of_one(limits);
        let moved = lab.book("2026-12-08T10:00:00Z");
        let other = lab.book("2026-12-09T10:00:00Z");
        lab.move_to(moved, "2026-12-08T11:00:00Z").unwrap();
        assert_eq!(
            lab.move_to(moved, "2026-12-09T11:00:00Z").unwrap_err().kind(),
            "slot_unavailable"
        );
        lab.move_to(moved, "2026-12-10T10:00:00Z").unwrap();
        lab.agree();
        lab.move_to(moved, "2027-01-31T10:00:00Z").unwrap();
        lab.agree();
        lab.book("2026-12-08T10:00:00Z");
        lab.refused("2026-12-20T10:00:00Z");
        assert_eq!(
            lab.move_to(moved, "2026-12-20T10:00:00Z").unwrap_err().kind(),
            "slot_unavailable"
        );
        lab.cancel(other);
        lab.move_to(moved, "2026-12-20T10:00:00Z").unwrap();
        lab.agree();
    }
}

#[test]
fn a_moved_one_does_not_count_against_itself_before_counters_are_made() {
    for limits in scopes(1, 1, 1) {
        let lab = lab_of_one(self::limits([0; 3], [0; 3]));
        let moved = lab.book("2026-12-08T10:00:00Z");
        lab.put(&round_robin_of(&["A001"], limits));
        lab.refused("2026-12-08T11:00:00Z");
        lab.move_to(moved, "2026-12-08T11:00:00Z").unwrap();
        lab.move_to(moved, "2026-12-10T11:00:00Z").unwrap();
        assert!(!lab.store.is_made());
        lab.settle();
        lab.agree();
    }
}

#[test]
fn who_joins_an_open_slot_counts_too() {
    for limits in scopes(2, 0, 0) {
        let lab = Lab::new(&["A001"]);
        let mut calendar = round_robin_of(&["A001"], limits);
        calendar.slot = length(30).with_seats(Seats::new(5).unwrap());
        lab.put(&calendar);
        lab.book("2026-11-24T10:00:00Z");
        let second = lab.book("2026-11-24T10:00:00Z");
        lab.refused("2026-11-24T10:00:00Z");
        lab.refused("2026-11-24T11:00:00Z");
        // It may change its seat for one on the same date.
        lab.move_to(second, "2026-11-24T11:00:00Z").unwrap();
        lab.move_to(second, "2026-11-24T10:00:00Z").unwrap();
        lab.agree();
    }
}

#[test]
fn a_host_at_the_limit_leaves_it_to_another_and_explain_says_so() {
    let lab = Lab::new(&["A001", "B002"]);
    lab.put(&round_robin_of(&["A001", "B002"], limits([3, 0, 0], [1, 0, 0])));
    let hosts = |start| lab.try_book(start).unwrap().hosts;
    let first = hosts("2026-11-24T10:00:00Z");
    assert_ne!(hosts("2026-11-24T11:00:00Z"), first);
    lab.refused("2026-11-24T12:00:00Z");
    let noon = at("2026-11-24T12:00:00Z");
    let explained = block_on(lab.scheduler.explain(&caller(), &demo(), noon)).unwrap();
    for host in explained.hosts {
        assert!(host.reasons.contains(&Reason::Limit), "{host:?}");
    }
    // The calendar's limit is told of every host.
    lab.put(&round_robin_of(&["A001", "B002"], limits([2, 0, 0], [0; 3])));
    let explained = block_on(lab.scheduler.explain(&caller(), &demo(), noon)).unwrap();
    assert!(explained.hosts.iter().all(|host| host.reasons.contains(&Reason::Limit)));
    assert!(lab.book_at(noon, Some("A001")).is_err());
}

#[test]
fn who_is_given_an_appointment_has_it_counted() {
    let lab = Lab::new(&["A001", "B002"]);
    lab.put(&round_robin_of(&["A001", "B002"], limits([2, 0, 0], [1, 0, 0])));
    let first = lab.book_at(at("2026-11-24T10:00:00Z"), Some("A001")).unwrap().id;
    reassign(&lab, first, "B002").unwrap();
    lab.agree();
    assert!(lab.book_at(at("2026-11-24T12:00:00Z"), Some("B002")).is_err());
    let second = lab.book_at(at("2026-11-24T12:00:00Z"), Some("A001")).unwrap().id;
    // B002 is full; A001 is, too; and the calendar does not stand in the way of a swap.
    assert_eq!(reassign(&lab, second, "B002"), Err("slot_unavailable"));
    lab.cancel(first);
    reassign(&lab, second, "B002").unwrap();
    lab.agree();
    // It keeps its time: that the calendar takes fewer now does not matter.
    lab.book("2026-11-24T13:00:00Z");
    lab.put(&round_robin_of(&["A001", "B002"], limits([1, 0, 0], [2, 0, 0])));
    reassign(&lab, second, "A001").unwrap();
    lab.agree();
}

#[test]
fn each_host_of_a_collective_calendar_counts_and_optional_ones_never_block() {
    let lab = Lab::new(&["A001", "B002", "C003"]);
    let hosts = || {
        let required = ["A001", "B002"].map(|id| CollectiveHost::required(user(id)));
        required.into_iter().chain([CollectiveHost::optional(user("C003"))]).collect()
    };
    lab.put(&open(collective(hosts()), limits([0; 3], [2, 0, 0])));
    let all = lab.try_book("2026-11-24T10:00:00Z").unwrap();
    assert_eq!(all.hosts.len(), 3);
    lab.agree();
    lab.book("2026-11-24T11:00:00Z");
    lab.refused("2026-11-24T12:00:00Z");
    lab.cancel(all.id);
    lab.book("2026-11-24T12:00:00Z");
    lab.agree();
}

/// Optional hosts who are full stay away from new slots, and stay in those they sit in.
#[test]
fn an_optional_host_at_the_limit_does_not_come_along() {
    let lab = Lab::new(&["A001", "C003"]);
    let hosts =
        || vec![CollectiveHost::required(user("A001")), CollectiveHost::optional(user("C003"))];
    let mut calendar = open(collective(hosts()), limits([0; 3], [3, 0, 0]));
    calendar.slot = length(30).with_seats(Seats::new(2).unwrap());
    // C003 is alone first, so that they have more than A001.
    let mut alone = calendar.clone();
    alone.kind = collective(vec![CollectiveHost::required(user("C003"))]);
    lab.put(&alone);
    lab.book("2026-11-24T08:00:00Z");
    lab.book("2026-11-24T08:30:00Z");
    lab.put(&calendar);
    let both = lab.try_book("2026-11-24T10:00:00Z").unwrap();
    assert_eq!(both.hosts, [user("A001"), user("C003")]);
    assert_eq!(lab.try_book("2026-11-24T11:00:00Z").unwrap().hosts, [user("A001")]);
    // The seat beside C003 is still given.
    assert_eq!(lab.try_book("2026-11-24T10:00:00Z").unwrap().hosts.len(), 2);
    lab.agree();
    lab.refused("2026-11-24T11:00:00Z");
    lab.refused("2026-11-24T12:00:00Z");
}

#[test]
fn limits_may_be_raised_lowered_removed_and_added() {
    for made in [true, false] {
        let lab = lab_of_one(limits([0; 3], [0; 3]));
        let day = |n| limits([n, 0, 0], [0; 3]);
        let put = |limits| {
            lab.put(&round_robin_of(&["A001"], limits));
            if made {
                lab.settle();
                assert!(lab.store.is_made());
            }
        };
        lab.book("2026-11-24T08:00:00Z");
        lab.book("2026-11-24T09:00:00Z");
        put(day(3));
        lab.book("2026-11-24T10:00:00Z");
        lab.refused("2026-11-24T11:00:00Z");
        put(day(4));
        lab.book("2026-11-24T11:00:00Z");
        put(day(2));
        lab.refused("2026-11-24T12:00:00Z");
        put(limits([0; 3], [0; 3]));
        let extra = lab.book("2026-11-24T12:00:00Z");
        put(limits([0; 3], [0, 5, 0]));
        lab.refused("2026-11-25T12:00:00Z");
        lab.cancel(extra);
        lab.book("2026-11-26T12:00:00Z");
        lab.refused("2026-11-25T12:00:00Z");
        put(limits([0, 0, 6], [0, 7, 0]));
        lab.book("2026-11-25T12:00:00Z");
        lab.refused("2026-11-27T12:00:00Z");
        put(limits([0; 3], [0; 3]));
        lab.book("2026-11-27T12:00:00Z");
        lab.settle();
        lab.agree();
        // It is looked again whether nothing was missed.
        lab.clock.advance(TimeDelta::minutes(1));
        lab.settle();
        assert_eq!(lab.store.rows("counter").len(), 0);
        assert_eq!(lab.store.counting(), None, "nothing is left of limits that are gone");
    }
}

#[test]
fn another_zone_counts_by_other_dates() {
    for made in [true, false] {
        let lab = lab_of_one(limits([1, 0, 0], [0; 3]));
        lab.book("2026-11-24T23:30:00Z");
        lab.refused("2026-11-24T10:00:00Z");
        let mut calendar = round_robin_of(&["A001"], limits([1, 0, 0], [0; 3]));
        calendar.zone = Zone::new("Australia/Brisbane").unwrap();
        lab.put(&calendar);
        if made {
            lab.settle();
        }
        lab.book("2026-11-24T10:00:00Z");
        lab.refused("2026-11-25T10:00:00Z");
        lab.settle();
        lab.agree();
    }
}

#[test]
fn a_calendar_without_hosts_is_its_own_only_host() {
    let lab = Lab::new(&[]);
    let open_always = "00:00-24:00".parse().unwrap();
    let days = (0..7).map(|day| chrono::Weekday::try_from(day).unwrap());
    let kind = slotlink::words::CalendarKind::Unassigned {
        weekly: slotlink::words::WeeklyHours::new().on(days, &[open_always]),
        overrides: Default::default(),
    };
    // The lower of both: one a day, two a week.
    lab.put(&open(kind, limits([1, 5, 0], [3, 2, 0])));
    lab.book("2026-11-24T10:00:00Z");
    lab.refused("2026-11-24T11:00:00Z");
    lab.book("2026-11-25T10:00:00Z");
    lab.refused("2026-11-26T10:00:00Z");
    lab.book("2026-11-30T10:00:00Z");
    lab.agree();
}

/// In St John's clocks went from 00:01 back to 23:01 of the day before: that date ends twice.
#[test]
fn a_date_that_ends_twice_is_counted_whole() {
    for settled in [true, false] {
        let lab = Lab::new(&["A001"]);
        lab.clock.set(at("2010-11-01T08:00:00Z"));
        let mut calendar = round_robin_of(&["A001"], limits([0; 3], [0; 3]));
        calendar.zone = Zone::new("America/St_Johns").unwrap();
        calendar.slot = length(30).with_buffers(Buffer::NONE, Buffer::NONE);
        lab.put(&calendar);
        // 23:30 for the second time, on the 6th.
        lab.book("2010-11-07T03:00:00Z");
        calendar.limits = limits([1, 0, 0], [0; 3]);
        lab.put(&calendar);
        if settled {
            lab.settle();
        }
        lab.refused("2010-11-06T15:00:00Z");
        lab.book("2010-11-07T15:00:00Z");
        lab.agree();
    }
}
