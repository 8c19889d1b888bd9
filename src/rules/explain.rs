//! Why a host cannot take a slot: the same rules as those of the slot query, told one by one.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};

use super::grid::is_start;
use super::host_times::HostTimes;
use super::open_time::hours_on_clock;
use super::slot_rules::{Group, SlotRules};
use super::spans::Span;
use super::wall_clock::WallClock;
use crate::words::{DateRange, Interval, Occupancy};

/// Why a host cannot take part in a slot. Ordered by name.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Reason {
    /// Busy elsewhere (R21).
    Busy,
    /// It could not be found out whether they are busy elsewhere (R21).
    BusyUnknown,
    /// All seats of the slot are taken.
    Full,
    /// A limit of the calendar, or of the host on it, is reached.
    Limit,
    /// Outside opening hours.
    NotOpen,
    /// Too soon.
    Notice,
    /// They have given the time, or that of the buffers, to another slot (R19).
    Occupied,
    /// No slot of the calendar starts then.
    OffGrid,
    /// The host has time off.
    TimeOff,
    /// Outside the booking window.
    Window,
    /// They meet on Zoom, and cannot make links now: they have to connect, or their requests of the day
    /// are used up, where the calendar minds (R16). They are passed over unless nobody else is free;
    /// where it refuses, they take no new slot.
    ZoomNotReady,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "busy",
            Self::BusyUnknown => "busy_unknown",
            Self::Full => "full",
            Self::Limit => "limit",
            Self::NotOpen => "not_open",
            Self::Notice => "notice",
            Self::Occupied => "occupied",
            Self::OffGrid => "off_grid",
            Self::TimeOff => "time_off",
            Self::Window => "window",
            Self::ZoomNotReady => "zoom_not_ready",
        })
    }
}

/// All reasons why a host cannot take a slot that starts then; none if they can.
///
/// A seat left in a slot of theirs is all that it takes, but for the reasons of the calendar and
/// for limits: hours and busy times are then not asked again. Time off is not also
/// [`NotOpen`](Reason::NotOpen), a full slot not also [`Occupied`](Reason::Occupied). What must be
/// known of the host is the [`reach`](SlotRules::reach) of the start.
/// [`ZoomNotReady`](Reason::ZoomNotReady) is only told of hosts who
/// [take no new slots](HostTimes::takes_new_slots); the rest of it is not for these rules to know.
#[must_use]
pub fn reasons_at(
    rules: &SlotRules,
    host: &HostTimes<'_>,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> BTreeSet<Reason> {
    let mut reasons = of_calendar(rules, start, now);
    let date = rules.zone().date(start);
    let on = |dates: &DateRange| (dates.from()..=dates.to()).contains(&date);
    if rules.full_dates().iter().chain(host.full_dates()).any(on) {
        reasons.insert(Reason::Limit);
    }
    let core = rules.slot().core(start);
    match core.and_then(|core| Some((core, rules.slot().padded(core)?))) {
        Some((core, padded)) => reasons.extend(of_host(rules, host, core, padded)),
        // It does not lie in the years that the crate works with.
        None => reasons.extend([Reason::Window]),
    }
    reasons
}

/// The reasons that hold for every host.
fn of_calendar(rules: &SlotRules, start: DateTime<Utc>, now: DateTime<Utc>) -> BTreeSet<Reason> {
    let (second, date) = (start.timestamp(), rules.zone().date(start));
    let is_early = second < rules.first_with_notice(now);
    let on = |dates: DateRange| (dates.from()..=dates.to()).contains(&date);
    let in_window = second < rules.end_of_window(now) && rules.window_dates().is_none_or(on);
    let found = [
        (!is_start(rules.zone(), rules.slot(), start), Reason::OffGrid),
        (is_early, Reason::Notice),
        (!in_window, Reason::Window),
    ];
    holding(&found).collect()
}

fn holding(found: &[(bool, Reason)]) -> impl Iterator<Item = Reason> {
    found.iter().filter(|(holds, _)| *holds).map(|(_, reason)| *reason)
}

/// The reasons that a host's time gives.
fn of_host(
    rules: &SlotRules,
    host: &HostTimes<'_>,
    core: Interval,
    padded: Interval,
) -> BTreeSet<Reason> {
    if let Some(slot) = host.occupied().iter().find(|held| sits_in(rules, host, held, core)) {
        let is_full = rules.seats_left(slot.seats_taken()).is_none();
        return is_full.then_some(Reason::Full).into_iter().collect();
    }
    let meets = |time: &Interval| time.overlaps(padded);
    let found = [
        (!host.takes_new_slots(), Reason::ZoomNotReady),
        (!is_open(host, core), Reason::NotOpen),
        (host.hours().time_off().iter().any(|off| off.overlaps(core)), Reason::TimeOff),
        (host.busy().is_none(), Reason::BusyUnknown),
        (host.busy().is_some_and(|busy| busy.iter().any(meets)), Reason::Busy),
        (host.occupied().iter().any(|held| meets(&held.padded())), Reason::Occupied),
    ];
    holding(&found).collect()
}

/// Whether a host sits in the slot asked about: of a round robin in their own, of a collective
/// calendar in whosesoever.
fn sits_in(rules: &SlotRules, host: &HostTimes<'_>, held: &Occupancy, core: Interval) -> bool {
    let is_theirs = match rules.group() {
        Group::Collective { .. } => true,
        Group::RoundRobin | Group::Unassigned => held.owner() == host.occupant(),
    };
    held.is_slot(rules.calendar(), core) && is_theirs
}

/// Whether the host's hours, before time off, are open all the while.
fn is_open(host: &HostTimes<'_>, core: Interval) -> bool {
    let within = Span::from(core);
    let clock = WallClock::new(host.hours().zone(), within.start, within.end);
    let open = hours_on_clock(&clock, host.hours(), within);
    open.iter().any(|open| open.start <= within.start && within.end <= open.end)
}
