//! Where appointments take place: the settings of calendars, of their hosts, and users' defaults (R7
//! to R9).

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::calendars;
use super::caller::{Actor, Caller};
use super::core::{Command, Core, Plan};
use super::planner::Planner;
use super::put::{check_location, own};
use super::records::{CalendarRow, UserRow};
use super::shapes::Shape;
use crate::error::{Error, Fault, InvalidInput, Refusal, Thing, missing};
use crate::rules::location::{host_setting, setting};
use crate::words::{
    Calendar, CalendarId, CalendarKind, CalendarRef, CollectiveHosts, LocationSetting,
    RoundRobinHosts, User, UserId,
};

/// Calendars that one call writes: their rows fit one change set, unless hosts fill many pages.
pub(crate) const MOST_CALENDARS: usize = 40;
const DOING: &str = "set where a user meets by default";

/// An admin may choose Zoom only for a user who has connected it (R9); the user may before that, and
/// so may the host application.
async fn check_choice(
    planner: &mut Planner<'_>,
    caller: &Caller,
    user: &UserId,
    location: &LocationSetting,
) -> Result<(), Error> {
    let is_own = caller.actor().user() == Some(user);
    if *location != LocationSetting::Zoom || is_own || *caller.actor() == Actor::System {
        return Ok(());
    }
    let connected = planner.peek(&planner.keys.connected(user)).await?;
    if connected.is_some_and(|row| row.is_live) {
        return Ok(());
    }
    Err(Refusal::ZoomNotConnected { user: user.clone() }.into())
}

/// The same for all hosts for whom a calendar chooses Zoom, and did not before.
pub(crate) async fn check_choices(
    planner: &mut Planner<'_>,
    caller: &Caller,
    before: Option<&Calendar>,
    calendar: &Calendar,
) -> Result<(), Error> {
    let zoom = LocationSetting::Zoom;
    for user in calendar.kind.users() {
        let on = |calendar: &Calendar| host_setting(&calendar.kind, user) == Some(&zoom);
        if on(calendar) && !before.is_some_and(on) {
            check_choice(planner, caller, user, &zoom).await?;
        }
    }
    Ok(())
}

/// Sets where a calendar's appointments take place, or those of one of its hosts (R7).
pub(crate) struct SetCalendarLocation<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) calendar: &'a CalendarId,
    pub(crate) host: Option<&'a UserId>,
    pub(crate) location: &'a LocationSetting,
}

#[async_trait]
impl Command for SetCalendarLocation<'_> {
    type Done = ();
    const NAME: &'static str = "set_calendar_location";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        self.caller.check_admin(planner, self.host, "set a meeting location").await?;
        if let Some(user) = self.host {
            check_choice(planner, self.caller, user, self.location).await?;
        }
        let id = CalendarRef::new(self.caller.account().clone(), self.calendar.clone());
        let mut calendar = calendars::find(planner, &id).await?;
        match self.host {
            None => calendar.location = Some(self.location.clone()),
            Some(user) => set_at_host(&mut calendar, user, self.location)?,
        }
        check_location(&calendar)?;
        calendars::put(planner, &calendar).await?;
        Ok(Plan::Commit(()))
    }
}

/// Writes a location as the host-level setting of one host (R7).
fn set_at_host(
    calendar: &mut Calendar,
    user: &UserId,
    location: &LocationSetting,
) -> Result<(), Error> {
    let no_host = || missing(Thing::User(user.clone()));
    // What was legal stays legal: only a location changes.
    let broken = |_| no_host();
    match &mut calendar.kind {
        CalendarKind::RoundRobin(hosts) => {
            let mut all = Vec::from(std::mem::take(hosts));
            let host = all.iter_mut().find(|host| host.user == *user).ok_or_else(no_host)?;
            host.location = Some(location.clone());
            *hosts = RoundRobinHosts::new(all).map_err(broken)?;
        }
        CalendarKind::Collective(hosts) => {
            let primary = hosts.primary().clone();
            let mut all = hosts.as_slice().to_vec();
            let host = all.iter_mut().find(|host| host.user == *user).ok_or_else(no_host)?;
            host.location = Some(location.clone());
            let changed = CollectiveHosts::new(all).map_err(broken)?;
            *hosts = changed.with_primary(primary).map_err(broken)?;
        }
        CalendarKind::Unassigned { .. } if *location == LocationSetting::Zoom => {
            let calendar = calendar.id.clone();
            return Err(Refusal::DynamicLinkNeedsGroupCalendar { calendar }.into());
        }
        CalendarKind::Unassigned { .. } => return Err(no_host()),
    }
    Ok(())
}

/// Saves where a user meets by default. Answers with the user's group calendars in the account where
/// they met elsewhere until then, sorted (R9).
pub(crate) struct SetDefaultLocation<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) user: &'a UserId,
    pub(crate) location: &'a LocationSetting,
}

#[async_trait]
impl Command for SetDefaultLocation<'_> {
    type Done = Vec<CalendarId>;
    const NAME: &'static str = "set_default_location";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let mut user = own(planner, self.caller, self.user, DOING).await?;
        check_choice(planner, self.caller, self.user, self.location).await?;
        let differs = self.differs(core, planner, &user).await?;
        user.default_location = Some(self.location.clone());
        planner.put_input(&planner.keys.user(self.user), &UserRow::Present(user))?;
        Ok(Plan::Commit(differs))
    }
}

impl SetDefaultLocation<'_> {
    async fn differs(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        user: &User,
    ) -> Result<Vec<CalendarId>, Error> {
        let id = self.caller.account();
        let unknown = || missing(Thing::Account(id.clone()));
        let account = planner.share(&planner.keys.account(id)).await?.ok_or_else(unknown)?;
        let scan = core.keys.all_of_account(id, CalendarRow::KIND);
        let rows: Vec<CalendarRow> = core.scan_all(&scan).await?;
        let mut differs = Vec::new();
        for row in rows.into_iter().filter(|row| row.calendar.kind.is_group()) {
            // A list may be stale, and leaves out who hosts.
            let Some(calendar) = calendars::peek(planner, &row.calendar.as_ref()).await? else {
                continue;
            };
            if !calendar.kind.users().contains(&self.user) {
                continue;
            }
            let primary = self.primary(planner, &calendar).await?;
            let who = primary.as_ref().unwrap_or(user);
            if setting(&account, &calendar, Some(who)) != Some(self.location) {
                differs.push(calendar.id);
            }
        }
        differs.sort();
        Ok(differs)
    }

    /// The one whose setting counts on a collective calendar, if that is somebody else (R7).
    async fn primary(
        &self,
        planner: &mut Planner<'_>,
        calendar: &Calendar,
    ) -> Result<Option<User>, Fault> {
        let CalendarKind::Collective(hosts) = &calendar.kind else { return Ok(None) };
        if hosts.primary() == self.user {
            return Ok(None);
        }
        Ok(UserRow::present(planner.peek(&planner.keys.user(hosts.primary())).await?))
    }
}

/// Writes a user's default as their host-level setting on some calendars, all in one commit (R9).
pub(crate) struct ApplyDefaultLocation<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) user: &'a UserId,
    pub(crate) calendars: &'a [CalendarId],
}

#[async_trait]
impl Command for ApplyDefaultLocation<'_> {
    type Done = ();
    const NAME: &'static str = "apply_default_location";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let user = own(planner, self.caller, self.user, DOING).await?;
        let unset = || Refusal::from(InvalidInput::NoDefaultLocation { user: user.id.clone() });
        let location = user.default_location.as_ref().ok_or_else(unset)?;
        check_choice(planner, self.caller, self.user, location).await?;
        let calendars: BTreeSet<&CalendarId> = self.calendars.iter().collect();
        let (given, allowed) = (calendars.len(), MOST_CALENDARS);
        if given > allowed {
            return Err(Refusal::from(InvalidInput::TooManyCalendars { given, allowed }).into());
        }
        for id in calendars {
            let id = CalendarRef::new(self.caller.account().clone(), id.clone());
            let mut calendar = calendars::find(planner, &id).await?;
            set_at_host(&mut calendar, self.user, location)?;
            calendars::put(planner, &calendar).await?;
        }
        Ok(if given == 0 { Plan::Nothing(()) } else { Plan::Commit(()) })
    }
}
