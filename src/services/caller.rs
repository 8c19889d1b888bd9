//! Who calls, and for which account (R4, R5).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::core::Core;
use super::planner::Planner;
use super::records::{MemberOfRow, UserRow};
use crate::error::{Error, Fault, Refusal, Thing, missing};
use crate::words::{AccountId, Role, StatedReason, UserId};

/// Who does something.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// The host application itself.
    System,
    /// A user, who must be a member of the account.
    User(UserId),
    /// An admin who is logged in as a user: may what that user may, and every change is audited (R4).
    LoggedInAs(LoggedInAs),
    /// Somebody who books. They see and change appointments; they do not confirm or delete them.
    Invitee,
}

impl Actor {
    /// An admin who is logged in as a user, and says why (R4). The admin must be one of an account
    /// that the user belongs to.
    #[must_use]
    pub const fn logged_in_as(admin: UserId, user: UserId, reason: StatedReason) -> Self {
        Self::LoggedInAs(LoggedInAs { admin, user, reason })
    }

    /// The user in whose name something is done.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(user) | Self::LoggedInAs(LoggedInAs { user, .. }) => Some(user),
            Self::System | Self::Invitee => None,
        }
    }

    /// Refuses everybody but a user themselves, or an admin who is logged in as them (R4).
    pub(crate) async fn check_is(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        user: &UserId,
        what: &'static str,
    ) -> Result<(), Error> {
        match self {
            Self::User(own) if own == user => Ok(()),
            Self::LoggedInAs(by) if by.user == *user => {
                match by.accounts(core, planner).await?.is_empty() {
                    true => Err(LoggedInAs::refused()),
                    false => Ok(()),
                }
            }
            _ => Err(Refusal::NotPermitted { who: "anybody but the user", what }.into()),
        }
    }

    /// What the actor may be told of by what spans all accounts of a user.
    pub(crate) async fn sight(&self, core: &Core) -> Result<Sight, Error> {
        Ok(Sight(match self {
            Self::LoggedInAs(by) => Some(by.accounts(core, &mut core.planner()?).await?),
            _ => None,
        }))
    }

    /// Whether it is the same person in the same name, whatever the reason.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::LoggedInAs(one), Self::LoggedInAs(other)) => {
                one.admin == other.admin && one.user == other.user
            }
            (one, other) => one == other,
        }
    }
}

/// The accounts of a user that somebody may be told of: all of them, or, for an admin who is logged in
/// as the user, those where they are admin (R5).
pub(crate) struct Sight(Option<BTreeSet<AccountId>>);

impl Sight {
    pub(crate) fn has(&self, account: &AccountId) -> bool {
        self.0.as_ref().is_none_or(|accounts| accounts.contains(account))
    }
}

/// An admin who is logged in as a user.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoggedInAs {
    admin: UserId,
    user: UserId,
    reason: StatedReason,
}

impl LoggedInAs {
    /// Who it really is.
    #[must_use]
    pub const fn admin(&self) -> &UserId {
        &self.admin
    }

    /// In whose name they act.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// Why.
    #[must_use]
    pub const fn reason(&self) -> &StatedReason {
        &self.reason
    }

    /// Refuses those who do not belong to the account, or are no admin of it.
    async fn check(&self, planner: &mut Planner<'_>, account: &AccountId) -> Result<(), Error> {
        let membership = planner.peek(&planner.keys.membership(account, &self.admin)).await?;
        if membership.is_none() {
            let (account, user) = (account.clone(), self.admin.clone());
            return Err(Refusal::NotAMember { account, user }.into());
        }
        if is_admin(planner, account, &self.admin).await? { Ok(()) } else { Err(Self::refused()) }
    }

    /// The accounts of the user where the admin is one.
    async fn accounts(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<BTreeSet<AccountId>, Error> {
        let listed = core.scan_all::<MemberOfRow>(&core.keys.all_member_of(&self.user)).await?;
        let mut accounts = BTreeSet::new();
        for MemberOfRow { account } in listed {
            // Lists may be stale; the membership itself is not.
            let still = planner.peek(&planner.keys.membership(&account, &self.user)).await?;
            if still.is_some() && is_admin(planner, &account, &self.admin).await? {
                accounts.insert(account);
            }
        }
        Ok(accounts)
    }

    fn refused() -> Error {
        let who = "somebody who is no admin of an account of the user";
        Refusal::NotPermitted { who, what: "log in as them" }.into()
    }
}

/// Whether a user is an admin of an account.
async fn is_admin(
    planner: &mut Planner<'_>,
    account: &AccountId,
    user: &UserId,
) -> Result<bool, Fault> {
    let membership = planner.peek(&planner.keys.membership(account, user)).await?;
    let is_admin = membership.is_some_and(|membership| membership.role == Role::Admin);
    Ok(is_admin && UserRow::present(planner.peek(&planner.keys.user(user)).await?).is_some())
}

/// Every call names the account it is for, and who makes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    account: AccountId,
    actor: Actor,
}

impl Caller {
    /// Somebody calls for an account.
    #[must_use]
    pub const fn new(account: AccountId, actor: Actor) -> Self {
        Self { account, actor }
    }

    /// The host application itself calls for an account.
    #[must_use]
    pub const fn system(account: AccountId) -> Self {
        Self::new(account, Actor::System)
    }

    /// A user calls, who has to be a member of the account.
    #[must_use]
    pub const fn user(account: AccountId, user: UserId) -> Self {
        Self::new(account, Actor::User(user))
    }

    /// Somebody who books calls.
    #[must_use]
    pub const fn invitee(account: AccountId) -> Self {
        Self::new(account, Actor::Invitee)
    }

    /// The account of the call.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// Who calls.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Refuses those who do not belong to the account (R5).
    pub(crate) async fn check(&self, planner: &mut Planner<'_>) -> Result<(), Error> {
        let keys = planner.keys;
        if let Some(user) = self.actor.user() {
            let membership = planner.peek(&keys.membership(&self.account, user)).await?;
            let row = planner.peek(&keys.user(user)).await?;
            if membership.is_none() || UserRow::present(row).is_none() {
                let (account, user) = (self.account.clone(), user.clone());
                return Err(Refusal::NotAMember { account, user }.into());
            }
        }
        if let Actor::LoggedInAs(by) = &self.actor {
            by.check(planner, &self.account).await?;
            planner.audit_call(&self.account, &self.actor);
        }
        let account = planner.share(&keys.account(&self.account)).await?;
        account.map(|_| ()).ok_or_else(|| missing(Thing::Account(self.account.clone())))
    }

    /// Like [`check`](Self::check), and refuses invitees.
    pub(crate) async fn check_staff(
        &self,
        planner: &mut Planner<'_>,
        what: &'static str,
    ) -> Result<(), Error> {
        if self.actor == Actor::Invitee {
            return Err(Refusal::NotPermitted { who: "an invitee", what }.into());
        }
        self.check(planner).await
    }

    /// Like [`check_staff`](Self::check_staff), and refuses users who are no admins, unless it is
    /// their own matter.
    pub(crate) async fn check_admin(
        &self,
        planner: &mut Planner<'_>,
        own: Option<&UserId>,
        what: &'static str,
    ) -> Result<(), Error> {
        self.check_staff(planner, what).await?;
        let Some(user) = self.actor.user() else {
            return Ok(());
        };
        if own == Some(user) || is_admin(planner, &self.account, user).await? {
            return Ok(());
        }
        Err(Refusal::NotPermitted { who: "a user who is no admin", what }.into())
    }
}
