//! What the invariants look at: rows, what the simulated Zoom has, and what callers were told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::stage::Stage;
use super::world::World;
use crate::error::Fault;
use crate::ports::Clock as _;
use crate::rules::LinkState;
use crate::rules::limits::Counts;
use crate::rules::link::Link;
use crate::rules::slot::SlotKey;
use crate::services::{Booked, CountingRow, Inspected, ListedRow, inspect};
use crate::testkit::SimulatedMeeting;
use crate::words::{
    AppointmentId, CalendarRef, EARLIEST_SECOND, Interval, LATEST_SECOND, LinkId, Occupancy,
    Occupant, Status, UserId, ZoomAccountId,
};
use crate::{Appointment, Error};

/// The world after the last step.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) now: DateTime<Utc>,
    pub(super) quota_cap: u32,
    pub(super) seats: Seats,
    /// What hosts have given away.
    pub(super) held: Vec<(Occupant, Occupancy)>,
    pub(super) appointments: Vec<Booked>,
    /// The list of appointments by start.
    pub(super) listed: BTreeSet<ListedRow>,
    /// How calendars are counted, and what their counters say.
    pub(super) counted: Vec<(CountingRow, Counts)>,
    pub(super) told: Told,
    pub(super) links: Vec<SeenLink>,
    /// What is at Zoom.
    pub(super) meetings: Vec<SimulatedMeeting>,
    /// What was at Zoom before the first step.
    pub(super) foreign: Vec<SimulatedMeeting>,
    /// The most requests on one day.
    pub(super) requests: BTreeMap<ZoomAccountId, u32>,
}

/// How many seats the slots of calendars have, or had when they were booked.
pub(super) type Seats = BTreeMap<CalendarRef, u16>;

/// What a run has seen from outside.
pub(super) struct Seen {
    pub(super) told: Told,
    pub(super) seats: Seats,
    /// The meetings that were at Zoom before the first step.
    pub(super) foreign: Vec<SimulatedMeeting>,
}

/// What callers were last told of each appointment that was not deleted.
pub(super) type Told = BTreeMap<AppointmentId, ToldOf>;

/// What callers were last told of an appointment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct ToldOf {
    pub(super) status: Status,
    pub(super) when: Interval,
    pub(super) hosts: BTreeSet<UserId>,
}

impl From<&Appointment> for ToldOf {
    fn from(seen: &Appointment) -> Self {
        Self {
            status: seen.status,
            when: seen.interval,
            hosts: seen.hosts.iter().cloned().collect(),
        }
    }
}

/// A link, as its users see it.
#[derive(Clone, Debug)]
pub(super) struct SeenLink {
    pub(super) id: LinkId,
    pub(super) slot: SlotKey,
    pub(super) state: LinkState,
    /// Work on it is due later, or waits for somebody or something.
    pub(super) is_unfinished: bool,
}

impl View {
    pub(super) async fn look(world: &World, stage: &Stage, seen: Seen) -> Result<Self, Error> {
        let accounts: Vec<_> = world.accounts.iter().map(|account| account.id.clone()).collect();
        let (core, occupants) = (stage.scheduler.core(), occupants(world, &seen));
        let found = inspect(core, &accounts, &occupants, always()?).await?;
        Ok(Self {
            now: stage.clock.now(),
            quota_cap: world.settings.quota_cap,
            seats: seen.seats,
            links: links(&found),
            held: found.held,
            appointments: found.appointments,
            listed: found.listed,
            counted: found.counted,
            told: seen.told,
            meetings: stage.zoom.meetings(),
            foreign: seen.foreign,
            requests: stage.zoom.busiest_day(),
        })
    }
}

impl View {
    /// Of rows alone: nobody was told anything, and nobody asks Zoom.
    pub(super) fn of_rows(now: DateTime<Utc>, found: Inspected, seats: Seats) -> Self {
        Self {
            now,
            seats,
            held: found.held,
            appointments: found.appointments,
            listed: found.listed,
            counted: found.counted,
            ..Self::default()
        }
    }
}

/// Everybody whose time may be given away.
fn occupants(world: &World, seen: &Seen) -> Vec<Occupant> {
    let people = world.people.iter().map(|person| person.user.id.clone());
    let hosts = seen.told.values().flat_map(|one| one.hosts.iter().cloned());
    let users: BTreeSet<_> = people.chain(hosts).map(Occupant::User).collect();
    let calendars = seen.seats.keys().cloned().map(Occupant::Calendar);
    users.into_iter().chain(calendars).collect()
}

fn links(found: &Inspected) -> Vec<SeenLink> {
    let waiting: BTreeSet<&LinkId> = found.links.iter().flat_map(Link::replaced).collect();
    let link = |link: &Link| SeenLink {
        id: link.id,
        slot: link.slot.clone(),
        state: link.state(link.slot.owner.user().and_then(|owner| found.connections.get(owner))),
        is_unfinished: !link.is_idle() || waiting.contains(&link.id),
    };
    found.links.iter().map(link).collect()
}

/// All instants that the crate works with, less a day for the pages of days around.
pub(super) fn always() -> Result<Interval, Fault> {
    let never = |_| Fault::Inconsistent("time has no end");
    Interval::try_from((EARLIEST_SECOND, LATEST_SECOND)).map_err(never)
}

/// Which of our links a meeting at Zoom is for, by the marker in its agenda.
pub(super) fn marked(meeting: &SimulatedMeeting) -> Option<LinkId> {
    let marker = meeting.agenda.strip_prefix("[ref:")?.split(']').next()?;
    Uuid::try_parse(marker).ok().map(LinkId::from_uuid)
}
