//! Draws the workloads. The benches draw them too.

use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use slotlink::rules::{Group, HostTimes, SlotRules};
use slotlink::words::{
    AccountId, BookingWindow, CalendarId, CalendarRef, DateRange, GridStep, Hours, Interval,
    Notice, Occupant, SlotLength, SlotSettings, TimeOfDay, UserId, WeeklyHours, Window, Zone,
};

struct SplitMix64(u64);

impl SplitMix64 {
    fn below(&mut self, n: u64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        i64::try_from((z ^ (z >> 31)) % n).unwrap()
    }
}

/// Zone, opening and closing minute of the working days: of each fourth host in turn.
pub(crate) const PROFILES: [(&str, u16, u16); 4] = [
    ("America/New_York", 9 * 60, 17 * 60),
    ("Europe/London", 12 * 60, 20 * 60),
    ("Asia/Kolkata", 14 * 60, 22 * 60),
    ("America/Los_Angeles", 6 * 60, 14 * 60),
];

const DURATIONS: [i64; 5] = [15, 30, 30, 45, 60];
const WORKDAYS: [Weekday; 5] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

pub(crate) struct Workload {
    pub(crate) range: Interval,
    /// Of each host.
    pub(crate) hours: Vec<Hours>,
    pub(crate) busy: Vec<Vec<Interval>>,
}

impl Workload {
    pub(crate) fn hosts(&self) -> Vec<HostTimes<'_>> {
        let hosts = self.hours.iter().zip(&self.busy).enumerate();
        let host = |(number, (hours, busy)): (usize, (_, &Vec<Interval>))| {
            HostTimes::new(Occupant::User(user(number)), hours).with_busy(busy.clone())
        };
        hosts.map(host).collect()
    }
}

fn first_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 15).unwrap()
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Minutes since the epoch.
fn utc_minute(zone: Zone, date: NaiveDate, minute: u16) -> i64 {
    let local = date.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(minute.into());
    zone.opening(local).timestamp() / 60
}

fn interval((start, end): (i64, i64)) -> Interval {
    Interval::try_from((start * 60, end * 60)).unwrap()
}

/// Two spans of a day in which no host is ever busy.
fn protected(random: &mut SplitMix64, date: NaiveDate) -> Vec<(i64, i64)> {
    let midnight = utc_minute(Zone::UTC, date, 0);
    let mut span = || {
        let start = midnight + 14 * 60 + 15 * random.below(8);
        (start, start + 30 + 15 * random.below(2))
    };
    vec![span(), span()]
}

/// The busy times of one host on one date.
fn busy(
    random: &mut SplitMix64,
    (zone, open, protected): (Zone, u16, Option<&[(i64, i64)]>),
    date: NaiveDate,
) -> Vec<(i64, i64)> {
    if is_weekend(date) {
        let Some(_) = protected else {
            return Vec::new();
        };
        let start = utc_minute(zone, date, 600) + 60 * random.below(10);
        return vec![(start, start + 60)];
    }
    let open = utc_minute(zone, date, open);
    let Some(protected) = protected else {
        let mut draw = || {
            let start = open + 5 * random.below(96);
            (start, start + 5 + 5 * random.below(4))
        };
        return (0..20).map(|_| draw()).collect();
    };
    let draws = 8 + random.below(5);
    let mut draw = || {
        let start = open - 30 + 5 * random.below(102);
        let duration = DURATIONS[usize::try_from(random.below(5)).unwrap()];
        (start, start + duration)
    };
    let drawn: Vec<_> = (0..draws).map(|_| draw()).collect();
    let clear = |(start, end): &(i64, i64)| protected.iter().all(|(p, q)| end <= p || start >= q);
    drawn.into_iter().filter(clear).collect()
}

fn hours(zone: Zone, open: u16, close: u16) -> Hours {
    let minute = |minute| TimeOfDay::new(minute).unwrap();
    let window = Window::new(minute(open), minute(close)).unwrap();
    Hours::new(zone).with_weekly(WeeklyHours::new().on(WORKDAYS, &[window]))
}

pub(crate) fn workload(hosts: usize, days: u64, seed: u64) -> Workload {
    let mut random = SplitMix64(seed);
    let dates: Vec<_> = (0..days).map(|day| first_date() + Days::new(day)).collect();
    let with_protected = hosts > 1;
    let mut free_spans = Vec::new();
    for date in &dates {
        let drawn = with_protected && !is_weekend(*date);
        free_spans.push(if drawn { protected(&mut random, *date) } else { Vec::new() });
    }
    let start = utc_minute(Zone::UTC, first_date(), 0);
    let range = interval((start, start + 1440 * i64::try_from(days).unwrap()));
    let mut all = Workload { range, hours: Vec::new(), busy: Vec::new() };
    for host in 0..hosts {
        let (name, open, close) = PROFILES[host % 4];
        let zone = Zone::new(name).unwrap();
        let mut intervals = Vec::new();
        for (date, spans) in dates.iter().zip(&free_spans) {
            let spans = with_protected.then_some(spans.as_slice());
            intervals
                .extend(busy(&mut random, (zone, open, spans), *date).into_iter().map(interval));
        }
        all.hours.push(hours(zone, open, close));
        all.busy.push(intervals);
    }
    all
}

pub(crate) fn user(host: usize) -> UserId {
    UserId::new(format!("host-{host:04}")).unwrap()
}

pub(crate) fn rules(group: Group) -> SlotRules {
    let account = AccountId::new("abc").unwrap();
    let calendar = CalendarRef::new(account, CalendarId::new("demo").unwrap());
    let slot = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(15).unwrap());
    let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let window = BookingWindow::Dates(DateRange::new(year(2026), year(2028)).unwrap());
    SlotRules::new(calendar, group, Zone::UTC, slot, Notice::NONE, window)
}
