//! What callers see of an appointment.

use std::collections::{BTreeMap, BTreeSet};

use super::core::Core;
use super::keys::RowKey;
use super::planner::{decode, get};
use super::records::{AppointmentRow, Booked, ConnectionRow, Record};
use crate::error::{Error, Fault, Thing, missing};
use crate::ports::{Key, Row};
use crate::rules::LinkState;
use crate::rules::link::Link;
use crate::words::{
    AccountId, AppointmentId, CalendarId, FixedLocation, Interval, Location, Notes, Person, Status,
    Title, UserId,
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
    pub participants: Vec<Person>,
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

/// How often an appointment is read that is cancelled or moved meanwhile.
const MOST_READS: u32 = 3;

impl Appointment {
    /// Takes place, but its link is dropped: the appointment was read before somebody cancelled or moved
    /// it, the link after that.
    const fn is_torn(&self) -> bool {
        self.status.is_live() && matches!(self.location, MeetingLocation::Zoom(LinkState::Dropped))
    }
}

/// Reads an appointment and its link, which are two rows.
pub(crate) async fn find(
    core: &Core,
    account: &AccountId,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let mut found = read(core, account, id).await?;
    for _ in 1..MOST_READS {
        if !found.is_torn() {
            break;
        }
        found = read(core, account, id).await?;
    }
    Ok(found)
}

async fn read(core: &Core, account: &AccountId, id: AppointmentId) -> Result<Appointment, Error> {
    let row = core.planner()?.peek(&core.keys.appointment(account, id)).await?;
    let Some(AppointmentRow::Kept(booked)) = row else {
        return Err(missing(Thing::Appointment(id)));
    };
    let unknown = || missing(Thing::Appointment(id));
    all(core, vec![*booked]).await?.pop().ok_or_else(unknown)
}

/// An appointment as it was just written. What was done is done: if the link cannot be read now,
/// it is on its way.
pub(crate) async fn written(core: &Core, booked: Booked) -> Appointment {
    let states = link_states(core, std::slice::from_ref(&booked)).await;
    let state = states.ok().and_then(|mut states| states.pop());
    appointment(booked, state.unwrap_or(LinkState::Pending))
}

/// An appointment whose link stands so.
pub(crate) fn appointment(booked: Booked, state: LinkState) -> Appointment {
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

/// Appointments that were just read, with their links: all in one read.
pub(crate) async fn all(core: &Core, booked: Vec<Booked>) -> Result<Vec<Appointment>, Fault> {
    let states = link_states(core, &booked).await?;
    Ok(booked.into_iter().zip(states).map(|(booked, state)| appointment(booked, state)).collect())
}

/// How the links of appointments stand, and whether their owners are still connected.
async fn link_states(core: &Core, booked: &[Booked]) -> Result<Vec<LinkState>, Fault> {
    let keys = booked.iter().filter_map(|booked| LinkKeys::of(core, booked));
    // Appointments of one slot share a link, those of one owner a connection.
    let keys: BTreeSet<Key> = keys.flat_map(|keys| [keys.connection.key, keys.link.key]).collect();
    let rows: BTreeMap<Key, Row> = if keys.is_empty() {
        BTreeMap::new()
    } else {
        let found = get(core.store.as_ref(), keys.into_iter().collect()).await?;
        found.into_iter().filter_map(|(key, row)| row.map(|row| (key, row.row))).collect()
    };
    booked.iter().map(|booked| link_state(core, booked, &rows)).collect()
}

/// Where the link of an appointment stands, and the connection of its owner.
struct LinkKeys {
    connection: RowKey<ConnectionRow>,
    link: RowKey<Link>,
}

impl LinkKeys {
    /// Of an appointment that has a link.
    fn of(core: &Core, booked: &Booked) -> Option<Self> {
        let (link, owner) = (booked.link?, booked.slot.owner.user()?);
        booked.status.is_live().then(|| Self {
            connection: core.keys.connection(owner),
            link: core.keys.link(booked.account(), link),
        })
    }
}

fn link_state(core: &Core, booked: &Booked, rows: &BTreeMap<Key, Row>) -> Result<LinkState, Fault> {
    if !booked.status.is_live() {
        return Ok(LinkState::Dropped);
    }
    let Some(keys) = LinkKeys::of(core, booked) else {
        return Ok(LinkState::AwaitingConfirmation);
    };
    let lost = Fault::Inconsistent("an appointment uses a link that is not there");
    let link = row(rows, &keys.link)?.ok_or(lost)?;
    let connected = row(rows, &keys.connection)?.filter(|row| row.tokens().is_some());
    Ok(link.state(connected.as_ref().map(|row| &row.zoom)))
}

fn row<R: Record>(rows: &BTreeMap<Key, Row>, wanted: &RowKey<R>) -> Result<Option<R>, Fault> {
    rows.get(&wanted.key).map(|row| decode(&wanted.key, row)).transpose()
}
