//! An appointment, for whoever has its private address.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotlink::words::{AppointmentId, Status};
use utoipa::ToSchema;

use super::describe::{
    Always, BadRequest, Conflict, Invalid, NotFound, NotJson, SlotConflict, TooLarge,
    TooManyAttempts,
};
use super::instant::Instant;
use super::location::{Location, Told};
use super::names::StatusName;
use super::next::with_next_slots;
use super::problem::Problem;
use super::take::{Attempt, Part, Sent, instant};
use crate::app::{App, Shared};
use crate::private::PrivateAddress;
use crate::web::form::Wrong;

/// An appointment as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Appointment, examples(json!({
    "address": "0198c4a0-0000-7000-8000-000000000001.3q2-7wAAAAAAAAAAAAAAAA",
    "url": "https://book.example/appointments/0198c4a0-0000-7000-8000-000000000001.3q2-7wAAAAAAAAAAAAAAAA",
    "calendar": "demo",
    "title": "Product demo",
    "status": "confirmed",
    "start": "2026-11-24T15:00:00Z",
    "end": "2026-11-24T15:30:00Z",
    "location": {"kind": "zoom", "link": "pending"}
})))]
pub(crate) struct Shown {
    /// Its private address: who has it may see, move and cancel the appointment.
    address: String,
    /// Its page, for people.
    #[schema(format = "uri")]
    url: String,
    calendar: String,
    title: String,
    #[schema(value_type = StatusName)]
    status: Status,
    start: Instant,
    end: Instant,
    location: Location,
}

impl Shown {
    pub(crate) fn of(app: &App, appointment: &slotlink::Appointment, told: Told) -> Self {
        let address = PrivateAddress::of(&app.keys, appointment.id).to_string();
        Self {
            url: app.address(&format!("/appointments/{address}")).into(),
            address,
            calendar: appointment.calendar.to_string(),
            title: appointment.title.to_string(),
            status: appointment.status,
            start: Instant(appointment.interval.start()),
            end: Instant(appointment.interval.end()),
            location: Location::of(&appointment.location, told),
        }
    }

    /// Where the API has it.
    pub(crate) fn api_url(&self, app: &App) -> String {
        app.address(&format!("/api/v1/appointments/{}", self.address)).into()
    }
}

/// The appointment of a private address. One that is none says no more than one of an appointment that
/// is gone.
fn opened(app: &App, address: &str) -> Result<AppointmentId, Problem> {
    let id = PrivateAddress::open(&app.keys, address);
    id.ok_or_else(|| Problem::not_found("There is no appointment at this address."))
}

/// An appointment, by its private address.
#[utoipa::path(
    get,
    path = "/api/v1/appointments/{address}",
    operation_id = "getAppointment",
    tag = "visitors",
    params(("address" = String, Path, description = "The private address.")),
    responses(
        (status = 200, description = "As it is now.", body = Shown),
        (status = 404, response = NotFound),
        Always,
    )
)]
pub(crate) async fn show(
    State(app): State<Shared>,
    Part(address): Part<String>,
) -> Result<Json<Shown>, Problem> {
    let id = opened(&app, &address)?;
    let found = app.scheduler.appointment(&app.invitee(), id).await;
    let found = found.map_err(|error| Problem::of(&app, &error))?;
    Ok(Json(Shown::of(&app, &found, Told::Visitors)))
}

/// Another time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reschedule {
    /// When it shall start: a slot that is offered.
    #[serde(default)]
    #[schema(required = true, format = DateTime, examples("2026-11-25T15:00:00Z"))]
    start: String,
}

/// Moves an appointment to another slot. To the one that it has is no change.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{address}/reschedule",
    operation_id = "rescheduleAppointment",
    tag = "visitors",
    params(("address" = String, Path, description = "The private address.")),
    request_body = Reschedule,
    responses(
        (status = 200, description = "The appointment at its new time.", body = Shown),
        (status = 400, response = BadRequest),
        (status = 404, response = NotFound),
        (status = 409, response = SlotConflict),
        (status = 413, response = TooLarge),
        (status = 415, response = NotJson),
        (status = 422, response = Invalid),
        (status = 429, response = TooManyAttempts),
        Always,
    )
)]
pub(crate) async fn reschedule(
    State(app): State<Shared>,
    // A move costs the host requests at Zoom.
    _: Attempt,
    Part(address): Part<String>,
    Sent(sent): Sent<Reschedule>,
) -> Result<Json<Shown>, Problem> {
    let id = opened(&app, &address)?;
    let mut wrong = Wrong::default();
    let start = instant(&mut wrong, "start", &sent.start).ok_or_else(|| Problem::fields(&wrong))?;
    match app.scheduler.reschedule(&app.invitee(), id, start, None).await {
        Ok(moved) => {
            app.work.notify_one();
            Ok(Json(Shown::of(&app, &moved, Told::Visitors)))
        }
        Err(error) => {
            let problem = Problem::of(&app, &error);
            // Where it was, if it still is: for the slots of its calendar.
            let Ok(held) = app.scheduler.appointment(&app.invitee(), id).await else {
                return Err(problem);
            };
            Err(with_next_slots(&app, problem, &error, &held.calendar, start).await)
        }
    }
}

/// Calls an appointment off. Again is no change.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{address}/cancel",
    operation_id = "cancelAppointment",
    tag = "visitors",
    params(("address" = String, Path, description = "The private address.")),
    responses(
        (status = 200, description = "The appointment, cancelled.", body = Shown),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        Always,
    )
)]
pub(crate) async fn cancel(
    State(app): State<Shared>,
    Part(address): Part<String>,
) -> Result<Json<Shown>, Problem> {
    let id = opened(&app, &address)?;
    let cancelled = app.scheduler.cancel(&app.invitee(), id).await;
    let cancelled = cancelled.map_err(|error| Problem::of(&app, &error))?;
    app.work.notify_one();
    Ok(Json(Shown::of(&app, &cancelled, Told::Visitors)))
}
