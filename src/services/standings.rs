//! How the hosts of a calendar stand, from what is kept of them.

use super::planner::Planner;
use super::records::Booked;
use super::setup::Setup;
use crate::error::Fault;
use crate::rules::{Assignments, Counting, History, Standings, standings as count};
use crate::words::{CalendarKind, RoundRobinHost, User};

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
    let connected = connected(planner, &hosts).await?;
    let counting = Counting::new(&calendar.sharing, calendar.zone, planner.now);
    let histories = hosts.iter().zip(&assignments).zip(connected);
    let histories = histories.map(|((&(host, user), assignments), connected)| {
        let is_theirs = |moved: &&Booked| moved.slot.owner.user() == Some(&host.user);
        History::new(host, assignments)
            .with_time_off(user.hours.time_off())
            .without(moved.filter(is_theirs).and_then(Booked::assigned))
            .with_lacks_zoom(setup.meets_on_zoom(host) && !connected)
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

/// Whether each of the hosts can make links.
async fn connected(planner: &mut Planner<'_>, hosts: &[Host<'_>]) -> Result<Vec<bool>, Fault> {
    let row = |(host, _): &Host<'_>| planner.keys.connection(&host.user);
    let rows: Vec<_> = hosts.iter().map(row).collect();
    let found = planner.peek_all(&rows).await?;
    Ok(found.into_iter().map(|row| row.is_some_and(|row| row.tokens.is_some())).collect())
}
