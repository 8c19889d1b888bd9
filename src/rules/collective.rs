//! Slots that all hosts of a calendar take together.

use std::collections::BTreeSet;

use super::host_times::Sweep;
use super::offer::{Offer, Place};
use super::slot_rules::SlotRules;
use crate::words::{Interval, Occupancy, Occupant, UserId};

/// The roles of the hosts of a collective calendar.
pub(super) struct Team<'a> {
    primary: Occupant,
    optional: &'a BTreeSet<UserId>,
}

impl<'t> Team<'t> {
    pub(super) fn new(primary: &UserId, optional: &'t BTreeSet<UserId>) -> Self {
        Self { primary: Occupant::User(primary.clone()), optional }
    }

    /// A slot of all hosts together: the one that exists, else a new one.
    pub(super) fn all_of(
        &self,
        rules: &SlotRules,
        sweeps: &mut [Sweep<'_>],
        core: Interval,
        padded: Interval,
    ) -> Option<Offer> {
        match self.frozen_owner(rules, sweeps, core) {
            Some(owner) => joined(rules, sweeps, core, owner),
            None => self.assemble(rules, sweeps, core, padded),
        }
    }

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
        let required = sweeps.iter_mut().filter(|sweep| self.is_required(sweep.occupant()));
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
        let places = free.into_iter().map(|host| (host.clone(), Place::New)).collect();
        Some(Offer::new(core, places, rules.slot().seats().seats().into()))
    }
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
    let seats_left = rules.seats_left(taken)?;
    members.sort_by_key(|(host, _)| *host != owner);
    let place = Place::Join { owner: owner.clone(), seats_left };
    let places = members.into_iter().map(|(host, _)| (host.clone(), place.clone())).collect();
    Some(Offer::new(core, places, seats_left))
}
