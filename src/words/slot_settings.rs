//! What a calendar's slots look like, and how far ahead they can be booked.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Interval;
use super::setting::{elapsed_minutes, settings};

settings! {
    /// How long a slot lasts, in elapsed time.
    SlotLength(u16) = "slot length", 5..=960 minutes;
    /// From one start of the grid to the next on the wall clock. The grid begins anew every day.
    GridStep(u16) = "grid step", 1..=1440 minutes;
    /// The first start of a day, after midnight on the wall clock.
    GridOffset(u16) = "grid offset", 0..=1439 minutes;
    /// Time a host keeps free before or after a slot, which may exceed opening hours (R19).
    Buffer(u16) = "buffer", 0..=240 minutes;
    /// How many appointments a slot has room for.
    Seats(u16) = "number of seats", 1..=1000 seats;
    /// How long before its start a slot can still be booked, in elapsed time.
    Notice(u32) = "minimum notice", 0..=1_051_200 minutes;
    /// How long after booking an unconfirmed appointment lapses, in elapsed time (R29).
    Lapse(u32) = "lapse", 1..=1_051_200 minutes;
    /// How far ahead slots can be booked, in days of 24 hours.
    WindowDays(u16) = "booking window", 1..=730 days;
}

elapsed_minutes! { SlotLength Buffer Notice Lapse }

impl WindowDays {
    /// As elapsed time.
    #[must_use]
    pub fn elapsed(self) -> TimeDelta {
        TimeDelta::days(self.0.into())
    }
}

impl Default for BookingWindow {
    /// The next 60 days.
    fn default() -> Self {
        Self::Days(WindowDays(60))
    }
}

impl SlotLength {
    /// No slot is longer.
    pub const LONGEST: Self = Self(960);
}

impl GridOffset {
    /// A grid that begins at midnight.
    pub const MIDNIGHT: Self = Self(0);
}

impl Buffer {
    /// No time kept free.
    pub const NONE: Self = Self(0);
}

impl Seats {
    /// One appointment at a time.
    pub const ONE: Self = Self(1);
}

impl Notice {
    /// Bookable until the start.
    pub const NONE: Self = Self(0);
}

impl Default for GridOffset {
    fn default() -> Self {
        Self::MIDNIGHT
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::NONE
    }
}

impl Default for Seats {
    fn default() -> Self {
        Self::ONE
    }
}

impl Default for Notice {
    fn default() -> Self {
        Self::NONE
    }
}

/// Dates in the wrong order.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the last date of a booking window, {to}, is before its first, {from}")]
#[non_exhaustive]
pub struct InvalidDates {
    /// The given first date.
    pub from: NaiveDate,
    /// The given last date.
    pub to: NaiveDate,
}

/// A first and a last date, both included, in the calendar's zone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedDates")]
pub struct DateRange {
    from: NaiveDate,
    to: NaiveDate,
}

impl DateRange {
    /// The dates from one to another, both included.
    ///
    /// # Errors
    /// [`InvalidDates`] if `to` is before `from`.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self, InvalidDates> {
        if to < from {
            return Err(InvalidDates { from, to });
        }
        Ok(Self { from, to })
    }

    /// The first date.
    #[must_use]
    pub const fn from(self) -> NaiveDate {
        self.from
    }

    /// The last date.
    #[must_use]
    pub const fn to(self) -> NaiveDate {
        self.to
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedDates {
    from: NaiveDate,
    to: NaiveDate,
}

impl TryFrom<UncheckedDates> for DateRange {
    type Error = InvalidDates;
    fn try_from(dates: UncheckedDates) -> Result<Self, InvalidDates> {
        Self::new(dates.from, dates.to)
    }
}

/// Which slots can be booked at all: `{"days": 60}`, or `{"dates": {"from": …, "to": …}}`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BookingWindow {
    /// Those that start before now plus so many days of elapsed time.
    Days(WindowDays),
    /// Those that start on certain dates of the calendar's zone.
    Dates(DateRange),
}

/// The slots of a calendar: how long, where on the wall clock, with which buffers and seats.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotSettings {
    length: SlotLength,
    every: GridStep,
    #[serde(default)]
    offset: GridOffset,
    #[serde(default)]
    before: Buffer,
    #[serde(default)]
    after: Buffer,
    #[serde(default)]
    seats: Seats,
}

impl SlotSettings {
    /// Slots of one seat without buffers, on a grid that begins at midnight.
    #[must_use]
    pub const fn new(length: SlotLength, every: GridStep) -> Self {
        Self {
            length,
            every,
            offset: GridOffset::MIDNIGHT,
            before: Buffer::NONE,
            after: Buffer::NONE,
            seats: Seats::ONE,
        }
    }

    /// With a grid that begins at another time of day.
    #[must_use]
    pub const fn with_offset(self, offset: GridOffset) -> Self {
        Self { offset, ..self }
    }

    /// With time kept free before and after each slot.
    #[must_use]
    pub const fn with_buffers(self, before: Buffer, after: Buffer) -> Self {
        Self { before, after, ..self }
    }

    /// With so many seats in each slot.
    #[must_use]
    pub const fn with_seats(self, seats: Seats) -> Self {
        Self { seats, ..self }
    }

    /// How long a slot lasts.
    #[must_use]
    pub const fn length(&self) -> SlotLength {
        self.length
    }

    /// From one start to the next.
    #[must_use]
    pub const fn every(&self) -> GridStep {
        self.every
    }

    /// The first start of a day.
    #[must_use]
    pub const fn offset(&self) -> GridOffset {
        self.offset
    }

    /// Time kept free before a slot.
    #[must_use]
    pub const fn before(&self) -> Buffer {
        self.before
    }

    /// Time kept free after a slot.
    #[must_use]
    pub const fn after(&self) -> Buffer {
        self.after
    }

    /// The seats of a slot; of a round robin, of one host's slot.
    #[must_use]
    pub const fn seats(&self) -> Seats {
        self.seats
    }

    /// The settings by which a slot that exists is a slot, with the buffers and seats of today.
    pub(crate) fn for_slot(mut self, core: Interval) -> Self {
        let minutes = u16::try_from(core.length().num_minutes()).ok();
        if let Some(length) = minutes.and_then(|minutes| SlotLength::new(minutes).ok()) {
            self.length = length;
        }
        self.every = GridStep(1);
        self.offset = GridOffset::MIDNIGHT;
        self
    }

    /// The slot that starts at an instant, without buffers. `None` if it does not lie in the years
    /// 1970 to 2199 in whole seconds.
    #[must_use]
    pub fn core(&self, start: DateTime<Utc>) -> Option<Interval> {
        let end = start.checked_add_signed(self.length.elapsed())?;
        Interval::new(start, end).ok()
    }

    /// A slot with its buffers: what it keeps its host from doing otherwise. `None` if that does
    /// not lie in the years 1970 to 2199.
    #[must_use]
    pub fn padded(&self, core: Interval) -> Option<Interval> {
        let start = core.start().checked_sub_signed(self.before.elapsed())?;
        let end = core.end().checked_add_signed(self.after.elapsed())?;
        Interval::new(start, end).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused_with_the_range() {
        assert!(SlotLength::new(4).is_err() && SlotLength::new(5).is_ok());
        let longest = SlotLength::LONGEST.minutes();
        assert!(SlotLength::new(longest).is_ok() && SlotLength::new(longest + 1).is_err());
        assert!(GridStep::new(0).is_err() && GridStep::new(1440).is_ok());
        assert!(GridStep::new(1441).is_err() && GridOffset::new(1440).is_err());
        assert!(Buffer::new(240).is_ok() && Buffer::new(241).is_err());
        assert!(Seats::new(0).is_err() && Seats::new(1000).is_ok() && Seats::new(1001).is_err());
        assert!(Notice::new(1_051_200).is_ok() && Notice::new(1_051_201).is_err());
        assert!(WindowDays::new(0).is_err() && WindowDays::new(730).is_ok());
        let refused = WindowDays::new(731).unwrap_err();
        assert_eq!(refused.to_string(), "booking window must be 1 to 730 days, not 731");
    }

    #[test]
    fn serde_cannot_bypass_the_ranges() {
        let stored = |json: &str| serde_json::from_str::<SlotSettings>(json);
        assert!(stored(r#"{"length": 30, "every": 15}"#).is_ok());
        for bad in [
            r#"{"length": 4, "every": 15}"#,
            r#"{"length": 65566, "every": 15}"#,
            r#"{"length": -30, "every": 15}"#,
            r#"{"length": 30, "every": 15, "seats": 0}"#,
        ] {
            assert!(stored(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_window_of_dates_is_in_order() {
        let window = |json: &str| serde_json::from_str::<BookingWindow>(json);
        assert!(window(r#"{"dates": {"from": "2026-01-01", "to": "2026-01-01"}}"#).is_ok());
        assert!(window(r#"{"dates": {"from": "2026-01-02", "to": "2026-01-01"}}"#).is_err());
        assert!(window(r#"{"days": 731}"#).is_err());
        let days = BookingWindow::Days(WindowDays::new(60).unwrap());
        assert_eq!(serde_json::to_string(&days).unwrap(), r#"{"days":60}"#);
    }

    #[test]
    fn a_slot_lies_in_the_years_that_the_crate_works_with() {
        let slot = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(30).unwrap());
        let buffered = slot.with_buffers(Buffer::new(10).unwrap(), Buffer::new(20).unwrap());
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let core = buffered.core(at(600)).unwrap();
        let edges = |interval: Interval| <(i64, i64)>::from(interval);
        assert_eq!(edges(core), (600, 2400));
        assert_eq!(buffered.padded(core).map(edges), Some((0, 3600)));
        assert_eq!(buffered.padded(slot.core(at(599)).unwrap()), None);
        assert_eq!(slot.core(DateTime::<Utc>::MAX_UTC), None);
        assert_eq!(slot.core(at(-1)), None);
    }
}
