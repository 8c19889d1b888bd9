//! Small random worlds: hosts, hours, busy times and slots around a second.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use slotlink::words::{Occupant, UserId};

use super::given::calendar;
use super::places::{place, zone};

pub(super) const ROUND_ROBIN: u8 = 0;
pub(super) const COLLECTIVE: u8 = 1;
pub(super) const UNASSIGNED: u8 = 2;

/// The last legal second: 2200-01-01T00:00:00Z.
pub(super) const LATEST: i64 = 7_258_118_400;

const DAY: i64 = 86_400;

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
    pub(super) is_unknown: bool,
    /// Dates after the base, and how many more.
    pub(super) full: Vec<(u8, u8)>,
}

/// A slot that exists.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) start: prop::sample::Index,
    pub(super) off_grid: bool,
    pub(super) other_length: bool,
    pub(super) other_calendar: bool,
    /// Of a round robin, whether the members sit in it all the same.
    pub(super) shared: bool,
    pub(super) owner: usize,
    pub(super) members: u8,
    pub(super) behind: u8,
    pub(super) seats: u16,
    pub(super) padding: u16,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    /// A second at which something odd happens.
    pub(super) odd: i64,
    pub(super) zone: Tz,
    pub(super) group: u8,
    pub(super) primary: usize,
    pub(super) optional: u8,
    pub(super) hosts: Vec<Host>,
    pub(super) taken: Vec<Taken>,
    pub(super) length: u16,
    pub(super) every: u16,
    pub(super) offset: u16,
    pub(super) buffers: (u16, u16),
    pub(super) seats: u16,
    pub(super) notice: u32,
    /// Days ahead, or dates.
    pub(super) window: Result<u16, (u8, u8)>,
    pub(super) full: Vec<(u8, u8)>,
    /// Unix seconds.
    pub(super) range: (i64, i64),
    /// Where every minute is looked at: the whole range, or parts of a long one.
    pub(super) watched: Vec<(i64, i64)>,
    /// Milliseconds after the base, or after the beginning of a long range.
    pub(super) now_ms: i64,
}

fn edges() -> impl Strategy<Value = Edges> {
    (0_u16..288, 1_u16..=288).prop_map(|(from, length)| (from, (from + length).min(288)))
}

/// Mostly on quarters of hours, as grids often are, so that edges meet.
fn spans(most: usize, longest: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
    let quarters =
        (96_i64..384, 1..longest / 15).prop_map(|(start, length)| (start * 900, length * 900));
    let minutes =
        (-300_i64..7_000, 1..longest).prop_map(|(start, length)| (start * 60, length * 60));
    let seconds = (-10_000_i64..400_000, 1..longest * 60);
    prop::collection::vec(prop_oneof![2 => quarters, 1 => minutes, 1 => seconds], 0..=most)
}

fn full() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec((0_u8..8, 0_u8..3), 1..3)]
}

fn host(home: Tz) -> impl Strategy<Value = Host> {
    let zone = prop_oneof![Just(home), zone()];
    let day = || prop::collection::vec(edges(), 0..3);
    // Every host has some days of each of three sorts.
    let days = prop::collection::vec(prop_oneof![3 => day(), 1 => Just(vec![(0, 288)])], 3);
    let weekly = (days, any::<[u8; 7]>()).prop_map(|(days, which)| {
        which.iter().map(|day| days[usize::from(*day) % days.len()].clone()).collect()
    });
    let overrides = prop::collection::btree_map(0_u8..6, day(), 0..3);
    let time_off = prop_oneof![3 => spans(2, 600), 1 => spans(1, 60_000)];
    let busy = prop_oneof![3 => spans(4, 200), 1 => spans(1, 30_000)];
    (zone, weekly, overrides, time_off, busy, prop::bool::weighted(0.15), full()).prop_map(
        |(zone, weekly, overrides, time_off, busy, is_unknown, full)| Host {
            zone,
            weekly,
            overrides,
            time_off,
            busy,
            is_unknown,
            full,
        },
    )
}

fn taken() -> impl Strategy<Value = Taken> {
    let odd = || prop::bool::weighted(0.15);
    let odds = (odd(), odd(), odd(), odd());
    let behind = prop_oneof![4 => Just(0_u8), 1 => any::<u8>()];
    let who = (0_usize..30, any::<u8>(), behind);
    (any::<prop::sample::Index>(), odds, who, 1_u16..4, 0_u16..4).prop_map(
        |(start, odds, (owner, members, behind), seats, pad)| {
            let (off_grid, other_length, other_calendar, shared) = odds;
            let padding = pad * 10;
            Taken {
                start,
                off_grid,
                other_length,
                other_calendar,
                shared,
                owner,
                members,
                behind,
                seats,
                padding,
            }
        },
    )
}

/// What a calendar says of its slots: length, step, offset, buffers, seats.
type Settings = (u16, u16, u16, (u16, u16), u16);

fn settings() -> impl Strategy<Value = Settings> {
    let usual = prop::sample::select(vec![5_u16, 7, 15, 20, 30, 45, 60, 90, 100, 720, 1440]);
    let every = prop_oneof![8 => usual, 1 => 1_u16..=1440];
    let length = prop::sample::select(vec![5_u16, 15, 20, 30, 45, 60, 90, 240]);
    let length = prop_oneof![20 => length, 1 => 5_u16..=960];
    let fives = || (0_u16..8).prop_map(|fives| fives * 5);
    let buffer = || prop_oneof![4 => Just(0_u16), 2 => fives(), 1 => 0_u16..60, 1 => 0_u16..=240];
    let quarters = || (0_u16..8).prop_map(|quarters| quarters * 15);
    let offset = prop_oneof![4 => quarters(), 2 => 0_u16..120, 1 => 0_u16..1440];
    (length, every, offset, (buffer(), buffer()), 1_u16..4)
}

/// A range and the parts of it that are watched, as seconds after the odd one.
type Times = ((i64, i64), Vec<(i64, i64)>);

/// Mostly some hours around the odd second.
fn short() -> impl Strategy<Value = Times> {
    let minutes = prop_oneof![6 => 1_i64..480, 3 => 1_i64..1440, 1 => 1_i64..4320];
    let from = prop_oneof![3 => -300_i64..120, 1 => -2160_i64..2160];
    let seconds = || prop_oneof![3 => Just(0_i64), 1 => 0_i64..60];
    (from, minutes, (seconds(), seconds())).prop_map(|(from, minutes, seconds)| {
        let range = (from * 60 + seconds.0, (from + minutes) * 60 + seconds.1);
        (range, vec![range])
    })
}

/// Months, of which some hours are watched: around the odd second, and any others.
fn long() -> impl Strategy<Value = Times> {
    let watch = (0_i64..10_000, 1_i64..200);
    let others = prop::collection::vec(watch, 1..4);
    (60_i64..=366, 0_i64..10_000, (-180_i64..120, 1_i64..240), others).prop_map(
        |(days, ahead, odd, others)| {
            let from = -(ahead * days / 10_000) * DAY;
            let range = (from, from + days * DAY);
            let others = others.into_iter().map(|(at, length)| {
                let start = from + at * days * DAY / 10_000 / 60 * 60;
                (start, start + length * 60)
            });
            let odd = (odd.0 * 60, (odd.0 + odd.1) * 60);
            let watched = std::iter::once(odd).chain(others);
            let cut = watched.map(|(start, end)| (start.max(range.0), end.min(range.1)));
            (range, cut.filter(|(start, end)| start < end).collect())
        },
    )
}

/// Worlds with a short range.
pub(super) fn world(groups: &'static [u8]) -> impl Strategy<Value = World> {
    worlds(groups, short().boxed(), 1..7)
}

/// Worlds with a range of months.
pub(super) fn long_world() -> impl Strategy<Value = World> {
    worlds(&[ROUND_ROBIN, COLLECTIVE, UNASSIGNED], long().boxed(), 30..500)
}

fn worlds(
    groups: &'static [u8],
    times: BoxedStrategy<Times>,
    ahead: std::ops::Range<u16>,
) -> impl Strategy<Value = World> {
    place().prop_flat_map(move |(home, odd)| {
        let zone = prop_oneof![3 => Just(home), 1 => Just(Tz::UTC), 1 => zone()];
        let window = prop_oneof![
            ahead.clone().prop_map(Ok),
            (0_u8..4, 0_u8..4).prop_map(|(from, more)| Err((from, more))),
        ];
        let quarters = (0_u32..16).prop_map(|quarters| quarters * 15);
        let notice = prop_oneof![2 => Just(0_u32), 1 => quarters, 1 => 0_u32..3_000];
        // To a quarter of an hour, just before, or just after.
        let exact = (-40_i64..120, 0_i64..6, -1_i64..=1).prop_map(|(quarters, days, ms)| {
            quarters * 900_000 - days * 86_400_000 + 172_800_000 + ms
        });
        let now = prop_oneof![
            2 => exact,
            1 => (-300_000_i64..150_000).prop_map(|seconds| seconds * 1000),
            1 => -300_000_000_i64..150_000_000,
        ];
        let hosts = prop::collection::vec(host(home), 1..=5);
        let taken = prop::collection::vec(taken(), 0..8);
        let hosts = (hosts, prop_oneof![2 => Just(0_u8), 1 => any::<u8>()]).prop_map(twins);
        let group = (prop::sample::select(groups), 0_usize..40, any::<u8>(), full());
        (zone, group, hosts, taken, settings(), (notice, window, now), times.clone()).prop_map(
            move |(zone, group, hosts, taken, slot, (notice, window, now_ms), times)| World {
                odd,
                zone,
                group: group.0,
                primary: group.1,
                optional: group.2,
                hosts,
                taken,
                length: slot.0,
                every: slot.1,
                offset: slot.2,
                buffers: slot.3,
                seats: slot.4,
                notice,
                window,
                full: group.3,
                range: legal(odd, times.0),
                watched: times.1.into_iter().map(|watch| legal(odd, watch)).collect(),
                now_ms,
            },
        )
    })
}

/// Some hosts have the weekly hours of the first, in the same zone or in another, and those in the
/// same zone often the same overrides.
fn twins((mut hosts, which): (Vec<Host>, u8)) -> Vec<Host> {
    let (first, others) = hosts.split_first_mut().unwrap();
    for (number, host) in others.iter_mut().enumerate() {
        if which >> number & 1 == 1 {
            host.weekly.clone_from(&first.weekly);
            if which >> (7 - number) & 1 == 1 {
                host.zone = first.zone;
                host.overrides.clone_from(&first.overrides);
            }
        }
    }
    hosts
}

/// Moves two times after a second into the legal years.
fn legal(odd: i64, (from, to): (i64, i64)) -> (i64, i64) {
    let from = (odd + from).clamp(0, LATEST - 60);
    (from, (odd + to).clamp(from + 60, LATEST))
}

/// Days since 1970-01-01.
pub(super) fn days(date: NaiveDate) -> i64 {
    date.to_epoch_days().into()
}

impl World {
    /// A midnight two days before.
    fn base(&self) -> i64 {
        (self.odd.div_euclid(DAY) - 2) * DAY
    }

    /// At which seconds clocks are looked at: while one is some seconds off, also at half minutes.
    pub(super) fn tick(&self) -> i64 {
        if self.odd < 3 * 365 * DAY { 30 } else { 60 }
    }

    fn is_long(&self) -> bool {
        self.watched.len() != 1 || self.watched[0] != self.range
    }

    /// Intervals that lie in the legal years; in a long world around what is watched.
    pub(super) fn spans(&self, spans: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let start = |after: i64| match self.watched.as_slice() {
            watched if self.is_long() && !watched.is_empty() => {
                let which = usize::try_from(after.rem_euclid(1000)).unwrap();
                watched[which % watched.len()].0 + after / 16
            }
            _ => self.base() + after,
        };
        let spans = spans.iter().map(|(after, length)| (start(*after), start(*after) + length));
        spans.filter(|(start, end)| *start >= 0 && *end <= LATEST).collect()
    }

    /// A date some days after the first; in a long world around what is watched.
    pub(super) fn date(&self, offset: u8) -> NaiveDate {
        match self.watched.as_slice() {
            watched if self.is_long() && !watched.is_empty() => {
                let (which, after) =
                    (usize::from(offset) % watched.len(), usize::from(offset) / watched.len());
                let date = DateTime::from_timestamp(watched[which].0, 0).unwrap().date_naive();
                date + TimeDelta::days(i64::try_from(after).unwrap() - 1)
            }
            _ => {
                let date = DateTime::from_timestamp(self.base(), 0).unwrap().date_naive();
                date + TimeDelta::days(offset.into())
            }
        }
    }

    /// The first and the last of some dates.
    pub(super) fn dates(&self, (from, more): (u8, u8)) -> (NaiveDate, NaiveDate) {
        let more = i64::from(more) * if self.is_long() { 20 } else { 1 };
        (self.date(from), self.date(from) + TimeDelta::days(more))
    }

    pub(super) fn overrides<'a>(&self, host: &'a Host) -> BTreeMap<NaiveDate, &'a Vec<Edges>> {
        host.overrides.iter().map(|(offset, windows)| (self.date(*offset), windows)).collect()
    }

    /// Unix milliseconds. A long range is asked about from its beginning on.
    pub(super) fn now_ms(&self) -> i64 {
        let from = if self.is_long() { self.range.0 } else { self.base() };
        from * 1000 + self.now_ms
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.now_ms()).unwrap()
    }

    /// The primary host; rarely one who is not among the hosts.
    pub(super) fn primary(&self) -> usize {
        let count = self.names().len();
        if self.primary == 0 { count } else { self.primary % count }
    }

    pub(super) fn names(&self) -> Vec<Occupant> {
        if self.group == UNASSIGNED {
            return vec![Occupant::Calendar(calendar("demo"))];
        }
        (0..self.hosts.len()).map(user).collect()
    }
}

pub(super) fn user(index: usize) -> Occupant {
    Occupant::User(UserId::new(format!("host-{index}")).unwrap())
}
