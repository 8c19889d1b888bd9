//! Whether the slot query takes time in proportion to hosts, days and busy times: each is doubled
//! alone, and the time for each of them must stay about the same.
//!
//! `cargo bench --bench growth`
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "the cases are fixed")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Weekday};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use slotlink::rules::{Group, HostTimes, SlotRules, slots};
use slotlink::words::{
    AccountId, BookingWindow, CalendarId, CalendarRef, DateRange, GridOffset, GridStep, Hours,
    Interval, Notice, Occupant, SlotLength, SlotSettings, TimeOfDay, UserId, WeeklyHours, Window,
    Zone,
};

#[path = "growth/cases.rs"]
mod cases;

use cases::{CASES, Case};

/// 2026-01-01, in Unix seconds.
const FROM: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// Busy times in no order; the generator is Knuth's.
fn busy(case: &Case, host: usize) -> Vec<Interval> {
    let mut random = u64::try_from(host).unwrap();
    let mut draw = |below: i64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        i64::try_from(random >> 33).unwrap() % below
    };
    let days = i64::try_from(case.days).unwrap();
    let mut interval = || {
        let start = FROM + draw(days * 288) * 300;
        let length = if case.is_busy_throughout { days * DAY } else { 900 + draw(4) * 900 };
        let start = if case.is_busy_throughout { FROM - 900 } else { start };
        Interval::try_from((start, start + length)).unwrap()
    };
    (0..case.busy).map(|_| interval()).collect()
}

/// All day, or on work days at times that each host has alone.
fn hours(case: &Case, host: usize) -> Hours {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let host = u16::try_from(host).unwrap();
    let (from, to) = if case.is_open_always {
        (0, 1440)
    } else if case.has_own_hours {
        (300 + host % 40 * 5, 900 + host / 40 * 5)
    } else {
        (9 * 60, 17 * 60)
    };
    let time = |minute| TimeOfDay::new(minute).unwrap();
    let window = Window::new(time(from), time(to)).unwrap();
    let weekly = if case.is_open_always {
        WeeklyHours::new().on([Mon, Tue, Wed, Thu, Fri, Sat, Sun], &[window])
    } else {
        WeeklyHours::monday_to_friday(&[window])
    };
    let zones = ["America/New_York", "Europe/London", "Asia/Kolkata", "America/Los_Angeles"];
    Hours::new(Zone::new(zones[usize::from(host % 4)]).unwrap()).with_weekly(weekly)
}

fn user(host: usize) -> UserId {
    UserId::new(format!("host-{host:04}")).unwrap()
}

fn rules(case: &Case) -> SlotRules {
    let calendar = CalendarId::new("demo").unwrap();
    let calendar = CalendarRef::new(AccountId::new("abc").unwrap(), calendar);
    let (zone, every, offset) = case.grid;
    let every = GridStep::new(every).unwrap();
    let slot = SlotSettings::new(SlotLength::new(30).unwrap(), every)
        .with_offset(GridOffset::new(offset).unwrap());
    let group = if case.is_collective {
        Group::Collective { primary: user(0), optional: BTreeSet::new() }
    } else {
        Group::RoundRobin
    };
    let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let window = BookingWindow::Dates(DateRange::new(year(2026), year(2028)).unwrap());
    SlotRules::new(calendar, group, Zone::new(zone).unwrap(), slot, Notice::NONE, window)
}

fn growth(criterion: &mut Criterion) {
    for (name, of, cases) in CASES {
        let mut group = criterion.benchmark_group(format!("growth/{name}"));
        group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
        group.sample_size(20);
        for case in &cases {
            let count = u64::try_from(of(case)).unwrap();
            group.throughput(Throughput::Elements(count));
            let hours: Vec<_> = (0..case.hosts).map(|host| hours(case, host)).collect();
            let host = |(host, hours)| {
                HostTimes::new(Occupant::User(user(host)), hours).with_busy(busy(case, host))
            };
            let hosts: Vec<_> = hours.iter().enumerate().map(host).collect();
            let from = DateTime::from_timestamp(FROM, 0).unwrap();
            let to = from + TimeDelta::days(i64::try_from(case.days).unwrap());
            let rules = rules(case);
            let ask = || slots(&rules, &hosts, from, to, DateTime::UNIX_EPOCH).unwrap();
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                bencher.iter(|| black_box(ask()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, growth);
criterion_main!(benches);
