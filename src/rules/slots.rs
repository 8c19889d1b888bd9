//! Which slots are bookable: one decision, for the slot query and for booking (R20).
//!
//! All starts of a question are numbered, and what can be booked is kept as bits, a row for each
//! host: so the time of a thousand hosts over months is looked through in milliseconds, and who is
//! free at one start is read off the rows when somebody asks.

mod each;
mod sheet;
#[cfg(test)]
mod tests;
mod together;

use chrono::{DateTime, TimeDelta, Utc};

use super::bits;
use super::grid::Grid;
use super::host_times::HostTimes;
use super::offer::{Offer, Place};
use super::slot_rules::{Group, InvalidRange, SlotRules, checked_range};
use crate::words::{Interval, Occupant, UserId};
use each::Each;
use sheet::Sheet;
use together::{Team, Together};

/// What can be booked at a start now. `None`: nothing.
///
/// `hosts` are those of the calendar, each once, in any order; for an unassigned calendar the
/// calendar itself. What must be known of them is the [`reach`](SlotRules::reach) of this start.
#[must_use]
pub fn offer_at(
    rules: &SlotRules,
    hosts: &[HostTimes<'_>],
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Offer> {
    let after = start.checked_add_signed(TimeDelta::seconds(1))?;
    slots(rules, hosts, start, after, now).ok()?.iter().next().map(Slot::offer)
}

/// What can be booked now at each start of the grid in `[from, to)`.
///
/// Exactly the answers of [`offer_at`]. `hosts` are those of the calendar, each once, in any order;
/// for an unassigned calendar the calendar itself. What must be known of them is the
/// [`reach`](SlotRules::reach) of the range. Takes time in proportion to hosts, days and busy
/// times.
///
/// # Errors
/// [`InvalidRange`] if the range is empty, longer than 366 days, or not in whole seconds of the
/// years 1970 to 2199.
pub fn slots(
    rules: &SlotRules,
    hosts: &[HostTimes<'_>],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Slots, InvalidRange> {
    let range = checked_range(from, to)?;
    let hosts = counting(rules, hosts);
    let mut sheet = Sheet::new(rules, range, now);
    let mut bookable = vec![0; sheet.words()];
    let who = match rules.group() {
        Group::RoundRobin | Group::Unassigned => {
            Who::Each(Each::new(rules, &mut sheet, &hosts, &mut bookable))
        }
        Group::Collective { primary, optional } => {
            let primary = Occupant::User(primary.clone());
            let team = Team { hosts: &hosts, primary, optional };
            Who::Together(Together::new(rules, &mut sheet, &team, &mut bookable))
        }
    };
    Ok(Slots {
        hosts: hosts.iter().map(|host| host.occupant().clone()).collect(),
        unknown: hosts.iter().map(|host| host.busy().is_none()).collect(),
        length: rules.slot().length().elapsed().num_seconds(),
        grid: sheet.into_grid(),
        bookable,
        who,
    })
}

/// The hosts that count for a calendar, by id.
fn counting<'a, 'h>(rules: &SlotRules, hosts: &'a [HostTimes<'h>]) -> Vec<&'a HostTimes<'h>> {
    let counts = |host: &&HostTimes<'_>| match (rules.group(), host.occupant()) {
        (Group::Unassigned, Occupant::Calendar(calendar)) => calendar == rules.calendar(),
        (Group::RoundRobin | Group::Collective { .. }, Occupant::User(_)) => true,
        _ => false,
    };
    let mut hosts: Vec<_> = hosts.iter().filter(counts).collect();
    hosts.sort_by_key(|host| host.occupant());
    hosts
}

/// The bookable slots of a range (R20), sorted by start.
///
/// Who can host a slot is worked out when it is asked for: a bit is kept for each host of a round
/// robin and each start of the grid. A thousand hosts, three months and starts every quarter of an
/// hour take about a megabyte; two thousand hosts, a year and starts every minute 130.
#[derive(Clone, Debug)]
pub struct Slots {
    hosts: Vec<Occupant>,
    unknown: Vec<bool>,
    length: i64,
    grid: Grid,
    bookable: Vec<u64>,
    who: Who,
}

#[derive(Clone, Debug)]
enum Who {
    Each(Each),
    Together(Together),
}

impl Slots {
    /// The slots, by start.
    pub fn iter(&self) -> impl Iterator<Item = Slot<'_>> {
        bits::ones(&self.bookable).filter_map(|at| {
            let start = self.grid.start(at)?;
            let interval = Interval::try_from((start, start + self.length)).ok()?;
            Some(Slot { slots: self, at, interval })
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        bits::ones(&self.bookable).count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bookable.iter().all(|word| *word == 0)
    }

    /// The hosts whose busy times are not known, by id. They take no new slot until they are; what
    /// they could take is missing here (R21).
    pub fn busy_unknown(&self) -> impl Iterator<Item = &UserId> {
        let hosts = self.hosts.iter().zip(&self.unknown);
        hosts.filter(|(_, unknown)| **unknown).filter_map(|(host, _)| host.user())
    }
}

/// A slot that can be booked.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    slots: &'a Slots,
    at: usize,
    interval: Interval,
}

impl<'a> Slot<'a> {
    /// When it starts and ends, without buffers.
    #[must_use]
    pub const fn interval(self) -> Interval {
        self.interval
    }

    /// How many more appointments it has room for, at least 1; of a round robin, over all hosts.
    #[must_use]
    pub fn seats_left(self) -> u32 {
        match &self.slots.who {
            Who::Each(each) => each.seats_left(self.at),
            Who::Together(together) => together.seats_left(self.at),
        }
    }

    /// Who can host it: of a round robin any one of them, by id; of a collective calendar all of
    /// them together, the primary host first, then by id; nobody if the calendar is unassigned.
    pub fn hosts(self) -> impl Iterator<Item = &'a UserId> {
        let (each, together) = match &self.slots.who {
            Who::Each(each) => (Some(each.places(self.at).map(|(host, _)| host)), None),
            Who::Together(together) => (None, Some(together.members(self.at))),
        };
        let numbers = each.into_iter().flatten().chain(together.into_iter().flatten());
        numbers.filter_map(move |host| self.slots.hosts.get(host)?.user())
    }

    /// What a booking decides on: the slot with everybody who can take it, and how.
    #[must_use]
    pub fn offer(self) -> Offer {
        Offer::new(self.interval, self.places(), self.seats_left())
    }

    fn places(self) -> Vec<(Occupant, Place)> {
        let host = |number: usize| self.slots.hosts.get(number).cloned();
        match &self.slots.who {
            Who::Each(each) => {
                let places = each.places(self.at).filter_map(|(number, open)| {
                    let owner = host(number)?;
                    let place = match open {
                        None => Place::New,
                        Some(seats_left) => Place::Join { owner: owner.clone(), seats_left },
                    };
                    Some((owner, place))
                });
                places.collect()
            }
            Who::Together(together) => {
                let place = together.frozen(self.at).map_or(Place::New, |slot| Place::Join {
                    owner: slot.owner.clone(),
                    seats_left: slot.seats_left,
                });
                let members = together.members(self.at).filter_map(host);
                members.map(|host| (host, place.clone())).collect()
            }
        }
    }
}
