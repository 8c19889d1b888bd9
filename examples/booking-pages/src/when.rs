//! Times, as people read them.

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Timelike as _, Utc};
use maud::{Markup, html};
use slotlink::ports::{Clock as _, SystemClock};
use slotlink::words::{Interval, Zone};

/// Whole seconds: the crate takes no parts of one.
pub(crate) fn now() -> DateTime<Utc> {
    let now = SystemClock.now();
    now.with_nanosecond(0).unwrap_or(now)
}

/// `Tuesday, 24 November 2026`
pub(crate) fn date(date: NaiveDate) -> String {
    date.format("%A, %-d %B %Y").to_string()
}

/// `15:00`, on the wall of that zone. Where a wall shows it twice, when summer time ends, with the
/// distance to UTC: `02:30 (UTC+01:00)`.
pub(crate) fn time(zone: Zone, at: DateTime<Utc>) -> String {
    let local = zone.local(at);
    let shown = local.format("%H:%M");
    if zone.readings(local).count() < 2 {
        return shown.to_string();
    }
    let minutes = (local - at.naive_utc()).num_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    format!("{shown} (UTC{sign}{hours:02}:{minutes:02})")
}

/// `Tuesday, 24 November 2026, 15:00`
pub(crate) fn moment(zone: Zone, at: DateTime<Utc>) -> String {
    format!("{}, {}", date(zone.date(at)), time(zone, at))
}

/// Start and end with the zone, for a line of its own.
pub(crate) fn interval(zone: Zone, interval: Interval) -> Markup {
    let (start, end) = (interval.start(), interval.end());
    html! {
        time datetime=(machine(start)) { (moment(zone, start)) }
        "–" time datetime=(machine(end)) { (time(zone, end)) }
        " " span.zone { "(" (zone_name(zone)) ")" }
    }
}

/// RFC 3339, whole seconds, UTC.
pub(crate) fn machine(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An instant as programs write it, with any offset.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, NoInstant> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) if at.timestamp_subsec_nanos() > 0 => Err(NoInstant::Text),
        Ok(at) if !is_known(at.to_utc()) => Err(NoInstant::Year),
        Ok(at) => Ok(at.to_utc()),
        Err(_) => Err(NoInstant::Text),
    }
}

/// Whether the crate works with it: the years 1970 to 2199, and the midnight at their end.
pub(crate) fn is_known(at: DateTime<Utc>) -> bool {
    (0..=7_258_118_400).contains(&at.timestamp())
}

/// A text is no instant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NoInstant {
    #[error("a time looks like 2026-11-24T15:00:00Z")]
    Text,
    #[error("times are of the years 1970 to 2199")]
    Year,
}

/// `America/New York`
pub(crate) fn zone_name(zone: Zone) -> String {
    zone.name().replace('_', " ")
}

/// The days of a page of slots, in the visitor's zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Days {
    pub(crate) zone: Zone,
    pub(crate) first: NaiveDate,
    pub(crate) count: u16,
}

impl Days {
    /// The first and the last instant, the last not included.
    pub(crate) fn bounds(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let midnight = |date: NaiveDate| self.zone.opening(date.and_time(chrono::NaiveTime::MIN));
        (midnight(self.first), midnight(self.after().first))
    }

    pub(crate) fn after(self) -> Self {
        let first = self.first.checked_add_signed(self.length()).unwrap_or(self.first);
        Self { first, ..self }
    }

    pub(crate) fn before(self) -> Self {
        let first = self.first.checked_sub_signed(self.length()).unwrap_or(self.first);
        Self { first, ..self }
    }

    fn length(self) -> TimeDelta {
        TimeDelta::days(self.count.into())
    }

    /// `23–29 November 2026`, over the edges of months and years, too.
    pub(crate) fn title(self) -> String {
        let last = self.after().first.pred_opt().unwrap_or(self.first);
        let from = match (self.first.year() == last.year(), self.first.month() == last.month()) {
            (true, true) => "%-d",
            (true, false) => "%-d %B",
            _ => "%-d %B %Y",
        };
        format!("{} – {}", self.first.format(from), last.format("%-d %B %Y"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, zone: &str) -> Days {
        Days { zone: Zone::new(zone).unwrap(), first: first.parse().unwrap(), count: 7 }
    }

    #[test]
    fn a_page_of_days_ends_where_the_next_begins() {
        let page = days("2026-10-19", "Europe/Berlin");
        let (from, to) = page.bounds();
        // An hour longer: summer time ends.
        assert_eq!(to - from, TimeDelta::hours(7 * 24 + 1));
        assert_eq!(to, page.after().bounds().0);
        assert_eq!(page.after().before(), page);
        assert_eq!(page.title(), "19 – 25 October 2026");
        assert_eq!(days("2026-11-28", "UTC").title(), "28 November – 4 December 2026");
        assert_eq!(days("2026-12-28", "UTC").title(), "28 December 2026 – 3 January 2027");
    }

    #[test]
    fn a_time_that_comes_twice_is_told_apart() {
        let berlin = Zone::new("Europe/Berlin").unwrap();
        let shown = |at: &str| time(berlin, at.parse().unwrap());
        assert_eq!(shown("2026-10-25T00:30:00Z"), "02:30 (UTC+02:00)");
        assert_eq!(shown("2026-10-25T01:30:00Z"), "02:30 (UTC+01:00)");
        assert_eq!(shown("2026-10-25T02:30:00Z"), "03:30");
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        let page = Days { zone: Zone::UTC, first: NaiveDate::MAX, count: 7 };
        assert_eq!(page.after().first, NaiveDate::MAX);
        let page = Days { zone: Zone::UTC, first: NaiveDate::MIN, count: 7 };
        assert_eq!(page.before().first, NaiveDate::MIN);
    }
}
