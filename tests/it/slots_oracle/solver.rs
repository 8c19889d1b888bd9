//! The solver: every tick by itself.

use std::collections::{BTreeSet, HashSet};

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use super::clock::Clock;
use super::met::Met;
use super::world::{COLLECTIVE, Host, LATEST, ROUND_ROBIN, World, days};

/// Around a time, so that windows which began before it are seen to begin.
const MARGIN: i64 = 26 * 3600;

pub(super) fn is_grid(world: &World, shown: i64) -> bool {
    let (minute, seconds) = (shown.rem_euclid(86_400) / 60, shown.rem_euclid(60));
    let mut start = i64::from(world.offset);
    while start < minute {
        start += i64::from(world.every);
    }
    start == minute && seconds == 0
}

/// A slot in the calendar's own words: calendar, core, padded, owner, seats taken.
pub(super) type Slot = (bool, (i64, i64), (i64, i64), usize, u16);

/// The slots of each host. The owner after the last host is one who has left.
pub(super) fn slots(world: &World) -> Vec<Vec<Slot>> {
    let count = world.names().len();
    let clocks = world.watched.iter().map(|watch| Clock::new(world.zone, world.tick(), *watch));
    let starts = |clock: Clock| {
        let grid = clock.ticks().filter(|at| is_grid(world, clock.at(*at)));
        grid.collect::<Vec<_>>()
    };
    let grid: Vec<_> = clocks.flat_map(starts).collect();
    let mut seen = BTreeSet::new();
    let mut slots = vec![Vec::new(); count];
    for taken in world.taken.iter().filter(|_| !grid.is_empty()) {
        let start = taken.start.get(&grid) + if taken.off_grid { 420 } else { 0 };
        let length = i64::from(world.length) * 60 + if taken.other_length { 600 } else { 0 };
        let core = (start, start + length);
        let owner = taken.owner % (count + 1);
        if !seen.insert((taken.other_calendar, core, owner)) {
            continue;
        }
        let padding = i64::from(taken.padding) * 60;
        let padded = (core.0 - padding, core.1 + padding);
        if padded.0 < 0 || padded.1 > LATEST {
            continue;
        }
        for (member, slots) in slots.iter_mut().enumerate() {
            let shared = world.group == COLLECTIVE || world.group == ROUND_ROBIN && taken.shared;
            if shared && taken.members >> member & 1 == 1 || member == owner {
                // The record of one who sits in it may be behind.
                let seats =
                    taken.seats - u16::from(taken.behind >> member & 1).min(taken.seats - 1);
                slots.push((!taken.other_calendar, core, padded, owner, seats));
            }
        }
    }
    slots
}

/// Hosts with the owner they join, in the order of listing, and the seats left.
pub(super) type Answer = Option<(Vec<(usize, Option<usize>)>, u32)>;

/// What can be booked in one stretch of time.
pub(super) struct Solver<'a> {
    world: &'a World,
    slots: &'a [Vec<Slot>],
    met: &'a Met,
    /// The calendar's.
    clock: Clock,
    /// For each host and tick, whether the host is open during all of it.
    open: Vec<Vec<bool>>,
}

impl<'a> Solver<'a> {
    pub(super) fn new(
        world: &'a World,
        slots: &'a [Vec<Slot>],
        (from, to): (i64, i64),
        met: &'a Met,
    ) -> Self {
        let end = to + i64::from(world.length) * 60;
        let mut clocks: Vec<(Tz, Clock)> = Vec::new();
        let mut open = Vec::new();
        for host in &world.hosts[..slots.len()] {
            if clocks.iter().all(|(zone, _)| *zone != host.zone) {
                let around = (from - MARGIN, end + MARGIN);
                clocks.push((host.zone, Clock::new(host.zone, world.tick(), around)));
            }
            let clock = &clocks.iter().find(|(zone, _)| *zone == host.zone).unwrap().1;
            open.push(open_ticks(world, host, clock, (from, end)));
        }
        let schedule = |host: &Host| (host.zone, host.weekly.clone(), host.overrides.clone());
        let schedules = world.hosts.iter().map(schedule);
        if schedules.collect::<HashSet<_>>().len() < slots.len() {
            met.add("two with the same hours");
        }
        let clock = Clock::new(world.zone, world.tick(), (from, end));
        clock.changes().for_each(|change| met.add(change));
        Self { world, slots, met, clock, open }
    }

    /// All ticks at which something might start.
    pub(super) fn ticks(&self) -> impl Iterator<Item = i64> {
        let length = i64::from(self.world.length) * 60 / self.world.tick();
        let count = self.clock.ticks().count() - usize::try_from(length).unwrap();
        self.clock.ticks().take(count)
    }

    pub(super) fn is_grid(&self, start: i64) -> bool {
        is_grid(self.world, self.clock.at(start))
    }

    fn hosts(&self) -> std::ops::Range<usize> {
        0..self.slots.len()
    }

    fn is_unknown(&self, host: usize) -> bool {
        self.world.hosts[host].is_unknown
    }

    /// Whether a start lies on one of these dates of the calendar's zone.
    fn is_on(&self, start: i64, dates: &[(u8, u8)]) -> bool {
        let today = self.clock.at(start).div_euclid(86_400);
        let dates = dates.iter().map(|dates| self.world.dates(*dates));
        dates.map(|(from, to)| days(from)..=days(to)).any(|dates| dates.contains(&today))
    }

    fn is_full(&self, host: usize, start: i64) -> bool {
        self.is_on(start, &self.world.hosts[host].full)
    }

    fn is_free(&self, host: usize, core: (i64, i64)) -> bool {
        let (before, after) = self.world.buffers;
        let padded = (core.0 - i64::from(before) * 60, core.1 + i64::from(after) * 60);
        let clear = |(start, end): (i64, i64)| end <= padded.0 || padded.1 <= start;
        let ticks = self.clock.index(core.0)..self.clock.index(core.1);
        self.met.all([
            ("closed", self.open[host][ticks].iter().all(|open| *open)),
            ("occupied", self.slots[host].iter().all(|slot| clear(slot.2))),
            ("busy", self.world.spans(&self.world.hosts[host].busy).into_iter().all(clear)),
            ("busy unknown", !self.is_unknown(host)),
            ("host full", !self.is_full(host, core.0)),
        ])
    }

    fn is_admitted(&self, core: (i64, i64)) -> bool {
        let world = self.world;
        let (before, after) = world.buffers;
        let window = match world.window {
            Ok(days) => core.0 * 1000 < world.now_ms() + i64::from(days) * 86_400_000,
            Err(dates) => self.is_on(core.0, &[dates]),
        };
        self.met.all([
            ("notice", core.0 * 1000 >= world.now_ms() + i64::from(world.notice) * 60_000),
            ("window", window),
            ("calendar full", !self.is_on(core.0, &world.full)),
            ("too early a year", core.0 - i64::from(before) * 60 >= 0),
            ("too late a year", core.1 + i64::from(after) * 60 <= LATEST),
        ])
    }

    /// The seats left in the slot of an owner that a host sits in, if it is this calendar's.
    fn sits(&self, host: usize, core: (i64, i64), owner: usize) -> Option<u32> {
        let mut slots = self.slots[host].iter();
        let slot = slots.find(|slot| slot.0 && slot.1 == core && slot.3 == owner)?;
        Some(u32::from(self.world.seats).saturating_sub(slot.4.into()))
    }

    pub(super) fn answer(&self, start: i64) -> Answer {
        let core = (start, start + i64::from(self.world.length) * 60);
        if !self.is_grid(start) || !self.is_admitted(core) {
            return None;
        }
        if self.world.group == COLLECTIVE { self.together(core) } else { self.each(core) }
    }

    fn each(&self, core: (i64, i64)) -> Answer {
        let mut places = Vec::new();
        let mut left = 0;
        for host in self.hosts() {
            match self.sits(host, core, host) {
                Some(0) => self.met.add("no seat left"),
                Some(_) if self.is_full(host, core.0) => self.met.add("no seat of a full host"),
                Some(seats) => {
                    let known = if self.is_unknown(host) { "joined unknown" } else { "joined" };
                    self.met.add(known);
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
        self.met.add(["nobody", "one", "some", "some", "many", "many"][places.len()]);
        (!places.is_empty()).then_some((places, left))
    }

    fn is_required(&self, host: usize) -> bool {
        host == self.world.primary() || self.world.optional >> host & 1 == 0
    }

    fn together(&self, core: (i64, i64)) -> Answer {
        let primary = self.world.primary();
        let others = (0..=self.slots.len()).filter(|owner| *owner != primary);
        for owner in std::iter::once(primary).chain(others) {
            let mut required = self.hosts().filter(|host| self.is_required(*host));
            if required.any(|host| self.sits(host, core, owner).is_some()) {
                return self.frozen(core, owner);
            }
        }
        let order = std::iter::once(primary).chain(self.hosts().filter(|host| *host != primary));
        let order = order.filter(|host| self.hosts().contains(host));
        let free: Vec<_> = order.filter(|host| self.is_free(*host, core)).collect();
        let all = self.hosts().filter(|h| self.is_required(*h)).all(|h| free.contains(&h));
        if !all || !free.contains(&primary) {
            return None;
        }
        let left_out = |host: usize| !free.contains(&host) && self.is_full(host, core.0);
        self.met.add(match free.len() {
            _ if self.hosts().any(left_out) => "without a full optional host",
            1 => "alone",
            count if count < self.slots.len() => "without optional hosts",
            _ => "all together",
        });
        let places = free.into_iter().map(|host| (host, None)).collect();
        Some((places, self.world.seats.into()))
    }

    /// A slot that exists: the owner first, then the others who sit in it.
    fn frozen(&self, core: (i64, i64), owner: usize) -> Answer {
        let others = self.hosts().filter(|host| *host != owner);
        let order = self.hosts().filter(|host| *host == owner).chain(others);
        let members = order.filter_map(|host| Some((host, self.sits(host, core, owner)?)));
        let members: Vec<_> = members.collect();
        let left = members.iter().map(|(_, left)| *left).min().unwrap();
        let full = |required: bool| {
            let mut full = members.iter().filter(|(host, _)| self.is_full(*host, core.0));
            full.any(|(host, _)| self.is_required(*host) == required)
        };
        if !self.met.all([("frozen, no seat", left > 0), ("frozen, member full", !full(true))]) {
            return None;
        }
        self.met.add(match members.iter().any(|(host, _)| self.is_unknown(*host)) {
            _ if owner == self.slots.len() => "frozen, owner gone",
            _ if full(false) => "frozen, optional member full",
            true => "frozen, member unknown",
            false => "frozen",
        });
        Some((members.iter().map(|(host, _)| (*host, Some(owner))).collect(), left))
    }
}

/// For every tick of a time, whether the host is open during all of it.
fn open_ticks(world: &World, host: &Host, clock: &Clock, (from, to): (i64, i64)) -> Vec<bool> {
    let (first, last) = clock.dates();
    let overrides = world.overrides(host);
    let mut open = vec![false; clock.ticks().count()];
    for day in first - 1..=last + 1 {
        let date = NaiveDate::from_epoch_days(i32::try_from(day).unwrap()).unwrap();
        let overridden = overrides.get(&date);
        let weekday = usize::try_from(date.weekday().num_days_from_monday()).unwrap();
        let windows = overridden.map_or(&host.weekly[weekday], |windows| windows);
        for (from, to) in windows {
            let edge = |fives: u16| day * 86_400 + i64::from(fives) * 300;
            clock.window(edge(*from), edge(*to)).for_each(|tick| open[tick] = true);
        }
    }
    for (start, end) in world.spans(&host.time_off) {
        for (tick, open) in clock.ticks().zip(&mut open) {
            *open &= tick + world.tick() <= start || end <= tick;
        }
    }
    let ticks = clock.ticks().zip(open).skip_while(|(tick, _)| *tick < from);
    ticks.take_while(|(tick, _)| *tick < to).map(|(_, open)| open).collect()
}
