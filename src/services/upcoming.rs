//! What a user still has to host.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::caller::{Actor, Sight};
use super::core::Core;
use super::find::occupancies;
use super::records::AppointmentRow;
use crate::error::{Error, Fault};
use crate::rules::link::Link;
use crate::rules::slot::SlotKey;
use crate::words::{
    AccountId, AppointmentId, Interval, LATEST, Location, Occupant, UserId, ZoomAccountId,
};

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

/// An upcoming appointment on Zoom, whose link is, or will be, on the Zoom account of a user.
pub(crate) struct OnZoom {
    pub(crate) affected: Affected,
    /// Not before it is confirmed.
    pub(crate) link: Option<Link>,
}

/// The appointments on Zoom of a user that are not over, by start: those whose links are theirs
/// (R10), as far as they may be told.
pub(crate) async fn on_zoom(
    core: &Core,
    sight: &Sight,
    user: &UserId,
) -> Result<Vec<OnZoom>, Fault> {
    let mut planner = core.planner()?;
    let all = upcoming(core, user).await?;
    let seen: Vec<Affected> = all.into_iter().filter(|one| sight.has(&one.account)).collect();
    let rows = seen.iter().map(|one| planner.keys.appointment(&one.account, one.appointment));
    let rows = planner.peek_all(&rows.collect::<Vec<_>>()).await?;
    let mut found = Vec::new();
    for (affected, row) in seen.into_iter().zip(rows) {
        let Some(AppointmentRow::Kept(booked)) = row else { continue };
        if booked.location != Location::Zoom || booked.slot.owner.user() != Some(user) {
            continue;
        }
        let link = match booked.link {
            Some(id) => planner.peek(&planner.keys.link(&affected.account, id)).await?,
            None => None,
        };
        found.push(OnZoom { affected, link });
    }
    Ok(found)
}

/// Those of [`on_zoom`], without their links.
pub(crate) async fn upcoming_on_zoom(
    core: &Core,
    sight: &Sight,
    user: &UserId,
) -> Result<Vec<Affected>, Fault> {
    Ok(on_zoom(core, sight, user).await?.into_iter().map(|found| found.affected).collect())
}

/// Those of [`on_zoom`] whose links are on another Zoom account.
pub(crate) async fn unmanaged(
    core: &Core,
    actor: &Actor,
    user: &UserId,
    connected: &ZoomAccountId,
) -> Result<Vec<Affected>, Error> {
    let found = on_zoom(core, &actor.sight(core).await?, user).await?.into_iter();
    let is_elsewhere = |link: &Link| link.zoom().is_some_and(|zoom| zoom != connected);
    let elsewhere = found.filter(|found| found.link.as_ref().is_some_and(is_elsewhere));
    Ok(elsewhere.map(|found| found.affected).collect())
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
