//! Messages that wait to be sent: a notifier will take them from here.

use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use maud::html;
use serde::Deserialize;
use slotlink::MessagePage;
use slotlink::words::Zone;

use crate::app::Shared;
use crate::private::PrivateAddress;
use crate::web::admin::Admin;
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::take::Query;
use crate::when;

/// So far back the page begins.
const BACK: TimeDelta = TimeDelta::days(7);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: String,
}

pub(crate) async fn show(
    State(app): State<Shared>,
    Admin(session): Admin,
    Query(asked): Query<Asked>,
) -> Response {
    let page = match asked.after.parse() {
        Ok(cursor) => MessagePage::after(cursor, slotlink::words::PageSize::default()),
        Err(_) => MessagePage::first(slotlink::words::PageSize::default()),
    };
    let since = when::now() - BACK;
    let found = match app.scheduler.messages(&session.caller(&app), since, &page).await {
        Ok(found) => found,
        Err(error) => return problem::page(&app, Some(&session), &error),
    };
    let body = html! {
        h1 { "Messages" }
        p { "What people are to be told of the last seven days, oldest first. Nothing is sent yet." }
        @if found.messages.is_empty() { p { "There are none." } }
        div.wide { table {
            thead { tr {
                th scope="col" { "When (UTC)" } th scope="col" { "What" } th scope="col" { "Of" }
            } }
            tbody {
                @for message in &found.messages {
                    tr data-message=(message.kind) {
                        td { (when::moment(Zone::UTC, message.at)) }
                        td { (message.kind.to_string().replace('_', " ")) }
                        td {
                            @for id in &message.appointments {
                                a href={ "/appointments/" (PrivateAddress::of(&app.keys, *id)) } { "appointment" }
                                " "
                            }
                        }
                    }
                }
            }
        } }
        @if let Some(next) = &found.next {
            p { a.button href={ "/admin/messages?after=" (next) } { "More" } }
        }
    };
    Page::new("Messages", body).for_staff(&session).show(&app)
}
