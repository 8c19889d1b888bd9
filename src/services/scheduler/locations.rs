//! The calls that say where appointments take place.

use super::Scheduler;
use crate::error::Error;
use crate::services::caller::Caller;
use crate::services::locations::{ApplyDefaultLocation, SetCalendarLocation, SetDefaultLocation};
use crate::words::{CalendarId, LocationSetting, UserId};

impl Scheduler {
    // ---- Meeting locations (R7 to R9) ----

    /// Sets where a calendar's appointments take place, or, with `host`, those of one of its
    /// hosts (R7). Appointments already made stay where they are.
    ///
    /// # Errors
    /// As [`put_calendar`](Self::put_calendar); a user may set their own location.
    /// [`Refusal::ZoomNotConnected`](crate::Refusal::ZoomNotConnected) if an admin chooses Zoom for a
    /// host who has not connected it (R9): let the host connect first.
    pub async fn set_calendar_location(
        &self,
        caller: &Caller,
        calendar: &CalendarId,
        host: Option<&UserId>,
        location: &LocationSetting,
    ) -> Result<(), Error> {
        self.core.run(&SetCalendarLocation { caller, calendar, host, location }).await
    }

    /// Saves where a user meets by default, in all accounts. Answers with the group calendars of the
    /// account that the user hosts and where they met elsewhere before, sorted: ask the user to which
    /// of them it shall apply, and call [`apply_default_location`](Self::apply_default_location) (R9).
    /// Calendars without a setting of their own, nor of the host's, follow the default in any case.
    /// Appointments already made stay where they are.
    ///
    /// All calendars of the account are read.
    ///
    /// # Errors
    /// [`Refusal::ZoomNotConnected`](crate::Refusal::ZoomNotConnected) if an admin chooses Zoom for a
    /// user who has not connected it: let the user connect first.
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody but the user, admins and the
    /// host application, [`Refusal::NotFound`](crate::Refusal::NotFound) if the user is not a member of
    /// the account, [`Refusal::NotAMember`](crate::Refusal::NotAMember); else [`Error::Conflict`] or
    /// [`Error::Fault`].
    pub async fn set_default_location(
        &self,
        caller: &Caller,
        user: &UserId,
        location: &LocationSetting,
    ) -> Result<Vec<CalendarId>, Error> {
        self.core.run(&SetDefaultLocation { caller, user, location }).await
    }

    /// Writes a user's default location as their setting on these calendars of the account, at most 40
    /// at once: on all of them, or on none (R9). Appointments already made stay where they are.
    ///
    /// # Errors
    /// As [`set_default_location`](Self::set_default_location);
    /// [`Refusal::DynamicLinkNeedsGroupCalendar`](crate::Refusal::DynamicLinkNeedsGroupCalendar) for Zoom
    /// on a calendar that is no group calendar (R8),
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such calendar, or the user does
    /// not host it, [`Refusal::InvalidInput`](crate::Refusal::InvalidInput) if there are too many, or
    /// the user has no default.
    pub async fn apply_default_location(
        &self,
        caller: &Caller,
        user: &UserId,
        calendars: &[CalendarId],
    ) -> Result<(), Error> {
        self.core.run(&ApplyDefaultLocation { caller, user, calendars }).await
    }
}
