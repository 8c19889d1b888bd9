//! The slot rules against a slow, obvious solver that looks at every minute by itself.
//!
//! The solver shares nothing with the rules but words: it merges, sorts and subtracts no
//! intervals, and maps no wall-clock time to an instant. It knows what clocks show at each minute.

mod solver;
mod world;

use std::cell::Cell;

use chrono::DateTime;
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use slotlink::rules::{
    Group, HostTimes, Offer, Place, SlotRules, is_start, offer_at, slots as find,
};
use slotlink::words::{
    AccountId, BookingWindow, Buffer, CalendarId, CalendarRef, DateRange, GridOffset, GridStep,
    Hours, Interval, Notice, Occupancy, Occupant, Seats, SlotLength, SlotSettings, TimeOfDay,
    WeeklyHours, Window, WindowDays, Zone,
};

use solver::{Answer, Slot, Solver, is_grid, open_minutes, slots};
use world::{Edges, Host, World, world};

fn calendar(id: &str) -> CalendarRef {
    CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new(id).unwrap())
}

fn windows(edges: &[Edges]) -> Vec<Window> {
    let time = |fives: u16| TimeOfDay::new(fives * 5).unwrap();
    edges.iter().map(|(from, to)| Window::new(time(*from), time(*to)).unwrap()).collect()
}

fn zone(zone: Tz) -> Zone {
    Zone::new(zone.name()).unwrap()
}

fn after(base: i64, (start, length): (i64, i64)) -> Interval {
    Interval::try_from((base + start, base + start + length)).unwrap()
}

fn hours(world: &World, host: &Host) -> Hours {
    let mut weekly = WeeklyHours::new();
    for (day, edges) in host.weekly.iter().enumerate() {
        let day = u8::try_from(day).unwrap().try_into().unwrap();
        weekly = weekly.with(day, windows(edges));
    }
    let mut hours = Hours::new(zone(host.zone)).with_weekly(weekly);
    for (offset, edges) in &host.overrides {
        hours = hours.with_override(world.date(*offset), windows(edges));
    }
    let off = host.time_off.iter().map(|off| after(world.base(), *off));
    off.fold(hours, Hours::with_time_off)
}

fn rules(world: &World) -> SlotRules {
    let (before, after) = world.buffers;
    let (length, every) = (SlotLength::new(world.length), GridStep::new(world.every));
    let slot = SlotSettings::new(length.unwrap(), every.unwrap())
        .with_offset(GridOffset::new(world.offset).unwrap())
        .with_buffers(Buffer::new(before).unwrap(), Buffer::new(after).unwrap())
        .with_seats(Seats::new(world.seats).unwrap());
    let names = world.names();
    let users: Vec<_> = names.iter().filter_map(Occupant::user).cloned().collect();
    let group = match world.group {
        0 => Group::RoundRobin,
        1 => Group::Collective {
            primary: users[users.len() - 1].clone(),
            optional: users
                .iter()
                .enumerate()
                .filter(|(index, _)| world.optional >> index & 1 == 1)
                .map(|(_, user)| user.clone())
                .collect(),
        },
        _ => Group::Unassigned,
    };
    let window = match world.window {
        Ok(days) => BookingWindow::Days(WindowDays::new(days).unwrap()),
        Err((from, to)) => {
            BookingWindow::Dates(DateRange::new(world.date(from), world.date(to)).unwrap())
        }
    };
    let notice = Notice::new(world.notice).unwrap();
    SlotRules::new(calendar("demo"), group, zone(world.zone), slot, notice, window)
}

fn host_times<'a>(world: &World, slots: &[Vec<Slot>], hours: &'a [Hours]) -> Vec<HostTimes<'a>> {
    let names = world.names();
    let occupancy = |(ours, core, padded, owner, seats): &Slot| {
        let calendar = calendar(if *ours { "demo" } else { "other" });
        let interval = |edges| Interval::try_from(edges).unwrap();
        let owner = names[*owner].clone();
        Occupancy::new(interval(*core), interval(*padded), calendar, owner, *seats).unwrap()
    };
    let hosts = names.iter().zip(&world.hosts).zip(slots).zip(hours);
    let hosts = hosts.map(|(((name, host), slots), hours)| {
        let busy = host.busy.iter().map(|busy| after(world.base(), *busy)).collect();
        let occupied = slots.iter().map(occupancy).collect();
        HostTimes::new(name.clone(), hours).with_occupied(occupied).with_busy(busy)
    });
    // Any order will do.
    hosts.rev().collect()
}

fn answer(world: &World, offer: Option<&Offer>) -> Answer {
    let names = world.names();
    let index = |who: &Occupant| names.iter().position(|name| name == who).unwrap();
    let offer = offer?;
    let places = offer.places().iter().map(|(host, place)| match place {
        Place::New => (index(host), None),
        Place::Join { owner, .. } => (index(host), Some(index(owner))),
        other => unreachable!("{other:?}"),
    });
    Some((places.collect(), offer.seats_left()))
}

/// How many starts of each sort the cases have met, so that no rule goes untried unnoticed.
#[derive(Debug, Default)]
struct Met {
    refused: Cell<u32>,
    new: Cell<u32>,
    joined: Cell<u32>,
    frozen: Cell<u32>,
    together: Cell<u32>,
}

impl Met {
    fn count(&self, world: &World, answer: &Answer) {
        let add = |cell: &Cell<u32>| cell.set(cell.get() + 1);
        let joins = |(_, owner): &(usize, Option<usize>)| owner.is_some();
        match answer {
            None => add(&self.refused),
            Some((places, _)) if places.iter().any(joins) => {
                add(if world.group == 1 { &self.frozen } else { &self.joined });
            }
            Some((places, _)) if world.group == 1 && places.len() > 1 => add(&self.together),
            Some(_) => add(&self.new),
        }
    }
}

fn check(world: &World, met: &Met) -> Result<(), TestCaseError> {
    let slots = slots(world);
    let names = world.names();
    let open = world.hosts.iter().take(names.len()).map(|host| open_minutes(world, host)).collect();
    let rules = rules(world);
    let (from, to) =
        (world.instant(world.from * 60), world.instant((world.from + world.minutes) * 60));
    let now = world.instant(world.now);
    let hours: Vec<_> = world.hosts.iter().map(|host| hours(world, host)).collect();
    let hosts = host_times(world, &slots, &hours);
    let listed = find(&rules, &hosts, from, to, now).unwrap();
    let mut listed = listed.iter().map(slotlink::Slot::offer).peekable();
    let solver = Solver { world, open, slots };
    for minute in from.timestamp() / 60..to.timestamp() / 60 {
        let start = DateTime::from_timestamp(minute * 60, 0).unwrap();
        let expected = solver.answer(minute);
        let in_list = listed.next_if(|offer| offer.interval().start() == start);
        prop_assert_eq!(answer(world, in_list.as_ref()), expected.clone(), "at {}", start);
        let grid = is_grid(world, minute);
        prop_assert_eq!(is_start(rules.zone(), rules.slot(), start), grid, "at {}", start);
        if grid {
            met.count(world, &expected);
        }
        let alone = offer_at(&rules, &hosts, start, now);
        prop_assert_eq!(answer(world, alone.as_ref()), expected, "alone at {}", start);
    }
    prop_assert!(listed.next().is_none());
    Ok(())
}

#[test]
fn the_slot_rules_agree_with_a_look_at_every_minute() {
    let config = Config { cases: 500, failure_persistence: None, ..Config::default() };
    let met = Met::default();
    TestRunner::new(config).run(&world(), |world| check(&world, &met)).unwrap();
    let enough = [(&met.refused, 2_000), (&met.new, 500), (&met.joined, 10), (&met.frozen, 5)];
    for (count, least) in enough.into_iter().chain([(&met.together, 30)]) {
        assert!(count.get() >= least, "too few cases of a sort: {met:?}");
    }
}
