//! Reading ahead: rows that a change will ask for one after the other are read in one call of the
//! store, since calls are what a change costs. What is read too much does no harm.

use std::sync::Arc;

use super::caller::Caller;
use super::days::Days;
use super::keys::{Keys, RowKey};
use super::planner::Planner;
use super::records::RequestRow;
use super::remembered::Known;
use super::scene::When;
use super::setup::{occupants, rules};
use crate::error::{Error, Refusal};
use crate::ports::Key;
use crate::rules::assign::Ask;
use crate::rules::location::nearest;
use crate::words::{Account, Calendar, CalendarKind, CalendarRef, LocationSetting, Occupant};

/// All that a booking reads before it chooses, as far as it is known what that is.
pub(crate) async fn of_booking(
    planner: &mut Planner<'_>,
    caller: &Caller,
    calendar: &CalendarRef,
    request: Option<&RowKey<RequestRow>>,
    wanted: &mut Wanted<'_>,
) -> Result<(), Error> {
    let keys = planner.keys;
    let account = caller.account();
    let mut ahead = vec![keys.account(account).key, keys.counting(calendar).key];
    ahead.extend(request.map(|row| row.key.clone()));
    if let Some(user) = caller.actor().user() {
        ahead.extend([keys.membership(account, user).key, keys.user(user).key]);
    }
    if let Some(known) = planner.remembered.setups.get(calendar) {
        ahead.retain(|key| !known.has(key));
        return of_known(planner, &known, ahead, wanted).await;
    }
    // Most round robins have one page of hosts.
    ahead.extend([keys.calendar(calendar).key, keys.host_page(calendar, 0).key]);
    Ok(planner.read_ahead(&ahead).await?)
}

/// A set-up that is known, whether it is still so, what decides which host takes a slot, and other
/// rows.
pub(crate) async fn of_known(
    planner: &mut Planner<'_>,
    known: &Arc<Known>,
    others: Vec<Key>,
    wanted: &mut Wanted<'_>,
) -> Result<(), Error> {
    let (setup, compares) = (&known.setup, wanted.compares());
    // A start that no calendar can have is refused later, in its turn.
    let days = wanted.days(planner.keys, &setup.calendar, &setup.occupants);
    let days = days.ok().into_iter().flatten();
    Ok(planner.read_known(known, compares, others.into_iter().chain(days)).await?)
}

/// Around which start, and by whom, a seat will be looked for.
pub(crate) struct Wanted<'a> {
    pub(crate) when: When,
    pub(crate) ask: Ask<'a>,
    pub(crate) days: &'a mut Days,
}

impl Wanted<'_> {
    fn days(
        &mut self,
        keys: &Keys,
        calendar: &Calendar,
        occupants: &[Occupant],
    ) -> Result<impl Iterator<Item = Key>, Refusal> {
        let reach = self.when.reach(&self.when.rules(rules(calendar)))?;
        self.days.want(keys, occupants, reach);
        Ok(self.days.unread().map(|row| row.key.clone()))
    }

    /// Where a host is wanted, nobody is compared.
    const fn compares(&self) -> bool {
        !matches!(self.ask, Ask::Only(_))
    }
}

/// What decides which host takes a slot.
pub(crate) async fn of_hosts(
    planner: &mut Planner<'_>,
    account: &Account,
    calendar: &Calendar,
    wanted: &mut Wanted<'_>,
) -> Result<(), Error> {
    let keys = planner.keys;
    let id = calendar.as_ref();
    let users = calendar.kind.users();
    let mut ahead = Vec::with_capacity(users.len().saturating_mul(5));
    for user in &users {
        ahead.extend([keys.user(user).key, keys.membership(id.account(), user).key]);
    }
    ahead.extend(wanted.days(keys, calendar, &occupants(calendar))?);
    if let CalendarKind::RoundRobin(hosts) = &calendar.kind {
        if wanted.compares() {
            ahead.extend(users.iter().map(|user| keys.assignments(&id, user).key));
        }
        let hosts = hosts.as_slice().iter();
        let on_zoom = hosts.filter(|host| {
            let setting = nearest(account, calendar, host.location.as_ref(), None);
            setting == Some(&LocationSetting::Zoom)
        });
        ahead.extend(on_zoom.map(|host| keys.connected(&host.user).key));
    }
    Ok(planner.read_ahead(&ahead).await?)
}
