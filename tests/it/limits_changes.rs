//! Whatever happens to a calendar with limits: `slots` offers exactly what `book` books, and at rest
//! the counters say what a recount says.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use slotlink::testkit::block_on;
use slotlink::words::{AppointmentId, Calendar, CollectiveHost, Limits, Seats, Zone};

use crate::limits_lab::{Lab, collective, length, limits, open, round_robin_of};
use crate::world::{at, caller, user};

const IDS: [&str; 3] = ["A001", "B002", "C003"];

#[derive(Clone, Debug)]
enum Change {
    Put { limits: Limits, zone: bool, hosts: usize },
    Book(i64),
    Cancel(usize),
    Move(usize, i64),
    Reassign(usize, usize),
    RunDue,
    Later(i64),
}

/// Half hours around the end of a month and of a week, with some far off.
fn start() -> impl Strategy<Value = i64> {
    prop_oneof![0..30_i64, (0..12_i64).prop_map(|n| n * 47), (0..8_i64).prop_map(|n| n * 24)]
}

fn instant(half_hours: i64) -> DateTime<Utc> {
    at("2026-11-26T22:00:00Z") + TimeDelta::minutes(30 * half_hours)
}

fn period() -> impl Strategy<Value = [u16; 3]> {
    prop_oneof![Just([0; 3]), prop::array::uniform3(0..5_u16)]
}

fn some_limits() -> impl Strategy<Value = Limits> {
    (period(), period()).prop_map(|(calendar, host)| limits(calendar, host))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => (some_limits(), any::<bool>(), 1..4_usize)
            .prop_map(|(limits, zone, hosts)| Change::Put { limits, zone, hosts }),
        6 => start().prop_map(Change::Book),
        1 => (0..9_usize).prop_map(Change::Cancel),
        2 => (0..9_usize, start()).prop_map(|(which, to)| Change::Move(which, to)),
        1 => (0..9_usize, 0..3_usize).prop_map(|(which, to)| Change::Reassign(which, to)),
        2 => Just(Change::RunDue),
        1 => (1..200_i64).prop_map(Change::Later),
    ]
}

fn calendar(together: bool, change: (Limits, bool, usize)) -> Calendar {
    let (limits, zone, count) = change;
    let hosts = &IDS[..count];
    let mut calendar = if together {
        let host = |(at, id): (usize, &&str)| match at {
            0 | 1 => CollectiveHost::required(user(id)),
            _ => CollectiveHost::optional(user(id)),
        };
        open(collective(hosts.iter().enumerate().map(host).collect()), limits)
    } else {
        round_robin_of(hosts, limits)
    };
    calendar.slot = length(30).with_seats(Seats::new(2).unwrap());
    if zone {
        calendar.zone = Zone::new("Australia/Brisbane").unwrap();
    }
    calendar
}

/// Tries a start; whoever gets it leaves again.
fn check(lab: &Lab, half_hours: i64) -> Result<(), TestCaseError> {
    let start = instant(half_hours);
    let offered = lab.offers(start);
    let answer = lab.book_at(start, None);
    prop_assert_eq!(offered, answer.is_ok(), "{}: {:?}", start, answer);
    if let Ok(booked) = answer {
        lab.cancel(booked.id);
    }
    Ok(())
}

fn apply(lab: &Lab, together: bool, booked: &mut Vec<AppointmentId>, change: &Change) {
    let pick = |which: usize| booked.get(which % booked.len().max(1)).copied();
    match change {
        Change::Put { limits, zone, hosts } => {
            lab.put(&calendar(together, (*limits, *zone, *hosts)))
        }
        Change::Book(start) => booked.extend(lab.book_at(instant(*start), None).map(|new| new.id)),
        Change::Cancel(which) => {
            if let Some(id) = pick(*which) {
                let _over = block_on(lab.scheduler.cancel(&caller(), id));
            }
        }
        Change::Move(which, to) => {
            if let Some(id) = pick(*which) {
                let _full = block_on(lab.scheduler.reschedule(&caller(), id, instant(*to), None));
            }
        }
        Change::Reassign(which, to) => {
            if let Some(id) = pick(*which) {
                let _full = block_on(lab.scheduler.reassign(&caller(), id, &user(IDS[*to])));
            }
        }
        Change::RunDue => lab.settle(),
        Change::Later(hours) => lab.clock.advance(TimeDelta::hours(*hours)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn r20_limits_are_the_same_for_slots_and_book_and_counters_are_right(
        together in any::<bool>(),
        first in (some_limits(), any::<bool>(), 1..4_usize),
        changes in prop::collection::vec(change(), 1..14),
        tried in prop::collection::vec(start(), 3),
    ) {
        let lab = Lab::new(&IDS);
        lab.put(&calendar(together, first));
        let mut booked = Vec::new();
        for change in &changes {
            apply(&lab, together, &mut booked, change);
            lab.agree();
            for start in &tried {
                check(&lab, *start)?;
            }
            lab.agree();
        }
        lab.settle();
        prop_assert!(lab.store.is_made());
        lab.agree();
        let report = block_on(lab.scheduler.run_due(100)).unwrap();
        let now = slotlink::ports::Clock::now(lab.clock.as_ref());
        prop_assert!(report.next.is_none_or(|next| next > now), "{:?}", report);
    }
}
