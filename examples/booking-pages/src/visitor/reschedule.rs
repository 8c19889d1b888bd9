//! Another time for an appointment.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::words::{Interval, Zone};
use slotlink::{Error, Refusal};

use super::appointment::Held;
use super::slots::{Asked, Week, unclear};
use crate::app::{App, Shared};
use crate::web::client::Client;
use crate::web::form::alert;
use crate::web::layout::Page;
use crate::web::take::{Form, Query};
use crate::web::{problem, zones};
use crate::when::{self, Days};

#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    start: String,
    zone: String,
}

pub(crate) async fn show(
    State(app): State<Shared>,
    held: Held,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let zone = zones::of_visitor(asked.zone.as_deref(), &headers, held.calendar.zone);
    answer(&app, &held, asked.days(zone), None).await
}

pub(crate) async fn reschedule(
    State(app): State<Shared>,
    held: Held,
    Client(from): Client,
    Form(chosen): Form<Chosen>,
) -> Response {
    let Ok(start) = when::instant(&chosen.start) else {
        return unclear(&app, "It is not clear which time was meant.");
    };
    // A move costs the host requests at Zoom.
    if let Err(wait) = app.attempts.count(from) {
        return problem::too_often(&app, wait);
    }
    let zone = Zone::new(&chosen.zone).unwrap_or(held.calendar.zone);
    let id = held.appointment.id;
    match app.scheduler.reschedule(&app.invitee(), id, start, None).await {
        Ok(_) => {
            app.work.notify_one();
            Redirect::to(&held.path()).into_response()
        }
        Err(error) => {
            problem::log(&app, &error);
            let days = Days { zone, first: zone.date(start), count: 7 };
            answer(&app, &held, days, Some(&error)).await
        }
    }
}

/// The free times, with what happened.
async fn answer(app: &App, held: &Held, days: Days, error: Option<&Error>) -> Response {
    let week = match Week::find(app, &app.invitee(), &held.calendar, days).await {
        Ok(week) => week,
        Err(error) => return problem::page(app, None, &error),
    };
    let message = error.map(|error| match error {
        Error::Refused(Refusal::SlotUnavailable { .. }) => {
            "This time is not free any more. Your appointment stands as it was; these are free:"
                .to_owned()
        }
        other => problem::told(other),
    });
    let status = error.map_or(StatusCode::OK, problem::status);
    let body = body(held, &week, message);
    problem::with_retry(Page::new("Choose another time", body).with_status(status).show(app))
}

fn body(held: &Held, week: &Week, message: Option<String>) -> Markup {
    let (zone, action) = (week.days.zone, format!("{}/move", held.path()));
    let button = |slot: Interval| {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="zone" value=(zone.name());
                button.slot type="submit" name="start" value=(when::machine(slot.start())) {
                    (when::time(zone, slot.start()))
                }
            }
        }
    };
    html! {
        h1 { "Another time for " (held.appointment.title) }
        @if let Some(message) = message { (alert(&message)) }
        p.chosen { "Now: " (when::interval(zone, held.appointment.interval)) }
        p { a href=(held.path()) { "Leave it as it is" } }
        (week.show(&action, true, button))
    }
}
