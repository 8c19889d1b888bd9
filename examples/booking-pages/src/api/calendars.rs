//! What can be booked, and when.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize, Serializer};
use slotlink::words::{Calendar, CalendarId, CalendarKind};
use slotlink::{Slot, Slots};
use utoipa::{IntoParams, ToSchema};

use super::describe::{
    Always, BadRequest, Conflict, Invalid, NotFound, TooManyAttempts, Unauthorized,
};
use super::instant::Instant;
use super::problem::Problem;
use super::take::{Asked, Part, Staff, instant};
use crate::app::Shared;
use crate::web::form::Wrong;

/// A slot and its comma are about so long.
const BYTES_OF_SLOT: usize = 80;

/// Over so many days everybody may ask for slots at once.
const DAYS_OF_VISITORS: i64 = 62;
/// The same for who has the key of the API: as many as the crate allows.
const DAYS_OF_STAFF: i64 = 366;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarList {
    calendars: Vec<CalendarShown>,
}

/// Something to book on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Calendar)]
pub(crate) struct CalendarShown {
    #[schema(examples("demo"))]
    id: String,
    #[schema(examples("Product demo"))]
    name: String,
    /// The zone of its starts: an IANA name.
    #[schema(examples("Europe/Berlin"))]
    zone: &'static str,
    /// How long a slot is.
    #[schema(examples(30))]
    slot_minutes: u16,
    kind: Kind,
}

/// Who hosts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarKind)]
pub(crate) enum Kind {
    /// One of the hosts.
    RoundRobin,
    /// All hosts together.
    Collective,
    /// Nobody in person.
    Unassigned,
}

impl From<Calendar> for CalendarShown {
    fn from(calendar: Calendar) -> Self {
        let kind = match calendar.kind {
            CalendarKind::RoundRobin(_) => Kind::RoundRobin,
            CalendarKind::Collective(_) => Kind::Collective,
            _ => Kind::Unassigned,
        };
        Self {
            id: calendar.id.into(),
            name: calendar.name.into(),
            zone: calendar.zone.name(),
            slot_minutes: calendar.slot.length().minutes(),
            kind,
        }
    }
}

/// What can be booked here.
#[utoipa::path(
    get,
    path = "/api/v1/calendars",
    operation_id = "listCalendars",
    tag = "visitors",
    responses(
        (status = 200, description = "All calendars, by id.", body = CalendarList),
        (status = 409, response = Conflict),
        Always,
    )
)]
pub(crate) async fn list(State(app): State<Shared>) -> Result<axum::Json<CalendarList>, Problem> {
    let found = app.scheduler.calendars(&app.system()).await;
    let calendars = found.map_err(|error| Problem::of(&app, &error))?;
    let calendars = calendars.into_iter().map(CalendarShown::from).collect();
    Ok(axum::Json(CalendarList { calendars }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Range {
    /// The first start that is wanted.
    #[param(required = true, format = DateTime, example = "2026-11-23T00:00:00Z")]
    from: String,
    /// Starts before this are wanted. At most 62 days after `from`; with the key of the API, 366.
    #[param(required = true, format = DateTime, example = "2026-11-30T00:00:00Z")]
    to: String,
}

impl Range {
    /// From when to when, if it makes sense. A year of slots costs a lot to find, so that not everybody may
    /// ask for it.
    fn read(&self, most: i64) -> Result<(DateTime<Utc>, DateTime<Utc>), Problem> {
        let mut wrong = Wrong::default();
        let from = instant(&mut wrong, "from", &self.from);
        let to = instant(&mut wrong, "to", &self.to);
        let (Some(from), Some(to)) = (from, to) else { return Err(Problem::fields(&wrong)) };
        if to <= from {
            wrong.say("to", "it has to be after `from`");
        } else if to - from > TimeDelta::days(most) {
            let most = format!(
                "at most {DAYS_OF_VISITORS} days after `from`, with the key of the API {DAYS_OF_STAFF}"
            );
            wrong.say("to", most);
        }
        if wrong.is_empty() { Ok((from, to)) } else { Err(Problem::fields(&wrong)) }
    }
}

/// The slots that can be booked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "slots": [{
        "start": "2026-11-24T15:00:00Z", "end": "2026-11-24T15:30:00Z", "seats_left": 1
    }],
    "busy_unknown": false
})))]
pub(crate) struct SlotList {
    /// By start.
    #[serde(serialize_with = "each")]
    #[schema(value_type = Vec<SlotShown>)]
    slots: Slots,
    /// It is not known of all hosts when they are busy elsewhere: later there may be more slots.
    busy_unknown: bool,
}

/// A slot that can be booked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Slot)]
pub(crate) struct SlotShown {
    start: Instant,
    end: Instant,
    /// For how many appointments more there is room.
    #[schema(minimum = 1, examples(1))]
    seats_left: u32,
}

/// Straight from the crate's bits, one slot at a time.
fn each<S: Serializer>(slots: &Slots, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(slots.iter().map(SlotShown::from))
}

impl From<Slot<'_>> for SlotShown {
    fn from(slot: Slot<'_>) -> Self {
        let (start, end) = (slot.interval().start(), slot.interval().end());
        Self { start: Instant(start), end: Instant(end), seats_left: slot.seats_left() }
    }
}

/// The slots of a calendar that can be booked: exactly these, until somebody else books.
#[utoipa::path(
    get,
    path = "/api/v1/calendars/{calendar}/slots",
    operation_id = "listSlots",
    tag = "visitors",
    security((), ("key" = [])),
    params(("calendar" = String, Path, description = "The calendar's id.", example = "demo"), Range),
    responses(
        (status = 200, description = "The slots that start in `[from, to)`.", body = SlotList),
        (status = 400, response = BadRequest),
        (status = 401, response = Unauthorized),
        (status = 404, response = NotFound),
        (status = 422, response = Invalid),
        (status = 429, response = TooManyAttempts),
        Always,
    )
)]
pub(crate) async fn slots(
    State(app): State<Shared>,
    staff: Option<Staff>,
    Part(calendar): Part<String>,
    Asked(asked): Asked<Range>,
) -> Result<Response, Problem> {
    let Ok(calendar) = CalendarId::new(calendar) else {
        return Err(Problem::not_found("There is no such calendar."));
    };
    let most = if staff.is_some() { DAYS_OF_STAFF } else { DAYS_OF_VISITORS };
    let (from, to) = asked.read(most)?;
    let found = app.scheduler.slots(&app.invitee(), &calendar, from, to).await;
    let slots = found.map_err(|error| Problem::of(&app, &error))?;
    Ok(written(slots))
}

/// In one piece of memory that need not grow.
fn written(slots: Slots) -> Response {
    let mut json = Vec::with_capacity(64 + slots.len().saturating_mul(BYTES_OF_SLOT));
    let busy_unknown = slots.busy_unknown().next().is_some();
    // Numbers, strings and lists of them are always JSON, and memory always takes them.
    let _always = serde_json::to_writer(&mut json, &SlotList { slots, busy_unknown });
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
