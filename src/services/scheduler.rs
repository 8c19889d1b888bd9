//! The front door: every call of the crate.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::book::{Book, BookRequest};
use super::builder::Builder;
use super::caller::Caller;
use super::core::{Changed, Core, LinkWork};
use super::edit::{Edit, EditAppointment};
use super::end::{Cancel, Confirm, Delete};
use super::explain::{Explain, Explanation};
use super::find::FindSlots;
use super::list::{AppointmentList, list};
use super::mark::MarkAppointment;
use super::prepare::By;
use super::reassign::Reassign;
use super::reschedule::Reschedule;
use super::run_due::{RunReport, run_due};
use super::stalled::{DecideLink, Decision};
use super::view::{self, Appointment};
use super::zoom_work::work_on;
use crate::error::Error;
use crate::ports::{Store, ZoomApi, ZoomAuth};
use crate::rules::Slots;
use crate::trace;
use crate::words::{
    AccountId, AppointmentFilter, AppointmentId, CalendarId, LinkId, ListPage, Mark, UserId,
};

/// Books appointments on calendars, and keeps their Zoom links.
///
/// Holds no state of its own: any number of instances, in any number of processes, may work on
/// one store. Every call names its account and who makes it ([`Caller`]); a call that answers with
/// an error changed nothing.
///
/// The future of a call may be dropped at any point: what it had committed stands, and what is left
/// to do is background work. A call of Zoom that was cut off between being sent and being answered is
/// settled some minutes later. Poll a future or drop it: calls of one scheduler that were overtaken at the same row take turns, and one that is kept, but not
/// polled, holds up those behind it until some 100 other calls were made.
pub struct Scheduler {
    core: Core,
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Scheduler");
        shown.field("settings", &self.core.settings).finish_non_exhaustive()
    }
}

impl Scheduler {
    pub(crate) const fn new(core: Core) -> Self {
        Self { core }
    }

    /// For the testkit, which looks at rows.
    #[cfg(feature = "testkit")]
    pub(crate) const fn core(&self) -> &Core {
        &self.core
    }

    /// Starts from what every host must bring: a store, and Zoom, as a rule a
    /// [`ZoomClient`](crate::zoom::ZoomClient) over the host's own HTTP client.
    pub fn builder<Z>(store: Arc<dyn Store>, zoom: Arc<Z>) -> Builder
    where
        Z: ZoomApi + ZoomAuth + 'static,
    {
        Builder::new(store, zoom.clone(), zoom)
    }

    // ---- Booking ----

    /// The bookable slots of a calendar that start in `[from, to)`, at most 366 days, by start.
    /// Exactly these can be booked (R20), until somebody else books. Hosts whose busy times could
    /// not be read take no new slot; [`Slots::busy_unknown`] names them (R21).
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember),
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) if the period is empty, too long or
    /// out of bounds; else [`Error::Conflict`] or [`Error::Fault`].
    pub async fn slots(
        &self,
        caller: &Caller,
        calendar: &CalendarId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Slots, Error> {
        self.core.run(&FindSlots { caller, calendar, from, to }).await
    }

    /// Why each host of a calendar can or cannot take a slot that starts then, and the numbers by
    /// which one of them would get it. For hosts and support, not for invitees.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember),
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) for an instant between two seconds
    /// or outside 1970 to 2199; else [`Error::Conflict`] or [`Error::Fault`].
    pub async fn explain(
        &self,
        caller: &Caller,
        calendar: &CalendarId,
        start: DateTime<Utc>,
    ) -> Result<Explanation, Error> {
        self.core.run(&Explain { caller, calendar, start }).await
    }

    /// Books a slot. The booking stands when this answers; its Zoom link was tried once and may
    /// still be on its way ([`LinkState`](crate::rules::LinkState)).
    ///
    /// # Errors
    /// [`Refusal::SlotUnavailable`](crate::Refusal::SlotUnavailable) if [`slots`](Self::slots)
    /// would not offer it; it names hosts whose busy times could not be read,
    /// [`Refusal::QuotaExhausted`](crate::Refusal::QuotaExhausted) if only requests are missing, on a calendar
    /// that refuses then, [`Refusal::RequestIdReused`](crate::Refusal::RequestIdReused),
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) if a location is missing or not
    /// asked for, or there are too many participants,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember). [`Error::Conflict`]: look at the slots
    /// again. [`Error::Fault`]: with the same request id it is safe to ask again.
    pub async fn book(&self, caller: &Caller, request: &BookRequest) -> Result<Appointment, Error> {
        let book = Book::new(&self.core.keys, caller, request)?;
        self.changed(self.core.run(&book).await?).await
    }

    /// Confirms a pending appointment. Confirming again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::WrongState`](crate::Refusal::WrongState),
    /// [`Refusal::TooLate`](crate::Refusal::TooLate) after the end,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn confirm(&self, caller: &Caller, id: AppointmentId) -> Result<Appointment, Error> {
        self.changed(self.core.run(&Confirm { caller, id }).await?).await
    }

    /// Changes title, notes or participants. The link stays, and Zoom is called only if what it
    /// shows changed (R12).
    ///
    /// # Errors
    /// [`Refusal::WrongState`](crate::Refusal::WrongState),
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) if somebody is removed who is not
    /// there or is the invitee, or there are too many participants,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn edit(
        &self,
        caller: &Caller,
        id: AppointmentId,
        edit: &Edit,
    ) -> Result<Appointment, Error> {
        self.changed(self.core.run(&EditAppointment { caller, id, edit }).await?).await
    }

    /// Moves an appointment to another start, and to another host if one is wanted. Unless the
    /// calendar says otherwise ([`RescheduleHost`](crate::words::RescheduleHost)), the host stays
    /// if they are free, else one is assigned anew. Moving to the same start and host
    /// changes nothing, not even the link (R12, R14).
    ///
    /// # Errors
    /// [`Refusal::SlotUnavailable`](crate::Refusal::SlotUnavailable),
    /// [`Refusal::QuotaExhausted`](crate::Refusal::QuotaExhausted) as for [`book`](Self::book),
    /// [`Refusal::WrongState`](crate::Refusal::WrongState),
    /// [`Refusal::TooLate`](crate::Refusal::TooLate) after the end,
    /// [`Refusal::NoticeTooShort`](crate::Refusal::NoticeTooShort) for an invitee past the
    /// calendar's `move_notice`, [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember),
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) for an instant out of bounds; else
    /// [`Error::Conflict`] or [`Error::Fault`].
    pub async fn reschedule(
        &self,
        caller: &Caller,
        id: AppointmentId,
        start: DateTime<Utc>,
        host: Option<&UserId>,
    ) -> Result<Appointment, Error> {
        self.changed(self.core.run(&Reschedule { caller, id, start, host }).await?).await
    }

    /// Gives an appointment of a round robin calendar to another of its hosts, at the same time:
    /// with a link of theirs, made before the old one is dropped (R14). The host must be free then;
    /// notice, booking window and the calendar's own limits are not asked, since nobody comes anew.
    ///
    /// # Errors
    /// [`Refusal::SlotUnavailable`](crate::Refusal::SlotUnavailable) if the host cannot take it, or
    /// the calendar is no round robin,
    /// [`Refusal::QuotaExhausted`](crate::Refusal::QuotaExhausted) as for [`book`](Self::book), [`Refusal::WrongState`](crate::Refusal::WrongState),
    /// [`Refusal::TooLate`](crate::Refusal::TooLate) after the end,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn reassign(
        &self,
        caller: &Caller,
        id: AppointmentId,
        host: &UserId,
    ) -> Result<Appointment, Error> {
        self.changed(self.core.run(&Reassign { caller, id, host }).await?).await
    }

    /// Calls an appointment off: its seat is free, its link is dropped unless others use it
    /// (R13). Cancelling again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::WrongState`](crate::Refusal::WrongState),
    /// [`Refusal::TooLate`](crate::Refusal::TooLate) after the end,
    /// [`Refusal::NoticeTooShort`](crate::Refusal::NoticeTooShort) for an invitee past the
    /// calendar's `cancel_notice`, [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn cancel(&self, caller: &Caller, id: AppointmentId) -> Result<Appointment, Error> {
        self.changed(self.core.run(&Cancel { caller, id }).await?).await
    }

    /// Has the link of an appointment tried again that stands still: refused by Zoom, deferred, parked for
    /// the quota, or given up. One that waits for its owner to connect goes on with that.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn retry_link(
        &self,
        caller: &Caller,
        id: AppointmentId,
    ) -> Result<Appointment, Error> {
        let decision = Decision::Retry;
        self.changed(self.core.run(&DecideLink { caller, id, decision }).await?).await
    }

    /// Gives up the link of an appointment, if it is not as it should be: nothing more is tried until
    /// [`retry_link`](Self::retry_link). It is the link of all who share the slot (R11), and a link that was
    /// to be replaced by it is dropped. If a call is out, that may still make it: then it is ready, or the
    /// others wait until that is settled. One that is dropped already still has its meeting deleted.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn abandon_link(
        &self,
        caller: &Caller,
        id: AppointmentId,
    ) -> Result<Appointment, Error> {
        let decision = Decision::Abandon;
        self.changed(self.core.run(&DecideLink { caller, id, decision }).await?).await
    }

    /// Says whether the invitee came, from the start of the appointment on, however long it is
    /// over. The other mark replaces the first; the same again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::WrongState`](crate::Refusal::WrongState) if it is pending or cancelled,
    /// [`Refusal::NotBegun`](crate::Refusal::NotBegun),
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn mark(
        &self,
        caller: &Caller,
        id: AppointmentId,
        mark: Mark,
    ) -> Result<Appointment, Error> {
        self.changed(self.core.run(&MarkAppointment { caller, id, mark }).await?).await
    }

    /// Removes an appointment from sight, in whatever state it is; its seat and link go as with
    /// [`cancel`](Self::cancel). Deleting again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there never was such an appointment, or
    /// it was deleted so long ago that nothing is left of it ([`Retention`](crate::Retention)),
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn delete(&self, caller: &Caller, id: AppointmentId) -> Result<(), Error> {
        let link = self.core.run(&Delete { caller, id }).await?;
        self.try_link(caller.account(), link).await;
        Ok(())
    }

    /// An appointment as it is now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::Refusal::NotFound),
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Fault`].
    pub async fn appointment(
        &self,
        caller: &Caller,
        id: AppointmentId,
    ) -> Result<Appointment, Error> {
        let mut planner = self.core.planner()?;
        caller.check(&mut planner).await?;
        view::find(&self.core, caller.account(), id).await
    }

    /// A page of the account's appointments that meet a filter, by start, then by id (R30): for
    /// the host application's screens. Cancelled ones are listed too, deleted ones never.
    ///
    /// One call looks at about a thousand appointments at most: where a filter is met rarely, a
    /// page has fewer than asked for, and a cursor to go on from. What was booked or moved a moment
    /// ago can be missing; what is listed is as it is now.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for invitees,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such calendar in the account,
    /// [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) if the period is empty or out of
    /// bounds, [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Fault`].
    pub async fn appointments(
        &self,
        caller: &Caller,
        filter: &AppointmentFilter,
        page: &ListPage,
    ) -> Result<AppointmentList, Error> {
        list(&self.core, caller, filter, *page).await
    }

    // ---- Background work ----

    /// Does background work that is due, at most `limit` steps, each with at most one call of
    /// Zoom: links to be made, renamed and deleted, and unconfirmed appointments that lapse. What is
    /// left of `limit` goes to removing what has aged ([`Retention`](crate::Retention)). Call it from a
    /// task that nobody cancels, when the report says so and at least once a minute; any number of
    /// instances may at once.
    ///
    /// Rows that a newer version has written are left alone: its instances see to them.
    ///
    /// # Errors
    /// [`Error::Fault`] if the store cannot be scanned. A step that fails is counted in the
    /// report and tried again.
    pub async fn run_due(&self, limit: u32) -> Result<RunReport, Error> {
        run_due(&self.core, limit).await
    }

    /// The commit has made it so; nothing that comes after turns that into an error.
    async fn changed(&self, changed: Changed) -> Result<Appointment, Error> {
        let Changed { booked, link, state } = changed;
        match (state, self.core.settings.link_work) {
            // Nobody has worked on the link since.
            (Some(state), LinkWork::Worker) => Ok(view::appointment(booked, state)),
            _ => {
                self.try_link(booked.account(), link).await;
                Ok(view::written(&self.core, booked).await)
            }
        }
    }

    /// One inline attempt at a link. What fails is due still, and the worker's.
    async fn try_link(&self, account: &AccountId, link: Option<LinkId>) {
        if let (Some(link), LinkWork::Inline) = (link, self.core.settings.link_work) {
            let due = trace::due("link", Some(account), &link);
            let work = work_on(&self.core, account, link, By::Caller);
            trace::tried(due, "to make a link", work).await;
        }
    }
}

mod erasure;
mod locations;
mod reading;
mod set_up;
mod zoom;
