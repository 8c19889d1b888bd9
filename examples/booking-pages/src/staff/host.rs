//! A host's own page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use slotlink::words::{AppointmentFilter, ListPage, PageSize, Status, User};
use slotlink::{AppointmentList, Error, UserMessage, UserMessageKind, ZoomConnection};

use super::{appointments, hours, location, zoom};
use crate::app::{App, Shared};
use crate::web::form::Wrong;
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::session::Session;
use crate::when;

/// A form of the page that was sent, and has to be mended.
pub(crate) enum Typing {
    Nothing,
    Location(location::Typed),
    Hours(hours::Typed),
}

pub(crate) async fn show(State(app): State<Shared>, session: Session) -> Response {
    answer(&app, &session, Typing::Nothing, Wrong::default()).await
}

pub(crate) async fn answer(app: &App, session: &Session, typing: Typing, wrong: Wrong) -> Response {
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match Host::find(app, session).await {
        Ok(host) => {
            let page = Page::new(host.user.name.as_str(), host.body(app, session, typing, &wrong));
            page.with_status(status).for_staff(session).show(app)
        }
        Err(error) => problem::page(app, Some(session), &error),
    }
}

/// All that the page shows.
struct Host {
    user: User,
    connection: ZoomConnection,
    upcoming: AppointmentList,
    messages: Vec<UserMessage>,
}

impl Host {
    async fn find(app: &App, session: &Session) -> Result<Self, Error> {
        let (caller, actor, id) = (session.caller(app), session.actor(), session.user());
        let user = app.scheduler.user(&caller, id).await?;
        let connection = app.scheduler.zoom_connection(&actor, id).await?;
        let upcoming = AppointmentFilter::new()
            .hosted_by(id.clone())
            .standing_at([Status::Pending, Status::Confirmed])
            .starting_from(when::now());
        let page = ListPage::first(PageSize::default());
        let upcoming = app.scheduler.appointments(&caller, &upcoming, &page).await?;
        let messages = app.scheduler.messages_to_user(&actor, id).await?;
        Ok(Self { user, connection, upcoming, messages })
    }

    fn body(&self, app: &App, session: &Session, typing: Typing, wrong: &Wrong) -> Markup {
        let (zone, none) = (self.user.hours.zone(), Wrong::default());
        let mut location = (location::Typed::of(self.user.default_location.as_ref()), &none);
        let mut hours = (hours::Typed::of(&self.user.hours), &none);
        match typing {
            Typing::Nothing => {}
            Typing::Location(typed) => location = (typed, wrong),
            Typing::Hours(typed) => hours = (typed, wrong),
        }
        html! {
            h1 { (self.user.name) }
            (wrong.summary())
            @if session.is_as_another() {
                div.note {
                    p {
                        "You are logged in as " (self.user.name) ". What you change is recorded; of a changed "
                        "connection to Zoom they are told."
                    }
                    form method="post" action="/as-oneself" {
                        button.quiet type="submit" { "Be yourself again" }
                    }
                }
            }
            section aria-labelledby="zoom" { h2 id="zoom" { "Zoom" } (zoom::health(&self.connection, zone)) }
            (self.told())
            section aria-labelledby="upcoming" {
                h2 id="upcoming" { "Upcoming appointments" }
                (appointments::brief(app, &self.upcoming.appointments, zone))
            }
            section aria-labelledby="meet" {
                h2 id="meet" { "Where you meet by default" }
                form method="post" action="/host/location" novalidate {
                    (location.0.fields(location.1, "As the account says"))
                    button.primary type="submit" { "Save the location" }
                }
            }
            section aria-labelledby="open" { h2 id="open" { "When you are open" } (hours.0.form(hours.1)) }
        }
    }

    /// What the host is to be told of their connection (R4, R23).
    fn told(&self) -> Markup {
        let zone = self.user.hours.zone();
        html! {
            @if !self.messages.is_empty() {
                section aria-labelledby="told" {
                    h2 id="told" { "Messages to you" }
                    ul {
                        @for message in self.messages.iter().rev().take(5) {
                            li { (when::moment(zone, message.at)) ": " (words(message)) }
                        }
                    }
                }
            }
        }
    }
}

fn words(message: &UserMessage) -> String {
    match &message.kind {
        UserMessageKind::ReconnectZoom => {
            format!("Zoom account {} has to be connected again.", message.zoom)
        }
        UserMessageKind::ConnectedForYou { by, .. } => {
            format!("{by} has connected Zoom account {} for you.", message.zoom)
        }
        UserMessageKind::DisconnectedForYou { by, .. } => {
            format!("{by} has disconnected Zoom account {} for you.", message.zoom)
        }
        _ => "Something has changed with your Zoom account.".to_owned(),
    }
}
