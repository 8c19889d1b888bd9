//! The calls that read back what was set up, and what people are to be told.

use chrono::{DateTime, Utc};

use super::Scheduler;
use crate::error::Error;
use crate::services::caller::{Actor, Caller};
use crate::services::messages::{MessageList, MessagePage, UserMessage};
use crate::services::outbox;
use crate::services::set_up::{self, Member};
use crate::words::{Account, Calendar, CalendarId, Revision, User, UserId};

impl Scheduler {
    // ---- Reading back what was set up (R29) ----

    /// The settings of the account, as they were put last. For everybody who may call, invitees too.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such account,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember) (R5); else [`Error::Fault`].
    pub async fn account(&self, caller: &Caller) -> Result<Account, Error> {
        set_up::account(&self.core, caller).await
    }

    /// All members of the account and their roles, by id. Deleted users are left out. Who became a
    /// member a moment ago can be missing.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such account,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember) (R5); else [`Error::Fault`].
    pub async fn members(&self, caller: &Caller) -> Result<Vec<Member>, Error> {
        set_up::members(&self.core, caller).await
    }

    /// A member of the account, as they were put last, with the default location that was set since
    /// (R9). For members of the account and the host application.
    ///
    /// To change a user, read them, change what is to be changed, and put them:
    /// [`put_user`](Self::put_user) takes them whole.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such user in the account (R5), or
    /// they were deleted, [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Fault`].
    pub async fn user(&self, caller: &Caller, user: &UserId) -> Result<User, Error> {
        set_up::user(&self.core, caller, user).await
    }

    /// All calendars of the account, by id, each as [`calendar`](Self::calendar) answers. One that was
    /// made a moment ago can be missing.
    ///
    /// All of them are read, one by one.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such account,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember) (R5); else [`Error::Conflict`] if somebody
    /// is changing a calendar again and again, or [`Error::Fault`].
    pub async fn calendars(&self, caller: &Caller) -> Result<Vec<Calendar>, Error> {
        set_up::calendars(&self.core, caller).await
    }

    /// A calendar whole, as [`put_calendar`](Self::put_calendar) takes it: with the locations, the
    /// hosts' too, that were set since it was put (R7, R9). For members of the account and the host
    /// application.
    ///
    /// To change a calendar, read it, change what is to be changed, and put it. What is set between the
    /// two is lost: the calendar that is put last stands. Where several people may do so at once, read it
    /// with [`calendar_with_revision`](Self::calendar_with_revision).
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such calendar in the account (R5),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] if somebody is
    /// changing it again and again, or [`Error::Fault`].
    pub async fn calendar(&self, caller: &Caller, id: &CalendarId) -> Result<Calendar, Error> {
        Ok(set_up::calendar(&self.core, caller, id).await?.0)
    }

    /// Like [`calendar`](Self::calendar), with the revision that the calendar has, for
    /// [`replace_calendar`](Self::replace_calendar). Keep the revision as long as the calendar is shown,
    /// say in a hidden field of its form or in an `ETag`.
    ///
    /// # Errors
    /// As [`calendar`](Self::calendar).
    pub async fn calendar_with_revision(
        &self,
        caller: &Caller,
        id: &CalendarId,
    ) -> Result<(Calendar, Revision), Error> {
        set_up::calendar(&self.core, caller, id).await
    }

    // ---- What people are to be told (R23) ----

    /// What participants and hosts are to be told of the account's appointments, since an instant (to
    /// the second), the oldest first, in pages: the outbox. Each message was written in the commit of
    /// what it tells of, and stays as long as [`Retention`](crate::Retention) says.
    ///
    /// One call looks at about a thousand messages at most. Changes that are made at the same moment
    /// can be written in another order than they lie in, so that a message turns up before a place
    /// where a page ended: who asks again and again begins some minutes before the last message they
    /// know, and passes over those whose [`id`](crate::Message::id) they have seen.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody but admins and the host
    /// application, [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such account,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember) (R5); else [`Error::Fault`].
    pub async fn messages(
        &self,
        caller: &Caller,
        since: DateTime<Utc>,
        page: &MessagePage,
    ) -> Result<MessageList, Error> {
        outbox::messages(&self.core, caller, since, *page).await
    }

    /// What a user is to be told of their connection to Zoom, the oldest first (R4, R23). For the
    /// user, an admin who is logged in as them, and the host application. Such an admin is not told
    /// what other admins did in the user's name (R5).
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody else,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such user, or, but for the host
    /// application, they were deleted; else [`Error::Fault`].
    pub async fn messages_to_user(
        &self,
        actor: &Actor,
        user: &UserId,
    ) -> Result<Vec<UserMessage>, Error> {
        outbox::to_user(&self.core, actor, user).await
    }
}
