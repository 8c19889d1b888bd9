//! The decided meaning of every error that Zoom documents.

/// What an error means to whoever made the call. `Consent` to `Gone` concern calls that are made
/// today, the others are decided ahead.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// Only a new consent of the user helps.
    Consent,
    /// Zoom knows no such user. That is not to say that a meeting of theirs is gone.
    NoUser,
    /// The Zoom account lets the user host nothing: permanent until an admin acts.
    HostingOff,
    /// The plan or the role lacks it: permanent until that changes.
    NoPlan,
    /// What is named is not there, or over: done for a deletion, made anew for an update.
    Gone,
    /// Nothing is known of it before it ended: to be asked for later.
    NotOverYet,
    /// The day's requests about one registrant are used up, those of the Zoom user are not.
    RegistrantDay,
    /// No room for one more.
    Full,
    /// The meeting or webinar is not set up for it.
    WrongSetup,
    /// Not with this person.
    PersonRefused,
    /// No, and no again.
    Refused,
}

/// Class, HTTP status, code, a piece of the message, and the operations of which it is decided.
pub(super) type Decision = (Class, u16, i64, &'static str, &'static [&'static str]);

// Else each operation would take a line.
#[rustfmt::skip]
pub(super) const DECISIONS: &[Decision] = &[
    (Class::Consent, 400, 1120, "invitation", &["user"]),
    (Class::Consent, 400, 1010, "does not belong", &[
        "reportMeetingParticipants", "reportWebinarParticipants",
    ]),
    (Class::NoUser, 404, 1001, "does not exist", &[
        "user", "meetings", "meetingCreate", "webinars", "webinarCreate",
    ]),
    (Class::NoUser, 404, 3001, "User does not exist", &["listUpcomingMeeting"]),
    (Class::HostingOff, 400, 3161, "not allowed", &[
        "meetings", "meetingCreate", "meeting", "meetingUpdate", "meetingDelete", "meetingStatus",
        "meetingInvitation", "meetingInviteLinksCreate", "meetingRegistrants",
        "meetingRegistrantCreate", "meetingRegistrantStatus", "meetingRegistrantGet",
        "meetingregistrantdelete", "addBatchRegistrants",
    ]),
    (Class::NoPlan, 400, 200, "Only available for", &[
        "meetingregistrantdelete", "pastMeetingDetails", "pastMeetingParticipants",
        "listWebinarParticipants",
    ]),
    (Class::NoPlan, 400, 200, "No permission", &[
        "webinars", "webinarCreate", "webinar", "webinarUpdate", "webinarDelete",
        "webinarRegistrants", "webinarRegistrantCreate", "webinarRegistrantStatus",
        "webinarRegistrantGet", "deleteWebinarRegistrant", "addBatchWebinarRegistrants",
        "webinarPanelists", "webinarPanelistCreate", "webinarPanelistsDelete",
        "listWebinarParticipants", "pastWebinars", "reportMeetingParticipants",
        "reportWebinarParticipants",
    ]),
    (Class::NoPlan, 400, 200, "Webinar plan is missing", &[
        "webinars", "webinarCreate", "webinar", "webinarUpdate", "webinarDelete",
        "webinarRegistrants", "webinarRegistrantCreate", "webinarRegistrantStatus",
        "webinarRegistrantGet", "deleteWebinarRegistrant", "addBatchWebinarRegistrants",
        "webinarPanelists", "webinarPanelistCreate", "webinarPanelistsDelete",
    ]),
    (Class::Gone, 404, 3001, " does not exist", &[
        "meeting", "meetingUpdate", "meetingDelete", "meetingStatus", "meetingInvitation",
        "meetingInviteLinksCreate", "meetingRegistrants", "meetingRegistrantStatus",
        "meetingRegistrantGet", "meetingregistrantdelete", "addBatchRegistrants", "webinar",
        "webinarUpdate", "webinarDelete", "webinarRegistrants", "webinarRegistrantCreate",
        "webinarRegistrantStatus", "webinarRegistrantGet", "deleteWebinarRegistrant",
        "addBatchWebinarRegistrants", "webinarPanelists", "webinarPanelistCreate",
        "webinarPanelistsDelete",
    ]),
    (Class::Gone, 404, 1001, "Meeting does not exist", &["meetingRegistrantCreate"]),
    (Class::Gone, 400, 3038, " is over", &[
        "addBatchRegistrants", "webinarRegistrantCreate", "addBatchWebinarRegistrants",
    ]),
    (Class::Gone, 400, 3000, "occurrence does not exist", &["webinarDelete"]),
    (Class::Gone, 400, 3079, "registrant does not exist", &["webinarRegistrantGet"]),
    (Class::Gone, 400, 3000, "Registrant {registrantId} was not found", &[
        "deleteWebinarRegistrant",
    ]),
    (Class::NotOverYet, 404, 3001, " does not exist", &[
        "pastMeetingDetails", "pastMeetingParticipants", "pastMeetings", "listWebinarParticipants",
    ]),
    (Class::NotOverYet, 404, 3001, "not found or has expired", &[
        "reportMeetingParticipants", "reportWebinarParticipants",
    ]),
    (Class::Full, 400, 3043, "maximum attendee capacity", &[
        "meetingRegistrantCreate", "addBatchRegistrants", "addBatchWebinarRegistrants",
    ]),
    (Class::Full, 400, 3000, "reached the limit", &[
        "webinarRegistrantCreate", "addBatchWebinarRegistrants", "webinarPanelistCreate",
    ]),
    (Class::Full, 400, 3035, "maximum attendee capacity", &["webinarRegistrantStatus"]),
    (Class::WrongSetup, 400, 300, "Registration has not been enabled", &[
        "meetingregistrantdelete", "webinarRegistrantStatus",
    ]),
    (Class::WrongSetup, 400, 303, "Batch registration", &["addBatchRegistrants"]),
    (Class::WrongSetup, 400, 404, "Registration has not been enabled", &["addBatchRegistrants"]),
    (Class::WrongSetup, 400, 3000, "does not have registration", &["webinarRegistrantCreate"]),
    (Class::WrongSetup, 400, 3000, "paid registration", &[
        "webinarRegistrantCreate", "addBatchWebinarRegistrants",
    ]),
    (Class::WrongSetup, 400, 3000, "Registration has not been enabled", &[
        "webinarRegistrantGet", "deleteWebinarRegistrant", "addBatchWebinarRegistrants",
    ]),
    (Class::WrongSetup, 400, 300, "Batch registration", &["addBatchWebinarRegistrants"]),
    (Class::PersonRefused, 400, 3027, "Host cannot register", &["webinarRegistrantCreate"]),
    (Class::PersonRefused, 400, 3034, "work email", &["webinarRegistrantCreate"]),
    (Class::PersonRefused, 400, 3000, "invited as a panelist", &["webinarRegistrantCreate"]),
    (Class::Refused, 400, 3000, "`schedule_for`", &["meetingCreate", "meetingUpdate"]),
    (Class::Refused, 400, 3000, "have been blocked", &["meetingCreate", "meetingUpdate"]),
    (Class::Refused, 400, 3000, "cannot schedule a meeting", &[
        "meetingCreate", "meetingUpdate", "webinarCreate",
    ]),
    (Class::Refused, 400, 300, "`schedule_for`", &[
        "meetingCreate", "meetingUpdate", "webinarCreate", "webinarUpdate",
    ]),
    (Class::Refused, 400, 300, "enforce_login_domains", &["meetingCreate", "meetingUpdate"]),
    (Class::Refused, 400, 3000, "Cannot access", &[
        "meeting", "meetingUpdate", "meetingDelete", "meetingStatus", "meetingInviteLinksCreate",
        "meetingRegistrantCreate", "meetingRegistrantStatus", "meetingRegistrantGet",
        "meetingregistrantdelete",
    ]),
    (Class::Refused, 400, 3000, "Prescheduling", &["meetingUpdate"]),
    (Class::Refused, 400, 3000, "continuous chat", &["meetingUpdate"]),
    (Class::Refused, 400, 300, "`occurrence_id`", &["meetingDelete"]),
    (Class::Refused, 400, 3018, "delete PMI", &["meetingDelete"]),
    (Class::Refused, 400, 3037, "delete PAC", &["meetingDelete"]),
    (Class::Refused, 400, 3063, "on-premise", &["meetingStatus"]),
    (Class::Refused, 400, 300, "Invalid meeting ID", &["meetingInviteLinksCreate"]),
    (Class::Refused, 400, 300, "Cannot access", &["meetingRegistrants", "pastMeetingDetails"]),
    (Class::Refused, 400, 300, "Registrant ID", &[
        "meetingregistrantdelete", "deleteWebinarRegistrant",
    ]),
    (Class::Refused, 400, 300, "simulive", &["webinarCreate"]),
    (Class::Refused, 400, 300, "Record file", &["webinarCreate"]),
    (Class::Refused, 400, 4505, "No Fixed Time", &["webinarCreate", "webinarUpdate"]),
    (Class::Refused, 400, 300, "Invalid webinar ID", &[
        "webinar", "webinarUpdate", "webinarDelete", "webinarRegistrantCreate",
        "webinarRegistrantStatus", "webinarRegistrantGet", "deleteWebinarRegistrant",
        "addBatchWebinarRegistrants", "webinarPanelists", "webinarPanelistCreate",
        "webinarPanelistsDelete", "pastWebinars",
    ]),
    (Class::Refused, 400, 3003, "have been blocked", &["webinarUpdate"]),
    (Class::Refused, 400, 3000, "simulive", &["webinarUpdate", "webinarDelete"]),
    (Class::Refused, 400, 3000, "event directory", &["webinarDelete"]),
    (Class::Refused, 400, 12702, "a year ago", &[
        "pastMeetingDetails", "pastMeetingParticipants", "reportMeetingParticipants",
        "reportWebinarParticipants",
    ]),
    (Class::Refused, 400, 300, "next page token", &["listWebinarParticipants"]),
];

/// Samples of answers to calls that are not made yet.
pub(super) const SAMPLES_AHEAD: [(&str, Class); 7] = [
    ("err_400_12702_year_old", Class::Refused),
    ("err_400_200_registration_basic_user", Class::NoPlan),
    ("err_400_200_webinar_plan", Class::NoPlan),
    ("err_400_300_no_registration", Class::WrongSetup),
    ("err_404_3001_report_not_ended", Class::NotOverYet),
    ("err_429_registrant_3", Class::RegistrantDay),
    ("err_429_registrant_status_10", Class::RegistrantDay),
];
