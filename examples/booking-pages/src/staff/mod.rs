//! What the staff sees: hosts their own page, admins calendars, appointments and messages.

mod act;
mod actions;
mod appointments;
mod calendar_form;
mod calendars;
mod explain;
mod host;
mod hours;
mod location;
mod messages;
mod people;
mod sign_in;
mod zoom;

pub(crate) use sign_in::is_same;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{MethodRouter, get, post};

use crate::app::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", form_of("/host", post(sign_in::sign_out)))
        .route("/host", get(host::show))
        .route("/host/hours", form_of("/host", post(hours::save)))
        .route("/host/location", form_of("/host", post(location::save)))
        .route("/host/location/apply", form_of("/host", post(location::apply)))
        .route("/host/zoom/connect", form_of("/host", post(zoom::connect)))
        .route("/host/zoom/disconnect", form_of("/host", post(zoom::disconnect)))
        .route("/zoom/callback", get(zoom::back))
        .route("/admin", get(calendars::list))
        .route("/admin/calendars/{calendar}", get(calendars::show).post(calendars::save))
        .route("/admin/people", form_of("/admin", post(people::add)))
        .route("/admin/people/log-in-as", form_of("/admin", post(people::log_in_as)))
        .route("/as-oneself", form_of("/host", post(people::as_oneself)))
        .route("/admin/appointments", get(appointments::show))
        .route("/admin/appointments/{appointment}", form_of("/admin/appointments", post(act::act)))
        .route("/admin/explain", get(explain::show))
        .route("/admin/messages", get(messages::show))
}

/// An address that forms are sent to. Whoever asks for it by itself, say after a form that was refused, is
/// led to the page that has the form.
fn form_of(page: &'static str, sent: MethodRouter<Shared>) -> MethodRouter<Shared> {
    sent.get(move || std::future::ready(Redirect::to(page)))
}
