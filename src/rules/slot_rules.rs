//! The rules of one calendar, and which starts they can be asked about.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::bugs::bug;
use crate::words::{
    BookingWindow, CalendarRef, DateRange, EARLIEST_SECOND, Interval, InvalidInterval,
    LATEST_SECOND, Notice, SlotSettings, UserId, Zone,
};

/// How the hosts of a calendar share its slots.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Group {
    /// Any one host takes a slot.
    RoundRobin,
    /// All hosts take a slot together.
    Collective {
        /// The host who owns the slots. Always required, and must be among the hosts given.
        primary: UserId,
        /// Hosts who take part if they are free. All others are required.
        optional: BTreeSet<UserId>,
    },
    /// No hosts: the calendar is as if it were its only host.
    Unassigned,
}

/// The rules of one calendar by which its slots are bookable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SlotRules {
    calendar: CalendarRef,
    group: Group,
    zone: Zone,
    slot: SlotSettings,
    notice: Notice,
    window: BookingWindow,
    full: Vec<DateRange>,
}

/// The most days, of 24 hours, that one question can span.
const MAX_RANGE_DAYS: i64 = 366;

/// Two instants are no range of starts to ask about.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRange {
    /// They are no interval.
    #[error(transparent)]
    Interval(#[from] InvalidInterval),
    /// Too long. Ask in parts.
    #[error("starts can be asked for over at most {MAX_RANGE_DAYS} days, not {range}")]
    #[non_exhaustive]
    TooLong {
        /// What was given.
        range: Interval,
    },
}

/// Checks `[from, to)` as a range of starts.
pub(super) fn checked_range(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Interval, InvalidRange> {
    let range = Interval::new(from, to)?;
    if range.length() > TimeDelta::days(MAX_RANGE_DAYS) {
        return Err(InvalidRange::TooLong { range });
    }
    Ok(range)
}

impl SlotRules {
    /// The rules of a calendar; its grid and dates are those of `zone`.
    #[must_use]
    pub const fn new(
        calendar: CalendarRef,
        group: Group,
        zone: Zone,
        slot: SlotSettings,
        notice: Notice,
        window: BookingWindow,
    ) -> Self {
        Self { calendar, group, zone, slot, notice, window, full: Vec::new() }
    }

    /// With dates of its zone on which the calendar takes no more appointments, since a limit of
    /// the calendar is reached.
    #[must_use]
    pub fn with_full_dates(mut self, dates: Vec<DateRange>) -> Self {
        self.full = dates;
        self
    }

    /// For a slot that exists, whatever the calendar says now of length, grid and window: its start
    /// is one, its length the length.
    #[must_use]
    pub(crate) fn for_slot(mut self, core: Interval) -> Self {
        self.slot = self.slot.for_slot(core);
        self.notice = Notice::NONE;
        self.window = BookingWindow::default();
        self
    }

    /// The calendar.
    #[must_use]
    pub const fn calendar(&self) -> &CalendarRef {
        &self.calendar
    }

    /// How its hosts share its slots.
    #[must_use]
    pub const fn group(&self) -> &Group {
        &self.group
    }

    /// The zone of its grid and of its booking window.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// Its slots.
    #[must_use]
    pub const fn slot(&self) -> &SlotSettings {
        &self.slot
    }

    /// How long before its start a slot can still be booked.
    #[must_use]
    pub const fn notice(&self) -> Notice {
        self.notice
    }

    /// How far ahead slots can be booked.
    #[must_use]
    pub const fn window(&self) -> BookingWindow {
        self.window
    }

    /// The dates on which it takes no more.
    #[must_use]
    pub fn full_dates(&self) -> &[DateRange] {
        &self.full
    }

    /// The time about which everything must be known of the hosts to decide on the starts in
    /// `[from, to)`: from the first buffer to the last.
    ///
    /// # Errors
    /// [`InvalidRange`] as for [`slots`](super::slots).
    pub fn reach(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Interval, InvalidRange> {
        let starts = checked_range(from, to)?;
        let after = self.slot.length().elapsed() + self.slot.after().elapsed();
        let first = starts.start().timestamp() - self.slot.before().elapsed().num_seconds();
        let end = starts.end().timestamp() + after.num_seconds();
        let reach = (first.max(EARLIEST_SECOND), end.min(LATEST_SECOND));
        // A range cut to the legal years is still one; slots beyond them are never bookable.
        Ok(Interval::try_from(reach).unwrap_or(starts))
    }

    /// How many seats a slot has left, if any.
    pub(super) fn seats_left(&self, taken: u16) -> Option<u32> {
        let taken = if bug!(SeatsNotCounted) { 0 } else { taken };
        let left = self.slot.seats().seats().saturating_sub(taken);
        (left > 0).then(|| left.into())
    }

    /// The first second at which something may start that is booked now: notice is included.
    pub(super) fn first_with_notice(&self, now: DateTime<Utc>) -> i64 {
        now.checked_add_signed(self.notice.elapsed()).map_or(i64::MAX, whole_second)
    }

    /// The first second that is no longer in a window of days, as seen now.
    pub(super) fn end_of_window(&self, now: DateTime<Utc>) -> i64 {
        let end = match self.window {
            BookingWindow::Days(days) => now.checked_add_signed(days.elapsed()),
            BookingWindow::Dates(_) => None,
        };
        end.map_or(i64::MAX, whole_second)
    }

    /// The dates of a window of dates.
    pub(super) const fn window_dates(&self) -> Option<DateRange> {
        match self.window {
            BookingWindow::Days(_) => None,
            BookingWindow::Dates(dates) => Some(dates),
        }
    }
}

/// The first whole second that is not before an instant.
fn whole_second(at: DateTime<Utc>) -> i64 {
    at.timestamp().saturating_add(i64::from(at.timestamp_subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{
        AccountId, Buffer, CalendarId, DateRange, GridStep, SlotLength, WindowDays,
    };

    fn utc(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    fn rules(zone: &str, notice: u32, window: BookingWindow) -> SlotRules {
        let calendar =
            CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new("demo").unwrap());
        let slot = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(30).unwrap())
            .with_buffers(Buffer::new(10).unwrap(), Buffer::new(20).unwrap());
        let (zone, notice) = (Zone::new(zone).unwrap(), Notice::new(notice).unwrap());
        SlotRules::new(calendar, Group::RoundRobin, zone, slot, notice, window)
    }

    /// Whether notice and window let a start be booked now.
    fn admits(rules: &SlotRules, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let second = start.timestamp();
        let date = rules.zone().date(start);
        let in_dates = |dates: DateRange| (dates.from()..=dates.to()).contains(&date);
        (rules.first_with_notice(now)..rules.end_of_window(now)).contains(&second)
            && rules.window_dates().is_none_or(in_dates)
    }

    #[test]
    fn notice_is_included_and_a_window_of_days_is_not() {
        let now = utc("2026-10-31T12:10");
        let days = BookingWindow::Days(WindowDays::new(2).unwrap());
        // The clocks of New York change in between: notice and window are elapsed time.
        let rules = rules("America/New_York", 24 * 60, days);
        for (start, admitted) in [
            ("2026-11-01T12:09", false),
            ("2026-11-01T12:10", true),
            ("2026-11-02T12:09", true),
            ("2026-11-02T12:10", false),
        ] {
            assert_eq!(admits(&rules, utc(start), now), admitted, "{start}");
        }
    }

    #[test]
    fn a_window_of_dates_is_one_of_the_calendars_zone() {
        let date = |text: &str| text.parse().unwrap();
        let dates = DateRange::new(date("2026-11-02"), date("2026-11-03")).unwrap();
        let rules = rules("Asia/Kolkata", 0, BookingWindow::Dates(dates));
        for (start, admitted) in [
            ("2026-11-01T18:29", false),
            ("2026-11-01T18:30", true),
            ("2026-11-03T18:29", true),
            ("2026-11-03T18:30", false),
        ] {
            assert_eq!(admits(&rules, utc(start), utc("2026-01-01T00:00")), admitted, "{start}");
        }
    }

    #[test]
    fn any_now_can_be_asked_about() {
        let days = BookingWindow::Days(WindowDays::new(730).unwrap());
        let rules = rules("UTC", 1_051_200, days);
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(!admits(&rules, utc("2026-11-01T00:00"), now));
        }
    }

    #[test]
    fn a_range_has_at_most_366_days_and_its_reach_contains_the_buffers() {
        let from = utc("2026-01-01T00:00");
        let rules = rules("UTC", 0, BookingWindow::Days(WindowDays::new(1).unwrap()));
        assert!(checked_range(from, from + TimeDelta::days(366)).is_ok());
        let long = from + TimeDelta::days(366) + TimeDelta::seconds(1);
        assert!(matches!(checked_range(from, long), Err(InvalidRange::TooLong { .. })));
        assert!(matches!(checked_range(from, from), Err(InvalidRange::Interval(_))));
        let reach = rules.reach(from, utc("2026-01-02T00:00")).unwrap();
        let expected = (utc("2025-12-31T23:50"), utc("2026-01-02T00:50"));
        assert_eq!((reach.start(), reach.end()), expected);
        let first = DateTime::UNIX_EPOCH;
        assert_eq!(
            rules.reach(first, from.min(first + TimeDelta::days(1))).unwrap().start(),
            first
        );
    }
}
