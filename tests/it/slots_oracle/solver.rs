//! The solver: every minute by itself.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::world::{Host, World};

/// Minutes that clocks show, since 1970-01-01 00:00 of their own.
pub(super) fn clock(zone: Tz, second: i64) -> i64 {
    let at = DateTime::from_timestamp(second, 0).unwrap();
    let shown = at.with_timezone(&zone).naive_local().and_utc().timestamp();
    assert_eq!(shown % 60, 0);
    shown / 60
}

/// For every minute of 12 days, whether the host is open during all of it.
pub(super) fn open_minutes(world: &World, host: &Host) -> BTreeSet<i64> {
    let first = world.base() / 60 - 3 * 1440;
    let clocks: Vec<_> = (0..12 * 1440).map(|m| clock(host.zone, (first + m) * 60)).collect();
    let mut open = BTreeSet::new();
    for day in 0..9_i64 {
        let date = world.base + TimeDelta::days(day - 3);
        let midnight = date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() / 60;
        let index = u8::try_from(day - 1).ok();
        let windows = index.and_then(|index| host.overrides.get(&index));
        let weekday = usize::try_from(date.weekday().num_days_from_monday()).unwrap();
        for (from, to) in windows.unwrap_or(&host.weekly[weekday]) {
            let (from, to) = (midnight + i64::from(*from) * 5, midnight + i64::from(*to) * 5);
            // From the first minute at which clocks have come so far, to the last minute that they
            // call the end, or to where they jump over it.
            let opens = clocks.iter().position(|shown| *shown >= from).unwrap();
            let called = clocks.iter().rposition(|shown| *shown == to);
            let before = clocks.iter().rposition(|shown| *shown < to);
            let closes = called.unwrap_or_else(|| before.unwrap() + 1);
            open.extend((opens..closes).map(|m| first + i64::try_from(m).unwrap()));
        }
    }
    for (start, length) in &host.time_off {
        let (start, end) = (world.base() + start, world.base() + start + length);
        open.retain(|minute| minute * 60 + 60 <= start || end <= minute * 60);
    }
    open
}

pub(super) fn is_grid(world: &World, minute: i64) -> bool {
    let shown = clock(world.zone, minute * 60).rem_euclid(1440);
    let mut start = i64::from(world.offset);
    while start < shown {
        start += i64::from(world.every);
    }
    start == shown
}

/// A slot in the calendar's own words: calendar, core, padded, owner, seats taken.
pub(super) type Slot = (bool, (i64, i64), (i64, i64), usize, u16);

/// The slots of each host.
pub(super) fn slots(world: &World) -> Vec<Vec<Slot>> {
    let count = world.names().len();
    let minutes = world.base() / 60 + world.from..world.base() / 60 + world.from + world.minutes;
    let grid: Vec<_> = minutes.filter(|minute| is_grid(world, *minute)).collect();
    let mut seen = BTreeSet::new();
    let mut slots = vec![Vec::new(); count];
    for taken in world.taken.iter().filter(|_| !grid.is_empty()) {
        let start = taken.start.get(&grid) * 60 + if taken.off_grid { 420 } else { 0 };
        let length = i64::from(world.length) * 60 + if taken.other_length { 600 } else { 0 };
        let core = (start, start + length);
        let owner = taken.owner % count;
        if !seen.insert((taken.other_calendar, core, owner)) {
            continue;
        }
        let padding = i64::from(taken.padding) * 60;
        let padded = (core.0 - padding, core.1 + padding);
        let slot = (!taken.other_calendar, core, padded, owner, taken.seats);
        for (member, slots) in slots.iter_mut().enumerate() {
            let sits = world.group == 1 && taken.members >> member & 1 == 1;
            if sits || member == owner {
                slots.push(slot);
            }
        }
    }
    slots
}

/// Hosts with the owner they join, in the order of listing, and the seats left.
pub(super) type Answer = Option<(Vec<(usize, Option<usize>)>, u32)>;

pub(super) struct Solver<'a> {
    pub(super) world: &'a World,
    pub(super) open: Vec<BTreeSet<i64>>,
    pub(super) slots: Vec<Vec<Slot>>,
}

impl Solver<'_> {
    fn hosts(&self) -> std::ops::Range<usize> {
        0..self.slots.len()
    }

    fn is_free(&self, host: usize, core: (i64, i64)) -> bool {
        let (before, after) = self.world.buffers;
        let padded = (core.0 - i64::from(before) * 60, core.1 + i64::from(after) * 60);
        let clear = |(start, end): (i64, i64)| end <= padded.0 || padded.1 <= start;
        let base = self.world.base();
        let mut busy = self.world.hosts[host].busy.iter();
        (core.0 / 60..core.1 / 60).all(|minute| self.open[host].contains(&minute))
            && self.slots[host].iter().all(|slot| clear(slot.2))
            && busy.all(|(start, length)| clear((base + start, base + start + length)))
    }

    fn in_time(&self, start: i64) -> bool {
        let world = self.world;
        let now = world.base() + world.now;
        let window = match world.window {
            Ok(days) => start < now + i64::from(days) * 86_400,
            Err((from, to)) => {
                let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0).unwrap().and_utc();
                let days = |offset| midnight(world.date(offset)).timestamp() / 86_400;
                let today = clock(world.zone, start).div_euclid(1440);
                days(from) <= today && today <= days(to)
            }
        };
        window && start >= now + i64::from(world.notice) * 60
    }

    /// The seats left in the slot of an owner that a host sits in, if it is this calendar's.
    fn sits(&self, host: usize, core: (i64, i64), owner: usize) -> Option<u32> {
        let mut slots = self.slots[host].iter();
        let slot = slots.find(|slot| slot.0 && slot.1 == core && slot.3 == owner)?;
        Some(u32::from(self.world.seats).saturating_sub(slot.4.into()))
    }

    pub(super) fn answer(&self, minute: i64) -> Answer {
        let core = (minute * 60, minute * 60 + i64::from(self.world.length) * 60);
        if !is_grid(self.world, minute) || !self.in_time(core.0) {
            return None;
        }
        if self.world.group == 1 { self.together(core) } else { self.each(core) }
    }

    fn each(&self, core: (i64, i64)) -> Answer {
        let mut places = Vec::new();
        let mut left = 0;
        for host in self.hosts() {
            match self.sits(host, core, host) {
                Some(0) => {}
                Some(seats) => {
                    places.push((host, Some(host)));
                    left += seats;
                }
                None if self.is_free(host, core) => {
                    places.push((host, None));
                    left += u32::from(self.world.seats);
                }
                None => {}
            }
        }
        (!places.is_empty()).then_some((places, left))
    }

    /// The primary host is the last one.
    fn together(&self, core: (i64, i64)) -> Answer {
        let primary = self.slots.len() - 1;
        let is_required = |host| host == primary || self.world.optional >> host & 1 == 0;
        let order: Vec<_> = std::iter::once(primary).chain(0..primary).collect();
        for owner in order.iter().copied() {
            let required = self.hosts().filter(|host| is_required(*host));
            if required.filter_map(|host| self.sits(host, core, owner)).next().is_some() {
                // Frozen: the owner first, then the others who sit in it.
                let order = std::iter::once(owner).chain(self.hosts().filter(|h| *h != owner));
                let members = order.filter_map(|h| Some((h, self.sits(h, core, owner)?)));
                let members: Vec<_> = members.collect();
                let left = members[0].1;
                let places = members.iter().map(|(host, _)| (*host, Some(owner))).collect();
                return (left > 0).then_some((places, left));
            }
        }
        let free: Vec<_> = order.into_iter().filter(|host| self.is_free(*host, core)).collect();
        let all = self.hosts().filter(|h| is_required(*h)).all(|h| free.contains(&h));
        let places = free.into_iter().map(|host| (host, None)).collect();
        all.then_some((places, self.world.seats.into()))
    }
}
