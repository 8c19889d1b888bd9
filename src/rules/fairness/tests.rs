use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::words::{Distribution, FairnessDays, UserId};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-11-20T12:00:00Z")
}

fn hour(hour: i64) -> DateTime<Utc> {
    at("2026-11-01T00:00:00Z") + TimeDelta::hours(hour)
}

/// Appointments that were booked at these hours of November, each for a day later.
fn booked(hours: &[i64]) -> Assignments {
    let mut all = Assignments::default();
    for at in hours {
        all.add(Assigned::new(hour(*at), hour(*at + 24)), now());
    }
    all
}

fn host(id: &str) -> RoundRobinHost {
    RoundRobinHost::new(UserId::new(id).unwrap())
}

fn days(days: u16) -> Fairness {
    Fairness::Days(FairnessDays::new(days).unwrap())
}

fn counting(interval: Fairness, counted_by: CountedBy) -> Counting {
    let zone = Zone::new("America/New_York").unwrap();
    let sharing = Sharing { interval, counted_by, ..Sharing::default() };
    // Still October 31st in New York.
    Counting::new(&sharing, zone, at("2026-11-01T03:00:00Z"))
}

fn month() -> Counting {
    Counting::new(&Sharing::default(), Zone::UTC, now())
}

fn assigned(counting: &Counting, assignments: &Assignments) -> (u32, Option<DateTime<Utc>>) {
    let (host, moved) = (host("a"), None);
    let standings = standings(counting, &[History::new(&host, assignments).without(moved)]);
    let standing = standings.of(&host.user).unwrap();
    (standing.assigned, standing.last_assigned)
}

fn calibrations(hosts: &[History<'_>]) -> Vec<u64> {
    standings(&month(), hosts).as_slice().iter().map(|host| host.calibration).collect()
}

#[test]
fn intervals_begin_at_midnight_in_the_calendars_zone() {
    let by_booking = counting(Fairness::Month, CountedBy::Booking);
    assert_eq!(by_booking.from, at("2026-10-01T04:00:00Z").timestamp());
    let two_days = counting(days(2), CountedBy::Booking);
    assert_eq!(two_days.from, at("2026-10-30T04:00:00Z").timestamp());
    assert_eq!(two_days.before, i64::MAX);
}

#[test]
fn by_start_the_interval_reaches_as_far_ahead() {
    let by_start = counting(Fairness::Month, CountedBy::Start);
    assert_eq!(by_start.before, at("2026-11-01T04:00:00Z").timestamp());
    // From October 30th to November 1st, a day of 25 hours.
    let two_days = counting(days(2), CountedBy::Start);
    assert_eq!(two_days.from, at("2026-10-30T04:00:00Z").timestamp());
    assert_eq!(two_days.before, at("2026-11-02T05:00:00Z").timestamp());
    let today = counting(days(1), CountedBy::Start);
    assert_eq!(today.before - today.from, 24 * 3600);
}

#[test]
fn what_counts_is_booked_in_the_interval_or_starts_in_it() {
    let (october, november) = (at("2026-10-31T12:00:00Z"), at("2026-11-02T12:00:00Z"));
    let mut held = Assignments::default();
    for (booked, start) in [(october, october), (october, november), (november, november)] {
        held.add(Assigned::new(booked, start), now());
    }
    held.add(Assigned::new(november, at("2026-12-01T00:00:00Z")), now());
    let count = |counted_by| {
        let sharing = Sharing { counted_by, ..Sharing::default() };
        assigned(&Counting::new(&sharing, Zone::UTC, now()), &held).0
    };
    assert_eq!(count(CountedBy::Booking), 2);
    assert_eq!(count(CountedBy::Start), 2, "two of the second, none of December");
    held.remove(Assigned::new(november, november));
    held.remove(Assigned::new(october, november));
    let count = |counted_by| {
        let sharing = Sharing { counted_by, ..Sharing::default() };
        assigned(&Counting::new(&sharing, Zone::UTC, now()), &held)
    };
    assert_eq!(count(CountedBy::Booking), (1, Some(november)));
    assert_eq!(count(CountedBy::Start), (0, Some(november)), "last assigned is by booking");
}

#[test]
fn the_one_being_moved_is_not_counted_and_only_once() {
    let held = booked(&[10, 20, 20]);
    let host = host("a");
    let moved = Assigned::new(hour(20), hour(44));
    let standings = standings(&month(), &[History::new(&host, &held).without(Some(moved))]);
    let standing = standings.of(&host.user).unwrap();
    assert_eq!((standing.assigned, standing.last_assigned), (2, Some(hour(20))));
    let mut once = booked(&[10, 20]);
    once.remove(moved);
    assert_eq!(assigned(&month(), &once), (1, Some(hour(10))), "the one before is the last");
}

#[test]
fn no_shows_are_turns_unless_they_are_left_out() {
    let mut held = booked(&[10, 20]);
    held.mark(Assigned::new(hour(20), hour(44)), true);
    assert_eq!(assigned(&month(), &held), (2, Some(hour(20))));
    let left_out = Sharing { no_shows: NoShows::LeftOut, ..Sharing::default() };
    let left_out = Counting::new(&left_out, Zone::UTC, now());
    assert_eq!(assigned(&left_out, &held), (1, Some(hour(10))), "neither counted nor the last");
}

#[test]
fn who_joins_late_is_credited_the_average_of_those_before_them() {
    let [first, second] = [booked(&[1, 2, 3, 9]), booked(&[2, 8])];
    let (own, late) = (booked(&[0]), host("c").with_joined(hour(5)));
    let (a, b) = (host("a"), host("b").with_joined(hour(0)));
    let hosts = [History::new(&a, &first), History::new(&b, &second), History::new(&late, &own)];
    // c: 3 of a and 1 of b by two hosts. b: nothing came before.
    assert_eq!(calibrations(&hosts), [0, 0, 2000]);
    let same = host("b").with_joined(hour(5));
    let hosts = [hosts[0], History::new(&same, &second), hosts[2]];
    // Only a was there before b and c, but what b had then counts all the same.
    assert_eq!(calibrations(&hosts), [0, 4000, 4000]);
    let alone = [History::new(&same, &second)];
    assert_eq!(calibrations(&alone), [0], "an average over nobody is none");
}

#[test]
fn every_absence_is_credited_the_average_of_the_others() {
    let held = [booked(&[4, 6, 9]), booked(&[5, 7, 12, 20]), booked(&[5])];
    let off = |from, to| Interval::new(hour(from), hour(to)).unwrap();
    let away = [off(12, 13), off(4, 6), off(5, 8)];
    let (a, b, c) = (host("a"), host("b"), host("c"));
    let [a, b, c] = [(&a, &held[0]), (&b, &held[1]), (&c, &held[2])]
        .map(|(host, held)| History::new(host, held));
    // Others had 5, 5 and 7 in [4, 8), and 12 in [12, 13): 4 by two hosts.
    assert_eq!(calibrations(&[a.with_time_off(&away), b, c]), [2000, 0, 0]);
    let away = [off(12, 20)];
    assert_eq!(calibrations(&[a.with_time_off(&away), b, c]), [500, 0, 0], "the end is outside");
    assert_eq!(calibrations(&[b.with_time_off(&away)]), [0], "nobody else");
}

#[test]
fn both_credits_add_up_and_are_rounded_down_once() {
    let joined = host("b").with_joined(hour(5));
    let hosts = ["a", "b", "c", "d"].map(host);
    let held = [booked(&[1, 2, 9]), booked(&[]), booked(&[]), booked(&[])];
    let away = [Interval::new(hour(9), hour(10)).unwrap()];
    let late = History::new(&joined, &held[1]).with_time_off(&away);
    let with = |index: usize| History::new(&hosts[index], &held[index]);
    // 2/3 and 1/3 make 1, not 999 thousandths.
    assert_eq!(calibrations(&[with(0), late, with(2), with(3)]), [0, 1000, 0, 0]);
    let joined_first = [with(0), late.with_time_off(&[]), with(2), with(3)];
    assert_eq!(calibrations(&joined_first), [0, 666, 0, 0]);
}

#[test]
fn what_does_not_count_gives_no_credit() {
    let joined = host("b").with_joined(hour(5));
    let (a, own) = (host("a"), booked(&[]));
    // Before the interval of fairness, and one that is left out.
    let mut held = booked(&[-100, -50, 1, 2]);
    held.mark(Assigned::new(hour(2), hour(26)), true);
    let left_out = Sharing { no_shows: NoShows::LeftOut, ..Sharing::default() };
    let counting = Counting::new(&left_out, Zone::UTC, now());
    let hosts = [History::new(&a, &held), History::new(&joined, &own)];
    let found = standings(&counting, &hosts);
    assert_eq!(found.of(&joined.user).unwrap().calibration, 1000);
}

/// Calibration as it is defined, appointment by appointment.
fn plain_calibration(hosts: &[Plain], of: usize) -> u64 {
    let me = &hosts[of];
    let others = || hosts.iter().enumerate().filter(|(at, _)| *at != of).map(|(_, host)| host);
    let given = |holds: &dyn Fn(i64) -> bool| -> u128 {
        others().map(|host| host.booked.iter().filter(|at| holds(**at)).count() as u128).sum()
    };
    let earlier = others().filter(|host| host.joined < me.joined).count() as u128;
    let before = me.joined.map_or(0, |joined| given(&|at| at < joined));
    let away = given(&|at| me.off.iter().any(|(from, to)| *from <= at && at < *to));
    let count = others().count() as u128;
    let thousandths = match (earlier, count) {
        (_, 0) => 0,
        (0, _) => away * 1000 / count,
        _ => (before * count + away * earlier) * 1000 / (earlier * count),
    };
    thousandths.try_into().unwrap()
}

#[derive(Clone, Debug)]
struct Plain {
    booked: Vec<i64>,
    joined: Option<i64>,
    off: Vec<(i64, i64)>,
}

fn plain() -> impl Strategy<Value = Plain> {
    let off = (0..40_i64, 1..10_i64).prop_map(|(from, hours)| (from, from + hours));
    let off = prop::collection::vec(off, 0..4);
    let booked = prop::collection::vec(0..40_i64, 0..9);
    (booked, prop::option::of(0..40_i64), off).prop_map(|(booked, joined, off)| Plain {
        booked,
        joined,
        off,
    })
}

proptest! {
    #[test]
    fn calibration_is_as_if_counted_one_by_one(hosts in prop::collection::vec(plain(), 1..6)) {
        let words: Vec<_> = hosts.iter().enumerate().map(|(at, plain)| {
            let mut host = host(&at.to_string());
            host.joined = plain.joined.map(hour);
            let off = plain.off.iter().map(|(from, to)| Interval::new(hour(*from), hour(*to)));
            (host, booked(&plain.booked), off.collect::<Result<Vec<_>, _>>().unwrap())
        }).collect();
        let histories = words.iter().map(|(host, held, off)| {
            History::new(host, held).with_time_off(off)
        });
        let mut histories: Vec<_> = histories.collect();
        let expected: Vec<_> = (0..hosts.len()).map(|of| plain_calibration(&hosts, of)).collect();
        prop_assert_eq!(calibrations(&histories), expected);
        let forth = standings(&month(), &histories);
        histories.reverse();
        let back = standings(&month(), &histories);
        for distribution in [Distribution::Equal, Distribution::Availability] {
            prop_assert_eq!(
                choose(distribution, forth.as_slice()), choose(distribution, back.as_slice())
            );
        }
    }
}

#[test]
fn joining_is_credited_only_if_it_was_in_the_interval() {
    // Booked before the interval for a start in it: counted by start.
    let early = Assigned::new(hour(-50 * 24), hour(1));
    let held = {
        let mut held = Assignments::default();
        held.add(early, hour(0));
        held
    };
    let sharing = Sharing { counted_by: CountedBy::Start, ..Sharing::default() };
    let by_start = Counting::new(&sharing, Zone::UTC, now());
    let calibration = |joined: i64| {
        let (a, b) = (host("a"), host("b").with_joined(hour(joined)));
        let none = Assignments::default();
        let found = standings(&by_start, &[History::new(&a, &held), History::new(&b, &none)]);
        found.of(&b.user).unwrap().calibration
    };
    assert_eq!((calibration(-20 * 24), calibration(1)), (0, 1000));
}
