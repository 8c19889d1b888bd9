//! Slots of hosts who are open in certain ranges, at every minute.

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::rules::{Group, HostTimes, SlotRules, slots};
use slotlink::words::{
    AccountId, BookingWindow, CalendarId, CalendarRef, GridStep, Hours, Notice, Occupant,
    SlotLength, SlotSettings, UserId, WindowDays, Zone,
};

use super::{Range, open_at};

fn user(number: usize) -> UserId {
    UserId::new(format!("host-{number}")).unwrap()
}

/// The first host is the primary one.
pub(super) fn collective() -> Group {
    Group::Collective { primary: user(0), optional: [].into() }
}

/// A slot of some minutes can start at every one of another number of minutes.
pub(super) fn rules(group: Group, zone: Zone, length: u16, every: u16) -> SlotRules {
    let calendar =
        CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new("demo").unwrap());
    let slot = SlotSettings::new(SlotLength::new(length).unwrap(), GridStep::new(every).unwrap());
    let window = BookingWindow::Days(WindowDays::new(730).unwrap());
    SlotRules::new(calendar, group, zone, slot, Notice::NONE, window)
}

pub(super) fn host(number: usize, hours: &Hours) -> HostTimes<'_> {
    HostTimes::new(Occupant::User(user(number)), hours)
}

/// The bookable starts of slots of some minutes, from a day before the first range to a day after
/// the last; none if there is no range.
pub(super) fn starts(group: &Group, hosts: &[Vec<Range>], length: u16) -> Vec<DateTime<Utc>> {
    let edges = || hosts.iter().flatten();
    let (Some(from), Some(to)) =
        (edges().map(|(start, _)| *start).min(), edges().map(|(_, end)| *end).max())
    else {
        return Vec::new();
    };
    let day = TimeDelta::days(1);
    let hours: Vec<_> = hosts.iter().map(|ranges| open_at(ranges)).collect();
    let hosts: Vec<_> =
        hours.iter().enumerate().map(|(number, hours)| host(number, hours)).collect();
    let rules = rules(group.clone(), Zone::UTC, length, 1);
    let found = slots(&rules, &hosts, from - day, to + day, from - day).unwrap();
    found.iter().map(|slot| slot.interval().start()).collect()
}

/// All minutes at which a slot of some minutes would lie inside one of these ranges.
pub(super) fn inside(ranges: &[Range], length: u16) -> Vec<DateTime<Utc>> {
    let length = TimeDelta::minutes(length.into());
    let mut starts: Vec<_> = Vec::new();
    for (start, end) in ranges {
        let minutes = (0..).map(|minute| *start + TimeDelta::minutes(minute));
        starts.extend(minutes.take_while(|start| *start + length <= *end));
    }
    starts
}
