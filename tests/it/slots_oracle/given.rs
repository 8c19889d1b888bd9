//! Worlds in the words of the crate.

use chrono_tz::Tz;
use slotlink::rules::{Group, HostTimes, Offer, Place, SlotRules};
use slotlink::words::{
    AccountId, BookingWindow, Buffer, CalendarId, CalendarRef, DateRange, GridOffset, GridStep,
    Hours, Interval, Notice, Occupancy, Occupant, Seats, SlotLength, SlotSettings, TimeOfDay,
    UserId, WeeklyHours, Window, WindowDays, Zone,
};

use super::solver::{Answer, Slot};
use super::world::{COLLECTIVE, Edges, Host, ROUND_ROBIN, World, user};

pub(super) fn calendar(id: &str) -> CalendarRef {
    CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new(id).unwrap())
}

fn windows(edges: &[Edges]) -> Vec<Window> {
    let time = |fives: u16| TimeOfDay::new(fives * 5).unwrap();
    edges.iter().map(|(from, to)| Window::new(time(*from), time(*to)).unwrap()).collect()
}

pub(super) fn zone(zone: Tz) -> Zone {
    Zone::new(zone.name()).unwrap()
}

fn intervals(world: &World, spans: &[(i64, i64)]) -> Vec<Interval> {
    world.spans(spans).into_iter().map(|span| Interval::try_from(span).unwrap()).collect()
}

fn dates(world: &World, dates: &[(u8, u8)]) -> Vec<DateRange> {
    let range = |dates| {
        let (from, to) = world.dates(dates);
        DateRange::new(from, to).unwrap()
    };
    dates.iter().copied().map(range).collect()
}

pub(super) fn hours(world: &World, host: &Host) -> Hours {
    let mut weekly = WeeklyHours::new();
    for (day, edges) in host.weekly.iter().enumerate() {
        let day = u8::try_from(day).unwrap().try_into().unwrap();
        weekly = weekly.with(day, windows(edges));
    }
    let mut hours = Hours::new(zone(host.zone)).with_weekly(weekly);
    for (date, edges) in world.overrides(host) {
        hours = hours.with_override(date, windows(edges));
    }
    intervals(world, &host.time_off).into_iter().fold(hours, Hours::with_time_off)
}

pub(super) fn rules(world: &World) -> SlotRules {
    let (before, after) = world.buffers;
    let (length, every) = (SlotLength::new(world.length), GridStep::new(world.every));
    let slot = SlotSettings::new(length.unwrap(), every.unwrap())
        .with_offset(GridOffset::new(world.offset).unwrap())
        .with_buffers(Buffer::new(before).unwrap(), Buffer::new(after).unwrap())
        .with_seats(Seats::new(world.seats).unwrap());
    let id = |index: usize| user(index).user().unwrap().clone();
    let group = match world.group {
        ROUND_ROBIN => Group::RoundRobin,
        COLLECTIVE => Group::Collective {
            primary: id(world.primary()),
            optional: (0..8).filter(|index| world.optional >> index & 1 == 1).map(id).collect(),
        },
        _ => Group::Unassigned,
    };
    let window = match world.window {
        Ok(days) => BookingWindow::Days(WindowDays::new(days).unwrap()),
        Err(range) => BookingWindow::Dates(dates(world, &[range])[0]),
    };
    let notice = Notice::new(world.notice).unwrap();
    SlotRules::new(calendar("demo"), group, zone(world.zone), slot, notice, window)
        .with_full_dates(dates(world, &world.full))
}

pub(super) fn host_times<'a>(
    world: &World,
    slots: &[Vec<Slot>],
    hours: &'a [Hours],
) -> Vec<HostTimes<'a>> {
    let names = world.names();
    let occupancy = |(ours, core, padded, owner, seats): &Slot| {
        let calendar = calendar(if *ours { "demo" } else { "other" });
        let interval = |edges| Interval::try_from(edges).unwrap();
        let owner = names.get(*owner).cloned().unwrap_or_else(|| user(*owner));
        Occupancy::new(interval(*core), interval(*padded), calendar, owner, *seats).unwrap()
    };
    let hosts = names.iter().zip(&world.hosts).zip(slots).zip(hours);
    let hosts = hosts.map(|(((name, host), slots), hours)| {
        let times = HostTimes::new(name.clone(), hours)
            .with_occupied(slots.iter().map(occupancy).collect::<Vec<_>>())
            .with_full_dates(dates(world, &host.full));
        if host.is_unknown {
            times.with_busy_unknown()
        } else {
            times.with_busy(intervals(world, &host.busy))
        }
    });
    // Any order will do.
    hosts.rev().collect()
}

/// An offer as the solver says it.
pub(super) fn answer(world: &World, offer: Option<&Offer>) -> Answer {
    let names = world.names();
    let index = |who: &Occupant| {
        let known = names.iter().position(|name| name == who);
        known.unwrap_or_else(|| {
            assert_eq!(*who, user(names.len()));
            names.len()
        })
    };
    let offer = offer?;
    let places = offer.places().iter().map(|(host, place)| match place {
        Place::New => (index(host), None),
        Place::Join { owner, .. } => (index(host), Some(index(owner))),
        other => unreachable!("{other:?}"),
    });
    Some((places.collect(), offer.seats_left()))
}

/// Hosts whose busy times are not known, by id.
pub(super) fn unknown(world: &World) -> Vec<UserId> {
    let names = world.names();
    let hosts = names.iter().zip(&world.hosts).filter(|(_, host)| host.is_unknown);
    hosts.filter_map(|(name, _)| name.user().cloned()).collect()
}
