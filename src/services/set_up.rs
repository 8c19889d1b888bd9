//! Reading back what the host application has set up (R29).

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::calendars;
use super::caller::Caller;
use super::core::{Command, Core, Plan};
use super::planner::Planner;
use super::records::{CalendarRow, MembershipRow, UserRow};
use super::shapes::Shape;
use crate::error::{Error, Fault, Thing, missing};
use crate::ports::{Key, Parts};
use crate::words::{
    Account, AccountId, Calendar, CalendarId, CalendarRef, Revision, Role, User, UserId,
};

/// Rows that one call of the store reads.
const MOST_AT_ONCE: usize = 500;

/// A user who belongs to an account.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Member {
    /// Who.
    pub user: User,
    /// What they may do there.
    pub role: Role,
}

/// The settings of the caller's account.
pub(crate) async fn account(core: &Core, caller: &Caller) -> Result<Account, Error> {
    let mut planner = core.planner()?;
    caller.check(&mut planner).await?;
    let id = caller.account();
    let found = planner.peek(&core.keys.account(id)).await?;
    found.ok_or_else(|| missing(Thing::Account(id.clone())))
}

/// All members of the caller's account who are not deleted, by id.
pub(crate) async fn members(core: &Core, caller: &Caller) -> Result<Vec<Member>, Error> {
    let mut planner = core.planner()?;
    caller.check_staff(&mut planner, "see the members of an account").await?;
    let roles: Vec<(UserId, Role)> = roles(core, caller.account()).await?.into_iter().collect();
    let mut members = Vec::with_capacity(roles.len());
    for some in roles.chunks(MOST_AT_ONCE) {
        let rows: Vec<_> = some.iter().map(|(user, _)| core.keys.user(user)).collect();
        for (row, (_, role)) in planner.peek_all(&rows).await?.into_iter().zip(some) {
            members.extend(UserRow::present(row).map(|user| Member { user, role: *role }));
        }
    }
    Ok(members)
}

/// Who was made a member, deleted ones too.
async fn roles(core: &Core, account: &AccountId) -> Result<BTreeMap<UserId, Role>, Fault> {
    let found = core.scan_keyed(&core.keys.all_of_account(account, MembershipRow::KIND)).await?;
    let role = |(key, MembershipRow { role }): (Key, _)| Ok((member(&key)?, role));
    found.into_iter().map(role).collect()
}

/// The user whose membership has this key.
fn member(key: &Key) -> Result<UserId, Fault> {
    let broken = || Fault::Inconsistent("a membership lies where none can lie");
    let mut parts = Parts::read(key.sort());
    parts.text().ok_or_else(broken)?;
    let user = parts.text().ok_or_else(broken)?;
    UserId::new(user).map_err(|_| broken())
}

/// A member of the caller's account.
pub(crate) async fn user(core: &Core, caller: &Caller, id: &UserId) -> Result<User, Error> {
    let mut planner = core.planner()?;
    caller.check_staff(&mut planner, "see a user").await?;
    let membership = planner.peek(&core.keys.membership(caller.account(), id)).await?;
    membership.ok_or_else(|| missing(Thing::User(id.clone())))?;
    UserRow::required(planner.peek(&core.keys.user(id)).await?, id)
}

/// A calendar of the caller's account, whole, and the revision that it has.
pub(crate) async fn calendar(
    core: &Core,
    caller: &Caller,
    id: &CalendarId,
) -> Result<(Calendar, Revision), Error> {
    caller.check_staff(&mut core.planner()?, "see the settings of a calendar").await?;
    core.run(&Read(CalendarRef::new(caller.account().clone(), id.clone()))).await
}

/// All calendars of the caller's account, whole, by id.
pub(crate) async fn calendars(core: &Core, caller: &Caller) -> Result<Vec<Calendar>, Error> {
    caller.check_staff(&mut core.planner()?, "see the settings of calendars").await?;
    let scan = core.keys.all_of_account(caller.account(), CalendarRow::KIND);
    let rows: Vec<CalendarRow> = core.scan_all(&scan).await?;
    // A scan may repeat rows.
    let ids: BTreeSet<CalendarRef> = rows.iter().map(|row| row.calendar.as_ref()).collect();
    let mut whole = Vec::with_capacity(ids.len());
    for id in ids {
        whole.push(core.run(&Read(id)).await?.0);
    }
    Ok(whole)
}

/// Reads a calendar, once more if somebody is changing it meanwhile.
struct Read(CalendarRef);

#[async_trait]
impl Command for Read {
    type Done = (Calendar, Revision);
    const NAME: &'static str = "read_calendar";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        Ok(Plan::Nothing(calendars::find_revised(planner, &self.0).await?))
    }
}
