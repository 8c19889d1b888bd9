//! The booking form, and what becomes of it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::words::{Calendar, CalendarId, Interval, RequestId, Zone};
use slotlink::{BookRequest, Error, InvalidInput, Refusal};

use super::slots::unclear;
use super::wish::Wish;
use super::{free, path};
use crate::app::{App, Shared};
use crate::attempts::too_many;
use crate::private::PrivateAddress;
use crate::web::client::Client;
use crate::web::form::{Field, Wrong, alert};
use crate::web::guard::not_found;
use crate::web::layout::Page;
use crate::web::take::{Form, Path, Query};
use crate::web::{problem, zones};
use crate::when;

#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    start: Option<String>,
    zone: Option<String>,
}

/// What was typed, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    start: String,
    zone: String,
    /// Names this form: sent twice, it books once.
    request: String,
    name: String,
    email: String,
    phone: String,
    notes: String,
    /// Asked for only where the calendar asks.
    place: Option<String>,
}

/// A form as it is shown.
struct Shown<'a> {
    calendar: &'a Calendar,
    zone: Zone,
    typed: &'a Typed,
    wrong: Wrong,
    /// What happened, if it is not about a field.
    message: Option<String>,
    /// Other times in place of the one that is taken.
    others: Vec<Interval>,
}

pub(crate) async fn form(
    State(app): State<Shared>,
    Path(calendar): Path,
    Query(chosen): Query<Chosen>,
    headers: HeaderMap,
) -> Response {
    let calendar = match find(&app, calendar).await {
        Ok(calendar) => calendar,
        Err(response) => return response,
    };
    let start = chosen.start.as_deref().and_then(|start| when::instant(start).ok());
    let (Some(start), Ok(request)) = (start, crate::random::text()) else {
        return unclear(&app, "It is not clear which time was meant.");
    };
    let zone = zones::of_visitor(chosen.zone.as_deref(), &headers, calendar.zone);
    let place = asks(&calendar).then(String::new);
    let typed = Typed {
        start: when::machine(start),
        zone: zone.name().to_owned(),
        request,
        place,
        ..Typed::default()
    };
    Shown::new(&calendar, &typed).answer(&app, StatusCode::OK)
}

pub(crate) async fn book(
    State(app): State<Shared>,
    Path(calendar): Path,
    Client(from): Client,
    Form(typed): Form<Typed>,
) -> Response {
    let calendar = match find(&app, calendar).await {
        Ok(calendar) => calendar,
        Err(response) => return response,
    };
    let mut shown = Shown::new(&calendar, &typed);
    if let Err(wait) = app.attempts.count(from) {
        return too_often(&app, shown, wait);
    }
    let Some(id) = typed.request_id() else {
        let message = "Part of the form was missing. Nothing is booked yet: please send it again.";
        return as_another(&app, &shown, StatusCode::UNPROCESSABLE_ENTITY, message);
    };
    let Some(request) = typed.read(&calendar.id, &mut shown.wrong) else {
        return shown.answer(&app, StatusCode::UNPROCESSABLE_ENTITY);
    };
    match app.scheduler.book(&app.invitee(), &request.with_request_id(id)).await {
        Ok(booked) => {
            app.work.notify_one();
            app.metrics.booked();
            let address = PrivateAddress::of(&app.keys, booked.id);
            Redirect::to(&format!("/appointments/{address}?zone={}", path(shown.zone.name())))
                .into_response()
        }
        Err(error) => refused(&app, shown, &typed, error).await,
    }
}

async fn find(app: &Shared, calendar: String) -> Result<Calendar, Response> {
    let Ok(id) = CalendarId::new(calendar) else {
        return Err(not_found(State(app.clone())).await);
    };
    let found = app.scheduler.calendar(&app.system(), &id).await;
    found.map_err(|error| problem::page(app, None, &error))
}

/// Whether the calendar itself says that the invitee is asked. A host's own setting may say so too:
/// then the booking is refused for it, and the form asks.
fn asks(calendar: &Calendar) -> bool {
    calendar.location == Some(slotlink::words::LocationSetting::Ask)
}

impl Typed {
    /// What is asked for, if all fields can be read.
    fn read(&self, calendar: &CalendarId, wrong: &mut Wrong) -> Option<BookRequest> {
        let wish = Wish {
            calendar: calendar.as_str(),
            start: &self.start,
            name: &self.name,
            email: &self.email,
            phone: &self.phone,
            notes: &self.notes,
            place: self.place.as_deref().unwrap_or_default(),
        };
        wish.read(wrong)
    }

    /// Forms without a name would all be the same one.
    fn request_id(&self) -> Option<RequestId> {
        let is_named = !self.request.is_empty();
        is_named.then(|| RequestId::new(format!("page:{}", self.request)).ok()).flatten()
    }
}

/// The form again, with what became of it.
async fn refused(app: &App, mut shown: Shown<'_>, typed: &Typed, error: Error) -> Response {
    problem::log(app, &error);
    let status = problem::status(&error);
    match &error {
        Error::Refused(Refusal::SlotUnavailable { start, .. }) => {
            shown.message = Some("This time is not free any more.".to_owned());
            return with_others(app, shown, typed, *start).await;
        }
        Error::Refused(Refusal::QuotaExhausted { .. }) => {
            shown.message = Some(problem::told(&error));
            let start = typed.start.parse().unwrap_or_else(|_| when::now());
            return with_others(app, shown, typed, start).await;
        }
        Error::Refused(Refusal::RequestIdReused { .. }) => {
            let message =
                "You have booked with this form already. To book once more, send it again.";
            return as_another(app, &shown, status, message);
        }
        Error::Refused(Refusal::InvalidInput(InvalidInput::LocationMissing)) => {
            shown.wrong.say("place", "please say where you would like to meet");
        }
        Error::Refused(Refusal::InvalidInput(InvalidInput::LocationNotAsked)) => {
            let again = Typed { place: None, ..typed.again(typed.request.clone()) };
            let mut shown = Shown::new(shown.calendar, &again);
            shown.message = Some("It is set where this appointment takes place.".to_owned());
            return shown.answer(app, status);
        }
        Error::Refused(Refusal::NotFound(_)) => return problem::page(app, None, &error),
        // With the same request id it is safe to press again.
        _ => shown.message = Some(problem::told(&error)),
    }
    problem::with_retry(shown.answer(app, status))
}

async fn with_others(app: &App, shown: Shown<'_>, typed: &Typed, taken: DateTime<Utc>) -> Response {
    let found = free::around(app, &app.invitee(), &shown.calendar.id, taken).await;
    // What was typed is kept, also if no other time can be shown.
    let others = found.inspect_err(|error| problem::log(app, error)).unwrap_or_default();
    // Another time is another request: the id of the first may not name it.
    let Ok(request) = crate::random::text() else {
        return shown.answer(app, StatusCode::INTERNAL_SERVER_ERROR);
    };
    let typed = typed.again(request);
    Shown { others, typed: &typed, ..shown }.answer(app, StatusCode::CONFLICT)
}

/// The form as it was typed, with a name of its own.
fn as_another(app: &App, shown: &Shown<'_>, status: StatusCode, message: &str) -> Response {
    let Ok(request) = crate::random::text() else { return unclear(app, message) };
    let again = shown.typed.again(request);
    let mut shown = Shown::new(shown.calendar, &again);
    shown.message = Some(message.to_owned());
    shown.answer(app, status)
}

fn too_often(app: &App, mut shown: Shown<'_>, wait: std::time::Duration) -> Response {
    shown.message = Some(too_many(wait));
    let mut response = shown.answer(app, StatusCode::TOO_MANY_REQUESTS);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    response
}

impl Typed {
    /// The same, as another request.
    fn again(&self, request: String) -> Self {
        Self { request, ..self.clone() }
    }
}

impl<'a> Shown<'a> {
    fn new(calendar: &'a Calendar, typed: &'a Typed) -> Self {
        let zone = Zone::new(&typed.zone).unwrap_or(calendar.zone);
        let (wrong, message, others) = (Wrong::default(), None, Vec::new());
        Self { calendar, zone, typed, wrong, message, others }
    }

    fn answer(&self, app: &App, status: StatusCode) -> Response {
        let title = format!("Book: {}", self.calendar.name);
        Page::new(title, self.body()).with_status(status).show(app)
    }

    fn body(&self) -> Markup {
        let Self { calendar, typed, wrong, .. } = self;
        let place = typed.place.as_deref().or_else(|| wrong.with("place").map(|_| ""));
        let field = Field::text;
        let line = |field: Field<'_>| field.line(wrong);
        html! {
            h1 { (calendar.name) }
            (self.chosen())
            (wrong.summary())
            form method="post" action={ "/book/" (path(calendar.id.as_str())) } novalidate {
                input type="hidden" name="zone" value=(self.zone.name());
                input type="hidden" name="request" value=(typed.request);
                (self.start())
                (line(field("name", "Your name", &typed.name).filled_as("name").required()))
                (line(field("email", "E-mail", &typed.email).of_kind("email").filled_as("email")
                    .with_hint("An e-mail address or a phone number is needed.")))
                (line(field("phone", "Phone", &typed.phone).of_kind("tel").filled_as("tel")))
                @if let Some(place) = place {
                    (line(field("place", "Where would you like to meet?", place).required()))
                }
                (field("notes", "Anything we should know?", &typed.notes).lines(wrong))
                button.primary type="submit" { "Book" }
                " "
                a href={ "/book/" (path(calendar.id.as_str())) "?zone=" (path(self.zone.name())) } {
                    "Choose another time"
                }
            }
        }
    }

    /// The time that was chosen, and what happened.
    fn chosen(&self) -> Markup {
        let start = self.typed.start.parse().ok();
        let interval = start.and_then(|start| self.calendar.slot.core(start));
        html! {
            @if let Some(message) = &self.message { (alert(message)) }
            @if self.others.is_empty() {
                p.chosen id="start" tabindex="-1" {
                    // A time that is taken is shown, too: there is a way to others below.
                    @match interval {
                        Some(interval) => (when::interval(self.zone, interval)),
                        None => "It is not clear which time was meant.",
                    }
                }
            }
        }
    }

    /// The start, or a choice of others.
    fn start(&self) -> Markup {
        let (zone, others) = (self.zone, &self.others);
        html! {
            @if others.is_empty() {
                input type="hidden" name="start" value=(self.typed.start);
            } @else {
                fieldset id="start" tabindex="-1" {
                    legend { "The next free times" }
                    @for (number, other) in others.iter().enumerate() {
                        label.radio {
                            input type="radio" name="start" value=(when::machine(other.start()))
                                checked[number == 0];
                            " " (when::interval(zone, *other))
                        }
                    }
                }
            }
        }
    }
}
