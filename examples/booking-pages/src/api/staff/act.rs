//! What the host application does with an appointment.

use axum::Json;
use axum::extract::State;
use slotlink::words::AppointmentId;
use slotlink::{Appointment, Error};

use super::appointments::StaffAppointment;
use crate::api::describe::{Conflict, NotFound, StaffOnly};
use crate::api::problem::Problem;
use crate::api::take::{Part, Staff};
use crate::app::{App, Shared};

fn read(id: &str) -> Result<AppointmentId, Problem> {
    id.parse().map_err(|_| Problem::not_found("There is no such appointment."))
}

fn told(app: &App, done: Result<Appointment, Error>) -> Result<Json<StaffAppointment>, Problem> {
    let appointment = done.map_err(|error| Problem::of(app, &error))?;
    app.work.notify_one();
    Ok(Json(StaffAppointment::of(app, &appointment)))
}

/// Confirms a pending appointment. Again is no change.
#[utoipa::path(
    post,
    path = "/api/v1/staff/appointments/{id}/confirm",
    operation_id = "confirmAppointment",
    tag = "staff",
    security(("key" = [])),
    params(("id" = String, Path, description = "The appointment's id.", format = "uuid")),
    responses(
        (status = 200, description = "The appointment, confirmed.", body = StaffAppointment),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        StaffOnly,
    )
)]
pub(crate) async fn confirm(
    State(app): State<Shared>,
    _: Staff,
    Part(id): Part<String>,
) -> Result<Json<StaffAppointment>, Problem> {
    let done = app.scheduler.confirm(&app.system(), read(&id)?).await;
    told(&app, done)
}

/// Has a link tried again that stands still: deferred, parked, refused by Zoom, or given up.
#[utoipa::path(
    post,
    path = "/api/v1/staff/appointments/{id}/retry-link",
    operation_id = "retryLink",
    tag = "staff",
    security(("key" = [])),
    params(("id" = String, Path, description = "The appointment's id.", format = "uuid")),
    responses(
        (status = 200, description = "The appointment, its link on its way again.", body = StaffAppointment),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        StaffOnly,
    )
)]
pub(crate) async fn retry_link(
    State(app): State<Shared>,
    _: Staff,
    Part(id): Part<String>,
) -> Result<Json<StaffAppointment>, Problem> {
    let done = app.scheduler.retry_link(&app.system(), read(&id)?).await;
    told(&app, done)
}
