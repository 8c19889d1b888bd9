//! Looks at the rows of a realm, for the testkit: what must always be true of them is checked there.

use std::collections::BTreeMap;

use super::core::Core;
use super::find::occupancies;
use super::keys::LINK;
use super::planner::decode;
use super::records::{AppointmentRow, Booked, Record};
use crate::error::Fault;
use crate::ports::Page;
use crate::rules::link::Link;
use crate::words::{AccountId, Interval, Occupancy, Occupant, UserId, ZoomAccountId};

/// Rows of one page.
const PAGE: u16 = 100;

/// What the rows say.
pub(crate) struct Inspected {
    /// What each occupant has given away.
    pub(crate) held: Vec<(Occupant, Occupancy)>,
    /// All appointments that are not deleted.
    pub(crate) appointments: Vec<Booked>,
    /// All links, dropped ones too.
    pub(crate) links: Vec<Link>,
    /// Who is connected to which Zoom account.
    pub(crate) connections: BTreeMap<UserId, ZoomAccountId>,
}

/// Reads all appointments and links of accounts, and the days of occupants, over `always`.
pub(crate) async fn inspect(
    core: &Core,
    accounts: &[AccountId],
    occupants: &[Occupant],
    always: Interval,
) -> Result<Inspected, Fault> {
    let (mut appointments, mut links) = (Vec::new(), Vec::new());
    for account in accounts {
        for row in all::<AppointmentRow>(core, account, "appointment").await? {
            if let AppointmentRow::Kept(booked) = row {
                appointments.push(*booked);
            }
        }
        links.extend(all::<Link>(core, account, LINK).await?);
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
    Ok(Inspected { held, appointments, links, connections })
}

async fn all<R: Record>(core: &Core, account: &AccountId, kind: &str) -> Result<Vec<R>, Fault> {
    let scan = core.keys.all_of_account(account, kind);
    let mut found = Vec::new();
    let mut page = Page::first(PAGE);
    loop {
        let answer = core.scan(&scan, &page).await?;
        for (key, row) in &answer.rows {
            found.push(decode(key, &row.row)?);
        }
        match answer.next {
            Some(cursor) => page = Page::after(cursor, PAGE),
            None => return Ok(found),
        }
    }
}
