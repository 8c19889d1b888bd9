//! Connecting and disconnecting one's Zoom account (R1 to R6).

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use slotlink::words::{ConsentCallback, EntryPoint, Zone};
use slotlink::{
    Advice, Affected, BeginConsent, ConnectionState, Error, ReconnectReason, Refusal,
    ZoomConnection,
};

use crate::app::{App, Shared};
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::session::Session;
use crate::when;

/// The path of the redirect, as it is configured at Zoom.
const CALLBACK: &str = "/zoom/callback";

/// To Zoom's page.
pub(crate) async fn connect(State(app): State<Shared>, session: Session) -> Response {
    let Ok(browser) = session.browser() else { return Redirect::to("/sign-in").into_response() };
    let (user, redirect) = (session.user().clone(), app.address(CALLBACK));
    let ask = BeginConsent::new(user, EntryPoint::Integrations, browser, redirect);
    match app.scheduler.begin_zoom_consent(&session.actor(), &ask).await {
        Ok(page) => lead_to(&app, &session, page.as_str()),
        Err(error) => problem::page(&app, Some(&session), &error),
    }
}

/// By a page, not by a redirect: browsers hold the answer to a form to where our forms may lead, and
/// Zoom itself may lead on to its sign-in.
fn lead_to(app: &App, session: &Session, zoom: &str) -> Response {
    let body = html! {
        h1 { "To Zoom" }
        p { "Zoom asks whether we may make meetings for you." }
        p { a.button id="to-zoom" href=(zoom) { "Go on to Zoom" } }
    };
    Page::new("To Zoom", body).leading_to(zoom).for_staff(session).show(app)
}

/// Back from Zoom's page.
pub(crate) async fn back(
    State(app): State<Shared>,
    session: Session,
    RawQuery(query): RawQuery,
) -> Response {
    let callback = ConsentCallback::from_query(query.as_deref().unwrap_or_default());
    let (Ok(callback), Ok(browser)) = (callback, session.browser()) else {
        return Redirect::to("/host").into_response();
    };
    let (at_work, actor) = (app.clone(), session.actor());
    // In a task of its own: it goes on when the browser goes away, else the tokens would be lost.
    let completed = app.tasks.spawn(async move {
        let done = at_work.scheduler.complete_zoom_consent(&actor, &browser, &callback).await;
        at_work.work.notify_one();
        done
    });
    match completed.await {
        Ok(Ok(connected)) => {
            let body = html! {
                h1 { "Zoom is connected" }
                p { "Your Zoom account is " strong { (connected.zoom) } "." }
                (advice(connected.advice.as_ref()))
                p { a.button href="/host" { "To my page" } }
            };
            Page::new("Zoom is connected", body).for_staff(&session).show(&app)
        }
        Ok(Err(error)) => not_connected(&app, &session, &error),
        Err(_) => Redirect::to("/host").into_response(),
    }
}

fn advice(advice: Option<&Advice>) -> Markup {
    html! {
        @if advice.is_some() {
            p.note {
                "You have replaced another Zoom account. Meetings that were made with it stay valid, "
                "but nobody looks after them here any more."
            }
        }
    }
}

fn not_connected(app: &App, session: &Session, error: &Error) -> Response {
    problem::log(app, error);
    let told = match error {
        Error::Refused(Refusal::ZoomAccountTaken { .. }) => {
            "This Zoom account is connected to somebody else here. They disconnect it first, or \
             support sets it free."
                .to_owned()
        }
        other => problem::told(other),
    };
    let body = html! {
        h1 { "Zoom is not connected" }
        p.alert role="alert" { (told) }
        form method="post" action="/host/zoom/connect" {
            button.primary type="submit" { "Try again" }
        }
        p { a href="/host" { "To my page" } }
    };
    let status = problem::status(error);
    Page::new("Zoom is not connected", body).with_status(status).for_staff(session).show(app)
}

pub(crate) async fn disconnect(State(app): State<Shared>, session: Session) -> Response {
    match app.scheduler.disconnect_zoom(&session.actor(), session.user()).await {
        Ok(affected) => {
            app.work.notify_one();
            let body = html! {
                h1 { "Zoom is disconnected" }
                (stay(&affected))
                p { a.button href="/host" { "To my page" } }
            };
            Page::new("Zoom is disconnected", body).for_staff(&session).show(&app)
        }
        Err(error) => problem::page(&app, Some(&session), &error),
    }
}

fn stay(affected: &[Affected]) -> Markup {
    html! {
        @if affected.is_empty() {
            p { "No upcoming appointment was on Zoom." }
        } @else {
            p {
                "Upcoming appointments on Zoom: " (affected.len()) ". Links that are made stay valid; those "
                "that are not made wait until you connect again."
            }
        }
    }
}

/// How the connection is doing, for the host's page.
pub(crate) fn health(connection: &ZoomConnection, zone: Zone) -> Markup {
    let connect = |label: &str| {
        html! {
            form method="post" action="/host/zoom/connect" {
                button.primary type="submit" { (label) }
            }
        }
    };
    html! {
        @match &connection.state {
            ConnectionState::Connected { zoom, since, requests_left_today, missing_scopes, failed_refreshes, .. } => {
                dl data-zoom="connected" {
                    dt { "Zoom account" } dd { (zoom) }
                    dt { "Connected since" } dd { (when::moment(zone, *since)) }
                    dt { "Requests left today" } dd data-quota=(requests_left_today) {
                        (requests_left_today) ", until midnight UTC"
                    }
                    @if *failed_refreshes > 0 {
                        dt { "Refreshes" } dd { (failed_refreshes) " in a row came to nothing; they go on" }
                    }
                }
                @if !missing_scopes.is_empty() {
                    p.alert { "The app lacks permissions at Zoom: " (missing_scopes.join(", ")) }
                }
                details {
                    summary { "Disconnect Zoom" }
                    form method="post" action="/host/zoom/disconnect" {
                        p { "Links that are made stay valid; new ones wait until you connect again." }
                        button.danger type="submit" { "Yes, disconnect it" }
                    }
                }
            }
            ConnectionState::NeedsReconnect { zoom, why, .. } => {
                p.alert data-zoom="needs-reconnect" {
                    (because(*why)) " Zoom account " (zoom) " has to be connected again."
                }
                (connect("Connect Zoom again"))
            }
            _ => {
                p data-zoom="none" { "Not connected: appointments on Zoom wait for their links." }
                (connect("Connect Zoom"))
            }
        }
        (waiting(connection))
    }
}

fn waiting(connection: &ZoomConnection) -> Markup {
    let ZoomConnection { upcoming, links_waiting, parked, .. } = connection;
    html! {
        dl {
            dt { "Upcoming on Zoom" } dd { (upcoming.len()) }
            dt { "Links on their way" } dd { (links_waiting) }
            dt { "Links to see to" } dd { (parked) }
        }
    }
}

const fn because(why: ReconnectReason) -> &'static str {
    match why {
        ReconnectReason::TokensRefused => "Zoom does not accept our access any more.",
        ReconnectReason::Deauthorized => "You have removed the app at Zoom.",
        ReconnectReason::KeyLost => "The key that protected our access is lost.",
        _ => "Our access is gone.",
    }
}
