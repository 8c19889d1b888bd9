//! The frame of every page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::session::Session;
use crate::app::App;

/// A page.
pub(crate) struct Page {
    title: String,
    body: Markup,
    status: StatusCode,
    /// What the browser does by itself, as HTML's `http-equiv="refresh"` has it.
    refresh: Option<String>,
    session: Option<Session>,
}

impl Page {
    pub(crate) fn new(title: impl Into<String>, body: Markup) -> Self {
        Self { title: title.into(), body, status: StatusCode::OK, refresh: None, session: None }
    }

    pub(crate) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Something on it is on its way: looks at this address after so many seconds.
    pub(crate) fn looking_again(mut self, seconds: u32, at: &str) -> Self {
        self.refresh = Some(format!("{seconds};url={at}"));
        self
    }

    /// Goes on to this address at once.
    pub(crate) fn leading_to(self, address: &str) -> Self {
        self.looking_again(0, address)
    }

    /// For somebody of the staff.
    pub(crate) fn for_staff(mut self, session: &Session) -> Self {
        self.session = Some(session.clone());
        self
    }

    pub(crate) fn show(self, app: &App) -> Response {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if let Some(refresh) = self.refresh {
                        meta http-equiv="refresh" content=(refresh);
                    }
                    title { (self.title) }
                    link rel="stylesheet" href="/assets/style.css";
                    link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                    script src="/assets/zone.js" defer {}
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    (header(app, self.session.as_ref()))
                    main id="main" { (self.body) }
                    (footer(app))
                }
            }
        };
        (self.status, page).into_response()
    }
}

fn header(app: &App, session: Option<&Session>) -> Markup {
    html! {
        header.top {
            a.brand href="/" { "Booking pages" }
            @if let Some(session) = session {
                nav aria-label="Staff" {
                    a href="/host" { "My page" }
                    @if session.is_shown_as_admin() {
                        a href="/admin" { "Calendars" }
                        a href="/admin/appointments" { "Appointments" }
                        a href="/admin/explain" { "Why not?" }
                        a href="/admin/messages" { "Messages" }
                    }
                }
                form.inline method="post" action="/sign-out" {
                    span.who { (session.who()) }
                    button.quiet type="submit" { "Sign out" }
                }
            }
        }
        @if session.is_some() && app.is_demo() {
            p.demo role="note" {
                strong { "Demo sign-in: " }
                "anybody can be anybody here. Put your own sign-in in its place."
            }
        }
    }
}

fn footer(app: &App) -> Markup {
    html! {
        footer.bottom {
            a href="/sign-in" { "For staff" }
            a href="/api/openapi.json" { "API" }
            @if let Some(simulator) = &app.simulator {
                a href=(simulator) { "Simulated Zoom" }
            }
        }
    }
}
