//! Invariants of hosts' time.

use std::collections::{BTreeMap, BTreeSet};

use super::super::view::{ToldOf, View};
use crate::rules::host_day::day_of;
use crate::rules::slot::SlotKey;
use crate::services::{Booked, ListedRow, may_be_gone};
use crate::words::{Occupancy, Occupant, Status};

/// I1: no two padded occupancies of one host overlap; no slot has more seats taken than it has.
pub(super) fn no_double_booking(view: &View) -> Option<String> {
    for (at, (occupant, first)) in view.held.iter().enumerate() {
        let seats = view.seats.get(first.calendar());
        if seats.is_some_and(|seats| first.seats_taken() > *seats) {
            let taken = first.seats_taken();
            return Some(format!("{taken} seats taken of {occupant:?} at {}", first.core()));
        }
        let others = view.held.iter().skip(at.saturating_add(1));
        let mut theirs = others.filter(|(other, _)| other == occupant);
        if let Some((_, second)) = theirs.find(|(_, other)| first.padded().overlaps(other.padded()))
        {
            let (first, second) = (first.padded(), second.padded());
            return Some(format!("{occupant:?} is taken at {first} and at {second}"));
        }
    }
    None
}

/// I2: an appointment exists exactly if its hosts' time is taken, a seat for each.
pub(super) fn appointments_hold_time(view: &View) -> Option<String> {
    let mut seats: BTreeMap<(Occupant, SlotKey), u16> = BTreeMap::new();
    for booked in view.appointments.iter().filter(|booked| booked.status.is_live()) {
        for occupant in &booked.occupants {
            let taken = seats.entry((occupant.clone(), booked.slot.clone())).or_default();
            *taken = taken.saturating_add(1);
        }
    }
    for (occupant, held) in &view.held {
        let sit = seats.remove(&(occupant.clone(), slot_of(held))).unwrap_or_default();
        if sit != held.seats_taken() {
            let (taken, core) = (held.seats_taken(), held.core());
            return Some(format!("{occupant:?} gave {taken} seats at {core}, {sit} are used"));
        }
    }
    // What was given of days that are long over is forgotten.
    let is_kept = |slot: &SlotKey| !may_be_gone(day_of(slot.core.start()), view.now);
    let (occupant, slot) = seats.keys().find(|(_, slot)| is_kept(slot))?;
    Some(format!("{occupant:?} gave no time at {}, but is booked", slot.core))
}

fn slot_of(held: &Occupancy) -> SlotKey {
    SlotKey { calendar: held.calendar().clone(), owner: held.owner().clone(), core: held.core() }
}

/// I2: the list by start has exactly the appointments that exist (R30).
pub(super) fn the_list_is_complete(view: &View) -> Option<String> {
    let exist: BTreeSet<ListedRow> = view.appointments.iter().map(ListedRow::of).collect();
    let differs = exist.symmetric_difference(&view.listed).next()?;
    let what = if exist.contains(differs) { "not listed" } else { "listed, and not there" };
    Some(format!("{differs:?} is {what}"))
}

/// I2: every appointment stands as callers were told last, and there is none that nobody was told
/// of.
pub(super) fn told_the_truth(view: &View) -> Option<String> {
    for booked in &view.appointments {
        let is = ToldOf::of(booked);
        match view.told.get(&booked.id) {
            None => return Some(format!("{} exists, and nobody was told", booked.id)),
            Some(told) if *told != is && !has_lapsed(view, booked, told) => {
                return Some(format!("{} is {is:?}, and callers were told {told:?}", booked.id));
            }
            Some(_) => {}
        }
    }
    let exists = |id| view.appointments.iter().any(|booked| booked.id == id);
    let lost = view.told.keys().find(|id| !exists(**id))?;
    Some(format!("{lost} was booked, and does not exist"))
}

/// A pending appointment is cancelled in the background if nobody confirms it in time (R29).
fn has_lapsed(view: &View, booked: &Booked, told: &ToldOf) -> bool {
    let in_time = booked.lapses_at.is_none_or(|at| at > view.now);
    let cancelled = ToldOf { status: Status::Cancelled, ..told.clone() };
    !in_time && told.status == Status::Pending && ToldOf::of(booked) == cancelled
}
