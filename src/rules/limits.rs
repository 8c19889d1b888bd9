//! Limits: what counts in which period, and which dates are full.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::host_times::HostTimes;
use crate::words::{DateRange, Limit, Limits, Period, PeriodLimits, UserId};

/// Whose appointments a limit counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// All of the calendar's.
    Calendar,
    /// Those of each one host.
    Host,
}

/// A sort of limit that a calendar has, whatever its number.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub(crate) scope: Scope,
    pub(crate) period: Period,
}

const PERIODS: [Period; 3] = [Period::Day, Period::Week, Period::Month];

/// The sorts of limit that a calendar has.
pub(crate) fn kinds(limits: &Limits) -> BTreeSet<Kind> {
    let of = |scope, limits: PeriodLimits| {
        let limited = PERIODS.into_iter().filter(move |period| limits.over(*period).is_some());
        limited.map(move |period| Kind { scope, period })
    };
    of(Scope::Calendar, limits.calendar).chain(of(Scope::Host, limits.host)).collect()
}

/// One thing that is counted: the appointments of a calendar, or of one host on it, that start in a
/// period.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counter {
    pub(crate) period: Period,
    /// The first date of the period.
    pub(crate) first: NaiveDate,
    /// Whose; of the calendar if it is nobody's.
    pub(crate) host: Option<UserId>,
}

impl Counter {
    pub(crate) const fn scope(&self) -> Scope {
        if self.host.is_some() { Scope::Host } else { Scope::Calendar }
    }
}

/// The longer period with whose counters those of a sort are kept: days with their weeks, else with
/// their months, where those are limited, too.
///
/// Whoever books on one of the days meets the others at the longer counter anyway; together they are
/// one row of a change, not two.
fn kept_with(kinds: &BTreeSet<Kind>, Kind { scope, period }: Kind) -> Option<Period> {
    let longer = [Period::Week, Period::Month];
    let mut longer = longer.into_iter().filter(|_| period == Period::Day);
    longer.find(|longer| kinds.contains(&Kind { scope, period: *longer }))
}

/// The sorts of limit whose counters are kept by themselves.
pub(crate) fn kept_alone(kinds: &BTreeSet<Kind>) -> impl Iterator<Item = Kind> {
    kinds.iter().copied().filter(|kind| kept_with(kinds, *kind).is_none())
}

/// The counter with which this one is kept: maybe itself.
pub(crate) fn keeper(kinds: &BTreeSet<Kind>, counter: &Counter) -> Counter {
    let kind = Kind { scope: counter.scope(), period: counter.period };
    let Some(period) = kept_with(kinds, kind) else { return counter.clone() };
    Counter { period, first: first_date(period, counter.first), host: counter.host.clone() }
}

/// The first date of the period that a date lies in.
pub(crate) fn first_date(period: Period, date: NaiveDate) -> NaiveDate {
    let first = match period {
        Period::Day => Some(date),
        Period::Week => {
            date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()))
        }
        Period::Month => date.with_day(1),
    };
    // Only at the end of chrono's calendar there is none.
    first.unwrap_or(date)
}

/// The last date of the period that a date lies in.
pub(crate) fn last_date(period: Period, date: NaiveDate) -> Option<NaiveDate> {
    let first = first_date(period, date);
    let next = match period {
        Period::Day => first.succ_opt(),
        Period::Week => first.checked_add_days(Days::new(7)),
        Period::Month => first.checked_add_months(Months::new(1)),
    };
    next?.pred_opt()
}

/// The dates of a period.
fn dates(period: Period, first: NaiveDate) -> Option<DateRange> {
    DateRange::new(first, last_date(period, first)?).ok()
}

/// What an appointment counts in, by the local date of its start and its hosts.
pub(crate) fn counters<'a>(
    kinds: &'a BTreeSet<Kind>,
    hosts: &'a [UserId],
    date: NaiveDate,
) -> impl Iterator<Item = Counter> {
    kinds.iter().flat_map(move |kind| {
        let whose: Vec<Option<UserId>> = match kind.scope {
            Scope::Calendar => vec![None],
            Scope::Host => hosts.iter().cloned().map(Some).collect(),
        };
        let (period, first) = (kind.period, first_date(kind.period, date));
        whose.into_iter().map(move |host| Counter { period, first, host })
    })
}

/// How often each thing was counted.
pub(crate) type Counts = BTreeMap<Counter, u32>;

/// Dates that are full, of the calendar and of its hosts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct FullDates {
    pub(crate) calendar: Vec<DateRange>,
    pub(crate) hosts: BTreeMap<UserId, Vec<DateRange>>,
}

impl FullDates {
    /// Whether nothing is full.
    pub(crate) fn is_none(&self) -> bool {
        self.calendar.is_empty() && self.hosts.is_empty()
    }

    /// Tells a host the dates on which they are full.
    pub(crate) fn tell<'a>(&mut self, host: HostTimes<'a>) -> HostTimes<'a> {
        match host.occupant().user().and_then(|user| self.hosts.remove(user)) {
            Some(dates) => host.with_full_dates(dates),
            None => host,
        }
    }
}

/// The dates on which a limit lets nobody book any more.
pub(crate) fn full_dates(limits: &Limits, counts: &Counts) -> FullDates {
    let mut full = FullDates::default();
    for (counter, count) in counts {
        let of = if counter.host.is_some() { &limits.host } else { &limits.calendar };
        let reached = |limit: Limit| *count >= u32::from(limit.appointments());
        let is_full = of.over(counter.period).is_some_and(reached);
        let Some(dates) = dates(counter.period, counter.first).filter(|_| is_full) else {
            continue;
        };
        match &counter.host {
            None => full.calendar.push(dates),
            Some(host) => full.hosts.entry(host.clone()).or_default().push(dates),
        }
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn limit(appointments: u16) -> Limit {
        Limit::new(appointments).unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        for (period, day, first, last) in [
            (Period::Day, "2026-11-23", "2026-11-23", "2026-11-23"),
            (Period::Week, "2026-11-23", "2026-11-23", "2026-11-29"),
            (Period::Week, "2026-11-29", "2026-11-23", "2026-11-29"),
            (Period::Week, "2027-01-01", "2026-12-28", "2027-01-03"),
            (Period::Month, "2028-02-29", "2028-02-01", "2028-02-29"),
            (Period::Month, "2026-12-31", "2026-12-01", "2026-12-31"),
        ] {
            assert_eq!(first_date(period, date(day)), date(first));
            let dates = dates(period, date(first)).unwrap();
            assert_eq!((dates.from(), dates.to()), (date(first), date(last)));
        }
    }

    #[test]
    fn an_appointment_counts_for_the_calendar_and_for_each_host() {
        let calendar = PeriodLimits::default().with_per_week(limit(9));
        let host = PeriodLimits::default().with_per_day(limit(1)).with_per_month(limit(2));
        let kinds = kinds(&Limits::default().with_calendar(calendar).with_host(host));
        let hosts = ["A", "B"].map(|id| UserId::new(id).unwrap());
        let counted: BTreeSet<_> = counters(&kinds, &hosts, date("2026-11-25")).collect();
        let expected = |period, first, host: Option<usize>| Counter {
            period,
            first: date(first),
            host: host.map(|host| hosts[host].clone()),
        };
        let expected = [
            expected(Period::Week, "2026-11-23", None),
            expected(Period::Day, "2026-11-25", Some(0)),
            expected(Period::Day, "2026-11-25", Some(1)),
            expected(Period::Month, "2026-11-01", Some(0)),
            expected(Period::Month, "2026-11-01", Some(1)),
        ];
        assert_eq!(counted, BTreeSet::from(expected));
    }

    #[test]
    fn a_period_is_full_when_its_limit_is_reached() {
        let calendar = PeriodLimits::default().with_per_week(limit(2));
        let limits =
            Limits::default().with_calendar(calendar).with_host(calendar.with_per_day(limit(1)));
        let of = |period, host: Option<&str>| Counter {
            period,
            first: date("2026-11-23"),
            host: host.map(|id| UserId::new(id).unwrap()),
        };
        let counts = Counts::from([
            (of(Period::Week, None), 1),
            (of(Period::Month, None), 50),
            (of(Period::Day, Some("A")), 1),
            (of(Period::Week, Some("B")), 3),
        ]);
        let full = full_dates(&limits, &counts);
        assert_eq!(full.calendar, []);
        let range = |to| DateRange::new(date("2026-11-23"), date(to)).unwrap();
        let hosts = [("A", "2026-11-23"), ("B", "2026-11-29")]
            .map(|(id, to)| (UserId::new(id).unwrap(), vec![range(to)]));
        assert_eq!(full.hosts, BTreeMap::from(hosts));
        let counts = Counts::from([(of(Period::Week, None), 2)]);
        assert_eq!(full_dates(&limits, &counts).calendar, [range("2026-11-29")]);
    }
}
