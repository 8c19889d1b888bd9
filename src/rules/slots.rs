//! Which slots are bookable: one decision, for the slot query and for booking (R20).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::grid::{is_start, starts};
use super::host_times::{HostTimes, Sweep};
use super::offer::{Offer, Place};
use super::slot_rules::{Group, InvalidRange, SlotRules, checked_range};
use crate::words::{Interval, Occupancy, Occupant, UserId};

/// What can be booked at a start now. `None`: nothing.
///
/// `hosts` are those of the calendar, each once, in any order; for an unassigned calendar the
/// calendar itself. What must be known of them is the [`reach`](SlotRules::reach) of this start.
#[must_use]
pub fn offer_at(
    rules: &SlotRules,
    hosts: &[HostTimes],
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Offer> {
    is_start(rules.zone(), rules.slot(), start)
        .then(|| decide(rules, &mut sweeps(rules, hosts), start, now))
        .flatten()
}

/// What can be booked now at each start of the grid in `[from, to)`, sorted.
///
/// Exactly the answers of [`offer_at`], but each host's time is walked only once. What must be
/// known of the hosts is the [`reach`](SlotRules::reach) of the range.
///
/// # Errors
/// [`InvalidRange`] if the range is empty, longer than 366 days, or not in whole seconds of the
/// years 1970 to 2199.
pub fn offers(
    rules: &SlotRules,
    hosts: &[HostTimes],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Offer>, InvalidRange> {
    let range = checked_range(from, to)?;
    let mut sweeps = sweeps(rules, hosts);
    Ok(
        starts(rules.zone(), rules.slot(), range.start(), range.end())
            .into_iter()
            .filter_map(|start| decide(rules, &mut sweeps, start, now))
            .collect(),
    )
}

/// The hosts that count for a calendar, by id.
fn sweeps<'a>(rules: &SlotRules, hosts: &'a [HostTimes]) -> Vec<Sweep<'a>> {
    let counts = |occupant: &Occupant| match (rules.group(), occupant) {
        (Group::Unassigned, Occupant::Calendar(calendar)) => calendar == rules.calendar(),
        (Group::RoundRobin | Group::Collective { .. }, Occupant::User(_)) => true,
        _ => false,
    };
    let hosts = hosts.iter().filter(|host| counts(host.occupant()));
    let mut sweeps: Vec<_> = hosts.map(Sweep::new).collect();
    sweeps.sort_by_key(Sweep::occupant);
    sweeps
}

/// The decision about one start of the grid. Starts come in ascending order.
fn decide(
    rules: &SlotRules,
    sweeps: &mut [Sweep<'_>],
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Offer> {
    if !rules.admits(start, now) {
        return None;
    }
    let core = rules.slot().core(start)?;
    let padded = rules.slot().padded(core)?;
    match rules.group() {
        Group::RoundRobin | Group::Unassigned => any_of(rules, sweeps, core, padded),
        Group::Collective { primary, optional } => {
            let team = Team {
                primary: Occupant::User(primary.clone()),
                optional,
            };
            match team.frozen_owner(rules, sweeps, core) {
                Some(owner) => joined(rules, sweeps, core, owner),
                None => team.assemble(rules, sweeps, core, padded),
            }
        }
    }
}

/// How many seats a slot has left, if any.
fn seats_left(rules: &SlotRules, taken: u16) -> Option<u32> {
    let left = rules.slot().seats().seats().saturating_sub(taken);
    (left > 0).then(|| left.into())
}

/// A slot of a round robin or an unassigned calendar: each host by themselves.
fn any_of(
    rules: &SlotRules,
    sweeps: &mut [Sweep<'_>],
    core: Interval,
    padded: Interval,
) -> Option<Offer> {
    let mut places = Vec::new();
    let mut total = 0;
    for sweep in sweeps {
        let host = sweep.occupant();
        let own = sweep
            .sits_in(rules.calendar(), core)
            .find(|slot| slot.owner() == host);
        let (place, left) = if let Some(own) = own {
            // A full slot blocks its host like any other.
            let Some(seats_left) = seats_left(rules, own.seats_taken()) else {
                continue;
            };
            let owner = host.clone();
            (Place::Join { owner, seats_left }, seats_left)
        } else if sweep.is_free(core, padded) {
            (Place::New, rules.slot().seats().seats().into())
        } else {
            continue;
        };
        total += left;
        places.push((host.clone(), place));
    }
    (!places.is_empty()).then(|| Offer::new(core, places, total))
}

/// A collective slot that exists: the hosts who sit in it, whatever the calendar says now.
fn joined(
    rules: &SlotRules,
    sweeps: &mut [Sweep<'_>],
    core: Interval,
    owner: &Occupant,
) -> Option<Offer> {
    let mut members = Vec::new();
    for sweep in sweeps {
        let mut slots = sweep.sits_in(rules.calendar(), core);
        if let Some(slot) = slots.find(|slot| slot.owner() == owner) {
            members.push((sweep.occupant(), slot.seats_taken()));
        }
    }
    // All sit in the same slot; should one record be behind, the fuller one is right.
    let taken = members.iter().map(|(_, taken)| *taken).max()?;
    let seats_left = seats_left(rules, taken)?;
    members.sort_by_key(|(host, _)| *host != owner);
    let place = Place::Join {
        owner: owner.clone(),
        seats_left,
    };
    let places = members
        .into_iter()
        .map(|(host, _)| (host.clone(), place.clone()))
        .collect();
    Some(Offer::new(core, places, seats_left))
}

/// The roles of the hosts of a collective calendar.
struct Team<'a> {
    primary: Occupant,
    optional: &'a BTreeSet<UserId>,
}

impl Team<'_> {
    fn is_required(&self, host: &Occupant) -> bool {
        *host == self.primary || !host.user().is_some_and(|user| self.optional.contains(user))
    }

    /// Whose slot of this calendar at this time a required host already sits in. Should there be
    /// two, from times with other hosts, that of the primary host counts, else the first by id.
    fn frozen_owner<'a>(
        &self,
        rules: &SlotRules,
        sweeps: &mut [Sweep<'a>],
        core: Interval,
    ) -> Option<&'a Occupant> {
        let required = sweeps
            .iter_mut()
            .filter(|sweep| self.is_required(sweep.occupant()));
        required
            .flat_map(|sweep| sweep.sits_in(rules.calendar(), core))
            .map(Occupancy::owner)
            .min_by_key(|owner| (**owner != self.primary, *owner))
    }

    /// A collective slot that nobody sits in yet: all required hosts, and the optional ones who
    /// are free.
    fn assemble(
        &self,
        rules: &SlotRules,
        sweeps: &mut [Sweep<'_>],
        core: Interval,
        padded: Interval,
    ) -> Option<Offer> {
        let mut free = Vec::new();
        for sweep in sweeps {
            if sweep.is_free(core, padded) {
                free.push(sweep.occupant());
            } else if self.is_required(sweep.occupant()) {
                return None;
            }
        }
        // A slot needs its owner.
        if !free.contains(&&self.primary) {
            return None;
        }
        free.sort_by_key(|host| **host != self.primary);
        let places = free
            .into_iter()
            .map(|host| (host.clone(), Place::New))
            .collect();
        Some(Offer::new(
            core,
            places,
            rules.slot().seats().seats().into(),
        ))
    }
}
