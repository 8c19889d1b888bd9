//! What a user still has to host.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::core::Core;
use super::find::occupancies;
use crate::error::Fault;
use crate::rules::slot::SlotKey;
use crate::words::{AccountId, AppointmentId, Interval, LATEST, Occupant, UserId};

/// An upcoming appointment that a change of its host concerns.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Affected {
    /// Its account.
    pub account: AccountId,
    /// The appointment.
    pub appointment: AppointmentId,
    /// When it starts.
    pub start: DateTime<Utc>,
}

/// The appointments of a user that are not over, by start.
pub(crate) async fn upcoming(core: &Core, user: &UserId) -> Result<Vec<Affected>, Fault> {
    let now = core.now();
    let Ok(ahead) = Interval::new(now, LATEST) else {
        return Ok(Vec::new());
    };
    let mut planner = core.planner()?;
    let days = occupancies(core, &Occupant::User(user.clone()), ahead).await?;
    // Each slot once, though two rows may tell of it differently.
    let slots: BTreeSet<SlotKey> =
        days.iter().filter(|held| held.core().end() > now).map(SlotKey::of).collect();
    let mut found = Vec::new();
    for key in slots {
        let slot = planner.peek(&planner.keys.slot(&key)).await?;
        let appointments = slot.map(|slot| slot.appointments).unwrap_or_default();
        found.extend(appointments.into_iter().map(|appointment| Affected {
            account: key.calendar.account().clone(),
            appointment,
            start: key.core.start(),
        }));
    }
    found.sort_by_key(|affected| (affected.start, affected.appointment));
    Ok(found)
}
