//! The index behind the list of appointments (R30): a row for each that is not deleted, by start.
//!
//! Written in the commit that books, moves or deletes. Where an appointment stands is not in it:
//! its own row says so.

use super::planner::Planner;
use super::records::{Booked, ListedRow};
use crate::error::Fault;

/// An appointment was booked.
pub(crate) fn enter(planner: &mut Planner<'_>, booked: &Booked) -> Result<(), Fault> {
    planner.put(&planner.keys.listed(booked.account(), booked.place()), &ListedRow::of(booked))
}

/// An appointment moved.
pub(crate) async fn shift(
    planner: &mut Planner<'_>,
    old: &Booked,
    new: &Booked,
) -> Result<(), Fault> {
    let before = planner.keys.listed(old.account(), old.place());
    let after = planner.keys.listed(new.account(), new.place());
    planner.peek_all(&[before.clone(), after.clone()]).await?;
    planner.delete(&before);
    // At the same start this is the same row, and it stays, with other hosts.
    planner.put(&after, &ListedRow::of(new))
}

/// An appointment was deleted.
pub(crate) async fn leave(planner: &mut Planner<'_>, booked: &Booked) -> Result<(), Fault> {
    let row = planner.keys.listed(booked.account(), booked.place());
    planner.load(&row).await?;
    planner.delete(&row);
    Ok(())
}
