//! How the hosts of a calendar stand, from what is kept of them.

use std::collections::BTreeSet;

use super::planner::Planner;
use super::records::{Booked, ConnectionRow};
use super::setup::Setup;
use crate::error::Fault;
use crate::rules::{Assignments, Counting, History, Standings, standings as count};
use crate::words::{CalendarKind, RoundRobinHost, User, UserId};

/// A host who exists, and belongs to the account.
type Host<'a> = (&'a RoundRobinHost, &'a User);

/// How the hosts of a round robin calendar stand now, without the appointment that is being moved:
/// all who exist, free or not. Other kinds have no standings.
///
/// All of it is peeked at: with other bookings under way, the choice may be unfair by those.
pub(crate) async fn standings(
    planner: &mut Planner<'_>,
    setup: &Setup,
    moved: Option<&Booked>,
) -> Result<Standings, Fault> {
    let calendar = &setup.calendar;
    let CalendarKind::RoundRobin(hosts) = &calendar.kind else { return Ok(Standings::default()) };
    let hosts = hosts.as_slice().iter();
    let hosts: Vec<Host<'_>> =
        hosts.filter_map(|host| Some((host, setup.host(&host.user)?))).collect();
    let assignments = assignments(planner, setup, &hosts).await?;
    let lacking = lacking_zoom(planner, setup).await?;
    let counting = Counting::new(&calendar.sharing, calendar.zone, planner.now);
    let histories = hosts.iter().zip(&assignments);
    let histories = histories.map(|(&(host, user), assignments)| {
        let is_theirs = |moved: &&Booked| moved.slot.owner.user() == Some(&host.user);
        History::new(host, assignments)
            .with_time_off(user.hours.time_off())
            .without(moved.filter(is_theirs).and_then(Booked::assigned))
            .with_lacks_zoom(lacking.contains(&host.user))
    });
    Ok(count(&counting, &histories.collect::<Vec<_>>()))
}

async fn assignments(
    planner: &mut Planner<'_>,
    setup: &Setup,
    hosts: &[Host<'_>],
) -> Result<Vec<Assignments>, Fault> {
    let calendar = setup.calendar.as_ref();
    let row = |(host, _): &Host<'_>| planner.keys.assignments(&calendar, &host.user);
    let rows: Vec<_> = hosts.iter().map(row).collect();
    let found = planner.peek_all(&rows).await?;
    Ok(found.into_iter().map(Option::unwrap_or_default).collect())
}

/// The hosts on whose Zoom account a link would have to be made, who cannot make one now: of a
/// collective calendar the primary host.
pub(crate) async fn lacking_zoom(
    planner: &mut Planner<'_>,
    setup: &Setup,
) -> Result<BTreeSet<UserId>, Fault> {
    let on_zoom: Vec<&UserId> = match &setup.calendar.kind {
        CalendarKind::RoundRobin(hosts) => {
            let hosts = hosts.as_slice().iter().filter(|host| setup.meets_on_zoom(host));
            hosts.map(|host| &host.user).collect()
        }
        CalendarKind::Collective(hosts) => {
            let primary = Some(hosts.primary()).filter(|primary| setup.primary_on_zoom(primary));
            primary.into_iter().collect()
        }
        CalendarKind::Unassigned { .. } => Vec::new(),
    };
    let rows: Vec<_> = on_zoom.iter().map(|user| planner.keys.connection(user)).collect();
    let found = planner.peek_all(&rows).await?;
    let can = |row: &ConnectionRow| row.tokens.is_some();
    let lacking = on_zoom.into_iter().zip(found).filter(|(_, row)| !row.as_ref().is_some_and(can));
    Ok(lacking.map(|(user, _)| user.clone()).collect())
}
