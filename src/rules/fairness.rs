//! What a host was assigned, as round robin counts it.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::{Fairness, Zone};

/// The most assignments kept for one host on one calendar: the row stays under 64 KiB.
const MOST_KEPT: usize = 1500;
/// So many are kept however old they are, so that "last assigned" survives cancellations.
const ALWAYS_KEPT: usize = 32;
/// The longest interval of fairness, in seconds: 366 days and one for the time zone.
const LONGEST_INTERVAL: i64 = 367 * 86_400;

/// The live appointments that a calendar gave to a host, by time of booking.
///
/// Joining a slot that the host has already does not count.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Assignments(Vec<Assigned>);

/// When an appointment was booked, and when it starts: Unix seconds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub(crate) struct Assigned(i64, i64);

impl Assigned {
    pub(crate) const fn new(booked: DateTime<Utc>, start: DateTime<Utc>) -> Self {
        Self(booked.timestamp(), start.timestamp())
    }
}

impl Assignments {
    pub(crate) fn add(&mut self, assigned: Assigned, now: DateTime<Utc>) {
        let at = self.0.partition_point(|held| *held <= assigned);
        self.0.insert(at, assigned);
        self.prune(now);
    }

    /// Forgets one; if it was pruned before, there is nothing to forget.
    pub(crate) fn remove(&mut self, assigned: Assigned) {
        if let Ok(at) = self.0.binary_search(&assigned) {
            self.0.remove(at);
        }
    }

    /// Notes whether the invitee came. What that counts for is not asked yet.
    pub(crate) const fn mark(&mut self, _assigned: Assigned, _no_show: bool) {}

    fn prune(&mut self, now: DateTime<Utc>) {
        let oldest = now.timestamp().saturating_sub(LONGEST_INTERVAL);
        let outdated = self.0.partition_point(|held| held.0 < oldest);
        let outdated = outdated.min(self.0.len().saturating_sub(ALWAYS_KEPT));
        let too_many = self.0.len().saturating_sub(MOST_KEPT);
        self.0.drain(..outdated.max(too_many));
    }

    /// How they count for a choice made now, without the appointment that is being moved.
    pub(crate) fn tally(&self, since: DateTime<Utc>, moved: Option<Assigned>) -> Tally {
        let since = since.timestamp();
        let mut without = moved;
        let mut tally = Tally::default();
        for held in &self.0 {
            if without == Some(*held) {
                without = None;
                continue;
            }
            tally.last_assigned = Some(held.0);
            if held.0 >= since {
                tally.assigned_in_interval = tally.assigned_in_interval.saturating_add(1);
            }
        }
        tally
    }
}

/// What round robin compares of a host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    /// Unix seconds; never assigned is longest ago.
    pub(crate) last_assigned: Option<i64>,
    pub(crate) assigned_in_interval: u32,
    /// Meets on Zoom, but cannot make links now: passed over unless nobody else is free.
    pub(crate) lacks_zoom: bool,
}

/// When the interval of fairness that holds now began: a midnight in the calendar's zone.
pub(crate) fn interval_start(fairness: Fairness, zone: Zone, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = zone.date(now);
    let first = match fairness {
        Fairness::Month => NaiveDate::from_ymd_opt(today.year(), today.month(), 1),
        Fairness::Days(days) => {
            today.checked_sub_days(Days::new(u64::from(days.days().saturating_sub(1))))
        }
    };
    zone.opening(first.unwrap_or(today).and_time(NaiveTime::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::FairnessDays;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn booked(seconds: i64) -> Assigned {
        Assigned(seconds, seconds + 1000)
    }

    #[test]
    fn the_one_being_moved_is_not_counted_and_only_once() {
        let mut held = Assignments::default();
        let now = at("2026-11-20T00:00:00Z");
        for seconds in [10, 20, 20] {
            held.add(booked(seconds), now);
        }
        let tally = held.tally(at("1970-01-01T00:00:20Z"), Some(booked(20)));
        assert_eq!(
            tally,
            Tally { last_assigned: Some(20), assigned_in_interval: 1, lacks_zoom: false }
        );
    }

    #[test]
    fn after_a_cancellation_the_assignment_before_it_is_the_last() {
        let mut held = Assignments::default();
        held.add(booked(10), at("2026-11-20T00:00:00Z"));
        held.add(booked(30), at("2026-11-20T00:00:00Z"));
        held.remove(booked(30));
        assert_eq!(held.tally(DateTime::UNIX_EPOCH, None).last_assigned, Some(10));
    }

    #[test]
    fn the_list_stays_bounded() {
        let mut held = Assignments::default();
        let now = at("2026-11-20T00:00:00Z");
        for i in 0..2000 {
            held.add(booked(now.timestamp() - 5000 + i), now);
        }
        assert_eq!(held.0.len(), MOST_KEPT);
        let mut old = Assignments((0..100).map(booked).collect());
        old.add(booked(now.timestamp()), now);
        assert_eq!(old.0.len(), ALWAYS_KEPT);
    }

    #[test]
    fn intervals_begin_at_midnight_in_the_calendars_zone() {
        let zone = Zone::new("America/New_York").unwrap();
        let now = at("2026-11-01T03:00:00Z"); // still October 31st in New York
        assert_eq!(interval_start(Fairness::Month, zone, now), at("2026-10-01T04:00:00Z"));
        let two = Fairness::Days(FairnessDays::new(2).unwrap());
        assert_eq!(interval_start(two, zone, now), at("2026-10-30T04:00:00Z"));
    }
}
