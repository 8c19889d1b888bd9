//! Half-open intervals of time, in UTC.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The first and the last second the crate works with: 1970-01-01 to 2200-01-01, in Unix seconds.
pub(crate) const EARLIEST_SECOND: i64 = 0;
pub(crate) const LATEST_SECOND: i64 = 7_258_118_400;

/// The latest instant the crate works with.
pub(crate) const LATEST: DateTime<Utc> = instant(LATEST_SECOND);

/// An instant of an interval. All its seconds are in the range of chrono.
const fn instant(second: i64) -> DateTime<Utc> {
    match DateTime::from_timestamp(second, 0) {
        Some(instant) => instant,
        None => DateTime::UNIX_EPOCH,
    }
}

/// An instant lies outside the years 1970 to 2199, or between two seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{given:?} must be a whole second from 1970-01-01T00:00:00Z to 2200-01-01T00:00:00Z")]
#[non_exhaustive]
pub struct InvalidInstant {
    /// What was given.
    pub given: DateTime<Utc>,
}

/// Two instants do not make an interval.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInterval {
    /// An edge is no legal instant.
    #[error(transparent)]
    Instant(#[from] InvalidInstant),
    /// The end is not after the start.
    #[error("an interval must end after it starts, not go from {start:?} to {end:?}")]
    #[non_exhaustive]
    EndNotAfterStart {
        /// The given start.
        start: DateTime<Utc>,
        /// The given end.
        end: DateTime<Utc>,
    },
}

/// Checks that an instant is one the crate works with: a whole second in 1970..=2200.
pub(crate) fn check_instant(given: DateTime<Utc>) -> Result<(), InvalidInstant> {
    let whole = given.timestamp_subsec_nanos() == 0;
    if whole && (EARLIEST_SECOND..=LATEST_SECOND).contains(&given.timestamp()) {
        Ok(())
    } else {
        Err(InvalidInstant { given })
    }
}

/// `[start, end)`: whole seconds of UTC between 1970 and 2200, the end after the start.
///
/// Half-open, so two meetings back to back do not overlap.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "(i64, i64)", into = "(i64, i64)")]
pub struct Interval {
    /// Unix seconds: what is compared and added up by the million.
    start: i64,
    end: i64,
}

impl Interval {
    /// The interval between two instants.
    ///
    /// # Errors
    /// [`InvalidInterval`] if an edge is not a whole second from 1970 to 2200, or if the end is
    /// not after the start.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, InvalidInterval> {
        check_instant(start)?;
        check_instant(end)?;
        if end <= start {
            return Err(InvalidInterval::EndNotAfterStart { start, end });
        }
        Ok(Self { start: start.timestamp(), end: end.timestamp() })
    }

    /// The first instant.
    #[must_use]
    pub const fn start(self) -> DateTime<Utc> {
        instant(self.start)
    }

    /// The first instant after it.
    #[must_use]
    pub const fn end(self) -> DateTime<Utc> {
        instant(self.end)
    }

    /// Elapsed time.
    #[must_use]
    pub fn length(self) -> TimeDelta {
        TimeDelta::seconds(self.end.saturating_sub(self.start))
    }

    /// Whether the two share an instant.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether every instant of `other` lies in this interval.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(f, "{}/{}", text(self.start()), text(self.end()))
    }
}

/// Rows hold Unix seconds: two numbers, not two dates as text.
impl From<Interval> for (i64, i64) {
    fn from(interval: Interval) -> Self {
        (interval.start, interval.end)
    }
}

/// Two numbers of a row are no interval.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{start} to {end} is no interval of Unix seconds between 1970 and 2200")]
#[non_exhaustive]
pub struct InvalidSeconds {
    /// The given start.
    pub start: i64,
    /// The given end.
    pub end: i64,
}

impl TryFrom<(i64, i64)> for Interval {
    type Error = InvalidSeconds;
    fn try_from((start, end): (i64, i64)) -> Result<Self, InvalidSeconds> {
        let legal = EARLIEST_SECOND <= start && start < end && end <= LATEST_SECOND;
        if legal { Ok(Self { start, end }) } else { Err(InvalidSeconds { start, end }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(start: i64, end: i64) -> Interval {
        Interval::try_from((start, end)).unwrap()
    }

    #[test]
    fn back_to_back_intervals_do_not_overlap() {
        assert!(!interval(0, 10).overlaps(interval(10, 20)));
        assert!(interval(0, 11).overlaps(interval(10, 20)));
    }

    #[test]
    fn an_interval_contains_itself() {
        assert!(interval(5, 9).contains(interval(5, 9)));
        assert!(!interval(5, 9).contains(interval(5, 10)));
    }

    #[test]
    fn bad_edges_are_refused() {
        for bad in [(5, 5), (6, 5), (-1, 5), (0, LATEST_SECOND + 1), (i64::MIN, i64::MAX)] {
            assert!(Interval::try_from(bad).is_err(), "{bad:?}");
        }
        let half = DateTime::from_timestamp(1, 500_000_000).unwrap();
        let later = DateTime::from_timestamp(2, 0).unwrap();
        assert!(matches!(Interval::new(half, later), Err(InvalidInterval::Instant(_))));
    }
}
