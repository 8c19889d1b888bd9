//! Taking and leaving seats: the parts that booking, moving and cancelling share.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::core::Core;
use super::days::Days;
use super::journal;
use super::planner::Planner;
use super::records::{Booked, EventKind};
use super::setup::Setup;
use super::standings::standings;
use crate::error::{Conflict, Error, Fault, Refusal};
use crate::rules::assign::{Ask, Assignment, Shares, assign};
use crate::rules::link::Link;
use crate::rules::offer_at;
use crate::rules::slot::{BookedSlot, SlotKey};
use crate::words::{Calendar, Interval, LinkId, Location, Occupant, Topic};

/// A seat that was found, and not yet taken.
pub(crate) struct Seat {
    pub(crate) key: SlotKey,
    pub(crate) slot: BookedSlot,
    /// Nobody sits in the slot yet.
    pub(crate) is_new: bool,
}

/// What is asked of a search.
pub(crate) struct Wish<'a> {
    pub(crate) start: DateTime<Utc>,
    pub(crate) ask: Ask<'a>,
    pub(crate) moved: Option<&'a Booked>,
}

/// Finds a seat at a start, by the rule that the slot query uses too (R20).
///
/// A conflict means that rows which were read one after the other do not fit together: others are
/// at work, and it is planned anew.
pub(crate) async fn search(
    planner: &mut Planner<'_>,
    setup: &Setup,
    days: &mut Days,
    wish: &Wish<'_>,
) -> Result<Seat, Error> {
    let unavailable = || Error::from(Refusal::SlotUnavailable { start: wish.start });
    let rules = setup.rules();
    let after = wish.start.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(wish.start);
    // An instant that is out of bounds is in no slot.
    let reach = rules.reach(wish.start, after).map_err(|_| unavailable())?;
    days.peek(planner, &setup.occupants(), reach).await?;
    let hosts = setup.host_times(|occupant| days.occupied(occupant));
    let offer = offer_at(&rules, &hosts, wish.start, planner.now).ok_or_else(unavailable)?;
    let standings = standings(planner, setup, wish.moved).await?;
    let distribution = setup.calendar.sharing.distribution;
    let shares = Shares { distribution, standings: &standings };
    let assignment = assign(&setup.calendar.kind, &offer, wish.ask, shares);
    let assignment = assignment.ok_or_else(unavailable)?;
    let seat = seat(planner, setup, offer.interval(), assignment).await?;
    // A slot may have hosts who have since left the calendar.
    days.peek(planner, &seat.slot.occupants, seat.slot.padded).await?;
    Ok(seat)
}

async fn seat(
    planner: &mut Planner<'_>,
    setup: &Setup,
    core: Interval,
    assignment: Assignment,
) -> Result<Seat, Error> {
    let calendar = setup.calendar.as_ref();
    let (owner, occupants) = match assignment {
        Assignment::Join { owner } => (owner, None),
        Assignment::New { owner, occupants } => (owner, Some(occupants)),
    };
    let key = SlotKey { calendar, owner, core };
    let found = planner.load(&planner.keys.slot(&key)).await?;
    let is_new = found.is_none();
    let padded = setup.calendar.slot.padded(core);
    let slot = match (found, occupants, padded) {
        (Some(slot), None, _) => slot,
        (None, Some(occupants), Some(padded)) => BookedSlot::new(padded, occupants),
        _ => return Err(Conflict::Contended { tries: 1 }.into()),
    };
    Ok(Seat { key, slot, is_new })
}

/// Counts an appointment for its host, or no longer.
pub(crate) async fn count(
    planner: &mut Planner<'_>,
    booked: &Booked,
    counts: bool,
) -> Result<(), Fault> {
    let (Some(assigned), Some(host)) = (booked.assigned(), booked.slot.owner.user()) else {
        return Ok(());
    };
    let row = planner.keys.assignments(booked.calendar(), host);
    let mut assignments = planner.load(&row).await?.unwrap_or_default();
    if counts {
        assignments.add(assigned, planner.now);
    } else {
        assignments.remove(assigned);
    }
    planner.put(&row, &assignments)
}

/// Notes for round robin whether the invitee of an appointment came: no-shows may not count.
pub(crate) async fn mark_no_show(
    planner: &mut Planner<'_>,
    booked: &Booked,
    no_show: bool,
) -> Result<(), Fault> {
    let (Some(assigned), Some(host)) = (booked.assigned(), booked.slot.owner.user()) else {
        return Ok(());
    };
    let row = planner.keys.assignments(booked.calendar(), host);
    let mut assignments = planner.load(&row).await?.unwrap_or_default();
    assignments.mark(assigned, no_show);
    planner.put(&row, &assignments)
}

/// What Zoom shows as the name of the meeting (R12).
pub(crate) fn topic(calendar: &Calendar, booked: &Booked) -> Topic {
    if calendar.slot.seats().seats() == 1 {
        Topic::fit(booked.title.as_str())
    } else {
        Topic::fit(calendar.name.as_str())
    }
}

/// The link that a slot has, for those who may use it. A dropped one is none (R13).
pub(crate) async fn slot_link(
    planner: &mut Planner<'_>,
    key: &SlotKey,
    slot: &BookedSlot,
) -> Result<Option<Link>, Fault> {
    let Some(id) = slot.link else { return Ok(None) };
    let link = planner.load(&planner.keys.link(key.calendar.account(), id)).await?;
    Ok(link.filter(|link| !link.is_dropped()))
}

/// Gives a confirmed appointment the link of its slot, or the slot a new one (R10, R11). `None`
/// if the appointment needs none.
pub(crate) async fn use_link(
    core: &Core,
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    slot: &mut BookedSlot,
    booked: &mut Booked,
) -> Result<Option<Link>, Fault> {
    booked.link = None;
    if !booked.status.wants_link() || booked.location != Location::Zoom {
        return Ok(None);
    }
    let link = match slot_link(planner, &booked.slot, slot).await? {
        Some(mut link) => {
            link.used_by.insert(booked.id);
            link
        }
        None => {
            let id = LinkId::from_uuid(core.mint()?);
            let topic = topic(calendar, booked);
            Link::new(id, booked.slot.clone(), topic, booked.id, planner.now)
        }
    };
    slot.link = Some(link.id);
    booked.link = Some(link.id);
    Ok(Some(link))
}

/// The slot that an appointment leaves, without it, and the link that it used there.
pub(crate) struct Left {
    pub(crate) slot: BookedSlot,
    pub(crate) link: Option<Link>,
}

/// Takes an appointment out of its slot, in the rows of the hosts too. The link is left to the
/// caller: whether it is dropped now or later depends on what comes instead (R13, R14).
pub(crate) async fn leave(
    planner: &mut Planner<'_>,
    days: &mut Days,
    booked: &Booked,
) -> Result<Left, Fault> {
    let row = planner.keys.slot(&booked.slot);
    let lost = Fault::Inconsistent("an appointment sits in a slot that is not there");
    let mut slot = planner.load(&row).await?.ok_or(lost)?;
    days.peek(planner, &slot.occupants, slot.padded).await?;
    let not_there = |_| Fault::Inconsistent("a host's day lacks a slot that is booked");
    days.leave(&booked.slot, &slot.occupants, slot.padded).map_err(not_there)?;
    slot.appointments.remove(&booked.id);
    let link = match booked.link {
        Some(id) => planner.load(&planner.keys.link(booked.account(), id)).await?,
        None => None,
    };
    Ok(Left { slot, link })
}

impl Left {
    /// Drops the link if nobody else uses it (R13), after `replacement` is made (R14), and writes
    /// slot and link.
    pub(crate) fn write(
        self,
        planner: &mut Planner<'_>,
        booked: &Booked,
        replacement: Option<&mut Link>,
    ) -> Result<(), Fault> {
        if let Some(mut link) = self.link {
            if link.leave(booked.id, replacement, planner.now) {
                let left = BTreeSet::from([booked.id]);
                journal::link(planner, &mut link, EventKind::LinkDropped, left)?;
            }
            planner.put(&planner.keys.link(booked.account(), link.id), &link)?;
        }
        write_slot(planner, &booked.slot, &self.slot)
    }
}

/// Writes a slot; one that nobody sits in goes.
pub(crate) fn write_slot(
    planner: &mut Planner<'_>,
    key: &SlotKey,
    slot: &BookedSlot,
) -> Result<(), Fault> {
    let row = planner.keys.slot(key);
    if slot.appointments.is_empty() {
        planner.delete(&row);
        Ok(())
    } else {
        planner.put(&row, slot)
    }
}

/// The hosts of a slot, its owner first.
pub(crate) fn owner_first(owner: &Occupant, occupants: &[Occupant]) -> Vec<Occupant> {
    let mut sorted: Vec<Occupant> = occupants.to_vec();
    sorted.sort_by_key(|occupant| (occupant != owner, occupant.clone()));
    sorted
}
