//! Looks at the rows of a realm, for the testkit: what must always be true of them is checked there.

use std::collections::{BTreeMap, BTreeSet};

use super::calendars;
use super::core::Core;
use super::counters::CounterRow;
use super::counting::CountingRow;
use super::find::occupancies;
use super::keys::{APPOINTMENT, CALENDAR, COUNTING, LINK, LISTED};
use super::records::{AppointmentRow, Booked, CalendarRow, ListedRow};
use crate::error::{Error, Fault};
use crate::rules::limits::{Counts, kept_alone};
use crate::rules::link::Link;
use crate::words::{AccountId, Calendar, Interval, Occupancy, Occupant, UserId, ZoomAccountId};

/// What the rows say.
pub(crate) struct Inspected {
    /// What each occupant has given away.
    pub(crate) held: Vec<(Occupant, Occupancy)>,
    /// All appointments that are not deleted.
    pub(crate) appointments: Vec<Booked>,
    /// The list by start (R30).
    pub(crate) listed: BTreeSet<ListedRow>,
    /// All links, dropped ones too.
    pub(crate) links: Vec<Link>,
    /// Who is connected to which Zoom account.
    pub(crate) connections: BTreeMap<UserId, ZoomAccountId>,
    /// How calendars are counted, and what their counters say.
    pub(crate) counted: Vec<(CountingRow, Counts)>,
}

/// Reads all appointments and links of accounts, and the days of occupants, over `always`.
pub(crate) async fn inspect(
    core: &Core,
    accounts: &[AccountId],
    occupants: &[Occupant],
    always: Interval,
) -> Result<Inspected, Fault> {
    let (mut appointments, mut links) = (Vec::new(), Vec::new());
    let (mut listed, mut counted) = (BTreeSet::new(), Vec::new());
    for account in accounts {
        for row in
            core.scan_all::<AppointmentRow>(&core.keys.all_of_account(account, APPOINTMENT)).await?
        {
            if let AppointmentRow::Kept(booked) = row {
                appointments.push(*booked);
            }
        }
        listed
            .extend(core.scan_all::<ListedRow>(&core.keys.all_of_account(account, LISTED)).await?);
        for row in core.scan_all(&core.keys.all_of_account(account, COUNTING)).await? {
            let counts = counters(core, &row, always).await?;
            counted.push((row, counts));
        }
        links.extend(core.scan_all::<Link>(&core.keys.all_of_account(account, LINK)).await?);
    }
    let (mut held, mut connections) = (Vec::new(), BTreeMap::new());
    let mut planner = core.planner()?;
    for occupant in occupants {
        let given = occupancies(core, occupant, always).await?;
        held.extend(given.into_iter().map(|occupancy| (occupant.clone(), occupancy)));
        if let Some(user) = occupant.user() {
            let row = planner.peek(&core.keys.connection(user)).await?;
            connections.extend(row.map(|row| (user.clone(), row.zoom)));
        }
    }
    Ok(Inspected { held, appointments, listed, links, connections, counted })
}

/// All calendars of accounts, with their hosts.
pub(crate) async fn all_calendars(
    core: &Core,
    accounts: &[AccountId],
) -> Result<Vec<Calendar>, Error> {
    let mut found = Vec::new();
    let mut planner = core.planner()?;
    for account in accounts {
        let rows = core.scan_all(&core.keys.all_of_account(account, CALENDAR)).await?;
        for row in rows as Vec<CalendarRow> {
            found.push(calendars::find(&mut planner, &row.calendar.as_ref()).await?);
        }
    }
    Ok(found)
}

/// What the counters of a calendar say that count.
async fn counters(core: &Core, counting: &CountingRow, always: Interval) -> Result<Counts, Fault> {
    let mut counts = Counts::new();
    let Some(name) = counting.counters else { return Ok(counts) };
    let dates = (counting.zone.date(always.start()), counting.zone.date(always.end()));
    for kind in kept_alone(&counting.kinds) {
        let scan = core.keys.counters_in(&counting.calendar, name, kind, dates);
        let rows: Vec<CounterRow> = core.scan_all(&scan).await?;
        counts.extend(rows.iter().flat_map(CounterRow::counts));
    }
    Ok(counts)
}
