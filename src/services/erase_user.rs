//! Erasing what is known of a deleted user.

use async_trait::async_trait;

use super::core::{Command, Core, Plan};
use super::disconnect::revoke_later;
use super::health::ReconnectReason;
use super::planner::Planner;
use super::records::{Died, Grant, MemberOfRow, UserRow};
use crate::error::{Error, Refusal, Thing, missing};
use crate::words::{AccountId, UserId};

/// Memberships that one commit ends: two rows each.
const BATCH: usize = 40;

/// Memberships first: once the user is erased, nothing is left to be done.
pub(crate) async fn erase_user(core: &Core, user: &UserId) -> Result<(), Error> {
    check_deleted(&mut core.planner()?, user).await?;
    let found: Vec<MemberOfRow> = core.scan_all(&core.keys.all_member_of(user)).await?;
    let accounts: Vec<AccountId> = found.into_iter().map(|row| row.account).collect();
    for accounts in accounts.chunks(BATCH) {
        core.run(&EndMemberships { user, accounts }).await?;
    }
    core.run(&EraseUser(user)).await
}

/// Who was put again meanwhile is a user, and stays one.
async fn check_deleted(planner: &mut Planner<'_>, user: &UserId) -> Result<(), Error> {
    match planner.load(&planner.keys.user(user)).await? {
        None => Err(missing(Thing::User(user.clone()))),
        Some(UserRow::Present(_)) => Err(Refusal::UserNotDeleted { user: user.clone() }.into()),
        Some(UserRow::Deleted(_) | UserRow::Erased) => Ok(()),
    }
}

struct EndMemberships<'a> {
    user: &'a UserId,
    accounts: &'a [AccountId],
}

#[async_trait]
impl Command for EndMemberships<'_> {
    type Done = ();
    const NAME: &'static str = "end_memberships";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        check_deleted(planner, self.user).await?;
        let keys = planner.keys;
        for account in self.accounts {
            let (membership, member_of) =
                (keys.membership(account, self.user), keys.member_of(self.user, account));
            planner.load(&membership).await?;
            planner.load(&member_of).await?;
            planner.delete(&membership);
            planner.delete(&member_of);
        }
        Ok(Plan::Commit(()))
    }
}

struct EraseUser<'a>(&'a UserId);

#[async_trait]
impl Command for EraseUser<'_> {
    type Done = ();
    const NAME: &'static str = "erase_user";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        check_deleted(planner, self.0).await?;
        planner.put(&planner.keys.user(self.0), &UserRow::Erased)?;
        let row = planner.keys.connection(self.0);
        if let Some(mut connection) = planner.load(&row).await? {
            let (pair, at) = (connection.pair(), planner.now);
            let dead = Grant::Dead(Died { pair, at, why: ReconnectReason::UserErased });
            let grant = std::mem::replace(&mut connection.grant, dead);
            revoke_later(planner, connection.owner(), grant).await?;
            connection.scopes.clear();
            connection.organisation = None;
            connection.wake_at = None;
            planner.put(&row, &connection)?;
        }
        Ok(Plan::Commit(()))
    }
}
