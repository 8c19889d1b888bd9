//! Booking.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use serde::Deserialize;
use slotlink::Error;
use slotlink::words::CalendarId;
use utoipa::ToSchema;

use super::appointment::Shown;
use super::describe::{
    Always, BadRequest, Invalid, NotFound, NotJson, SlotConflict, TooLarge, TooManyAttempts,
};
use super::location::Told;
use super::next::with_next_slots;
use super::problem::Problem;
use super::take::{Attempt, IdempotencyKey, Sent};
use crate::app::{App, Shared};
use crate::visitor::wish::Wish;
use crate::web::form::Wrong;
use crate::when;

/// A booking. An e-mail address or a phone number is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "calendar": "demo",
    "start": "2026-11-24T15:00:00Z",
    "name": "Pat Example",
    "email": "pat@example.com"
})))]
pub(crate) struct Booking {
    /// The calendar's id.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 128)]
    calendar: String,
    /// A slot that is offered.
    #[serde(default)]
    #[schema(required = true, format = DateTime)]
    start: String,
    /// What the invitee is called.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 200)]
    name: String,
    #[schema(format = Email)]
    email: Option<String>,
    #[schema(max_length = 64)]
    phone: Option<String>,
    /// For the host. They never reach Zoom.
    #[schema(max_length = 4000)]
    notes: Option<String>,
    /// Where to meet, if the calendar asks for it.
    #[schema(max_length = 500)]
    place: Option<String>,
}

impl Booking {
    fn wish(&self) -> Wish<'_> {
        Wish {
            calendar: &self.calendar,
            start: &self.start,
            name: &self.name,
            email: self.email.as_deref().unwrap_or_default(),
            phone: self.phone.as_deref().unwrap_or_default(),
            notes: self.notes.as_deref().unwrap_or_default(),
            place: self.place.as_deref().unwrap_or_default(),
        }
    }
}

/// Books a slot.
///
/// The booking stands when this answers; a Zoom link is made in the background: ask for the
/// appointment until it is there. Sent twice with the same `Idempotency-Key`, it books once, and answers
/// with the appointment as it is now; another booking needs another key. Keys are known for a week.
#[utoipa::path(
    post,
    path = "/api/v1/appointments",
    operation_id = "bookAppointment",
    tag = "visitors",
    params((
        "Idempotency-Key" = String, Header,
        description = "A random text of 1 to 128 visible ASCII characters, say a UUID.", min_length = 1, max_length = 128,
        example = "b1946ac9-2c0b-4c6b-9c3a-0d5c1a6f3f0e"
    )),
    request_body = Booking,
    responses(
        (status = 201, description = "The appointment.", body = Shown, headers(
            ("Location" = String, description = "Where this API has it.")
        )),
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
pub(crate) async fn book(
    State(app): State<Shared>,
    _: Attempt,
    IdempotencyKey(key): IdempotencyKey,
    Sent(booking): Sent<Booking>,
) -> Result<(StatusCode, [(header::HeaderName, String); 1], Json<Shown>), Problem> {
    let mut wrong = Wrong::default();
    let asked = booking.wish().read(&mut wrong).ok_or_else(|| Problem::fields(&wrong))?;
    let asked = asked.with_request_id(key);
    match app.scheduler.book(&app.invitee(), &asked).await {
        Ok(booked) => {
            app.work.notify_one();
            app.metrics.booked();
            let shown = Shown::of(&app, &booked, Told::Visitors);
            Ok((StatusCode::CREATED, [(header::LOCATION, shown.api_url(&app))], Json(shown)))
        }
        Err(error) => Err(refused(&app, &booking, &error).await),
    }
}

async fn refused(app: &App, booking: &Booking, error: &Error) -> Problem {
    let problem = Problem::of(app, error);
    match (CalendarId::new(&*booking.calendar), when::instant(&booking.start)) {
        (Ok(calendar), Ok(start)) => with_next_slots(app, problem, error, &calendar, start).await,
        _ => problem,
    }
}
