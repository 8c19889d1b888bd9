//! When a host is open: weekly wall-clock hours, overrides of dates, time off.

use chrono::{NaiveDate, Weekday};

use super::spans::{Span, merge, subtract};
use super::wall_clock::{DAY, WallClock};
use crate::words::{Hours, Interval, Window};

/// The open time of a host or an unassigned calendar inside `within`: sorted, disjoint, with
/// touching intervals merged, also across midnight.
///
/// Windows of a date's override replace the weekly ones of that date; time off is taken away last.
/// An edge in a gap of the clock is the transition; in a fold the opening edge takes the earlier,
/// the closing edge the later instant.
///
/// The answer is cut to `within`, and is complete there. To ask whether a slot lies in one open
/// interval, `within` must therefore contain the whole slot, not only its start: see
/// [`SlotRules::reach`](super::SlotRules::reach).
#[must_use]
pub fn open_times(hours: &Hours, within: Interval) -> Vec<Interval> {
    let (from, to) = within.into();
    let clock = WallClock::new(hours.zone(), from, to);
    let off = hours.time_off().iter().map(|off| Span::from(*off)).collect();
    let open = subtract(&hours_on_clock(&clock, hours, within.into()), &merge(off));
    open.into_iter()
        .filter_map(|span| Interval::try_from((span.start.max(from), span.end.min(to))).ok())
        .collect()
}

/// Opening hours before time off, merged. Complete inside `within`, and not cut to it; `clock` is
/// that of the hours' zone over at least that range.
pub(super) fn hours_on_clock(clock: &WallClock, hours: &Hours, within: Span) -> Vec<Span> {
    let steady = clock.steady();
    let date_at = |second: i64, ahead: i64| second.saturating_add(ahead).div_euclid(DAY);
    let (Some(first), Some(last)) = (steady.first(), steady.last()) else {
        return Vec::new();
    };
    // One date more on each side: where clocks are set back over midnight, they show the date
    // before again although that after it has begun.
    let dates = date_at(within.start, first.ahead) - 1..=date_at(within.end, last.ahead) + 1;
    let mut open = Vec::new();
    for date in dates {
        let edge = |minute: u16| date * DAY + i64::from(minute) * 60;
        for window in windows(hours, date) {
            let start = clock.opening(edge(window.from().minute()));
            let end = clock.closing(edge(window.to().minute()));
            // A window that a gap swallows is none.
            if start < end && start < within.end && within.start < end {
                open.push(Span { start, end });
            }
        }
    }
    merge(open)
}

/// The windows that hold on a date, given as days since 1970-01-01.
fn windows(hours: &Hours, date: i64) -> &[Window] {
    /// 1970-01-01, in chrono's days of the common era.
    const EPOCH: i64 = 719_163;
    let overrides = hours.overrides();
    if !overrides.is_empty() {
        let day = i32::try_from(date.saturating_add(EPOCH)).ok();
        let date = day.and_then(NaiveDate::from_num_days_from_ce_opt);
        if let Some(windows) = date.and_then(|date| overrides.get(&date)) {
            return windows;
        }
    }
    // 1970-01-01 was a Thursday.
    let weekday = u8::try_from((date + 3).rem_euclid(7)).ok();
    let weekday = weekday.and_then(|day| Weekday::try_from(day).ok());
    weekday.map_or(&[], |weekday| hours.weekly().windows(weekday))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc, Weekday};

    use super::*;
    use crate::words::{WeeklyHours, Zone};

    fn interval(text: &str) -> Interval {
        let (start, end) = text.split_once('/').unwrap();
        let instant = |text: &str| format!("{text}Z").parse::<DateTime<Utc>>().unwrap();
        Interval::new(instant(start), instant(end)).unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn windows(texts: &[&str]) -> Vec<Window> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// Open at the same times on all days.
    fn daily(zone: &str, texts: &[&str]) -> Hours {
        let days = (0..7).map(|day| Weekday::try_from(day).unwrap());
        let weekly = WeeklyHours::new().on(days, &windows(texts));
        Hours::new(Zone::new(zone).unwrap()).with_weekly(weekly)
    }

    #[track_caller]
    fn assert_open(hours: &Hours, within: &str, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|text| interval(text)).collect();
        assert_eq!(open_times(hours, interval(within)), expected);
    }

    #[test]
    fn a_missing_day_has_no_hours() {
        assert_open(
            &daily("Pacific/Apia", &["09:00-17:00"]),
            "2011-12-29T12:00:00/2012-01-01T00:00:00",
            &[
                "2011-12-29T19:00:00/2011-12-30T03:00:00",
                // The next opening is that of the 31st, 14 hours ahead of UTC.
                "2011-12-30T19:00:00/2011-12-31T03:00:00",
                "2011-12-31T19:00:00/2012-01-01T00:00:00",
            ],
        );
    }

    #[test]
    fn edges_in_a_gap_are_the_transition() {
        assert_open(
            &daily("Australia/Lord_Howe", &["01:00-02:15", "02:20-03:00"]),
            "2026-10-03T00:00:00/2026-10-04T00:00:00",
            &["2026-10-03T14:30:00/2026-10-03T16:00:00"],
        );
        assert_open(
            &daily("Africa/Cairo", &["00:00-01:30"]),
            "2026-04-23T00:00:00/2026-04-24T00:00:00",
            &["2026-04-23T22:00:00/2026-04-23T22:30:00"],
        );
        assert_open(
            &daily("Africa/Cairo", &["00:00-01:00"]),
            "2026-04-23T00:00:00/2026-04-24T00:00:00",
            &[],
        );
    }

    #[test]
    fn in_a_fold_it_opens_early_and_closes_late() {
        assert_open(
            &daily("America/New_York", &["01:15-01:30", "01:50-02:00"]),
            "2026-11-01T00:00:00/2026-11-02T00:00:00",
            &["2026-11-01T05:15:00/2026-11-01T07:00:00"],
        );
    }

    #[test]
    fn days_have_23_or_25_hours_and_merge_across_midnight() {
        let always = daily("America/New_York", &["00:00-12:00", "12:00-24:00"]);
        let year = "2026-01-01T00:00:00/2027-01-01T00:00:00";
        assert_open(&always, year, &[year]);
        let day =
            always.with_weekly(WeeklyHours::new().with(Weekday::Sun, windows(&["00:00-24:00"])));
        assert_open(
            &day,
            "2026-10-30T00:00:00/2026-11-03T00:00:00",
            &["2026-11-01T04:00:00/2026-11-02T05:00:00"],
        );
        assert_open(
            &day,
            "2026-03-06T00:00:00/2026-03-10T00:00:00",
            &["2026-03-08T05:00:00/2026-03-09T04:00:00"],
        );
    }

    #[test]
    fn overrides_replace_a_date_and_time_off_comes_last() {
        let hours = daily("UTC", &["09:00-17:00"])
            .with_override(date("2026-11-03"), windows(&["20:00-24:00"]))
            .with_override(date("2026-11-04"), Vec::new())
            .with_time_off(interval("2026-11-02T12:00:00/2026-11-02T13:00:00"))
            .with_time_off(interval("2026-11-02T12:30:00/2026-11-02T14:00:00"))
            .with_time_off(interval("2026-11-03T23:00:00/2026-11-05T10:00:00"));
        assert_open(
            &hours,
            "2026-11-02T00:00:00/2026-11-06T00:00:00",
            &[
                "2026-11-02T09:00:00/2026-11-02T12:00:00",
                "2026-11-02T14:00:00/2026-11-02T17:00:00",
                "2026-11-03T20:00:00/2026-11-03T23:00:00",
                "2026-11-05T10:00:00/2026-11-05T17:00:00",
            ],
        );
    }

    #[test]
    fn windows_that_began_the_local_day_before_count() {
        assert_open(
            &daily("Pacific/Kiritimati", &["20:00-24:00"]),
            "2026-11-02T09:00:00/2026-11-02T09:30:00",
            &["2026-11-02T09:00:00/2026-11-02T09:30:00"],
        );
    }

    #[test]
    fn where_midnight_is_repeated_the_day_before_closes_at_the_second() {
        assert_open(
            &daily("America/Havana", &["20:00-24:00"]),
            "2026-11-01T04:30:00/2026-11-01T12:00:00",
            &["2026-11-01T04:30:00/2026-11-01T05:00:00"],
        );
    }

    #[test]
    fn a_narrower_question_gets_the_same_answer_cut() {
        for zone in ["America/Havana", "Pacific/Apia", "Africa/Cairo", "Australia/Lord_Howe"] {
            let hours = daily(zone, &["00:00-00:40", "08:00-12:00", "23:10-24:00"]);
            let wide = interval("2011-01-01T00:00:00/2012-02-01T00:00:00");
            let all: Vec<_> = open_times(&hours, wide).into_iter().map(Span::from).collect();
            let (first, last) = (wide.start().timestamp(), wide.end().timestamp());
            for start in (first..last - 90_000).step_by(7_000) {
                let narrow = Span { start, end: start + 5_000 + start % 80_000 };
                let expected: Vec<_> = all
                    .iter()
                    .filter_map(|span| {
                        let (start, end) = (span.start.max(narrow.start), span.end.min(narrow.end));
                        (start < end).then_some(Span { start, end })
                    })
                    .collect();
                let asked = Interval::try_from((narrow.start, narrow.end)).unwrap();
                let got = open_times(&hours, asked).into_iter().map(Span::from);
                assert!(got.eq(expected), "{zone} {asked}");
            }
        }
    }

    #[test]
    fn the_first_and_last_years_work() {
        let always = daily("Pacific/Kiritimati", &["00:00-24:00"]);
        let all = Interval::try_from((0, 7_258_118_400)).unwrap();
        assert_eq!(open_times(&always, all), [all]);
    }
}
