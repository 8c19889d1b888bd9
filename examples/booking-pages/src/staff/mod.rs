//! What the staff sees: hosts their own page, admins calendars, appointments and messages.

mod act;
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
use axum::routing::{get, post};

use crate::app::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/host", get(host::show))
        .route("/host/hours", post(hours::save))
        .route("/host/location", post(location::save))
        .route("/host/location/apply", post(location::apply))
        .route("/host/zoom/connect", post(zoom::connect))
        .route("/host/zoom/disconnect", post(zoom::disconnect))
        .route("/zoom/callback", get(zoom::back))
        .route("/admin", get(calendars::list))
        .route("/admin/calendars/{calendar}", get(calendars::show).post(calendars::save))
        .route("/admin/people", post(people::add))
        .route("/admin/people/log-in-as", post(people::log_in_as))
        .route("/as-oneself", post(people::as_oneself))
        .route("/admin/appointments", get(appointments::show))
        .route("/admin/appointments/{appointment}", post(act::act))
        .route("/admin/explain", get(explain::show))
        .route("/admin/messages", get(messages::show))
}
