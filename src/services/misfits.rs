//! The upcoming appointments that no longer fit their calendar (R29).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::core::Core;
use super::planner::{decode, get};
use super::records::{AppointmentRow, Booked};
use crate::error::Fault;
use crate::rules::Misfit;
use crate::rules::fit::Fit;
use crate::rules::slot::BookedSlot;
use crate::words::{AppointmentId, Calendar, CalendarRef, SlotLength, User, UserId};

/// Appointments that are read at once.
const BATCH: usize = 100;

/// An upcoming appointment that a changed calendar would not take any more. It stays as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NoLongerFits {
    /// The appointment.
    pub appointment: AppointmentId,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// Why it does not fit: at least one reason.
    pub reasons: BTreeSet<Misfit>,
}

/// The appointments of a calendar that are not over and do not fit it, by start, then by id.
/// `users` are its hosts.
pub(crate) async fn no_longer_fits(
    core: &Core,
    calendar: &Calendar,
    users: &BTreeMap<UserId, User>,
) -> Result<Vec<NoLongerFits>, Fault> {
    let fit = Fit::new(calendar, users);
    let mut found = Vec::new();
    for booked in upcoming(core, &calendar.as_ref()).await? {
        let reasons = fit.misfits(&booked.slot, &booked.occupants);
        if !reasons.is_empty() {
            let start = booked.interval().start();
            found.push(NoLongerFits { appointment: booked.id, start, reasons });
        }
    }
    found.sort_by_key(|one| (one.start, one.appointment));
    Ok(found)
}

/// The live appointments of a calendar that are not over.
async fn upcoming(core: &Core, calendar: &CalendarRef) -> Result<Vec<Booked>, Fault> {
    let now = core.now();
    // Slots lie by start; none that started earlier is still running.
    let earliest = now - SlotLength::LONGEST.elapsed();
    let scan = core.keys.slots_from(calendar, earliest.timestamp());
    let slots: Vec<BookedSlot> = core.scan_all(&scan).await?;
    // A scan may lag: an appointment that moves can stand in two slots. Its own row is right.
    let ids: BTreeSet<AppointmentId> =
        slots.into_iter().flat_map(|slot| slot.appointments).collect();
    let ids: Vec<AppointmentId> = ids.into_iter().collect();
    let mut found = Vec::new();
    for batch in ids.chunks(BATCH) {
        let keys = batch.iter().map(|id| core.keys.appointment(calendar.account(), *id).key);
        for (key, row) in get(core.store.as_ref(), keys.collect()).await? {
            let Some(row) = row else { continue };
            if let AppointmentRow::Kept(booked) = decode(&key, &row.row)? {
                found.push(*booked);
            }
        }
    }
    found.retain(|booked| booked.status.is_live() && booked.interval().end() > now);
    Ok(found)
}
