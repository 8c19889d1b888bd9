//! Who calls, and for which account (R5).

use super::planner::Planner;
use super::records::UserRow;
use crate::error::{Error, Refusal, Thing, missing};
use crate::words::{AccountId, Role, UserId};

/// Who does something.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Actor {
    /// The host application itself.
    System,
    /// A user, who must be a member of the account.
    User(UserId),
    /// Somebody who books. They see and change appointments; they do not confirm or delete them.
    Invitee,
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
        if let Actor::User(user) = &self.actor {
            let membership = planner.peek(&keys.membership(&self.account, user)).await?;
            let row = planner.peek(&keys.user(user)).await?;
            if membership.is_none() || UserRow::present(row).is_none() {
                let (account, user) = (self.account.clone(), user.clone());
                return Err(Refusal::NotAMember { account, user }.into());
            }
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
        let Actor::User(user) = &self.actor else {
            return Ok(());
        };
        let membership = planner.peek(&planner.keys.membership(&self.account, user)).await?;
        let is_admin = membership.is_some_and(|membership| membership.role == Role::Admin);
        if is_admin || own == Some(user) {
            return Ok(());
        }
        Err(Refusal::NotPermitted { who: "a user who is no admin", what }.into())
    }
}
