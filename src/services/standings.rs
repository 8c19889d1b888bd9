//! How the hosts of a calendar stand, from what is kept of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::planner::Planner;
use super::records::{Booked, ConnectedRow};
use super::setup::Setup;
use crate::error::Fault;
use crate::rules::{Assignments, Counting, History, Standings, standings as count};
use crate::words::{CalendarKind, UserId};

/// How the hosts of a round robin calendar stand now, without the appointment that is being moved:
/// all who exist, free or not. Other kinds have no standings.
///
/// Those who are said to have no requests left count as if they lacked Zoom (R16).
///
/// All of it is peeked at: with other bookings under way, the choice may be unfair by those.
pub(crate) async fn standings(
    planner: &mut Planner<'_>,
    setup: &Setup,
    moved: Option<&Booked>,
    used_up: &BTreeSet<UserId>,
) -> Result<Standings, Fault> {
    let calendar = &setup.calendar;
    let CalendarKind::RoundRobin(hosts) = &calendar.kind else { return Ok(Standings::default()) };
    let assignments = planner.share_all(setup.assignments.iter()).await?;
    let lacking = lacking_zoom(planner, setup).await?;
    let counting = Counting::new(&calendar.sharing, calendar.zone, planner.now);
    let nothing = Assignments::default();
    let histories = hosts.as_slice().iter().zip(&assignments).filter_map(|(host, assignments)| {
        let user = setup.host(&host.user)?;
        let is_theirs = |moved: &&Booked| moved.slot.owner.user() == Some(&host.user);
        let history = History::new(host, assignments.as_deref().unwrap_or(&nothing))
            .with_time_off(user.hours.time_off())
            .without(moved.filter(is_theirs).and_then(Booked::assigned))
            .with_lacks_zoom(lacking.contains(&host.user) || used_up.contains(&host.user));
        Some(history)
    });
    Ok(count(&counting, &histories.collect::<Vec<_>>()))
}

/// The hosts on whose Zoom account a link would have to be made, who cannot make one now: of a
/// collective calendar the primary host.
pub(crate) async fn lacking_zoom(
    planner: &mut Planner<'_>,
    setup: &Setup,
) -> Result<BTreeSet<UserId>, Fault> {
    if let Some(lacking) = &setup.lacking_zoom {
        return Ok(lacking.clone());
    }
    let on_zoom = setup.on_zoom();
    let rows: Vec<_> = on_zoom.iter().map(|user| planner.keys.connected(user)).collect();
    let found = planner.share_all(rows.iter()).await?;
    let lacks = |row: &Option<Arc<ConnectedRow>>| !row.as_ref().is_some_and(|row| row.is_live);
    let lacking = on_zoom.into_iter().zip(found).filter(|(_, row)| lacks(row));
    Ok(lacking.map(|(user, _)| user.clone()).collect())
}
