//! The switchboard: what there is, and a button for whatever may happen to it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use maud::{Markup, html};
use slotlink::testkit::{SimulatedMeeting, SimulatedZoom};
use url::form_urlencoded::byte_serialize;

use crate::names::{CALLS, FAULTS};
use crate::state::DAILY_REQUESTS;
use crate::{Place, page};

pub(crate) async fn show(State(place): State<Arc<Place>>) -> Html<String> {
    let zoom = &place.zoom;
    let content = html! {
        (users(zoom))
        h2 { "Meetings" }
        (meetings(&zoom.meetings(), "delete", "Delete"))
        h2 { "Deleted meetings" }
        (meetings(&zoom.deleted_meetings(), "restore", "Restore"))
        (faults(zoom))
        (webhooks(&place))
    };
    page::whole("Switchboard", &content)
}

/// A button that needs no more to be said.
fn button(action: &str, label: &str) -> Markup {
    html! { form method="post" action=(action) { button { (label) } } }
}

fn users(zoom: &SimulatedZoom) -> Markup {
    html! {
        h2 { "Zoom users" }
        @let users = zoom.requests_today();
        @if users.is_empty() { p { "None yet. They come with the first consent." } }
        @else {
            div.wide { table {
                thead { tr { th { "User" } th { "Requests today" } th { "App" } th { "What they do" } } }
                tbody { @for (user, requests) in users { tr {
                    td { (user) }
                    td { (requests) " of " (DAILY_REQUESTS) }
                    td { @if zoom.has_live_grant(&user) { "allowed" } @else { "no live tokens" } }
                    td { (switches_of(user.as_str())) }
                } } }
            } }
        }
        form method="post" action="/simulated/users" {
            label { "New Zoom user " input name="zoom" required maxlength="128"; }
            button { "Add" }
        }
    }
}

fn switches_of(user: &str) -> Markup {
    // A space is no `+` in a path.
    let path: String = byte_serialize(user.as_bytes()).collect::<String>().replace('+', "%20");
    html! {
        (button(&format!("/simulated/users/{path}/remove-app"), "Remove the app"))
        (button(&format!("/simulated/users/{path}/void-refresh-tokens"), "Void the refresh tokens"))
        form method="post" action="/simulated/use-up" {
            input type="hidden" name="zoom" value=(user);
            input type="number" name="requests" min="1" max="100" value="100" aria-label="Requests";
            " " button { "Use up requests" }
        }
    }
}

fn meetings(meetings: &[SimulatedMeeting], switch: &str, label: &str) -> Markup {
    html! {
        @if meetings.is_empty() { p { "None." } }
        @else {
            div.wide { table {
                thead { tr {
                    td {} th { "Topic" } th { "Start (UTC)" } th { "Host" } th { "Link" } th { "Agenda" }
                } }
                tbody { @for meeting in meetings { tr {
                    td { (button(&format!("/simulated/meetings/{}/{switch}", meeting.id), label)) }
                    td { (meeting.topic) }
                    td { (meeting.start.format("%Y-%m-%d %H:%M")) }
                    td { (meeting.zoom) }
                    td { a href=(meeting.join_url) { (meeting.id) } }
                    td { (meeting.agenda) }
                } } }
            } }
        }
    }
}

fn faults(zoom: &SimulatedZoom) -> Markup {
    html! {
        h2 { "Plan a fault" }
        form method="post" action="/simulated/faults" {
            label { "What happens " select name="fault" {
                @for (name, _, meaning) in FAULTS { option value=(name) { (name) ": " (meaning) } }
            } }
            label { "To which call " select name="call" {
                option value="" { "any that it fits" }
                @for (name, _) in CALLS { option value=(name) { (name) } }
            } }
            label { "Of whom " select name="zoom" {
                option value="" { "anybody" }
                @for user in zoom.requests_today().keys() { option { (user) } }
            } }
            label { "How often " input type="number" name="times" min="1" value="1"; }
            button { "Plan" }
        }
    }
}

fn webhooks(place: &Place) -> Markup {
    let counts = place.webhooks.counts();
    let events = place.webhooks.events().map(String::from).unwrap_or_default();
    html! {
        h2 { "Webhooks" }
        p {
            (counts.delivered) " delivered, " (counts.waiting) " on their way, "
            (counts.failed) " given up. Signed with the secret token "
            code { (SimulatedZoom::WEBHOOK_SECRET) } "."
        }
        form method="post" action="/simulated/events" {
            label { "They go to " input type="url" name="url" size="40" required value=(events); }
            button { "Set" }
        }
        (button("/simulated/events/validate", "Send endpoint.url_validation"))
    }
}
