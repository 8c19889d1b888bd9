use chrono::TimeDelta;

use super::*;
use crate::words::{
    AccountId, BookingWindow, Buffer, CalendarId, CalendarRef, GridStep, Hours, Notice, Occupancy,
    Seats, SlotLength, SlotSettings, TimeOfDay, UserId, Window, WindowDays, Zone,
};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

fn interval(from: i64, to: i64) -> Interval {
    Interval::new(at(from), at(to)).unwrap()
}

fn calendar(id: &str) -> CalendarRef {
    CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new(id).unwrap())
}

fn user(id: &str) -> Occupant {
    Occupant::User(UserId::new(id).unwrap())
}

fn collective(primary: &str, optional: &[&str]) -> Group {
    let user = |id: &str| UserId::new(id).unwrap();
    let optional = optional.iter().map(|id| user(id)).collect();
    Group::Collective { primary: user(primary), optional }
}

/// Slots of an hour every hour, two seats, ten minutes before and five after.
fn rules(group: Group) -> SlotRules {
    let slot = SlotSettings::new(SlotLength::new(60).unwrap(), GridStep::new(60).unwrap())
        .with_buffers(Buffer::new(10).unwrap(), Buffer::new(5).unwrap())
        .with_seats(Seats::new(2).unwrap());
    let window = BookingWindow::Days(WindowDays::new(2).unwrap());
    SlotRules::new(calendar("demo"), group, Zone::UTC, slot, Notice::new(60).unwrap(), window)
}

/// A slot of a calendar from one minute on, with the buffers of [`rules`].
fn taken(id: &str, from: i64, owner: &str, seats: u16) -> Occupancy {
    let (core, padded) = (interval(from, from + 60), interval(from - 10, from + 65));
    Occupancy::new(core, padded, calendar(id), user(owner), seats).unwrap()
}

/// Open at these minutes of the first day.
fn hours(open: &[(u16, u16)]) -> &'static Hours {
    let time = |minute: &u16| TimeOfDay::new(*minute).unwrap();
    let windows = open.iter().map(|(from, to)| Window::new(time(from), time(to)).unwrap());
    let hours = Hours::new(Zone::UTC).with_override(at(0).date_naive(), windows.collect());
    Box::leak(Box::new(hours))
}

/// Open all day.
fn host(id: &str, occupied: Vec<Occupancy>, busy: &[(i64, i64)]) -> HostTimes<'static> {
    let busy = busy.iter().map(|(from, to)| interval(*from, *to)).collect();
    HostTimes::new(user(id), hours(&[(0, 1440)])).with_occupied(occupied).with_busy(busy)
}

/// `A.` for a new slot, `A+1` for one seat left of a slot that exists, at minute 600.
#[track_caller]
fn assert_places(rules: &SlotRules, hosts: &[HostTimes<'_>], expected: &str, seats_left: u32) {
    let offer = offer_at(rules, hosts, at(600), at(0));
    let listed = slots(rules, hosts, at(0), at(1440), at(0)).unwrap();
    let mut listed = listed.iter().filter(|slot| slot.interval().start() == at(600));
    assert_eq!(listed.next().map(Slot::offer), offer);
    let text = |(host, place): &(Occupant, Place)| match place {
        Place::New => format!("{}.", host.user().unwrap()),
        Place::Join { seats_left, .. } => format!("{}+{seats_left}", host.user().unwrap()),
    };
    let texts = offer.iter().flat_map(Offer::places).map(text);
    assert_eq!(texts.collect::<Vec<_>>().join(" "), expected);
    assert_eq!(offer.map_or(0, |offer| offer.seats_left()), seats_left);
}

#[test]
fn buffers_meet_busy_times_and_other_occupancies_half_open() {
    let rules = rules(Group::RoundRobin);
    // The slot is 600 to 660, with its buffers 590 to 665.
    for (busy, free) in
        [((0, 590), true), ((0, 591), false), ((665, 700), true), ((664, 700), false)]
    {
        let expected = if free { ("A.", 2) } else { ("", 0) };
        assert_places(&rules, &[host("A", vec![], &[busy])], expected.0, expected.1);
    }
    // Of another calendar, padded from 665 on: back to back. A minute earlier they overlap.
    for (from, free) in [(675, true), (674, false), (525, true), (526, false)] {
        let expected = if free { ("A.", 2) } else { ("", 0) };
        let other = taken("other", from, "A", 1);
        assert_places(&rules, &[host("A", vec![other], &[])], expected.0, expected.1);
    }
}

#[test]
fn a_slot_lies_in_one_open_interval_but_buffers_need_not() {
    let rules = rules(Group::RoundRobin);
    let open = |edges| [HostTimes::new(user("A"), hours(edges))];
    assert_places(&rules, &open(&[(600, 660)]), "A.", 2);
    assert_places(&rules, &open(&[(640, 660), (600, 640)]), "A.", 2);
    assert_places(&rules, &open(&[(601, 700)]), "", 0);
    assert_places(&rules, &open(&[(500, 659)]), "", 0);
    assert_places(&rules, &open(&[(500, 630), (631, 700)]), "", 0);
}

#[test]
fn a_seat_is_joined_whatever_hours_and_busy_times_say() {
    let rules = rules(Group::RoundRobin);
    let closed = |seats| {
        let occupied = vec![taken("demo", 600, "A", seats)];
        HostTimes::new(user("A"), hours(&[]))
            .with_occupied(occupied)
            .with_busy(vec![interval(0, 2880)])
    };
    assert_places(&rules, &[host("B", vec![], &[]), closed(1)], "A+1 B.", 3);
    assert_places(&rules, &[closed(2)], "", 0);
    // A slot of another length, or of another owner, is not this slot.
    let other = host("A", vec![taken("demo", 600, "Z", 1)], &[]);
    assert_places(&rules, &[other], "", 0);
    let longer = SlotSettings::new(SlotLength::new(90).unwrap(), GridStep::new(60).unwrap());
    let window = BookingWindow::Days(WindowDays::new(2).unwrap());
    let calendar = calendar("demo");
    let longer =
        SlotRules::new(calendar, Group::RoundRobin, Zone::UTC, longer, Notice::NONE, window);
    assert_places(&longer, &[closed(1)], "", 0);
}

#[test]
fn collective_slots_need_all_but_the_optional_hosts() {
    let rules = rules(collective("C", &["B", "C"]));
    let free = |id| host(id, vec![], &[]);
    let busy = |id| host(id, vec![], &[(600, 601)]);
    assert_places(&rules, &[free("A"), free("B"), free("C")], "C. A. B.", 2);
    assert_places(&rules, &[free("A"), busy("B"), free("C")], "C. A.", 2);
    assert_places(&rules, &[busy("A"), free("B"), free("C")], "", 0);
    // The primary host is required, whatever the set of optional ones says.
    assert_places(&rules, &[free("A"), free("B"), busy("C")], "", 0);
    assert_places(&rules, &[free("A"), free("B")], "", 0);
}

#[test]
fn the_first_appointment_freezes_the_hosts_of_a_collective_slot() {
    let rules = rules(collective("C", &["B"]));
    let sits = |id, seats| host(id, vec![taken("demo", 600, "C", seats)], &[(600, 700)]);
    let free = |id| host(id, vec![], &[]);
    assert_places(&rules, &[sits("A", 1), free("B"), sits("C", 1)], "C+1 A+1", 1);
    assert_places(&rules, &[sits("A", 1), sits("B", 1), sits("C", 1)], "C+1 A+1 B+1", 1);
    assert_places(&rules, &[sits("A", 2), free("B"), sits("C", 2)], "", 0);
    // One record is behind.
    assert_places(&rules, &[sits("A", 1), sits("C", 2)], "", 0);
    assert_places(&rules, &[sits("A", 2), sits("C", 1)], "", 0);
    // D joined the calendar later, and is busy: the slot stays bookable without them.
    assert_places(&rules, &[sits("A", 1), sits("C", 1), sits("D", 1)], "C+1 A+1 D+1", 1);
    let late = host("D", vec![], &[(600, 700)]);
    assert_places(&rules, &[sits("A", 1), sits("C", 1), late], "C+1 A+1", 1);
}

#[test]
fn an_unassigned_calendar_is_its_own_host() {
    let rules = rules(Group::Unassigned);
    let this = Occupant::Calendar(calendar("demo"));
    let open = hours(&[(0, 1440)]);
    let hosts = [
        host("A", vec![], &[]),
        HostTimes::new(Occupant::Calendar(calendar("other")), open),
        HostTimes::new(this.clone(), open),
    ];
    let offer = offer_at(&rules, &hosts, at(600), at(0)).unwrap();
    assert_eq!(offer.places(), [(this, Place::New)]);
    assert_eq!((offer.hosts().count(), offer.seats_left()), (0, 2));
}

#[test]
fn who_takes_no_new_slot_can_still_be_joined() {
    let rules_of = rules(Group::RoundRobin);
    let open = || vec![taken("demo", 600, "a", 1)];
    let refused = |id, occupied| host(id, occupied, &[]).with_no_new_slots();
    assert_places(&rules_of, &[refused("a", open()), host("b", vec![], &[])], "a+1 b.", 3);
    assert_places(&rules_of, &[refused("a", vec![]), host("b", vec![], &[])], "b.", 2);
    assert_places(&rules_of, &[refused("a", vec![]), refused("b", vec![])], "", 0);
    let together = rules(collective("a", &["c"]));
    let both = |a, b| [a, b];
    assert_places(&together, &both(refused("a", open()), host("b", open(), &[])), "a+1 b+1", 1);
    assert_places(&together, &both(refused("a", vec![]), host("b", vec![], &[])), "", 0);
}
