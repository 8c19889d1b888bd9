//! How many appointments a calendar, or a host on it, takes.

use serde::{Deserialize, Serialize};

use super::setting::settings;

settings! {
    /// The most appointments in some period.
    Limit(u16) = "limit", 1..=10_000 appointments;
}

/// The most appointments that start on one day, in one week and in one month. None unless set.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PeriodLimits {
    /// On one date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_day: Option<Limit>,
    /// In one week, from Monday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_week: Option<Limit>,
    /// In one calendar month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_month: Option<Limit>,
}

impl PeriodLimits {
    /// With at most so many on one date.
    #[must_use]
    pub const fn with_per_day(mut self, limit: Limit) -> Self {
        self.per_day = Some(limit);
        self
    }

    /// With at most so many in one week, from Monday.
    #[must_use]
    pub const fn with_per_week(mut self, limit: Limit) -> Self {
        self.per_week = Some(limit);
        self
    }

    /// With at most so many in one calendar month.
    #[must_use]
    pub const fn with_per_month(mut self, limit: Limit) -> Self {
        self.per_month = Some(limit);
        self
    }

    /// The limit over a period, if there is one.
    #[must_use]
    pub const fn over(&self, period: Period) -> Option<Limit> {
        match period {
            Period::Day => self.per_day,
            Period::Week => self.per_week,
            Period::Month => self.per_month,
        }
    }

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What a limit counts over: local dates in the calendar's zone.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the rules know these three")]
pub enum Period {
    /// One date.
    Day,
    /// Seven dates from a Monday.
    Week,
    /// The dates of one calendar month.
    Month,
}

/// The limits of a calendar: they count its live appointments by the local date of their start,
/// in the calendar's zone, without the one that is being moved.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Of all the calendar's appointments together.
    #[serde(skip_serializing_if = "PeriodLimits::is_none")]
    pub calendar: PeriodLimits,
    /// Of the calendar's appointments of each one host; a calendar without hosts is its own only
    /// host. Collective appointments with more than
    /// [`MAX_COLLECTIVE_HOSTS_WITH_LIMITS`](super::MAX_COLLECTIVE_HOSTS_WITH_LIMITS) hosts, made
    /// before, count for none of them.
    #[serde(skip_serializing_if = "PeriodLimits::is_none")]
    pub host: PeriodLimits,
}

impl Limits {
    /// With limits of the calendar as a whole.
    #[must_use]
    pub const fn with_calendar(mut self, limits: PeriodLimits) -> Self {
        self.calendar = limits;
        self
    }

    /// With limits of each one host.
    #[must_use]
    pub const fn with_host(mut self, limits: PeriodLimits) -> Self {
        self.host = limits;
        self
    }

    /// Those of a calendar that is its own only host: the lower of both.
    pub(crate) fn of_one_host(self) -> Self {
        let lower = |period| {
            let both = [self.calendar.over(period), self.host.over(period)];
            both.into_iter().flatten().min()
        };
        let calendar = PeriodLimits {
            per_day: lower(Period::Day),
            per_week: lower(Period::Week),
            per_month: lower(Period::Month),
        };
        Self { calendar, host: PeriodLimits::default() }
    }

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
