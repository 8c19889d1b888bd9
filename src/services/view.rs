//! What callers see of an appointment.

use super::core::Core;
use super::planner::Planner;
use super::records::{AppointmentRow, Booked};
use crate::error::{Error, Fault, Thing, missing};
use crate::rules::LinkState;
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

/// Reads an appointment, its link, and whether the owner is still connected.
pub(crate) async fn appointment(
    core: &Core,
    planner: &mut Planner<'_>,
    account: &AccountId,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let row = planner.peek(&core.keys.appointment(account, id)).await?;
    let Some(AppointmentRow::Kept(booked)) = row else {
        return Err(missing(Thing::Appointment(id)));
    };
    let location = match &booked.location {
        Location::Zoom => MeetingLocation::Zoom(link_state(core, planner, &booked).await?),
        Location::Fixed(place) => MeetingLocation::Fixed(place.clone()),
        Location::Unset => MeetingLocation::Unset,
    };
    Ok(Appointment {
        id,
        calendar: booked.calendar().calendar().clone(),
        status: booked.status,
        interval: booked.interval(),
        hosts: booked.hosts().cloned().collect(),
        title: booked.title,
        notes: booked.notes,
        location,
        participants: booked.participants,
    })
}

async fn link_state(
    core: &Core,
    planner: &mut Planner<'_>,
    booked: &Booked,
) -> Result<LinkState, Fault> {
    if !booked.status.is_live() {
        return Ok(LinkState::Dropped);
    }
    let (Some(link), Some(owner)) = (booked.link, booked.slot.owner.user()) else {
        return Ok(LinkState::AwaitingConfirmation);
    };
    let connection = planner.peek(&core.keys.connection(owner)).await?;
    let link = planner.peek(&core.keys.link(booked.account(), link)).await?;
    let lost = Fault::Inconsistent("an appointment uses a link that is not there");
    Ok(link.ok_or(lost)?.state(connection.as_ref().map(|row| &row.zoom)))
}
