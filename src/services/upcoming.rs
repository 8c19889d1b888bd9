//! What a user still has to host.

use chrono::{DateTime, TimeDelta, Utc};

use super::core::Core;
use super::find::occupancies;
use crate::error::Fault;
use crate::rules::slot::SlotKey;
use crate::words::{AccountId, AppointmentId, Interval, Occupant, UserId};

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

/// No slot lies further ahead than the longest booking window: two years, and a day for the zone.
const FURTHEST: TimeDelta = TimeDelta::days(732);

/// The appointments of a user that are not over, by start.
pub(crate) async fn upcoming(core: &Core, user: &UserId) -> Result<Vec<Affected>, Fault> {
    let now = core.now();
    let Ok(ahead) = Interval::new(now, now + FURTHEST) else {
        return Ok(Vec::new());
    };
    let mut planner = core.planner()?;
    let mut found = Vec::new();
    for held in occupancies(core, &Occupant::User(user.clone()), ahead).await? {
        if held.core().end() <= now {
            continue;
        }
        let (calendar, owner, core) = (held.calendar().clone(), held.owner().clone(), held.core());
        let key = SlotKey { calendar, owner, core };
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
