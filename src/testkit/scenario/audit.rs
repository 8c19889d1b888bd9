//! Invariants of rows, whatever the store: what is looked at after a test with faults.

use std::collections::BTreeSet;

use super::invariants::broken_in_rows;
use super::view::{View, always};
use crate::services::{all_calendars, inspect};
use crate::words::{AccountId, Occupant};
use crate::{Error, Scheduler};

/// Rows contradict each other, or a rule.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{invariant} is broken ({says}): {seen}")]
#[non_exhaustive]
pub struct Breach {
    /// The number of the invariant.
    pub invariant: &'static str,
    /// What it says.
    pub says: &'static str,
    /// What was seen instead.
    pub seen: String,
}

/// Reads all rows of accounts, and answers with what is wrong with them; nothing if all is well.
///
/// * I1: no two padded occupancies of one host overlap, and no slot is overfull.
/// * I2: an appointment is there exactly if the time of its hosts is taken, and exactly if it is in
///   the list; counters of limits say how many there are.
///
/// Name all accounts that share hosts. Nothing may be written meanwhile, and no day of a host may
/// have been removed for its age. A calendar whose seats were taken away since shows its fuller
/// slots. Every occupancy is compared with every other one: this is for tests.
///
/// # Errors
/// [`Error::Fault`] if rows could not be read.
pub async fn audit(scheduler: &Scheduler, accounts: &[AccountId]) -> Result<Vec<Breach>, Error> {
    let (core, always) = (scheduler.core(), always()?);
    let calendars = all_calendars(core, accounts).await?;
    let booked = inspect(core, accounts, &[], always).await?.appointments;
    let users = calendars.iter().flat_map(|calendar| calendar.kind.users());
    let themselves = calendars.iter().map(|calendar| Occupant::Calendar(calendar.as_ref()));
    let occupants: BTreeSet<Occupant> = users
        .map(|user| Occupant::User(user.clone()))
        .chain(themselves)
        .chain(booked.into_iter().flat_map(|booked| booked.occupants))
        .collect();
    let occupants: Vec<Occupant> = occupants.into_iter().collect();
    let found = inspect(core, accounts, &occupants, always).await?;
    let seats = calendars.iter().map(|one| (one.as_ref(), one.slot.seats().seats()));
    Ok(broken_in_rows(&View::of_rows(core.now(), found, seats.collect())))
}
