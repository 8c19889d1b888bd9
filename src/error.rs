//! Errors: refusals, conflicts and faults are different things.

use chrono::{DateTime, Utc};

use crate::ports::{EntropyError, Key, SealerError, StoreError, ZoomError};
use crate::rules::Act;
use crate::words::{
    AccountId, AppointmentId, CalendarId, ChangeSetId, RequestId, Status, UserId, ZoomAccountId,
};

/// A call did not do what it was asked for. It changed nothing, unless the variant says that this
/// is unknown.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "the three kinds are what a caller decides by")]
pub enum Error {
    /// The rules say no. Show it to whoever asked; trying again changes nothing.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others were faster. Look again at what there is, then ask again.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A port failed. Try again later; with a request id this is safe even if the outcome is
    /// unknown.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Error {
    /// A stable name of the error, in snake case: for APIs and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::Conflict(_) => "conflict",
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// The rules say no.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The user is not a member of the account (R5). Ask an admin of the account for membership.
    #[error("user {user} is not a member of account {account}")]
    #[non_exhaustive]
    NotAMember {
        /// The account of the call.
        account: AccountId,
        /// Who called.
        user: UserId,
    },
    /// Whoever calls may not do this. Let somebody else do it.
    #[error("{who} may not {what}")]
    #[non_exhaustive]
    NotPermitted {
        /// The kind of actor.
        who: &'static str,
        /// What they wanted to do.
        what: &'static str,
    },
    /// There is no such thing in this account, whatever other accounts have (R5).
    #[error("there is no {0} here")]
    NotFound(Thing),
    /// The start is not bookable (R20). Offer what `slots` answers now.
    #[error("the slot at {start:?} is not available{}", unknown(.busy_unknown))]
    #[non_exhaustive]
    SlotUnavailable {
        /// The start asked for.
        start: DateTime<Utc>,
        /// Hosts who might have taken it, had the busy source said when they are busy (R21). If
        /// there are some, it may be bookable when the source answers again.
        busy_unknown: Vec<UserId>,
    },
    /// The start would be bookable, had its hosts Zoom requests left today, which the calendar demands
    /// (R16). Ask again then, or offer what `slots` answers now.
    #[error("the hosts who are free have no Zoom requests left until {until:?}")]
    #[non_exhaustive]
    QuotaExhausted {
        /// When the requests are reset.
        until: DateTime<Utc>,
    },
    /// The appointment's state does not allow it.
    #[error("one cannot {act} an appointment that is {status}")]
    #[non_exhaustive]
    WrongState {
        /// What was asked for.
        act: Act,
        /// The state of the appointment.
        status: Status,
    },
    /// Only a deleted user can be erased. Delete the user first.
    #[error("user {user} is not deleted; only a deleted user can be erased")]
    #[non_exhaustive]
    UserNotDeleted {
        /// The user.
        user: UserId,
    },
    /// The appointment has not begun: nobody knows yet who comes. Ask again from its start on.
    #[error("one cannot mark an appointment that has not begun; it starts at {start:?}")]
    #[non_exhaustive]
    NotBegun {
        /// When it starts.
        start: DateTime<Utc>,
    },
    /// The calendar asks invitees for notice, and it is shorter (R29). Staff still may.
    #[error("an invitee could {act} this appointment until {until:?}, {notice} minutes before it")]
    #[non_exhaustive]
    NoticeTooShort {
        /// What was asked for.
        act: Act,
        /// The last instant at which an invitee could.
        until: DateTime<Utc>,
        /// The notice, in minutes.
        notice: u32,
    },
    /// The appointment is over.
    #[error("one cannot {act} an appointment after its end, {end:?}")]
    #[non_exhaustive]
    TooLate {
        /// What was asked for.
        act: Act,
        /// When it ended.
        end: DateTime<Utc>,
    },
    /// Zoom links for every slot are for round robin and collective calendars only (R8). Set a
    /// static link.
    #[error("dynamic Zoom links need a group calendar; {calendar} is none: set a static link")]
    #[non_exhaustive]
    DynamicLinkNeedsGroupCalendar {
        /// The calendar.
        calendar: CalendarId,
    },
    /// The Zoom account is tied to another user id (R2). That user disconnects it, or support
    /// releases or transfers it.
    #[error("Zoom account {zoom} is connected to another user id")]
    #[non_exhaustive]
    ZoomAccountTaken {
        /// The Zoom account. Whose it is, is not told.
        zoom: ZoomAccountId,
    },
    /// A consent came to nothing (R1).
    #[error(transparent)]
    Consent(#[from] ConsentRefusal),
    /// The user has connected no Zoom account, or has to reconnect it: an admin cannot choose Zoom for
    /// them (R9). Let the user connect first.
    #[error("user {user} has connected no Zoom account")]
    #[non_exhaustive]
    ZoomNotConnected {
        /// The user.
        user: UserId,
    },
    /// The calendar was changed after it was read (R29). Load it again, show it as it is now, and let
    /// the user change that.
    #[error("calendar {calendar} was changed after it was read; load it again")]
    #[non_exhaustive]
    CalendarChanged {
        /// The calendar.
        calendar: CalendarId,
    },
    /// The request id was used before, with other content. Use a new one for a new request.
    #[error("request id {request} was used for another request")]
    #[non_exhaustive]
    RequestIdReused {
        /// The request id.
        request: RequestId,
    },
    /// The request contradicts itself or the settings. The message says what is allowed.
    #[error(transparent)]
    InvalidInput(#[from] InvalidInput),
}

impl Refusal {
    const fn kind(&self) -> &'static str {
        match self {
            Self::NotAMember { .. } => "not_a_member",
            Self::NotPermitted { .. } => "not_permitted",
            Self::NotFound(_) => "not_found",
            Self::SlotUnavailable { .. } => "slot_unavailable",
            Self::QuotaExhausted { .. } => "quota_exhausted",
            Self::WrongState { .. } | Self::UserNotDeleted { .. } | Self::NotBegun { .. } => {
                "wrong_state"
            }
            Self::TooLate { .. } | Self::NoticeTooShort { .. } => "too_late",
            Self::DynamicLinkNeedsGroupCalendar { .. } => "dynamic_link_needs_group_calendar",
            Self::ZoomAccountTaken { .. } => "zoom_account_taken",
            Self::CalendarChanged { .. } => "calendar_changed",
            Self::RequestIdReused { .. } => "request_id_reused",
            Self::Consent(refusal) => refusal.kind(),
            Self::ZoomNotConnected { .. } => "zoom_not_connected",
            Self::InvalidInput(_) => "invalid_input",
        }
    }
}

fn unknown(hosts: &[UserId]) -> String {
    let hosts: Vec<&str> = hosts.iter().map(UserId::as_str).collect();
    match hosts.as_slice() {
        [] => String::new(),
        hosts => format!("; it is not known when {} are busy", hosts.join(", ")),
    }
}

/// What was not found.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Thing {
    /// The account itself.
    #[error("account {0}")]
    Account(AccountId),
    /// A user, or a membership.
    #[error("user {0}")]
    User(UserId),
    /// A calendar.
    #[error("calendar {0}")]
    Calendar(CalendarId),
    /// An appointment.
    #[error("appointment {0}")]
    Appointment(AppointmentId),
    /// A tie of a Zoom account.
    #[error("tie of Zoom account {0} to a user")]
    ZoomAccount(ZoomAccountId),
}

pub(crate) fn missing(thing: Thing) -> Error {
    Refusal::NotFound(thing).into()
}

/// A request contradicts itself, or the settings.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInput {
    /// An instant between two seconds, or outside 1970 to 2200.
    #[error(transparent)]
    Instant(#[from] crate::words::InvalidInstant),
    /// The period of a slot query.
    #[error(transparent)]
    Period(#[from] crate::rules::InvalidRange),
    /// The calendar asks the invitee where to meet, and the booking does not say.
    #[error("the calendar asks the invitee for a location, and none was given")]
    LocationMissing,
    /// A location was given, though the calendar does not ask for one.
    #[error("a location was given, but the calendar does not ask the invitee for one")]
    LocationNotAsked,
    /// Too many people in one appointment.
    #[error("an appointment has at most {allowed} participants, not {given}")]
    #[non_exhaustive]
    TooManyParticipants {
        /// How many there would be.
        given: usize,
        /// How many there can be.
        allowed: usize,
    },
    /// The e-mail address is nobody's in this appointment.
    #[error("no participant of the appointment has this e-mail address")]
    NoSuchParticipant,
    /// The invitee stays: an appointment is theirs.
    #[error("the invitee cannot be removed from their own appointment; cancel it instead")]
    InviteeStays,
    /// The user has no default location that could be applied. Set one first.
    #[error("user {user} has no default location")]
    #[non_exhaustive]
    NoDefaultLocation {
        /// The user.
        user: UserId,
    },
    /// So many calendars are not written in one change. Apply the default to some after the others.
    #[error("a default location is applied to at most {allowed} calendars at once, not {given}")]
    #[non_exhaustive]
    TooManyCalendars {
        /// How many were given.
        given: usize,
        /// How many there can be.
        allowed: usize,
    },
    /// A calendar stays of its kind: appointments made on it rely on it.
    #[error("the kind of calendar {calendar} cannot be changed; make a new calendar")]
    #[non_exhaustive]
    KindChanged {
        /// The calendar.
        calendar: CalendarId,
    },
    /// A collective calendar whose hosts have limits of their own has fewer hosts: a booking writes
    /// the counters of each. Take hosts or limits off.
    #[error("a collective calendar with limits per host has at most {allowed} hosts, not {given}")]
    #[non_exhaustive]
    TooManyHostsForLimits {
        /// How many were given.
        given: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// A setting is larger than a row of the store may be.
    #[error("this is too large to be stored in one row: {given} bytes, at most {allowed}")]
    #[non_exhaustive]
    TooLarge {
        /// Its size.
        given: usize,
        /// The largest size.
        allowed: usize,
    },
}

/// Others were faster.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// So many others write the same rows that none of the tries got through. Nothing happened.
    #[error("nothing was done: {tries} tries were overtaken by others")]
    #[non_exhaustive]
    Contended {
        /// How often it was tried.
        tries: u32,
    },
}

/// A port failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The store failed. Nothing was changed.
    #[error("could not {doing}")]
    #[non_exhaustive]
    Store {
        /// What was being done.
        doing: StoreCall,
        /// The adapter's error.
        #[source]
        source: StoreError,
    },
    /// The store could not say whether the change was made, even when asked again. Ask again with
    /// the same request id, or read.
    #[error("it is unknown whether change set {change} was applied")]
    #[non_exhaustive]
    OutcomeUnknown {
        /// The change set.
        change: ChangeSetId,
    },
    /// A newer instance has written this row, and this one does not know what it says. Nothing was
    /// changed. Deploy the newer version here, too; until then let the newer instances do it.
    #[error(
        "the row {key:?} was written by newer code: it has schema version {schema}, and this \
         instance knows versions up to {known}; deploy the newer version here, too"
    )]
    #[non_exhaustive]
    NewerRow {
        /// Which row.
        key: Key,
        /// The version of its shape.
        schema: u16,
        /// The newest version that is known here.
        known: u16,
    },
    /// A row cannot be read: damaged, or with fields that are not known here. Nothing was changed.
    #[error("the row {key:?} (schema {schema}) cannot be read")]
    #[non_exhaustive]
    Unreadable {
        /// Which row.
        key: Key,
        /// The version of its shape.
        schema: u16,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// Rows contradict each other. Nothing was changed; this is a defect of the store or of ours.
    #[error("the stored rows contradict each other: {0}")]
    Inconsistent(&'static str),
    /// A row or a change set grew beyond its bound. Nothing was changed.
    #[error(transparent)]
    TooLarge(#[from] crate::ports::InvalidChangeSet),
    /// A row could not be written as JSON. Nothing was changed.
    #[error("a row could not be written")]
    Unwritable(#[source] serde_json::Error),
    /// No randomness. Nothing was changed.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// Zoom could not be asked. Nothing was changed here.
    #[error("could not connect to Zoom")]
    Zoom(#[source] ZoomError),
    /// Tokens could not be sealed or opened. Nothing was changed.
    #[error(transparent)]
    Sealer(#[from] SealerError),
    /// A call needs a port that the host has not plugged in.
    #[error("{0} is not configured")]
    NotConfigured(&'static str),
}

impl Fault {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Store { .. } => "store_unavailable",
            Self::OutcomeUnknown { .. } => "outcome_unknown",
            Self::NewerRow { .. } => "newer_row",
            Self::Unreadable { .. } => "unreadable_row",
            Self::Inconsistent(_) => "inconsistent_rows",
            Self::TooLarge(_) | Self::Unwritable(_) => "unwritable_row",
            Self::Entropy(_) => "entropy_unavailable",
            Self::Zoom(_) => "zoom_unavailable",
            Self::Sealer(_) => "sealer_failed",
            Self::NotConfigured(_) => "not_configured",
        }
    }
}

/// What was being done when the store failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreCall {
    /// `get`
    #[error("read rows")]
    Get,
    /// `commit`
    #[error("commit a change set")]
    Commit,
    /// `scan`
    #[error("scan rows")]
    Scan,
}

mod consent;

pub use consent::ConsentRefusal;
