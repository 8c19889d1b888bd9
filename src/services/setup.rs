//! What a decision needs to know of a calendar: its settings and those of its hosts.
//!
//! All of it is peeked at: a booking may use settings that changed a moment ago.

use std::collections::BTreeMap;

use super::calendars;
use super::planner::Planner;
use super::records::UserRow;
use crate::error::{Error, Fault, Thing, missing};
use crate::rules::location::{nearest, setting};
use crate::rules::{Group, HostTimes, SlotRules};
use crate::words::{
    Account, Calendar, CalendarKind, CalendarRef, Hours, LocationSetting, Occupancy, Occupant,
    RoundRobinHost, User, UserId,
};

/// A calendar, its account, and those of its hosts who exist and belong to the account.
pub(crate) struct Setup {
    pub(crate) account: Account,
    pub(crate) calendar: Calendar,
    users: BTreeMap<UserId, User>,
    /// The hours of a calendar without hosts.
    own_hours: Option<Hours>,
}

impl Setup {
    pub(crate) async fn peek(
        planner: &mut Planner<'_>,
        calendar: &CalendarRef,
    ) -> Result<Self, Error> {
        let keys = planner.keys;
        let account = planner.peek(&keys.account(calendar.account())).await?;
        let account = account.ok_or_else(|| missing(Thing::Account(calendar.account().clone())))?;
        let found = calendars::find(planner, calendar).await?;
        let users = members(planner, &found).await?;
        let own_hours = found.own_hours();
        Ok(Self { account, calendar: found, users, own_hours })
    }

    /// Those hosts of the calendar who exist, or the calendar itself, with what they have given away.
    pub(crate) fn host_times(
        &self,
        mut occupied: impl FnMut(&Occupant) -> Vec<Occupancy>,
    ) -> Vec<HostTimes<'_>> {
        let mut times = |occupant: Occupant, hours| {
            let occupied = occupied(&occupant);
            HostTimes::new(occupant, hours).with_occupied(occupied)
        };
        if let Some(hours) = &self.own_hours {
            return vec![times(Occupant::Calendar(self.calendar.as_ref()), hours)];
        }
        let hosts = self.calendar.kind.users().into_iter();
        let hosts = hosts.filter_map(|user| Some((user, self.users.get(user)?)));
        hosts.map(|(user, known)| times(Occupant::User(user.clone()), &known.hours)).collect()
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

    /// All who give time to slots of the calendar.
    pub(crate) fn occupants(&self) -> Vec<Occupant> {
        match &self.calendar.kind {
            CalendarKind::Unassigned { .. } => vec![Occupant::Calendar(self.calendar.as_ref())],
            kind => kind.users().into_iter().cloned().map(Occupant::User).collect(),
        }
    }

    pub(crate) fn rules(&self) -> SlotRules {
        let calendar = &self.calendar;
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

    /// Whether an appointment with this host takes place on Zoom (R7).
    pub(crate) fn meets_on_zoom(&self, host: &RoundRobinHost) -> bool {
        let user = self.users.get(&host.user);
        let setting = nearest(&self.account, &self.calendar, host.location.as_ref(), user);
        setting == Some(&LocationSetting::Zoom)
    }

    /// Whether a collective calendar's appointments take place on Zoom: the primary host says (R7).
    pub(crate) fn primary_on_zoom(&self, primary: &UserId) -> bool {
        setting(&self.account, &self.calendar, self.users.get(primary))
            == Some(&LocationSetting::Zoom)
    }

    pub(crate) fn user(&self, occupant: &Occupant) -> Option<&User> {
        self.host(occupant.user()?)
    }

    /// A host who exists and belongs to the account.
    pub(crate) fn host(&self, user: &UserId) -> Option<&User> {
        self.users.get(user)
    }
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
