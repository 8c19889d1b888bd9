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
use crate::zoom::MARK;
use crate::{Appointment, Error};

/// The world after the last step.
#[derive(Debug, Default)]
pub(in crate::testkit) struct View {
    pub(in crate::testkit) now: DateTime<Utc>,
    pub(in crate::testkit) quota_cap: u32,
    pub(in crate::testkit) seats: Seats,
    /// What hosts have given away.
    pub(in crate::testkit) held: Vec<(Occupant, Occupancy)>,
    pub(in crate::testkit) appointments: Vec<Booked>,
    /// The list of appointments by start.
    pub(in crate::testkit) listed: BTreeSet<ListedRow>,
    /// How calendars are counted, and what their counters say.
    pub(in crate::testkit) counted: Vec<(CountingRow, Counts)>,
    pub(in crate::testkit) told: Told,
    pub(in crate::testkit) links: Vec<SeenLink>,
    /// What is at Zoom.
    pub(in crate::testkit) meetings: Vec<SimulatedMeeting>,
    /// What was at Zoom before the first step.
    pub(in crate::testkit) foreign: Vec<SimulatedMeeting>,
    /// The most requests on one day.
    pub(in crate::testkit) requests: BTreeMap<ZoomAccountId, u32>,
}

/// How many seats the slots of calendars have, or had when they were booked.
pub(in crate::testkit) type Seats = BTreeMap<CalendarRef, u16>;

/// What a run has seen from outside.
pub(super) struct Seen {
    pub(in crate::testkit) told: Told,
    pub(in crate::testkit) seats: Seats,
    /// The meetings that were at Zoom before the first step.
    pub(in crate::testkit) foreign: Vec<SimulatedMeeting>,
}

/// What callers were last told of each appointment that was not deleted.
pub(in crate::testkit) type Told = BTreeMap<AppointmentId, ToldOf>;

/// What callers were last told of an appointment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::testkit) struct ToldOf {
    pub(in crate::testkit) status: Status,
    pub(in crate::testkit) when: Interval,
    pub(in crate::testkit) hosts: BTreeSet<UserId>,
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

impl ToldOf {
    /// What is true of an appointment.
    pub(in crate::testkit) fn of(booked: &Booked) -> Self {
        let hosts = booked.hosts().cloned().collect();
        Self { status: booked.status, when: booked.interval(), hosts }
    }
}

/// A link, as its users see it.
#[derive(Clone, Debug)]
pub(in crate::testkit) struct SeenLink {
    pub(in crate::testkit) id: LinkId,
    pub(in crate::testkit) slot: SlotKey,
    pub(in crate::testkit) state: LinkState,
    /// Work on it is due later, or waits for somebody or something.
    pub(in crate::testkit) is_unfinished: bool,
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
    pub(in crate::testkit) fn of_rows(now: DateTime<Utc>, found: Inspected, seats: Seats) -> Self {
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

impl View {
    /// Of a world in which callers were told what is true.
    pub(in crate::testkit) fn of_world(now: DateTime<Utc>, found: Inspected, seats: Seats) -> Self {
        let links = links(&found);
        let told =
            found.appointments.iter().map(|booked| (booked.id, ToldOf::of(booked))).collect();
        Self { links, told, ..Self::of_rows(now, found, seats) }
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
pub(in crate::testkit) fn always() -> Result<Interval, Fault> {
    let never = |_| Fault::Inconsistent("time has no end");
    Interval::try_from((EARLIEST_SECOND, LATEST_SECOND)).map_err(never)
}

/// Which of our links a meeting at Zoom is for, by the marker in its agenda.
pub(in crate::testkit) fn marked(meeting: &SimulatedMeeting) -> Option<LinkId> {
    marked_in(&meeting.agenda)
}

/// The link that an agenda begins with the marker of.
pub(in crate::testkit) fn marked_in(agenda: &str) -> Option<LinkId> {
    let marker = agenda.strip_prefix(MARK)?.split(']').next()?;
    Uuid::try_parse(marker).ok().map(LinkId::from_uuid)
}
