//! The steps of a scenario, as they are written.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::format::{Place, read_calendar};
use super::moment::At;
use super::problem::InvalidScenario;
use super::read::{only_default, read};
use super::world;
use crate::Actor;
use crate::ports::ZoomCall;
use crate::testkit::Fault;
use crate::words::{
    AccountId, Calendar, CalendarId, Email, FixedLocation, Mark, Notes, Participant, RequestId,
    Status, Title, UserId, ZoomAccountId,
};

/// A step: what every one may have, and what it does.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    /// The name of the appointment that it makes.
    pub(super) makes: Option<String>,
    pub(super) account: Option<AccountId>,
    pub(super) actor: Option<Actor>,
    pub(super) expect: Option<Value>,
    pub(super) act: Act,
}

#[derive(Debug)]
pub(super) enum Act {
    ConnectZoom(ConnectZoom),
    DeleteUser(OfUser),
    RestoreUser(RestoreUser),
    SetCalendarLocation(SetCalendarLocation),
    PutCalendar(Box<Calendar>),
    Slots(Slots),
    Book(Box<Book>),
    Confirm(OfAppointment),
    Cancel(OfAppointment),
    Delete(OfAppointment),
    Edit(Edit),
    Reschedule(Reschedule),
    Mark(MarkAppointment),
    Appointment(OfAppointment),
    Appointments(Appointments),
    ZoomFault(ZoomFault),
    ZoomState(Nothing),
    Advance(Advance),
    Settle(Nothing),
}

/// Steps of the format that this version does not do.
const LATER: [&str; 15] = [
    "disconnect_zoom",
    "release_zoom",
    "transfer_zoom",
    "connection",
    "set_default_location",
    "put_workflow",
    "explain",
    "reassign",
    "busy",
    "zoom_event",
    "notifications",
    "attendance",
    "report",
    "events",
    "ics",
];

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

/// Where the user begins to connect; comes back with the result (R1).
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    #[default]
    Integrations,
    DefaultLocation,
    CalendarSettings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectZoom {
    pub(super) user: UserId,
    pub(super) zoom: ZoomAccountId,
    #[serde(default)]
    pub(super) entry: Entry,
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
    Any,
}

impl From<Op> for Option<ZoomCall> {
    fn from(op: Op) -> Self {
        match op {
            Op::CreateMeeting => Some(ZoomCall::CreateMeeting),
            Op::UpdateMeeting => Some(ZoomCall::UpdateMeeting),
            Op::DeleteMeeting => Some(ZoomCall::DeleteMeeting),
            Op::ListMeetings => Some(ZoomCall::ListMeetings),
            Op::Any => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FaultName {
    Lost,
    DoneReplyLost,
    Unavailable,
    DailyLimit,
    PerSecondLimit,
    TokenExpired,
    Gone,
}

impl From<FaultName> for Fault {
    fn from(name: FaultName) -> Self {
        match name {
            FaultName::Lost => Self::Lost,
            FaultName::DoneReplyLost => Self::DoneReplyLost,
            FaultName::Unavailable => Self::Unavailable,
            FaultName::DailyLimit => Self::DailyLimit,
            FaultName::PerSecondLimit => Self::PerSecondLimit,
            FaultName::TokenExpired => Self::TokenExpired,
            FaultName::Gone => Self::Gone,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    pub(super) to: Option<At>,
    pub(super) minutes: Option<u32>,
}

/// Who acts, as steps write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActorText {
    user: UserId,
}

fn take<T: DeserializeOwned>(
    object: &mut Map<String, Value>,
    field: &str,
) -> Result<Option<T>, InvalidScenario> {
    let Some(value) = object.remove(field) else {
        return Ok(None);
    };
    read(&value).map(Some).map_err(|error| error.within(field))
}

/// Reads one step.
pub(super) fn read_step(step: &Value) -> Result<Step, InvalidScenario> {
    let mut object: Map<String, Value> = read(step)?;
    let missing = || InvalidScenario::illegal("do", "every step says what it does");
    let name: String = take(&mut object, "do")?.ok_or_else(missing)?;
    Ok(Step {
        makes: take(&mut object, "as")?,
        account: take(&mut object, "account")?,
        actor: actor(&mut object)?,
        expect: expect(&mut object)?,
        act: act(&name, object)?,
        name,
    })
}

fn actor(step: &mut Map<String, Value>) -> Result<Option<Actor>, InvalidScenario> {
    if step.get("actor") == Some(&json!("invitee")) {
        step.remove("actor");
        return Ok(Some(Actor::Invitee));
    }
    if let Some(Value::Object(actor)) = step.get_mut("actor") {
        for field in ["acting_as", "reason"] {
            only_default(actor, "actor", field, &Value::Null)?;
        }
    }
    let actor: Option<ActorText> = take(step, "actor")?;
    Ok(actor.map(|actor| Actor::User(actor.user)))
}

/// An expectation says something of the answer, or of the error.
fn expect(step: &mut Map<String, Value>) -> Result<Option<Value>, InvalidScenario> {
    let Some(expect) = step.remove("expect") else {
        return Ok(None);
    };
    let legal = expect.as_object().is_some_and(|expect| {
        let mut names = expect.keys();
        expect.len() == 1 && names.all(|name| matches!(name.as_str(), "ok" | "error"))
    });
    match legal {
        true => Ok(Some(expect)),
        false => Err(InvalidScenario::illegal(
            "expect",
            "an expectation is {\"ok\": …} or {\"error\": …}",
        )),
    }
}

fn act(name: &str, mut step: Map<String, Value>) -> Result<Act, InvalidScenario> {
    for (field, default) in later_fields(name) {
        only_default(&mut step, "", field, &default)?;
    }
    let step = Value::Object(step);
    Ok(match name {
        "connect_zoom" => Act::ConnectZoom(read(&step)?),
        "delete_user" => Act::DeleteUser(read(&step)?),
        "restore_user" => Act::RestoreUser(read(&step)?),
        "set_calendar_location" => Act::SetCalendarLocation(read(&step)?),
        "put_calendar" => Act::PutCalendar(Box::new(put_calendar(&step)?)),
        "slots" => Act::Slots(read(&step)?),
        "book" => Act::Book(read(&step)?),
        "confirm" => Act::Confirm(read(&step)?),
        "cancel" => Act::Cancel(read(&step)?),
        "delete" => Act::Delete(read(&step)?),
        "edit" => Act::Edit(read(&step)?),
        "reschedule" => Act::Reschedule(read(&step)?),
        "mark" => Act::Mark(read(&step)?),
        "appointment" => Act::Appointment(read(&step)?),
        "appointments" => Act::Appointments(read(&step)?),
        "zoom_fault" => Act::ZoomFault(zoom_fault(&step)?),
        "zoom_state" => Act::ZoomState(read(&step)?),
        "advance" => Act::Advance(advance(&step)?),
        "settle" => Act::Settle(read(&step)?),
        later if LATER.contains(&later) => return Err(InvalidScenario::unsupported("do", later)),
        unknown => {
            let why = format!("there is no step {unknown:?}");
            return Err(InvalidScenario::illegal("do", why));
        }
    })
}

/// The whole calendar, as in the world.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutCalendar {
    calendar: Value,
}

fn put_calendar(step: &Value) -> Result<Calendar, InvalidScenario> {
    let given: PutCalendar = read(step)?;
    world::calendar("calendar", read_calendar(&given.calendar, "calendar")?)
}

fn later_fields(step: &str) -> Vec<(&'static str, Value)> {
    match step {
        "book" => vec![("repeat", Value::Null), ("if_taken", json!("fail"))],
        "confirm" | "cancel" | "delete" | "reschedule" => vec![("scope", json!("this"))],
        "appointment" => vec![("as_participant", Value::Null)],
        _ => Vec::new(),
    }
}

/// Faults and calls of the format that the simulated Zoom does not know yet.
fn zoom_fault(step: &Value) -> Result<ZoomFault, InvalidScenario> {
    let later = [
        ("op", "add_registrant"),
        ("op", "refresh"),
        ("fault", "late"),
        ("fault", "revoked"),
        ("fault", "plan_missing"),
    ];
    for (field, name) in later {
        if step.get(field) == Some(&json!(name)) {
            return Err(InvalidScenario::unsupported(field, name));
        }
    }
    read(step)
}

fn advance(step: &Value) -> Result<Advance, InvalidScenario> {
    let advance: Advance = read(step)?;
    if advance.to.is_some() == advance.minutes.is_some() {
        let why = "an advance has one of `to` and `minutes`";
        return Err(InvalidScenario::illegal("to", why));
    }
    Ok(advance)
}
