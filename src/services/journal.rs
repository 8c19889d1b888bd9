//! Events and messages, written in the commit of the change they tell of (R23, R28).

use std::collections::BTreeSet;

use super::messages::MessageKind;
use super::planner::Planner;
use super::records::{Booked, EventKind, EventRow, MessageRow};
use crate::error::Fault;
use crate::rules::link::{Link, LinkNews};
use crate::words::{AccountId, AppointmentId};

/// Something happened to an appointment.
pub(crate) fn appointment(
    planner: &mut Planner<'_>,
    booked: &mut Booked,
    kind: EventKind,
) -> Result<(), Fault> {
    booked.events = booked.events.saturating_add(1);
    let row = planner.keys.event(booked.account(), booked.id.as_uuid(), booked.events);
    let appointments = BTreeSet::from([booked.id]);
    let event = EventRow { kind, at: planner.now, appointments, link: booked.link };
    planner.put(&row, &event)
}

/// Something happened to a link, which concerns these appointments.
pub(crate) fn link(
    planner: &mut Planner<'_>,
    link: &mut Link,
    kind: EventKind,
    appointments: BTreeSet<AppointmentId>,
) -> Result<(), Fault> {
    link.events = link.events.saturating_add(1);
    let account = link.slot.calendar.account();
    let row = planner.keys.event(account, link.id.as_uuid(), link.events);
    let event = EventRow { kind, at: planner.now, appointments, link: Some(link.id) };
    planner.put(&row, &event)
}

/// What became of a call of Zoom, for those who use the link.
pub(crate) fn news(
    planner: &mut Planner<'_>,
    about: &mut Link,
    news: LinkNews,
) -> Result<(), Fault> {
    let kind = match news {
        LinkNews::Ready | LinkNews::Changed => EventKind::LinkReady,
        LinkNews::Deferred => EventKind::LinkDeferred,
        LinkNews::Parked => EventKind::LinkParked,
        LinkNews::None => return Ok(()),
    };
    let users = about.used_by.clone();
    link(planner, about, kind, users)?;
    if news == LinkNews::Changed {
        let account = about.slot.calendar.account();
        message(planner, account, about.used_by.clone(), MessageKind::LinkChanged)?;
    }
    Ok(())
}

/// Participants and hosts are to be told. The row's key is the message's stable id.
pub(crate) fn message(
    planner: &mut Planner<'_>,
    account: &AccountId,
    appointments: BTreeSet<AppointmentId>,
    kind: MessageKind,
) -> Result<(), Fault> {
    let number = planner.next_message();
    let row = planner.keys.message(account, planner.id, number);
    planner.put(&row, &MessageRow { kind, at: planner.now, appointments })
}

/// An appointment changed, and its people are to be told.
pub(crate) fn tell(
    planner: &mut Planner<'_>,
    booked: &mut Booked,
    event: EventKind,
    kind: MessageKind,
) -> Result<(), Fault> {
    appointment(planner, booked, event)?;
    message(planner, booked.account(), BTreeSet::from([booked.id]), kind)
}
