//! The upcoming appointments that no longer fit their calendar (R29).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::booked_on::booked_on;
use super::core::Core;
use super::records::Booked;
use crate::error::Fault;
use crate::rules::Misfit;
use crate::rules::fit::Fit;
use crate::words::{AppointmentId, Calendar, CalendarRef, SlotLength, User, UserId};

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
    // None that started earlier is still running.
    let mut found = booked_on(core, calendar, now - SlotLength::LONGEST.elapsed(), None).await?;
    found.retain(|booked| booked.interval().end() > now);
    Ok(found)
}
