//! The rules of one calendar, and which starts they can be asked about.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::words::{
    BookingWindow, CalendarRef, EARLIEST_SECOND, Interval, InvalidInterval, LATEST_SECOND, Notice,
    SlotSettings, UserId, Zone,
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
        Self {
            calendar,
            group,
            zone,
            slot,
            notice,
            window,
        }
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

    /// The time about which everything must be known of the hosts to decide on the starts in
    /// `[from, to)`: from the first buffer to the last.
    ///
    /// # Errors
    /// [`InvalidRange`] as for [`offers`](super::offers).
    pub fn reach(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Interval, InvalidRange> {
        let starts = checked_range(from, to)?;
        let after = self.slot.length().elapsed() + self.slot.after().elapsed();
        let first = starts.start().timestamp() - self.slot.before().elapsed().num_seconds();
        let end = starts.end().timestamp() + after.num_seconds();
        let reach = (first.max(EARLIEST_SECOND), end.min(LATEST_SECOND));
        // A range cut to the legal years is still one; slots beyond them are never bookable.
        Ok(Interval::try_from(reach).unwrap_or(starts))
    }

    /// Whether notice and window let a start be booked now.
    pub(super) fn admits(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let noticed = now.checked_add_signed(self.notice.elapsed());
        let in_window = match self.window {
            BookingWindow::Days(days) => now
                .checked_add_signed(days.elapsed())
                .is_none_or(|end| start < end),
            BookingWindow::Dates(dates) => {
                (dates.from()..=dates.to()).contains(&self.zone.date(start))
            }
        };
        in_window && noticed.is_some_and(|earliest| earliest <= start)
    }
}
