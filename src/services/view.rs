//! What callers see of an appointment.

use super::core::Core;
use super::planner::{Planner, decode, get};
use super::records::{AppointmentRow, Booked, ConnectionRow, Record};
use crate::error::{Error, Fault, Thing, missing};
use crate::ports::{Key, Row};
use crate::rules::LinkState;
use crate::rules::link::Link;
use crate::words::{
    AccountId, AppointmentId, CalendarId, FixedLocation, Interval, Location, Notes, Participant,
    Status, Title, UserId,
};

/// An appointment as it is now.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// The calendar it was booked on.
    pub calendar: CalendarId,
    /// Where it stands.
    pub status: Status,
    /// When it starts and ends.
    pub interval: Interval,
    /// What it is called.
    pub title: Title,
    /// What the invitee wrote to the host.
    pub notes: Option<Notes>,
    /// Who hosts, the owner of the link first; nobody on an unassigned calendar.
    pub hosts: Vec<UserId>,
    /// Where it takes place.
    pub location: MeetingLocation,
    /// Who comes, the invitee first.
    pub participants: Vec<Participant>,
}

/// Where an appointment takes place.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MeetingLocation {
    /// On Zoom, at the link of its slot.
    Zoom(LinkState),
    /// At a place that was known beforehand.
    Fixed(FixedLocation),
    /// Nowhere yet: no setting says where.
    Unset,
}

/// Reads an appointment.
pub(crate) async fn find(
    core: &Core,
    planner: &mut Planner<'_>,
    account: &AccountId,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let row = planner.peek(&core.keys.appointment(account, id)).await?;
    let Some(AppointmentRow::Kept(booked)) = row else {
        return Err(missing(Thing::Appointment(id)));
    };
    let state = link_state(core, &booked).await?;
    Ok(appointment(*booked, state))
}

/// An appointment as it was just written. What was done is done: if the link cannot be read now,
/// it is on its way.
pub(crate) async fn written(core: &Core, booked: Booked) -> Appointment {
    let state = link_state(core, &booked).await.unwrap_or(LinkState::Pending);
    appointment(booked, state)
}

fn appointment(booked: Booked, state: LinkState) -> Appointment {
    Appointment {
        id: booked.id,
        calendar: booked.calendar().calendar().clone(),
        status: booked.status,
        interval: booked.interval(),
        hosts: booked.hosts().cloned().collect(),
        title: booked.title,
        notes: booked.notes,
        location: match booked.location {
            Location::Zoom => MeetingLocation::Zoom(state),
            Location::Fixed(place) => MeetingLocation::Fixed(place),
            Location::Unset => MeetingLocation::Unset,
        },
        participants: booked.participants,
    }
}

/// How the appointment's link stands, and whether its owner is still connected.
async fn link_state(core: &Core, booked: &Booked) -> Result<LinkState, Fault> {
    if !booked.status.is_live() {
        return Ok(LinkState::Dropped);
    }
    let (Some(link), Some(owner)) = (booked.link, booked.slot.owner.user()) else {
        return Ok(LinkState::AwaitingConfirmation);
    };
    let keys = (core.keys.connection(owner), core.keys.link(booked.account(), link));
    let found = get(core.store.as_ref(), vec![keys.0.key.clone(), keys.1.key.clone()]).await?;
    let mut found = found.into_iter().map(|(key, row)| (key, row.map(|row| row.row)));
    let connection = row::<ConnectionRow>(found.next())?;
    let lost = Fault::Inconsistent("an appointment uses a link that is not there");
    let link = row::<Link>(found.next())?.ok_or(lost)?;
    let connected = connection.filter(|row| row.tokens.is_some());
    Ok(link.state(connected.as_ref().map(|row| &row.zoom)))
}

fn row<R: Record>(found: Option<(Key, Option<Row>)>) -> Result<Option<R>, Fault> {
    match found {
        Some((key, Some(row))) => decode(&key, &row).map(Some),
        _ => Ok(None),
    }
}
