//! What a decision needs to know of a calendar: its settings and those of its hosts.
//!
//! All of it is peeked at: a booking may use settings that changed a moment ago.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ahead::{self, Wanted};
use super::calendars;
use super::keys::RowKey;
use super::planner::Planner;
use super::records::UserRow;
use super::remembered::Known;
use super::standings::lacking_zoom;
use crate::error::{Error, Fault, Thing, missing};
use crate::ports::Key;
use crate::rules::location::{nearest, setting};
use crate::rules::{Assignments, Group, HostTimes, SlotRules};
use crate::words::{
    Account, Calendar, CalendarKind, CalendarRef, Hours, LocationSetting, Occupancy, Occupant,
    RoundRobinHost, User, UserId,
};

/// A calendar, its account, and those of its hosts who exist and belong to the account.
pub(crate) struct Setup {
    pub(crate) account: Arc<Account>,
    pub(crate) calendar: Calendar,
    /// All who give time to its slots, by id.
    pub(crate) occupants: Vec<Occupant>,
    users: BTreeMap<UserId, User>,
    /// The hours of a calendar without hosts.
    own_hours: Option<Hours>,
    /// Where it is kept what the hosts of a round robin were given, in their order.
    pub(crate) assignments: Vec<RowKey<Assignments>>,
    /// The hosts who lack Zoom; `None` if that was not looked at.
    pub(crate) lacking_zoom: Option<BTreeSet<UserId>>,
}

impl Setup {
    pub(crate) async fn peek(
        planner: &mut Planner<'_>,
        calendar: &CalendarRef,
    ) -> Result<Self, Error> {
        let account = account(planner, calendar).await?;
        let found = calendars::find(planner, calendar).await?;
        Ok(Self::of(planner, account, found).await?)
    }

    /// Like [`peek`](Self::peek), with all that decides who takes a seat: it is read ahead. If the
    /// rows are the same as when it was peeked at last, it is not put together again.
    pub(crate) async fn peek_around(
        planner: &mut Planner<'_>,
        calendar: &CalendarRef,
        wanted: &mut Wanted<'_>,
    ) -> Result<Arc<Self>, Error> {
        if let Some(known) = planner.remembered.setups.get(calendar) {
            let mut is_so = planner.finds(&known);
            if is_so.is_none() {
                ahead::of_known(planner, &known, Vec::new(), wanted).await?;
                is_so = planner.finds(&known);
            }
            if is_so == Some(true) {
                return Ok(known.setup.clone());
            }
        }
        let account = account(planner, calendar).await?;
        let found = calendars::find(planner, calendar).await?;
        ahead::of_hosts(planner, &account, &found, wanted).await?;
        let mut setup = Self::of(planner, account, found).await?;
        setup.lacking_zoom = Some(lacking_zoom(planner, &setup).await?);
        let rows = setup.rows(planner).await?;
        let setup = Arc::new(setup);
        let known = Known::new(setup.clone(), planner.found(rows));
        planner.remembered.setups.insert(calendar, known);
        Ok(setup)
    }

    async fn of(
        planner: &mut Planner<'_>,
        account: Arc<Account>,
        calendar: Calendar,
    ) -> Result<Self, Fault> {
        let users = members(planner, &calendar).await?;
        let own_hours = calendar.own_hours();
        let id = calendar.as_ref();
        let assignments = match &calendar.kind {
            CalendarKind::RoundRobin(hosts) => hosts.as_slice().iter(),
            _ => [].iter(),
        };
        let assignments = assignments.map(|host| planner.keys.assignments(&id, &host.user));
        let assignments = assignments.collect();
        let occupants = occupants(&calendar);
        let lacking_zoom = None;
        Ok(Self { account, calendar, occupants, users, own_hours, assignments, lacking_zoom })
    }

    /// All rows that it was put together from.
    async fn rows(&self, planner: &mut Planner<'_>) -> Result<Vec<Key>, Fault> {
        let keys = planner.keys;
        let mut rows = calendars::rows(planner, &self.calendar.as_ref()).await?;
        rows.push(keys.account(&self.account.id).key);
        for user in self.calendar.kind.users() {
            rows.extend([keys.user(user).key, keys.membership(&self.account.id, user).key]);
        }
        rows.extend(self.on_zoom().into_iter().map(|user| keys.connected(user).key));
        Ok(rows)
    }

    /// The hosts on whose Zoom account a link would have to be made: of a collective calendar the
    /// primary host.
    pub(crate) fn on_zoom(&self) -> Vec<&UserId> {
        match &self.calendar.kind {
            CalendarKind::RoundRobin(hosts) => {
                let hosts = hosts.as_slice().iter().filter(|host| self.meets_on_zoom(host));
                hosts.map(|host| &host.user).collect()
            }
            CalendarKind::Collective(hosts) => {
                let primary = Some(hosts.primary()).filter(|user| self.primary_on_zoom(user));
                primary.into_iter().collect()
            }
            CalendarKind::Unassigned { .. } => Vec::new(),
        }
    }

    /// Those hosts of the calendar who exist, or the calendar itself, by id, with what they have given
    /// away.
    pub(crate) fn host_times<'a>(
        &'a self,
        mut occupied: impl FnMut(&Occupant) -> Cow<'a, [Occupancy]>,
    ) -> Vec<HostTimes<'a>> {
        let mut times = |occupant: Occupant, hours| {
            let occupied = occupied(&occupant);
            HostTimes::new(occupant, hours).with_occupied(occupied)
        };
        if let Some(hours) = &self.own_hours {
            return vec![times(Occupant::Calendar(self.calendar.as_ref()), hours)];
        }
        let hosts = self.users.iter();
        hosts.map(|(id, user)| times(Occupant::User(id.clone()), &user.hours)).collect()
    }

    /// Whether somebody is missing without whom there are no slots. Who left the account hosts
    /// nothing new, and nobody new: not even in a slot of theirs.
    pub(crate) fn lacks_required_host(&self) -> bool {
        let hosts = self.calendar.kind.users().into_iter();
        hosts.filter(|user| self.is_required(user)).any(|user| !self.users.contains_key(user))
    }

    fn is_required(&self, user: &UserId) -> bool {
        matches!(&self.calendar.kind, CalendarKind::Collective(hosts) if !hosts.optional().contains(user))
    }

    pub(crate) fn rules(&self) -> SlotRules {
        rules(&self.calendar)
    }

    /// Whether an appointment with this host takes place on Zoom (R7).
    fn meets_on_zoom(&self, host: &RoundRobinHost) -> bool {
        let user = self.host(&host.user);
        let setting = nearest(&self.account, &self.calendar, host.location.as_ref(), user);
        setting == Some(&LocationSetting::Zoom)
    }

    /// Whether a collective calendar's appointments take place on Zoom: the primary host says (R7).
    fn primary_on_zoom(&self, primary: &UserId) -> bool {
        setting(&self.account, &self.calendar, self.host(primary)) == Some(&LocationSetting::Zoom)
    }

    pub(crate) fn user(&self, occupant: &Occupant) -> Option<&User> {
        self.host(occupant.user()?)
    }

    /// A host who exists and belongs to the account.
    pub(crate) fn host(&self, user: &UserId) -> Option<&User> {
        self.users.get(user)
    }
}

/// All who give time to slots of a calendar, by id.
pub(crate) fn occupants(calendar: &Calendar) -> Vec<Occupant> {
    let mut all: Vec<_> = match &calendar.kind {
        CalendarKind::Unassigned { .. } => vec![Occupant::Calendar(calendar.as_ref())],
        kind => kind.users().into_iter().cloned().map(Occupant::User).collect(),
    };
    all.sort_unstable();
    all
}

pub(crate) fn rules(calendar: &Calendar) -> SlotRules {
    let group = match &calendar.kind {
        CalendarKind::RoundRobin(_) => Group::RoundRobin,
        CalendarKind::Collective(hosts) => {
            Group::Collective { primary: hosts.primary().clone(), optional: hosts.optional() }
        }
        CalendarKind::Unassigned { .. } => Group::Unassigned,
    };
    let (slot, notice, window) = (calendar.slot, calendar.notice, calendar.window);
    SlotRules::new(calendar.as_ref(), group, calendar.zone, slot, notice, window)
}

async fn account(planner: &mut Planner<'_>, calendar: &CalendarRef) -> Result<Arc<Account>, Error> {
    let id = calendar.account();
    let found = planner.share(&planner.keys.account(id)).await?;
    found.ok_or_else(|| missing(Thing::Account(id.clone())))
}

/// The hosts of a calendar who exist and belong to its account.
pub(crate) async fn members(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
) -> Result<BTreeMap<UserId, User>, Fault> {
    let keys = planner.keys;
    let ids = calendar.kind.users();
    let rows: Vec<_> = ids.iter().map(|user| keys.user(user)).collect();
    let users = planner.peek_all(&rows).await?;
    let rows: Vec<_> = ids.iter().map(|user| keys.membership(&calendar.account, user)).collect();
    let memberships = planner.peek_all(&rows).await?;
    let known = users.into_iter().zip(memberships).filter_map(|(user, membership)| {
        let user = UserRow::present(user)?;
        membership.map(|_| (user.id.clone(), user))
    });
    Ok(known.collect())
}
