//! What faults and calls are called in forms and in JSON.

use slotlink::ports::ZoomCall;
use slotlink::testkit::Fault;

pub(crate) const FAULTS: [(&str, Fault, &str); 8] = [
    ("lost", Fault::Lost, "never arrives, and there is no answer"),
    ("done_reply_lost", Fault::DoneReplyLost, "takes effect, and there is no answer"),
    ("late", Fault::Late, "takes effect after 60 seconds, and there is no answer"),
    ("unavailable", Fault::Unavailable, "503 without effect"),
    ("daily_limit", Fault::DailyLimit, "429: the day is used up, and stays so"),
    ("per_second_limit", Fault::PerSecondLimit, "429: too many in this second"),
    ("token_expired", Fault::TokenExpired, "401: the access token is expired"),
    ("gone", Fault::Gone, "404: the meeting is gone, and nobody is told"),
];

pub(crate) const CALLS: [(&str, ZoomCall); 9] = [
    ("create_meeting", ZoomCall::CreateMeeting),
    ("get_meeting", ZoomCall::GetMeeting),
    ("update_meeting", ZoomCall::UpdateMeeting),
    ("delete_meeting", ZoomCall::DeleteMeeting),
    ("list_meetings", ZoomCall::ListMeetings),
    ("me", ZoomCall::Me),
    ("exchange_code", ZoomCall::ExchangeCode),
    ("refresh", ZoomCall::Refresh),
    ("revoke", ZoomCall::Revoke),
];

pub(crate) fn fault(name: &str) -> Option<Fault> {
    FAULTS.iter().find(|(known, ..)| *known == name).map(|(_, fault, _)| *fault)
}

pub(crate) fn call(name: &str) -> Option<ZoomCall> {
    CALLS.iter().find(|(known, _)| *known == name).map(|(_, call)| *call)
}

/// For messages.
pub(crate) fn all<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}
