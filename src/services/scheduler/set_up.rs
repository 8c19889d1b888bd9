//! The calls that set up accounts, users and calendars.

use super::Scheduler;
use crate::error::Error;
use crate::services::caller::Caller;
use crate::services::misfits::{NoLongerFits, no_longer_fits};
use crate::services::put::{
    CalendarPut, DeleteUser, PutAccount, PutCalendar, PutMembership, PutUser, ReplaceCalendar,
    SetHours,
};
use crate::services::upcoming::{Affected, upcoming};
use crate::words::{Account, AccountId, Calendar, Hours, Revision, Role, User, UserId};

impl Scheduler {
    // ---- Setting up (R29) ----

    /// Makes or changes an account. The host application's call.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is too large to be stored; else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn put_account(&self, account: &Account) -> Result<(), Error> {
        self.core.run(&PutAccount(account)).await
    }

    /// Makes or changes a user, whole, or brings a deleted one back. The host application's call: when
    /// the user is open, and where they meet, have calls of their own,
    /// [`set_hours`](Self::set_hours) and [`set_default_location`](Self::set_default_location).
    ///
    /// # Errors
    /// As [`put_account`](Self::put_account).
    pub async fn put_user(&self, user: &User) -> Result<(), Error> {
        self.core.run(&PutUser(user)).await
    }

    /// Changes when a user is open, in all accounts. What else is stored of the user stays as it is, whoever
    /// changes it at this moment. Appointments already made stay as they are.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody but the user, admins and the
    /// host application, [`Refusal::NotFound`](crate::Refusal::NotFound) if the user is not a member of
    /// the account, [`Refusal::NotAMember`](crate::Refusal::NotAMember),
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) if it is too large to be stored; else
    /// [`Error::Conflict`] or [`Error::Fault`].
    pub async fn set_hours(
        &self,
        caller: &Caller,
        user: &UserId,
        hours: &Hours,
    ) -> Result<(), Error> {
        self.core.run(&SetHours { caller, user, hours }).await
    }

    /// Makes a user a member of an account, or changes their role. The host application's call.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such account or user; else
    /// [`Error::Conflict`] or [`Error::Fault`].
    pub async fn put_membership(
        &self,
        account: &AccountId,
        user: &UserId,
        role: Role,
    ) -> Result<(), Error> {
        self.core.run(&PutMembership { account, user, role }).await
    }

    /// Makes or changes a calendar. Appointments already made stay as they are; answers with those
    /// of them that are not over and no longer fit, by start (R29).
    ///
    /// An invitee who books at this very moment may do so by the old settings; such an appointment
    /// can be missing in the answer. Putting the same calendar again answers again.
    ///
    /// The calendar that is put last stands, whatever somebody else has changed meanwhile:
    /// [`replace_calendar`](Self::replace_calendar) is for people who have a form open.
    ///
    /// # Errors
    /// [`Refusal::DynamicLinkNeedsGroupCalendar`](crate::Refusal::DynamicLinkNeedsGroupCalendar)
    /// for Zoom on an unassigned calendar (R8), [`Refusal::NotFound`](crate::Refusal::NotFound) if
    /// a host is not a member of the account,
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) if the kind of the calendar would
    /// change or it is too large,
    /// [`Refusal::ZoomNotConnected`](crate::Refusal::ZoomNotConnected) if an admin newly chooses Zoom
    /// for a host who has not connected it (R9),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for
    /// anybody but the system and admins, [`Refusal::NotAMember`](crate::Refusal::NotAMember); else
    /// [`Error::Conflict`] or [`Error::Fault`].
    pub async fn put_calendar(
        &self,
        caller: &Caller,
        calendar: &Calendar,
    ) -> Result<Vec<NoLongerFits>, Error> {
        let put = self.core.run(&PutCalendar { caller, calendar }).await?;
        Ok(self.misfits_now(calendar, put).await)
    }

    /// Changes a calendar, like [`put_calendar`](Self::put_calendar), if it still has the revision with
    /// which it was read: of several who change what they saw at the same time, one gets through, and
    /// the others are told. Every change gives the calendar another revision, also one of a location.
    ///
    /// A calendar that is not there yet is made by [`put_calendar`](Self::put_calendar).
    ///
    /// # Errors
    /// [`Refusal::CalendarChanged`](crate::Refusal::CalendarChanged) if it was changed since: load it
    /// again with [`calendar_with_revision`](Self::calendar_with_revision), show it as it is now, and let
    /// the user change that. A call that is sent again after [`Fault::OutcomeUnknown`](crate::Fault) may
    /// be told so of its own change. [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such
    /// calendar: nothing is left to be changed. Else as [`put_calendar`](Self::put_calendar).
    pub async fn replace_calendar(
        &self,
        caller: &Caller,
        calendar: &Calendar,
        revision: Revision,
    ) -> Result<Vec<NoLongerFits>, Error> {
        let put = PutCalendar { caller, calendar };
        let put = self.core.run(&ReplaceCalendar { put, revision }).await?;
        Ok(self.misfits_now(calendar, put).await)
    }

    /// Looked at again, for who booked meanwhile. Once the calendar is written, a failed read is no
    /// error of the call.
    async fn misfits_now(&self, calendar: &Calendar, put: CalendarPut) -> Vec<NoLongerFits> {
        let after = no_longer_fits(&self.core, calendar, &put.hosts).await;
        after.unwrap_or(put.misfits)
    }

    /// Deletes a user: they host nothing new, and their open slots take nobody new. Answers with the appointments that they still have,
    /// in all accounts, by start. The tie to their Zoom account stays (R2). The host application's
    /// call; doing it again answers again.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there never was such a user; else
    /// [`Error::Conflict`] or [`Error::Fault`].
    pub async fn delete_user(&self, user: &UserId) -> Result<Vec<Affected>, Error> {
        // Read before, too: once the user is deleted, a failed read is no error of the call.
        let before = upcoming(&self.core, user).await?;
        self.core.run(&DeleteUser(user)).await?;
        Ok(upcoming(&self.core, user).await.unwrap_or(before))
    }
}
