//! What visitors see: slots, the booking form, and the page of their appointment.

mod appointment;
mod book;
pub(crate) mod free;
mod reschedule;
mod slots;
pub(crate) mod wish;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use slotlink::words::Calendar;

pub(crate) use appointment::fixed;

use crate::app::Shared;
use crate::web::layout::Page;
use crate::web::problem;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(calendars))
        .route("/book/{calendar}", get(slots::show).post(book::book))
        .route("/book/{calendar}/form", get(book::form))
        .route("/appointments/{address}", get(appointment::show))
        .route(
            "/appointments/{address}/cancel",
            get(appointment::ask_to_cancel).post(appointment::cancel),
        )
        .route("/appointments/{address}/move", get(reschedule::show).post(reschedule::reschedule))
}

/// What can be booked here.
async fn calendars(State(app): State<Shared>) -> Response {
    let calendars = match app.scheduler.calendars(&app.system()).await {
        Ok(calendars) => calendars,
        Err(error) => return problem::page(&app, None, &error),
    };
    let body = html! {
        h1 { "Book an appointment" }
        @if calendars.is_empty() { p { "There is nothing to book yet." } }
        ul.cards {
            @for calendar in &calendars {
                li {
                    a.card href={ "/book/" (path(calendar.id.as_str())) } {
                        strong { (calendar.name) }
                        span { (about(calendar)) }
                    }
                }
            }
        }
    };
    Page::new("Book an appointment", body).show(&app)
}

/// `30 minutes, with one of 2 hosts`
fn about(calendar: &Calendar) -> Markup {
    use slotlink::words::CalendarKind::{Collective, RoundRobin};
    let hosts = calendar.kind.users().len();
    let with = match (&calendar.kind, hosts) {
        (RoundRobin(_), 2..) => format!(", with one of {hosts} hosts"),
        (Collective(_), 2..) => format!(", with {hosts} hosts together"),
        _ => String::new(),
    };
    html! { (calendar.slot.length().minutes()) " minutes" (with) }
}

/// A part of a path, whatever characters an id has.
pub(crate) fn path(part: &str) -> String {
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}
