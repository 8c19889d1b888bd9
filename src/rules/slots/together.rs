//! Slots that all hosts of a calendar take together.

use std::collections::{BTreeMap, BTreeSet};

use super::super::bits;
use super::super::host_times::HostTimes;
use super::super::slot_rules::SlotRules;
use super::sheet::Sheet;
use crate::words::{Occupant, UserId};

/// Which starts all required hosts can take, and which optional hosts come along.
#[derive(Clone, Debug)]
pub(super) struct Together {
    words: usize,
    /// The hosts by number, the primary host first; and the row of those who are optional.
    members: Vec<(usize, Option<usize>)>,
    /// A row for each optional host: the starts at which they are free.
    optional: Vec<u64>,
    /// Slots that exist, by start.
    frozen: BTreeMap<usize, Frozen>,
    /// The seats of a new slot.
    seats: u32,
}

/// A slot that exists: the hosts who sit in it, whatever the calendar says now.
#[derive(Clone, Debug)]
pub(super) struct Frozen {
    pub(super) owner: Occupant,
    /// By number, the owner first.
    pub(super) members: Vec<usize>,
    pub(super) seats_left: u32,
}

/// The hosts of a collective calendar, by id, and their roles.
pub(super) struct Team<'a, 'h> {
    pub(super) hosts: &'a [&'a HostTimes<'h>],
    pub(super) primary: Occupant,
    pub(super) optional: &'a BTreeSet<UserId>,
}

impl Team<'_, '_> {
    fn is_required(&self, host: &Occupant) -> bool {
        *host == self.primary || !host.user().is_some_and(|user| self.optional.contains(user))
    }
}

impl Together {
    /// Also sets the bits of all starts that can be booked.
    pub(super) fn new<'h>(
        rules: &SlotRules,
        sheet: &mut Sheet<'h>,
        team: &Team<'_, 'h>,
        bookable: &mut [u64],
    ) -> Self {
        let mut together = Self {
            words: sheet.words(),
            members: Vec::with_capacity(team.hosts.len()),
            optional: Vec::new(),
            frozen: BTreeMap::new(),
            seats: rules.slot().seats().seats().into(),
        };
        // A slot needs its owner.
        if team.hosts.iter().any(|host| *host.occupant() == team.primary) {
            bookable.copy_from_slice(sheet.admitted());
        }
        together.assemble(sheet, team, bookable);
        let first = |(number, _): &(usize, _)| {
            team.hosts.get(*number).map(|host| *host.occupant() != team.primary)
        };
        together.members.sort_by_key(first);
        together.freeze(rules, sheet, team);
        together.frozen.keys().for_each(|at| bits::set(bookable, *at));
        together
    }

    /// Slots that nobody sits in yet: all required hosts, and the optional ones who are free.
    fn assemble<'h>(&mut self, sheet: &mut Sheet<'h>, team: &Team<'_, 'h>, bookable: &mut [u64]) {
        let mut free = vec![0; self.words];
        for (number, host) in team.hosts.iter().enumerate() {
            sheet.fill(host, &mut free);
            if team.is_required(host.occupant()) {
                bookable.iter_mut().zip(&free).for_each(|(all, free)| *all &= free);
                self.members.push((number, None));
            } else {
                self.members.push((number, Some(self.optional.len())));
                self.optional.extend_from_slice(&free);
            }
        }
    }

    /// Slots that a required host already sits in. Should there be two at one time, from times with
    /// other hosts, that of the primary host counts, else the first by owner.
    fn freeze(&mut self, rules: &SlotRules, sheet: &Sheet<'_>, team: &Team<'_, '_>) {
        let required = team.hosts.iter().filter(|host| team.is_required(host.occupant()));
        let mut owners: BTreeMap<usize, &Occupant> = BTreeMap::new();
        for (at, held) in required.flat_map(|host| sheet.sits_in(host)) {
            let rank = |owner: &Occupant| (*owner != team.primary, owner.clone());
            let owner = owners.entry(at).or_insert_with(|| held.owner());
            if rank(held.owner()) < rank(owner) {
                *owner = held.owner();
            }
        }
        let mut seats: BTreeMap<usize, u16> = BTreeMap::new();
        let mut full = BTreeSet::new();
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, host) in team.hosts.iter().enumerate() {
            for (at, held) in sheet.sits_in(host) {
                if owners.get(&at) != Some(&held.owner()) {
                    continue;
                }
                members.entry(at).or_default().push(number);
                // All sit in the same slot; should one record be behind, the fuller one is right.
                let taken = seats.entry(at).or_default();
                *taken = held.seats_taken().max(*taken);
                // An optional host never blocks, not by their limits either.
                if team.is_required(host.occupant()) && sheet.is_full(host, at) {
                    full.insert(at);
                }
            }
        }
        for (at, owner) in owners {
            let taken = seats.get(&at).copied().unwrap_or_default();
            let mut members = members.remove(&at).unwrap_or_default();
            members
                .sort_by_key(|number| team.hosts.get(*number).map(|host| host.occupant() != owner));
            if let Some(seats_left) = rules.seats_left(taken).filter(|_| !full.contains(&at)) {
                let owner = owner.clone();
                self.frozen.insert(at, Frozen { owner, members, seats_left });
            }
        }
    }

    pub(super) fn frozen(&self, at: usize) -> Option<&Frozen> {
        self.frozen.get(&at)
    }

    pub(super) fn seats_left(&self, at: usize) -> u32 {
        self.frozen(at).map_or(self.seats, |slot| slot.seats_left)
    }

    /// Who takes a start together, by number, the owner first.
    pub(super) fn members(&self, at: usize) -> impl Iterator<Item = usize> {
        let frozen = self.frozen(at);
        let new = self.members.iter().filter(move |(_, row)| {
            frozen.is_none()
                && row.is_none_or(|row| bits::has(self.optional.get(row..).unwrap_or_default(), at))
        });
        let frozen = frozen.into_iter().flat_map(|slot| slot.members.iter().copied());
        frozen.chain(new.map(|(number, _)| *number))
    }
}
