//! Small random worlds: hosts, hours, busy times and slots around an odd date.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use slotlink::words::{Occupant, UserId};

use super::calendar;

/// Zones with a date on which something odd happens to their clocks, and two plain ones.
pub(super) const PLACES: [(&str, &str); 15] = [
    ("America/New_York", "2026-11-01"),
    ("America/New_York", "2026-03-08"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Kwajalein", "1993-08-21"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("America/Havana", "2026-11-01"),
    ("Antarctica/Troll", "2026-10-25"),
    ("Asia/Pyongyang", "2015-08-15"),
    ("America/Caracas", "2016-05-01"),
    ("Asia/Kathmandu", "2026-05-01"),
    ("Europe/London", "2150-03-29"),
];

/// A window in steps of five minutes.
pub(super) type Edges = (u16, u16);

#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) zone: Tz,
    pub(super) weekly: Vec<Vec<Edges>>,
    pub(super) overrides: BTreeMap<u8, Vec<Edges>>,
    /// Seconds after the base, and how many.
    pub(super) time_off: Vec<(i64, i64)>,
    pub(super) busy: Vec<(i64, i64)>,
}

/// A slot that exists.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) start: prop::sample::Index,
    pub(super) off_grid: bool,
    pub(super) other_length: bool,
    pub(super) other_calendar: bool,
    pub(super) owner: usize,
    pub(super) members: u8,
    pub(super) seats: u16,
    pub(super) padding: u16,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) base: NaiveDate,
    pub(super) zone: Tz,
    pub(super) group: u8,
    pub(super) optional: u8,
    pub(super) hosts: Vec<Host>,
    pub(super) taken: Vec<Taken>,
    pub(super) length: u16,
    pub(super) every: u16,
    pub(super) offset: u16,
    pub(super) buffers: (u16, u16),
    pub(super) seats: u16,
    pub(super) notice: u32,
    /// Days ahead, or two dates after the base.
    pub(super) window: Result<u16, (u8, u8)>,
    /// Minutes after the base.
    pub(super) from: i64,
    pub(super) minutes: i64,
    /// Seconds after the base.
    pub(super) now: i64,
}

pub(super) fn edges() -> impl Strategy<Value = Edges> {
    (0_u16..288, 1_u16..=288).prop_map(|(from, length)| (from, (from + length).min(288)))
}

pub(super) fn spans(most: usize, longest: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
    let minutes =
        (-300_i64..7_000, 1..longest).prop_map(|(start, length)| (start * 60, length * 60));
    let seconds = (-10_000_i64..400_000, 1..longest * 60);
    prop::collection::vec(prop_oneof![minutes, seconds], 0..=most)
}

pub(super) fn host(home: &'static str) -> impl Strategy<Value = Host> {
    let zone =
        prop_oneof![Just(home), prop::sample::select(&PLACES[..]).prop_map(|(name, _)| name)];
    let day = || prop::collection::vec(edges(), 0..3);
    let weekly = prop::collection::vec(day(), 7);
    let overrides = prop::collection::btree_map(0_u8..6, day(), 0..3);
    (zone, weekly, overrides, spans(2, 600), spans(4, 200)).prop_map(
        |(zone, weekly, overrides, time_off, busy)| Host {
            zone: zone.parse().unwrap(),
            weekly,
            overrides,
            time_off,
            busy,
        },
    )
}

pub(super) fn taken() -> impl Strategy<Value = Taken> {
    let odd = || prop::bool::weighted(0.15);
    (any::<prop::sample::Index>(), odd(), odd(), odd(), 0_usize..3, 0_u8..8, 1_u16..4, 0_u16..4)
        .prop_map(|(start, off_grid, other_length, other_calendar, owner, members, seats, pad)| {
            let padding = pad * 10;
            Taken { start, off_grid, other_length, other_calendar, owner, members, seats, padding }
        })
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let place = prop::sample::select(&PLACES[..]);
    place.prop_flat_map(|(home, date)| {
        let zone = prop_oneof![3 => Just(home), 1 => Just("UTC"), 1 => Just("Asia/Kolkata")];
        let every = prop::sample::select(vec![7_u16, 15, 20, 30, 45, 60, 90, 100, 720, 1440]);
        let length = prop::sample::select(vec![5_u16, 15, 20, 30, 45, 60, 90, 240]);
        let buffer = || prop_oneof![2 => Just(0_u16), 1 => 0_u16..60];
        let slot = (length, every, 0_u16..120, (buffer(), buffer()), 1_u16..4);
        let window = prop_oneof![
            (2_u16..9).prop_map(Ok),
            (0_u8..3, 0_u8..4).prop_map(|(from, more)| Err((from, from + more))),
        ];
        let notice = prop_oneof![Just(0_u32), 0_u32..3_000];
        let times = (notice, window, 0_i64..2_880, 1_i64..4_320, -300_000_i64..150_000);
        let hosts = prop::collection::vec(host(home), 1..=3);
        let taken = prop::collection::vec(taken(), 0..8);
        (zone, 0_u8..3, 0_u8..8, hosts, taken, slot, times).prop_map(
            move |(zone, group, optional, hosts, taken, slot, times)| World {
                base: date.parse().unwrap(),
                zone: zone.parse().unwrap(),
                group,
                optional,
                hosts,
                taken,
                length: slot.0,
                every: slot.1,
                offset: slot.2,
                buffers: slot.3,
                seats: slot.4,
                notice: times.0,
                window: times.1,
                from: times.2,
                minutes: times.3,
                now: times.4,
            },
        )
    })
}

impl World {
    /// Noon two days before the odd date.
    pub(super) fn base(&self) -> i64 {
        self.base.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() - 36 * 3600
    }

    pub(super) fn instant(&self, seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(self.base() + seconds, 0).unwrap()
    }

    pub(super) fn date(&self, offset: u8) -> NaiveDate {
        self.base + TimeDelta::days(i64::from(offset) - 2)
    }

    pub(super) fn names(&self) -> Vec<Occupant> {
        if self.group == 2 {
            return vec![Occupant::Calendar(calendar("demo"))];
        }
        let user = |index| Occupant::User(UserId::new(format!("host-{index}")).unwrap());
        (0..self.hosts.len()).map(user).collect()
    }
}
