//! Reading ahead: rows that a change will ask for one after the other are read in one call of the
//! store, since calls are what a change costs. What is read too much does no harm.

use super::caller::{Actor, Caller};
use super::planner::Planner;
use super::remembered::Known;
use super::scene::When;
use super::setup::{occupants, rules};
use crate::error::{Error, Refusal};
use crate::ports::Key;
use crate::rules::assign::Ask;
use crate::rules::host_day::days_touched;
use crate::rules::location::nearest;
use crate::words::{Account, Calendar, CalendarKind, CalendarRef, LocationSetting, RequestId};

/// All that a booking reads before it chooses, as far as it is known what that is.
pub(crate) async fn of_booking(
    planner: &mut Planner<'_>,
    caller: &Caller,
    calendar: &CalendarRef,
    request: Option<&RequestId>,
    wanted: (When, Ask<'_>),
) -> Result<(), Error> {
    let keys = planner.keys;
    let account = caller.account();
    let mut ahead = vec![keys.account(account).key, keys.counting(calendar).key];
    ahead.extend(request.map(|request| keys.request(account, request).key));
    if let Actor::User(user) = caller.actor() {
        ahead.extend([keys.membership(account, user).key, keys.user(user).key]);
    }
    match planner.remembered.setups.get(calendar) {
        Some(known) => ahead.extend(of_setup(planner, &known, wanted)?),
        // Most round robins have one page of hosts.
        None => ahead.extend([keys.calendar(calendar).key, keys.host_page(calendar, 0).key]),
    }
    planner.read_ahead(ahead).await?;
    Ok(())
}

/// A set-up that is known, whether it is still so, and what decides which host takes a slot.
pub(crate) async fn of_known(
    planner: &mut Planner<'_>,
    known: &Known,
    wanted: (When, Ask<'_>),
) -> Result<(), Error> {
    let ahead = of_setup(planner, known, wanted)?;
    planner.read_ahead(ahead).await?;
    Ok(())
}

fn of_setup(
    planner: &Planner<'_>,
    Known { rows, setup }: &Known,
    (when, ask): (When, Ask<'_>),
) -> Result<Vec<Key>, Refusal> {
    let mut ahead: Vec<Key> = rows.iter().map(|(key, _)| key.clone()).collect();
    ahead.extend(days(planner, &setup.calendar, when)?);
    if compares(ask) {
        ahead.extend(setup.assignments.iter().map(|row| row.key.clone()));
    }
    Ok(ahead)
}

fn days(planner: &Planner<'_>, calendar: &Calendar, when: When) -> Result<Vec<Key>, Refusal> {
    let days = days_touched(when.reach(&rules(calendar))?);
    let of = |occupant| days.clone().map(move |day| planner.keys.host_day(occupant, day).key);
    Ok(occupants(calendar).iter().flat_map(of).collect())
}

/// Where a host is wanted, nobody is compared.
const fn compares(ask: Ask<'_>) -> bool {
    !matches!(ask, Ask::Only(_))
}

/// What decides which host takes a slot.
pub(crate) async fn of_hosts(
    planner: &mut Planner<'_>,
    account: &Account,
    calendar: &Calendar,
    (when, ask): (When, Ask<'_>),
) -> Result<(), Error> {
    let keys = planner.keys;
    let id = calendar.as_ref();
    let users = calendar.kind.users();
    let mut ahead = Vec::with_capacity(users.len().saturating_mul(5));
    for user in &users {
        ahead.extend([keys.user(user).key, keys.membership(id.account(), user).key]);
    }
    ahead.extend(days(planner, calendar, when)?);
    if let CalendarKind::RoundRobin(hosts) = &calendar.kind {
        if compares(ask) {
            ahead.extend(users.iter().map(|user| keys.assignments(&id, user).key));
        }
        let hosts = hosts.as_slice().iter();
        let on_zoom = hosts.filter(|host| {
            let setting = nearest(account, calendar, host.location.as_ref(), None);
            setting == Some(&LocationSetting::Zoom)
        });
        ahead.extend(on_zoom.map(|host| keys.connected(&host.user).key));
    }
    planner.read_ahead(ahead).await?;
    Ok(())
}
