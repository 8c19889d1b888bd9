//! Why is this slot missing?

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::rules::{Reason, Standing};
use slotlink::words::{Calendar, Zone};
use slotlink::{Explanation, HostExplanation};

use crate::app::Shared;
use crate::web::admin::Admin;
use crate::web::form::{Field, Wrong};
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::take::Query;
use crate::when;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    calendar: String,
    /// On the wall of the calendar's zone: `2026-11-24T15:00`.
    start: String,
}

pub(crate) async fn show(
    State(app): State<Shared>,
    Admin(session): Admin,
    Query(asked): Query<Asked>,
) -> Response {
    let caller = session.caller(&app);
    let calendars = match app.scheduler.calendars(&caller).await {
        Ok(calendars) => calendars,
        Err(error) => return problem::page(&app, Some(&session), &error),
    };
    let mut wrong = Wrong::default();
    let mut explained = None;
    if let Some((calendar, start)) = asked.read(&calendars, &mut wrong) {
        match app.scheduler.explain(&caller, &calendar.id, start).await {
            Ok(explanation) => explained = Some(shown(calendar, start, &explanation)),
            Err(error) => return problem::page(&app, Some(&session), &error),
        }
    }
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = html! {
        h1 { "Why is this slot missing?" }
        (wrong.summary())
        (asked.form(&calendars, &wrong))
        @if let Some(explained) = explained { (explained) }
    };
    Page::new("Why is this slot missing?", body).with_status(status).for_staff(&session).show(&app)
}

impl Asked {
    /// Nothing, if nothing was asked yet.
    fn read<'c>(
        &self,
        calendars: &'c [Calendar],
        wrong: &mut Wrong,
    ) -> Option<(&'c Calendar, DateTime<Utc>)> {
        if self.calendar.is_empty() && self.start.is_empty() {
            return None;
        }
        let calendar = calendars.iter().find(|calendar| calendar.id.as_str() == self.calendar);
        let calendar =
            wrong.take("calendar", calendar.ok_or("please choose one of the calendars"))?;
        let typed = self.start.trim();
        let wall = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(typed, format).ok());
        let start = wall.and_then(|wall| calendar.zone.readings(wall).next());
        let start = start.filter(|start| when::is_known(*start));
        if start.is_none() {
            wrong.say("start", "please give a time such as 2026-11-24 15:00");
        }
        Some((calendar, start?))
    }

    fn form(&self, calendars: &[Calendar], wrong: &Wrong) -> Markup {
        let calendars = calendars.iter().map(|c| (c.id.as_str(), c.name.to_string()));
        html! {
            form method="get" novalidate {
                (Field::text("calendar", "Calendar", &self.calendar).required().choice(wrong, calendars))
                (Field::text("start", "Start, on the calendar's clock", &self.start)
                    .of_kind("datetime-local").required().line(wrong))
                button.primary type="submit" { "Explain" }
            }
        }
    }
}

fn shown(calendar: &Calendar, start: DateTime<Utc>, explanation: &Explanation) -> Markup {
    html! {
        h2 { (when::moment(calendar.zone, start)) " (" (when::zone_name(calendar.zone)) ")" }
        p.note data-bookable=(explanation.bookable) {
            @if explanation.bookable { "It can be booked." } @else { "It cannot be booked." }
        }
        div.wide { table {
            thead { tr {
                th scope="col" { "Host" } th scope="col" { "Why not" } th scope="col" { "Whose turn" }
            } }
            tbody { @for host in &explanation.hosts { (row(host)) } }
        } }
    }
}

fn row(host: &HostExplanation) -> Markup {
    let name = host.host.user().map_or("The calendar itself", |user| user.as_str());
    html! {
        tr {
            td { (name) }
            td {
                @if host.reasons.is_empty() { "Free" }
                ul { @for reason in &host.reasons { li data-reason=(reason) { (words(*reason)) } } }
            }
            td { @if let Some(standing) = &host.standing { (turn(standing)) } }
        }
    }
}

fn turn(standing: &Standing) -> Markup {
    html! {
        (standing.assigned) " assigned, priority " (standing.priority)
        @match standing.last_assigned {
            None => ", never asked yet",
            Some(at) => { ", last on " (when::moment(Zone::UTC, at)) " UTC" }
        }
    }
}

const fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Busy => "Busy in another calendar",
        Reason::BusyUnknown => {
            "It is not known whether they are busy: their other calendar does not answer"
        }
        Reason::Full => "All seats are taken",
        Reason::Limit => "A limit is reached",
        Reason::NotOpen => "Outside their hours",
        Reason::Notice => "Too soon: the calendar asks for notice",
        Reason::Occupied => "They have another appointment then, or its free time before or after",
        Reason::OffGrid => "No slot of the calendar starts then",
        Reason::TimeOff => "They have time off",
        Reason::Window => "Too far ahead, or outside the bookable dates",
        Reason::ZoomNotReady => "They cannot make Zoom links now: asked last",
        _ => "Another reason",
    }
}
