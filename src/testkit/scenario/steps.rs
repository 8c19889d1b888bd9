//! The steps of a scenario, as they are written.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::format::read_calendar;
use super::given::{
    Advance, Appointments, Book, Busy, ConnectZoom, Edit, Event, Explain, MarkAppointment, Nothing,
    OfAppointment, OfUser, Reassign, ReleaseZoom, Reschedule, RestoreUser, SetCalendarLocation,
    SetDefaultLocation, Slots, TransferZoom, ZoomEvent, ZoomFault,
};
use super::moment::At;
use super::problem::InvalidScenario;
use super::read::{only_default, read};
use super::world;
use crate::Actor;
use crate::words::{AccountId, Calendar, Interval, StatedReason, UserId};

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
    DisconnectZoom(OfUser),
    ReleaseZoom(ReleaseZoom),
    TransferZoom(TransferZoom),
    Connection(OfUser),
    SetDefaultLocation(SetDefaultLocation),
    ZoomEvent(ZoomEvent),
    DeleteUser(OfUser),
    RestoreUser(RestoreUser),
    SetCalendarLocation(SetCalendarLocation),
    PutCalendar(Box<Calendar>),
    Slots(Slots),
    Explain(Explain),
    Book(Box<Book>),
    Confirm(OfAppointment),
    Cancel(OfAppointment),
    Delete(OfAppointment),
    Edit(Edit),
    Reschedule(Reschedule),
    Reassign(Reassign),
    Mark(MarkAppointment),
    Appointment(OfAppointment),
    Appointments(Appointments),
    Busy(Busy),
    ZoomFault(ZoomFault),
    ZoomState(Nothing),
    Advance(Advance),
    Settle(Nothing),
}

/// Steps of the format that this version does not do.
const LATER: [&str; 6] = ["put_workflow", "notifications", "attendance", "report", "events", "ics"];

/// Who acts, as steps write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActorText {
    user: UserId,
    acting_as: Option<UserId>,
    reason: Option<StatedReason>,
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
    let Some(ActorText { user, acting_as, reason }) = take(step, "actor")? else {
        return Ok(None);
    };
    let Some(other) = acting_as else { return Ok(Some(Actor::User(user))) };
    let why = || InvalidScenario::illegal("actor.reason", "who acts as another says why");
    Ok(Some(Actor::logged_in_as(user, other, reason.ok_or_else(why)?)))
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
        "disconnect_zoom" => Act::DisconnectZoom(read(&step)?),
        "release_zoom" => Act::ReleaseZoom(read(&step)?),
        "transfer_zoom" => Act::TransferZoom(read(&step)?),
        "connection" => Act::Connection(read(&step)?),
        "set_default_location" => Act::SetDefaultLocation(read(&step)?),
        "zoom_event" => Act::ZoomEvent(zoom_event(&step)?),
        "delete_user" => Act::DeleteUser(read(&step)?),
        "restore_user" => Act::RestoreUser(read(&step)?),
        "set_calendar_location" => Act::SetCalendarLocation(read(&step)?),
        "put_calendar" => Act::PutCalendar(Box::new(put_calendar(&step)?)),
        "slots" => Act::Slots(read(&step)?),
        "explain" => Act::Explain(read(&step)?),
        "book" => Act::Book(read(&step)?),
        "confirm" => Act::Confirm(read(&step)?),
        "cancel" => Act::Cancel(read(&step)?),
        "delete" => Act::Delete(read(&step)?),
        "edit" => Act::Edit(read(&step)?),
        "reschedule" => Act::Reschedule(read(&step)?),
        "reassign" => Act::Reassign(read(&step)?),
        "mark" => Act::Mark(read(&step)?),
        "appointment" => Act::Appointment(read(&step)?),
        "appointments" => Act::Appointments(read(&step)?),
        "busy" => Act::Busy(busy(&step)?),
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

/// Events of the format that nobody here listens to yet.
fn zoom_event(step: &Value) -> Result<ZoomEvent, InvalidScenario> {
    const KNOWN: [&str; 3] = ["app_deauthorized", "meeting.deleted", "meeting.recovered"];
    if let Some(event) = step.get("event").and_then(Value::as_str)
        && !KNOWN.contains(&event)
    {
        return Err(InvalidScenario::unsupported("event", event));
    }
    let event: ZoomEvent = read(step)?;
    let named = match event.event {
        Event::AppDeauthorized => event.zoom.is_some() && event.appointment.is_none(),
        Event::MeetingDeleted | Event::MeetingRecovered => {
            event.appointment.is_some() && event.zoom.is_none()
        }
    };
    if !named {
        let why = "`app_deauthorized` has a `zoom`, the events of meetings an `appointment`";
        return Err(InvalidScenario::illegal("event", why));
    }
    Ok(event)
}

/// Faults and calls of the format that the simulated Zoom does not know yet.
fn zoom_fault(step: &Value) -> Result<ZoomFault, InvalidScenario> {
    let later = [("op", "add_registrant"), ("fault", "plan_missing")];
    for (field, name) in later {
        if step.get(field) == Some(&json!(name)) {
            return Err(InvalidScenario::unsupported(field, name));
        }
    }
    read(step)
}

/// A time, or a failure. An echo is at the time of its appointment, if it does not say another.
fn busy(step: &Value) -> Result<Busy, InvalidScenario> {
    let busy: Busy = read(step)?;
    let (has_time, is_echo) =
        (busy.from.is_some() && busy.to.is_some(), busy.appointment.is_some());
    let has_half = busy.from.is_some() != busy.to.is_some();
    if has_half || busy.fails == (has_time || is_echo) {
        let why = "a busy step has `from` and `to`, an `appointment`, or `fails`";
        return Err(InvalidScenario::illegal("from", why));
    }
    if let (Some(At(from)), Some(At(to))) = (busy.from, busy.to) {
        Interval::new(from, to)
            .map_err(|error| InvalidScenario::illegal("to", error.to_string()))?;
    }
    Ok(busy)
}

fn advance(step: &Value) -> Result<Advance, InvalidScenario> {
    let advance: Advance = read(step)?;
    if advance.to.is_some() == advance.minutes.is_some() {
        let why = "an advance has one of `to` and `minutes`";
        return Err(InvalidScenario::illegal("to", why));
    }
    Ok(advance)
}
