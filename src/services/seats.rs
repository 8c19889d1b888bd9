//! Leaving seats, their links and their rows: the parts that booking, moving and cancelling share.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::core::Core;
use super::counting::{self, Step};
use super::days::Days;
use super::planner::Planner;
use super::records::{AppointmentRow, Booked, EventKind};
use super::{journal, queued};
use crate::error::Fault;
use crate::rules::fairness::{Assigned, Assignments, Counting};
use crate::rules::link::Link;
use crate::rules::slot::{BookedSlot, SlotKey};
use crate::words::{Calendar, LinkId, Location, Occupant, Status, Topic};

/// Counts an appointment for its host: they had a turn. What the calendar's fairness cannot reach any
/// more is forgotten.
pub(crate) async fn give_turn(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    booked: &Booked,
) -> Result<(), Fault> {
    let now = planner.now;
    let oldest = Counting::new(&calendar.sharing, calendar.zone, now).oldest();
    let give = |held: &mut Assignments, turn| {
        held.add(turn, now);
        held.forget_before(oldest);
    };
    change_turns(planner, booked, give).await
}

/// The host of an appointment had no turn after all.
pub(crate) async fn take_turn_back(
    planner: &mut Planner<'_>,
    booked: &Booked,
) -> Result<(), Fault> {
    change_turns(planner, booked, Assignments::remove).await
}

/// Notes for round robin whether the invitee of an appointment came: no-shows may not count.
pub(crate) async fn mark_no_show(
    planner: &mut Planner<'_>,
    booked: &Booked,
    no_show: bool,
) -> Result<(), Fault> {
    change_turns(planner, booked, |held, turn| held.mark(turn, no_show)).await
}

/// Changes what the host of an appointment was given, if it counts for them.
async fn change_turns(
    planner: &mut Planner<'_>,
    booked: &Booked,
    change: impl FnOnce(&mut Assignments, Assigned),
) -> Result<(), Fault> {
    let (Some(turn), Some(host)) = (booked.assigned(), booked.slot.owner.user()) else {
        return Ok(());
    };
    let row = planner.keys.assignments(booked.calendar(), host);
    // It is written, and so checked.
    let mut held = planner.share(&row).await?.unwrap_or_default();
    change(Arc::make_mut(&mut held), turn);
    planner.put_shared(&row, held, None)
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
    // One that is used is written, and so checked; one that is dropped stays dropped.
    let link = planner.peek(&planner.keys.link(key.calendar.account(), id)).await?;
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
            let link = Link::new(id, booked.slot.clone(), topic, booked.id, planner.now);
            queued::enter(planner, slot, &link)?;
            link
        }
    };
    slot.link = Some(link.id);
    booked.link = Some(link.id);
    Ok(Some(link))
}

/// A turn of a host lasts as long as somebody sits in the slot that was given to them: if the one
/// leaves who counts for it, another one does from then on.
async fn pass_turn(
    planner: &mut Planner<'_>,
    left: &Booked,
    slot: &BookedSlot,
) -> Result<(), Fault> {
    let (true, Some(heir)) = (left.counted, slot.appointments.first()) else { return Ok(()) };
    let row = planner.keys.appointment(left.account(), *heir);
    let Some(AppointmentRow::Kept(mut heir)) = planner.load(&row).await? else {
        return Err(Fault::Inconsistent("an appointment that is not there sits in a slot"));
    };
    heir.counted = true;
    planner.put(&row, &AppointmentRow::Kept(heir.clone()))?;
    let now = planner.now;
    change_turns(planner, &heir, |held, turn| held.add(turn, now)).await?;
    mark_no_show(planner, &heir, heir.status == Status::NoShow).await
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
    days.leave(&booked.slot, &slot.occupants, slot.padded, planner.now).map_err(not_there)?;
    slot.appointments.remove(&booked.id);
    counting::count(planner, booked, Step::Down).await?;
    pass_turn(planner, booked, &slot).await?;
    let link = match booked.link {
        Some(id) => planner.load(&planner.keys.link(booked.account(), id)).await?,
        None => None,
    };
    Ok(Left { slot, link })
}

impl Left {
    /// Drops the link if nobody else uses it (R13), after `replacement` is made (R14), and writes
    /// slot and link.
    pub(crate) async fn write(
        self,
        planner: &mut Planner<'_>,
        booked: &Booked,
        replacement: Option<&mut Link>,
    ) -> Result<(), Fault> {
        if let Some(mut link) = self.link {
            let was_queued = link.misses_create();
            if link.leave(booked.id, replacement, planner.now) {
                let left = BTreeSet::from([booked.id]);
                journal::link(planner, &mut link, EventKind::LinkDropped, left)?;
                if was_queued {
                    queued::leave(planner, &self.slot, &link).await?;
                }
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
