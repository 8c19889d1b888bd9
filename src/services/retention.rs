//! How long rows are kept that nobody needs for good.

use chrono::{DateTime, TimeDelta, Utc};

/// How long is kept what is of no use for good. [`run_due`](crate::Scheduler::run_due) removes it
/// afterwards, many rows at once, and only after what is urgent.
///
/// | what | kept | by default | at least |
/// | --- | --- | --- | --- |
/// | receipts of changes | from the change on | 7 days | 24 hours |
/// | request ids of bookings | from the booking on | 7 days | 24 hours |
/// | what hosts gave away of a day | from the end of the UTC day on | 35 days | 48 hours |
/// | events and messages | from when they happened | 90 days | 24 hours |
/// | how many requests a Zoom account made on a day | from the end of the UTC day on | 7 days | 48 hours |
/// | what is left of deleted appointments, and dropped links | from the deletion, and from the end of the slot, on | 30 days | 24 hours |
/// | who hosted a contact last | from their last booking on, to the day | 365 days | 24 hours |
/// | the audit: who did what in whose name | from when it happened | 365 days | 24 hours |
///
/// None may be longer than 3,660 days. Another setting holds for what is written from then on; rows that
/// were written by versions without retention stay until they are written again.
///
/// What hosts and participants still see is never removed by age: accounts, users, calendars, and
/// appointments with their slots and links stay until they are deleted. Their personal data goes when it is
/// asked for: [`erase_participant`](crate::Scheduler::erase_participant) and
/// [`erase_user`](crate::Scheduler::erase_user).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retention {
    pub(crate) receipts: TimeDelta,
    pub(crate) requests: TimeDelta,
    host_days: TimeDelta,
    pub(crate) history: TimeDelta,
    quota_days: TimeDelta,
    pub(crate) deleted: TimeDelta,
    pub(crate) last_hosts: TimeDelta,
    pub(crate) audit: TimeDelta,
}

/// What a host's day is always kept for after its end, whatever the setting: so far may clocks and
/// transactions lag.
const LEAST_AFTER_DAY: TimeDelta = TimeDelta::hours(48);
const LEAST: TimeDelta = TimeDelta::hours(24);
const MOST: TimeDelta = TimeDelta::days(3660);
const DAY_SECONDS: i64 = 86_400;

impl Default for Retention {
    fn default() -> Self {
        Self {
            // A call is not sent again after a week: queues that retry give up within days.
            receipts: TimeDelta::days(7),
            requests: TimeDelta::days(7),
            // Whoever asks about last month's double booking finds it.
            host_days: TimeDelta::days(35),
            // A reader of the feed, or a notifier, may be out of order for a while.
            history: TimeDelta::days(90),
            quota_days: TimeDelta::days(7),
            deleted: TimeDelta::days(30),
            // Contacts who come once a year are known again.
            last_hosts: TimeDelta::days(365),
            audit: TimeDelta::days(365),
        }
    }
}

impl Retention {
    /// The times in the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With receipts of changes kept so long: longer than any call, with all its repetitions, can take.
    #[must_use]
    pub const fn with_receipts(mut self, time: TimeDelta) -> Self {
        self.receipts = time;
        self
    }

    /// With request ids of bookings kept so long. The same request sent later is a new one, and books
    /// again if it can. A request is kept with a SHA-256 digest of what was asked for.
    #[must_use]
    pub const fn with_requests(mut self, time: TimeDelta) -> Self {
        self.requests = time;
        self
    }

    /// With what hosts gave away of a UTC day kept so long after the end of that day. What is over can
    /// still be viewed, marked and deleted afterwards.
    #[must_use]
    pub const fn with_host_days(mut self, time: TimeDelta) -> Self {
        self.host_days = time;
        self
    }

    /// With events and messages kept so long.
    #[must_use]
    pub const fn with_history(mut self, time: TimeDelta) -> Self {
        self.history = time;
        self
    }

    /// With the requests of a Zoom account on a UTC day kept so long after the end of that day.
    #[must_use]
    pub const fn with_quota_days(mut self, time: TimeDelta) -> Self {
        self.quota_days = time;
        self
    }

    /// With what is left of deleted appointments kept so long after they were deleted, and dropped links
    /// so long after their slots. Deleting an appointment once more is `not_found` afterwards.
    #[must_use]
    pub const fn with_deleted(mut self, time: TimeDelta) -> Self {
        self.deleted = time;
        self
    }

    /// With the last host of a contact kept so long after their last booking.
    #[must_use]
    pub const fn with_last_hosts(mut self, time: TimeDelta) -> Self {
        self.last_hosts = time;
        self
    }

    /// With the audit kept so long.
    #[must_use]
    pub const fn with_audit(mut self, time: TimeDelta) -> Self {
        self.audit = time;
        self
    }

    /// What each setting is called, whether it holds, and what is allowed.
    pub(crate) fn checks(&self) -> [(bool, &'static str, &'static str); 8] {
        let from_a_day_on = |time: TimeDelta| (LEAST..=MOST).contains(&time);
        let from_two_days_on = |time: TimeDelta| (LEAST_AFTER_DAY..=MOST).contains(&time);
        let (day, two_days) = ("24 hours to 3660 days", "48 hours to 3660 days");
        [
            (from_a_day_on(self.receipts), "retention of receipts", day),
            (from_a_day_on(self.requests), "retention of requests", day),
            (from_two_days_on(self.host_days), "retention of host days", two_days),
            (from_a_day_on(self.history), "retention of history", day),
            (from_two_days_on(self.quota_days), "retention of quota days", two_days),
            (from_a_day_on(self.deleted), "retention of what was deleted", day),
            (from_a_day_on(self.last_hosts), "retention of last hosts", day),
            (from_a_day_on(self.audit), "retention of the audit", day),
        ]
    }

    /// Until when a host's UTC day is kept. Follows from the day: writing it again changes nothing.
    pub(crate) fn host_day_until(&self, day: i64) -> DateTime<Utc> {
        end_of(day) + self.host_days
    }

    /// Until when the count of requests of a UTC day is kept.
    pub(crate) fn quota_until(&self, day: i64) -> DateTime<Utc> {
        end_of(day) + self.quota_days
    }
}

/// Whether a host's UTC day may be gone by age: under whatever setting, whenever it was changed.
pub(crate) fn may_be_gone(day: i64, now: DateTime<Utc>) -> bool {
    end_of(day) + LEAST_AFTER_DAY <= now
}

fn end_of(day: i64) -> DateTime<Utc> {
    let end = day.saturating_add(1).saturating_mul(DAY_SECONDS);
    // Days are those of instants from 1970 to 2200.
    DateTime::from_timestamp(end, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_allowed_and_the_bounds_are_those_of_the_table() {
        let holds = |retention: Retention| retention.checks().iter().all(|(holds, ..)| *holds);
        assert!(holds(Retention::default()));
        let second = TimeDelta::seconds(1);
        type With = fn(Retention, TimeDelta) -> Retention;
        let settings: [(With, TimeDelta); 8] = [
            (Retention::with_receipts, LEAST),
            (Retention::with_requests, LEAST),
            (Retention::with_host_days, LEAST_AFTER_DAY),
            (Retention::with_history, LEAST),
            (Retention::with_quota_days, LEAST_AFTER_DAY),
            (Retention::with_deleted, LEAST),
            (Retention::with_last_hosts, LEAST),
            (Retention::with_audit, LEAST),
        ];
        for (at, (with, least)) in settings.into_iter().enumerate() {
            let broken = |time| {
                let checks = with(Retention::default(), time).checks();
                checks.iter().position(|(holds, ..)| !holds)
            };
            assert_eq!(broken(least), None);
            assert_eq!(broken(MOST), None);
            assert_eq!(broken(least - second), Some(at));
            assert_eq!(broken(MOST + second), Some(at));
        }
    }

    #[test]
    fn a_host_day_is_kept_two_days_after_its_end_at_least() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let (day, hour) = (DAY_SECONDS, 3600);
        assert!(!may_be_gone(0, at(day + 48 * hour - 1)));
        assert!(may_be_gone(0, at(day + 48 * hour)));
        let short = Retention::default().with_host_days(LEAST_AFTER_DAY);
        assert_eq!(short.host_day_until(0), at(3 * day));
        assert_eq!(Retention::default().quota_until(1), at(9 * day));
    }
}
