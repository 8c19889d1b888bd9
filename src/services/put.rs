//! Setting up: the host application's data, validated and kept (R29).

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::calendars;
use super::caller::Caller;
use super::core::{Command, Core, Plan};
use super::counting::set_limits;
use super::locations::check_choices;
use super::misfits::{NoLongerFits, no_longer_fits};
use super::planner::Planner;
use super::records::{MemberOfRow, MembershipRow, UserRow};
use crate::error::{Error, InvalidInput, Refusal, Thing, missing};
use crate::rules::location::check_calendar;
use crate::words::{
    Account, AccountId, Calendar, CalendarKind, Hours, MAX_COLLECTIVE_HOSTS_WITH_LIMITS, Revision,
    Role, User, UserId,
};

pub(crate) struct PutAccount<'a>(pub(crate) &'a Account);

#[async_trait]
impl Command for PutAccount<'_> {
    type Done = ();
    const NAME: &'static str = "put_account";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.account(&self.0.id);
        planner.load(&row).await?;
        planner.put_input(&row, self.0)?;
        Ok(Plan::Commit(()))
    }
}

pub(crate) struct PutUser<'a>(pub(crate) &'a User);

#[async_trait]
impl Command for PutUser<'_> {
    type Done = ();
    const NAME: &'static str = "put_user";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.user(&self.0.id);
        planner.load(&row).await?;
        planner.put_input(&row, &UserRow::Present(self.0.clone()))?;
        Ok(Plan::Commit(()))
    }
}

/// Changes when a user is open, and nothing else of them.
pub(crate) struct SetHours<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) user: &'a UserId,
    pub(crate) hours: &'a Hours,
}

#[async_trait]
impl Command for SetHours<'_> {
    type Done = ();
    const NAME: &'static str = "set_hours";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let user = own(planner, self.caller, self.user, "set when a user is open").await?;
        let user = User { hours: self.hours.clone(), ..user };
        planner.put_input(&planner.keys.user(self.user), &UserRow::Present(user))?;
        Ok(Plan::Commit(()))
    }
}

/// A user, for a change of what is theirs: they, an admin and the host application may see to it. They
/// must be a member of the account.
pub(crate) async fn own(
    planner: &mut Planner<'_>,
    caller: &Caller,
    user: &UserId,
    doing: &'static str,
) -> Result<User, Error> {
    caller.check_admin(planner, Some(user), doing).await?;
    let unknown = || missing(Thing::User(user.clone()));
    let membership = planner.peek(&planner.keys.membership(caller.account(), user)).await?;
    membership.ok_or_else(unknown)?;
    UserRow::required(planner.load(&planner.keys.user(user)).await?, user)
}

pub(crate) struct PutMembership<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) user: &'a UserId,
    pub(crate) role: Role,
}

#[async_trait]
impl Command for PutMembership<'_> {
    type Done = ();
    const NAME: &'static str = "put_membership";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let keys = planner.keys;
        if planner.peek(&keys.account(self.account)).await?.is_none() {
            return Err(missing(Thing::Account(self.account.clone())));
        }
        // Loaded: somebody who is being erased does not become a member meanwhile.
        UserRow::required(planner.load(&keys.user(self.user)).await?, self.user)?;
        let row = keys.membership(self.account, self.user);
        planner.load(&row).await?;
        planner.put(&row, &MembershipRow { role: self.role })?;
        let row = keys.member_of(self.user, self.account);
        planner.load(&row).await?;
        planner.put(&row, &MemberOfRow { account: self.account.clone() })?;
        Ok(Plan::Commit(()))
    }
}

/// A user is deleted: nobody's host any more. The tie to their Zoom account stays (R2).
pub(crate) struct DeleteUser<'a>(pub(crate) &'a UserId);

#[async_trait]
impl Command for DeleteUser<'_> {
    type Done = ();
    const NAME: &'static str = "delete_user";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.user(self.0);
        let unknown = || missing(Thing::User(self.0.clone()));
        match planner.load(&row).await?.ok_or_else(unknown)? {
            UserRow::Present(user) => planner.put(&row, &UserRow::Deleted(user))?,
            UserRow::Deleted(_) | UserRow::Erased => return Ok(Plan::Nothing(())),
        }
        Ok(Plan::Commit(()))
    }
}

/// A calendar was written.
pub(crate) struct CalendarPut {
    /// Its hosts.
    pub(crate) hosts: BTreeMap<UserId, User>,
    /// What did not fit it just before it was written.
    pub(crate) misfits: Vec<NoLongerFits>,
}

pub(crate) struct PutCalendar<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) calendar: &'a Calendar,
}

#[async_trait]
impl Command for PutCalendar<'_> {
    type Done = CalendarPut;
    const NAME: &'static str = "put_calendar";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        self.check_caller(planner).await?;
        let before = calendars::peek(planner, &self.calendar.as_ref()).await?;
        self.put_over(core, planner, before).await
    }
}

impl PutCalendar<'_> {
    async fn check_caller(&self, planner: &mut Planner<'_>) -> Result<(), Error> {
        self.caller.check_admin(planner, None, "change a calendar").await?;
        if self.calendar.account != *self.caller.account() {
            return Err(missing(Thing::Account(self.calendar.account.clone())));
        }
        Ok(())
    }

    async fn put_over(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        before: Option<Calendar>,
    ) -> Result<Plan<CalendarPut>, Error> {
        let calendar = self.calendar;
        let is_new = before.is_none();
        if before.as_ref().is_some_and(|before| !same_kind(&before.kind, &calendar.kind)) {
            let kind_changed = InvalidInput::KindChanged { calendar: calendar.id.clone() };
            return Err(Refusal::from(kind_changed).into());
        }
        let hosts = check(planner, calendar).await?;
        check_choices(planner, self.caller, before.as_ref(), calendar).await?;
        set_limits(planner, calendar, is_new).await?;
        calendars::put(planner, calendar).await?;
        let misfits = no_longer_fits(core, calendar, &hosts).await?;
        Ok(Plan::Commit(CalendarPut { hosts, misfits }))
    }
}

/// Puts a calendar that nobody has changed since it had this revision.
pub(crate) struct ReplaceCalendar<'a> {
    pub(crate) put: PutCalendar<'a>,
    pub(crate) revision: Revision,
}

#[async_trait]
impl Command for ReplaceCalendar<'_> {
    type Done = CalendarPut;
    const NAME: &'static str = "replace_calendar";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        self.put.check_caller(planner).await?;
        let id = self.put.calendar.as_ref();
        let before = calendars::find_unchanged(planner, &id, self.revision).await?;
        self.put.put_over(core, planner, Some(before)).await
    }
}

const fn same_kind(a: &CalendarKind, b: &CalendarKind) -> bool {
    matches!(
        (a, b),
        (CalendarKind::RoundRobin(_), CalendarKind::RoundRobin(_))
            | (CalendarKind::Collective(_), CalendarKind::Collective(_))
            | (CalendarKind::Unassigned { .. }, CalendarKind::Unassigned { .. })
    )
}

/// Its location fits its kind (R8), and its hosts belong to the account. Answers with the hosts.
async fn check(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
) -> Result<BTreeMap<UserId, User>, Error> {
    check_location(calendar)?;
    check_host_limits(calendar)?;
    let known = super::setup::members(planner, calendar).await?;
    match calendar.kind.users().into_iter().find(|user| !known.contains_key(*user)) {
        Some(unknown) => Err(missing(Thing::User(unknown.clone()))),
        None => Ok(known),
    }
}

/// Each host's counters are rows of the one commit of a booking.
fn check_host_limits(calendar: &Calendar) -> Result<(), Refusal> {
    let (given, allowed) = (calendar.kind.users().len(), MAX_COLLECTIVE_HOSTS_WITH_LIMITS);
    let is_collective = matches!(calendar.kind, CalendarKind::Collective(_));
    if is_collective && !calendar.limits.host.is_none() && given > allowed {
        return Err(InvalidInput::TooManyHostsForLimits { given, allowed }.into());
    }
    Ok(())
}

pub(crate) fn check_location(calendar: &Calendar) -> Result<(), Refusal> {
    let refused = |_| Refusal::DynamicLinkNeedsGroupCalendar { calendar: calendar.id.clone() };
    check_calendar(calendar).map_err(refused)
}
