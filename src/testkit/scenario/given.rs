//! What steps are given: their fields, as they are written.

use serde::Deserialize;

use super::format::Place;
use super::moment::At;
use crate::ports::ZoomCall;
use crate::testkit::Fault;
use crate::words::{
    CalendarId, Email, EntryPoint, FixedLocation, Mark, Notes, Participant, RequestId, Status,
    Title, UserId, ZoomAccountId,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfUser {
    pub(super) user: UserId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RestoreUser {
    pub(super) user: UserId,
    pub(super) new_id: UserId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectZoom {
    pub(super) user: UserId,
    pub(super) zoom: ZoomAccountId,
    #[serde(default = "integrations")]
    pub(super) entry: EntryPoint,
}

const fn integrations() -> EntryPoint {
    EntryPoint::Integrations
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseZoom {
    pub(super) zoom: ZoomAccountId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferZoom {
    pub(super) zoom: ZoomAccountId,
    pub(super) to: UserId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetDefaultLocation {
    pub(super) user: UserId,
    pub(super) location: Place,
    pub(super) apply_to: Option<ApplyTo>,
}

/// To which calendars a new default is applied.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ApplyTo {
    All(All),
    These(Vec<CalendarId>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum All {
    All,
}

/// Something that Zoom tells by a webhook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoomEvent {
    pub(super) event: Event,
    pub(super) zoom: Option<ZoomAccountId>,
    /// Whose meeting it is about.
    pub(super) appointment: Option<String>,
    /// When it happened, if that was not now: then it tells of something that is over.
    pub(super) at: Option<At>,
    #[serde(default = "once")]
    pub(super) copies: u32,
    #[serde(default = "truly")]
    pub(super) valid: bool,
}

const fn once() -> u32 {
    1
}

const fn truly() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) enum Event {
    #[serde(rename = "app_deauthorized")]
    AppDeauthorized,
    #[serde(rename = "meeting.deleted")]
    MeetingDeleted,
    #[serde(rename = "meeting.recovered")]
    MeetingRecovered,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetCalendarLocation {
    pub(super) calendar: CalendarId,
    pub(super) user: Option<UserId>,
    pub(super) location: Place,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slots {
    pub(super) calendar: CalendarId,
    pub(super) from: At,
    pub(super) to: At,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Book {
    pub(super) calendar: CalendarId,
    pub(super) start: At,
    pub(super) invitee: Participant,
    #[serde(default)]
    pub(super) participants: Vec<Participant>,
    pub(super) title: Option<Title>,
    pub(super) notes: Option<Notes>,
    pub(super) location: Option<FixedLocation>,
    pub(super) host: Option<UserId>,
    pub(super) request_id: Option<RequestId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfAppointment {
    pub(super) appointment: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edit {
    pub(super) appointment: String,
    pub(super) title: Option<Title>,
    pub(super) notes: Option<Notes>,
    #[serde(default)]
    pub(super) add: Vec<Participant>,
    #[serde(default)]
    pub(super) remove: Vec<Email>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reschedule {
    pub(super) appointment: String,
    pub(super) start: At,
    pub(super) host: Option<UserId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkAppointment {
    pub(super) appointment: String,
    pub(super) status: Mark,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Appointments {
    pub(super) calendar: Option<CalendarId>,
    pub(super) host: Option<UserId>,
    pub(super) statuses: Option<Vec<Status>>,
    pub(super) from: Option<At>,
    pub(super) to: Option<At>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoomFault {
    pub(super) op: Op,
    pub(super) zoom: Option<ZoomAccountId>,
    pub(super) fault: FaultName,
    pub(super) times: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Op {
    CreateMeeting,
    UpdateMeeting,
    DeleteMeeting,
    ListMeetings,
    Refresh,
    Any,
}

impl From<Op> for Option<ZoomCall> {
    fn from(op: Op) -> Self {
        match op {
            Op::CreateMeeting => Some(ZoomCall::CreateMeeting),
            Op::UpdateMeeting => Some(ZoomCall::UpdateMeeting),
            Op::DeleteMeeting => Some(ZoomCall::DeleteMeeting),
            Op::ListMeetings => Some(ZoomCall::ListMeetings),
            Op::Refresh => Some(ZoomCall::Refresh),
            Op::Any => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FaultName {
    Lost,
    DoneReplyLost,
    Late,
    Unavailable,
    DailyLimit,
    PerSecondLimit,
    TokenExpired,
    Revoked,
    Gone,
}

impl FaultName {
    /// The fault that calls meet. `None`: it is no call that meets it, but tokens are void.
    pub(super) const fn of_calls(self) -> Option<Fault> {
        Some(match self {
            Self::Lost => Fault::Lost,
            Self::DoneReplyLost => Fault::DoneReplyLost,
            Self::Late => Fault::Late,
            Self::Unavailable => Fault::Unavailable,
            Self::DailyLimit => Fault::DailyLimit,
            Self::PerSecondLimit => Fault::PerSecondLimit,
            Self::TokenExpired => Fault::TokenExpired,
            Self::Gone => Fault::Gone,
            Self::Revoked => return None,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    pub(super) to: Option<At>,
    pub(super) minutes: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Explain {
    pub(super) calendar: CalendarId,
    pub(super) start: At,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reassign {
    pub(super) appointment: String,
    pub(super) host: UserId,
}

/// What the busy source answers from now on; adds up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Busy {
    pub(super) user: UserId,
    pub(super) from: Option<At>,
    pub(super) to: Option<At>,
    /// Ours, of which it is an echo.
    pub(super) appointment: Option<String>,
    #[serde(default)]
    pub(super) fails: bool,
}
