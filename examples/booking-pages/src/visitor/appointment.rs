//! The page of an appointment, at its private address.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::rules::LinkState;
use slotlink::words::{AppointmentId, Calendar, FixedLocation, Status, Zone};
use slotlink::{Appointment, Error, MeetingLocation};

use crate::app::{App, Shared};
use crate::private::PrivateAddress;
use crate::web::form::alert;
use crate::web::guard::not_found;
use crate::web::layout::Page;
use crate::web::take::{Path, Query};
use crate::web::{problem, zones};
use crate::when;

/// How long a page waits until it looks again whose link is on its way, each time; then it looks no more
/// by itself, so that nobody who reads it is disturbed for ever.
const LOOK_AGAIN_SECONDS: [u32; 6] = [1, 2, 3, 5, 8, 13];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    zone: Option<String>,
    /// How often the page has looked.
    looked: usize,
}

/// An appointment whose private address somebody has.
pub(crate) struct Held {
    pub(crate) appointment: Appointment,
    pub(crate) calendar: Calendar,
    pub(crate) address: String,
}

impl FromRequestParts<Shared> for Held {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        let Path(address) = Path::from_request_parts(parts, app).await?;
        let Some(id) = PrivateAddress::open(&app.keys, &address) else {
            return Err(not_found(State(app.clone())).await);
        };
        Self::read(app, id, address).await.map_err(|error| problem::page(app, None, &error))
    }
}

impl Held {
    async fn read(app: &App, id: AppointmentId, address: String) -> Result<Self, Error> {
        let appointment = app.scheduler.appointment(&app.invitee(), id).await?;
        let calendar = app.scheduler.calendar(&app.system(), &appointment.calendar).await?;
        Ok(Self { appointment, calendar, address })
    }

    pub(crate) fn path(&self) -> String {
        format!("/appointments/{}", self.address)
    }

    fn can_change(&self) -> bool {
        self.appointment.status.is_live() && self.appointment.interval.end() > when::now()
    }
}

pub(crate) async fn show(
    State(app): State<Shared>,
    held: Held,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let zone = zones::of_visitor(asked.zone.as_deref(), &headers, held.calendar.zone);
    let page = page(&app, &held, zone, None);
    let is_on_its_way = held.appointment.location == MeetingLocation::Zoom(LinkState::Pending);
    match LOOK_AGAIN_SECONDS.get(asked.looked) {
        Some(seconds) if is_on_its_way => {
            let looked = asked.looked.saturating_add(1);
            let zone = super::path(zone.name());
            let again = format!("{}?looked={looked}&zone={zone}", held.path());
            page.looking_again(*seconds, &again).show(&app)
        }
        _ => page.show(&app),
    }
}

/// The page, with what happened.
fn page(app: &App, held: &Held, zone: Zone, error: Option<&Error>) -> Page {
    let status = error.map_or(StatusCode::OK, problem::status);
    let body = body(app, held, zone, error.map(problem::told));
    Page::new(held.appointment.title.as_str(), body).with_status(status)
}

/// Is that meant? On a page of its own, which does not load itself again.
pub(crate) async fn ask_to_cancel(
    State(app): State<Shared>,
    held: Held,
    headers: HeaderMap,
) -> Response {
    let zone = zones::of_visitor(None, &headers, held.calendar.zone);
    let body = html! {
        h1 { "Cancel the appointment?" }
        p { (held.appointment.title) }
        p.chosen { (when::interval(zone, held.appointment.interval)) }
        p { "Its time is given to others then." }
        form method="post" action={ (held.path()) "/cancel" } {
            button.danger type="submit" { "Yes, cancel it" }
            " "
            a.button href=(held.path()) { "No, keep it" }
        }
    };
    Page::new("Cancel the appointment?", body).show(&app)
}

pub(crate) async fn cancel(State(app): State<Shared>, held: Held, headers: HeaderMap) -> Response {
    match app.scheduler.cancel(&app.invitee(), held.appointment.id).await {
        Ok(_) => {
            app.work.notify_one();
            Redirect::to(&held.path()).into_response()
        }
        Err(error) => {
            problem::log(&app, &error);
            let zone = zones::of_visitor(None, &headers, held.calendar.zone);
            problem::with_retry(page(&app, &held, zone, Some(&error)).show(&app))
        }
    }
}

fn body(app: &App, held: &Held, zone: Zone, message: Option<String>) -> Markup {
    let Held { appointment, .. } = held;
    html! {
        h1 { (appointment.title) }
        @if let Some(message) = message { (alert(&message)) }
        p.status data-status=(name(appointment.status)) { (standing(appointment.status)) }
        p.chosen { (when::interval(zone, appointment.interval)) }
        section aria-labelledby="where" {
            h2 id="where" { "Where" }
            (place(app, held, zone))
        }
        @if let Some(notes) = &appointment.notes {
            section aria-labelledby="notes" { h2 id="notes" { "Your notes" } p { (notes) } }
        }
        @if held.can_change() {
            section.changes aria-labelledby="change" {
                h2 id="change" { "Change it" }
                p { a.button href={ (held.path()) "/move?zone=" (super::path(zone.name())) } {
                    "Choose another time"
                } }
                p { a href={ (held.path()) "/cancel" } { "Cancel the appointment" } }
            }
        }
        p.note { "Keep the address of this page: it is the key to your appointment." }
    }
}

/// As the crate names it.
fn name(status: Status) -> String {
    status.to_string()
}

fn standing(status: Status) -> &'static str {
    match status {
        Status::Pending => "Waits for the host to confirm it.",
        Status::Confirmed => "Confirmed.",
        Status::Cancelled => "Cancelled.",
        Status::Showed => "It took place.",
        Status::NoShow => "Nobody came.",
        _ => "",
    }
}

fn place(app: &App, held: &Held, zone: Zone) -> Markup {
    match &held.appointment.location {
        MeetingLocation::Zoom(LinkState::Pending) => on_its_way(held, zone),
        MeetingLocation::Zoom(state) => link(app, state, zone),
        MeetingLocation::Fixed(place) => html! { p { (fixed(place)) } },
        _ => html! { p { "We will tell you where." } },
    }
}

/// The link is named by its path: the page is shown at other addresses, too.
fn on_its_way(held: &Held, zone: Zone) -> Markup {
    let here = format!("{}?zone={}", held.path(), super::path(zone.name()));
    html! {
        p data-link="pending" role="status" {
            "On Zoom. The link is being made; this page shows it in a moment. "
            a href=(here) { "Look again" }
        }
    }
}

/// What can be said of any other link, by its state: never one that is not good.
fn link(app: &App, state: &LinkState, zone: Zone) -> Markup {
    let join = |url: &str| {
        html! {
            p { a.join href=(url) { "Join on Zoom" } }
            p.url { (url) }
            @if app.simulator.is_some() {
                p.note { "This Zoom is simulated: the link leads nowhere, but its meeting is there." }
            }
        }
    };
    html! {
        @match state {
            LinkState::Ready { join_url, .. } | LinkState::Unmanaged { join_url, .. } => {
                div data-link="ready" { (join(join_url.as_str())) }
            }
            LinkState::Deferred { until, .. } => {
                p data-link="deferred" {
                    "On Zoom. The link comes by " (when::moment(zone, *until)) "."
                }
            }
            LinkState::AwaitingConfirmation => {
                p data-link="awaiting" {
                    "On Zoom. The link comes when the host has confirmed the appointment."
                }
            }
            LinkState::Parked { .. } => {
                p data-link="parked" {
                    "On Zoom. The host has to see to the link first; look here again before it begins."
                }
            }
            _ => { p data-link="dropped" { "There is no link any more." } }
        }
    }
}

pub(crate) fn fixed(place: &FixedLocation) -> Markup {
    html! {
        @match place {
            FixedLocation::Link(link) => a href=(link.as_str()) { (link.as_str()) },
            FixedLocation::Phone(phone) => { "By phone: " a href={ "tel:" (super::path(phone.as_str())) } { (phone) } }
            FixedLocation::Address(address) => (address),
            FixedLocation::Text(text) => (text),
            _ => "",
        }
    }
}
