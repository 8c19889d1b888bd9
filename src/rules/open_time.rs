//! When a host is open: weekly wall-clock hours, overrides of dates, time off.

use chrono::{Datelike, NaiveDate};

use super::spans::{Span, merge, subtract};
use crate::words::{Hours, Interval, Window, Zone};

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
    let zone = hours.zone();
    let dates = zone.dates(within.start(), within.end());
    let within = Span::from(within);
    let open = dates
        .flat_map(|date| windows(hours, date).iter().map(move |window| (date, *window)))
        .filter_map(|(date, window)| span(zone, date, window))
        .filter_map(|span| cut(span, within))
        .collect();
    let off = hours.time_off().iter();
    let off = off.filter_map(|off| cut((*off).into(), within)).collect();
    subtract(&merge(open), &merge(off))
        .into_iter()
        // Every edge lies between those of `within`, so this leaves nothing out.
        .filter_map(|span| Interval::try_from((span.start, span.end)).ok())
        .collect()
}

/// The windows that hold on a date.
fn windows(hours: &Hours, date: NaiveDate) -> &[Window] {
    match hours.overrides().get(&date) {
        Some(windows) => windows,
        None => hours.weekly().windows(date.weekday()),
    }
}

/// A window of a date in UTC. `None` if a gap swallows it.
fn span(zone: Zone, date: NaiveDate, window: Window) -> Option<Span> {
    let start = zone.opening(window.from().on(date)?).timestamp();
    let end = zone.closing(window.to().on(date)?).timestamp();
    (start < end).then_some(Span { start, end })
}

fn cut(span: Span, within: Span) -> Option<Span> {
    let start = span.start.max(within.start);
    let end = span.end.min(within.end);
    (start < end).then_some(Span { start, end })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc, Weekday};

    use super::*;
    use crate::words::WeeklyHours;

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
                let expected: Vec<_> = all.iter().filter_map(|span| cut(*span, narrow)).collect();
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
