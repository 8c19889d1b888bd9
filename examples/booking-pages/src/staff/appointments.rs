//! The list of appointments (R30), and what can be done with each.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::rules::{LinkState, ParkReason};
use slotlink::words::{
    AppointmentFilter, Calendar, CalendarId, ListCursor, ListPage, PageSize, Status, UserId, Zone,
};
use slotlink::{Appointment, Error, MeetingLocation, Member};

use super::actions;
use crate::app::{App, Shared};
use crate::private::PrivateAddress;
use crate::visitor::{fixed, path};
use crate::web::admin::Admin;
use crate::web::form::{Field, Wrong, alert};
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::session::Session;
use crate::web::take::Query;
use crate::when;

/// Which appointments are shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    calendar: String,
    host: String,
    status: String,
    /// From this date on; `all` for those that are over, too.
    from: String,
    after: String,
}

pub(crate) async fn show(
    State(app): State<Shared>,
    Admin(session): Admin,
    Query(asked): Query<Asked>,
) -> Response {
    answer(&app, &session, &asked, None).await
}

/// The list, with what happened.
pub(crate) async fn answer(
    app: &App,
    session: &Session,
    asked: &Asked,
    error: Option<&Error>,
) -> Response {
    match List::find(app, session, asked).await {
        Ok(list) => {
            let is_read = list.wrong.is_empty();
            let read = if is_read { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let status = error.map_or(read, problem::status);
            let body = list.body(app, asked, error.map(problem::told));
            let page = Page::new("Appointments", body).with_status(status);
            problem::with_retry(page.for_staff(session).show(app))
        }
        Err(error) => problem::page(app, Some(session), &error),
    }
}

impl Asked {
    /// Choices that are none are passed over: the form shows what is chosen. What was typed is not.
    fn filter(&self, wrong: &mut Wrong) -> Option<AppointmentFilter> {
        let mut filter = AppointmentFilter::new();
        if let Ok(calendar) = CalendarId::new(self.calendar.clone()) {
            filter = filter.on(calendar);
        }
        if let Ok(host) = UserId::new(self.host.clone()) {
            filter = filter.hosted_by(host);
        }
        if let Some(status) = Status::ALL.iter().find(|status| status.name() == self.status) {
            filter = filter.standing_at([*status]);
        }
        let from = match self.from.trim() {
            "all" => return Some(filter),
            "" => when::now() - chrono::TimeDelta::hours(12),
            typed => wrong.take("from", midnight(typed).ok_or(NO_DATE))?,
        };
        Some(filter.starting_from(from))
    }

    fn page(&self) -> ListPage {
        match self.after.parse::<ListCursor>() {
            Ok(cursor) => ListPage::after(cursor, PageSize::default()),
            Err(_) => ListPage::first(PageSize::default()),
        }
    }

    fn next(&self, cursor: ListCursor) -> String {
        Self { after: cursor.to_string(), ..self.clone() }.address()
    }

    /// The page that shows this.
    pub(crate) fn address(&self) -> String {
        let query = self.fields().map(|(name, value)| format!("{name}={}", path(value))).join("&");
        format!("/admin/appointments?{query}")
    }

    const fn fields(&self) -> [(&'static str, &String); 5] {
        let Self { calendar, host, status, from, after } = self;
        [
            ("calendar", calendar),
            ("host", host),
            ("status", status),
            ("from", from),
            ("after", after),
        ]
    }

    /// What came back with a form.
    pub(crate) fn shown(fields: &BTreeMap<String, String>) -> Self {
        let field = |name| fields.get(name).cloned().unwrap_or_default();
        Self {
            calendar: field("shown_calendar"),
            host: field("shown_host"),
            status: field("shown_status"),
            from: field("shown_from"),
            after: field("shown_after"),
        }
    }

    /// Comes back with a form, so that the same page is shown afterwards.
    pub(super) fn hidden(&self) -> Markup {
        html! {
            @for (name, value) in self.fields().into_iter().filter(|(_, value)| !value.is_empty()) {
                input type="hidden" name={ "shown_" (name) } value=(value);
            }
        }
    }
}

const NO_DATE: &str = "please give a date such as 2026-11-24, or: all";

fn midnight(date: &str) -> Option<DateTime<Utc>> {
    let date = date.parse::<NaiveDate>().ok()?;
    Some(date.and_time(NaiveTime::MIN).and_utc()).filter(|at| when::is_known(*at))
}

/// A page of the list, and what its form chooses from.
struct List {
    /// What of the question cannot be read: then there are no appointments.
    wrong: Wrong,
    appointments: Vec<Appointment>,
    next: Option<ListCursor>,
    calendars: Vec<Calendar>,
    members: Vec<Member>,
}

impl List {
    async fn find(app: &App, session: &Session, asked: &Asked) -> Result<Self, Error> {
        let caller = session.caller(app);
        let mut wrong = Wrong::default();
        let (mut appointments, mut next) = (Vec::new(), None);
        if let Some(filter) = asked.filter(&mut wrong) {
            let found = app.scheduler.appointments(&caller, &filter, &asked.page()).await?;
            (appointments, next) = (found.appointments, found.next);
        }
        let calendars = app.scheduler.calendars(&caller).await?;
        let members = app.scheduler.members(&caller).await?;
        Ok(Self { wrong, appointments, next, calendars, members })
    }

    fn body(&self, app: &App, asked: &Asked, message: Option<String>) -> Markup {
        html! {
            h1 { "Appointments" }
            @if let Some(message) = message { (alert(&message)) }
            (self.wrong.summary())
            (self.filter(asked))
            @if self.is_empty() { p { "There are none." } }
            ul.cards {
                @for appointment in &self.appointments { li { (self.card(app, asked, appointment)) } }
            }
            @if let Some(next) = self.next { p { a.button href=(asked.next(next)) { "More" } } }
        }
    }

    fn is_empty(&self) -> bool {
        self.appointments.is_empty() && self.next.is_none() && self.wrong.is_empty()
    }

    fn filter(&self, asked: &Asked) -> Markup {
        let wrong = &self.wrong;
        let all = |label: &str| [("", label.to_owned())].into_iter();
        let calendars = self.calendars.iter().map(|c| (c.id.as_str(), c.name.to_string()));
        let hosts = self.members.iter().map(|m| (m.user.id.as_str(), m.user.name.to_string()));
        let statuses = Status::ALL.map(|status| (status.name(), status.name().replace('_', " ")));
        html! {
            form.filter method="get" action="/admin/appointments" {
                (Field::text("calendar", "Calendar", &asked.calendar).choice(wrong, all("All").chain(calendars)))
                (Field::text("host", "Host", &asked.host).choice(wrong, all("All").chain(hosts)))
                (Field::text("status", "Status", &asked.status).choice(wrong, all("All").chain(statuses)))
                (Field::text("from", "From", &asked.from)
                    .with_hint("A date such as 2026-11-24, or: all. Else from now.").line(wrong))
                button type="submit" { "Show" }
            }
        }
    }

    fn card(&self, app: &App, asked: &Asked, appointment: &Appointment) -> Markup {
        let calendar = self.calendars.iter().find(|found| found.id == appointment.calendar);
        let zone = calendar.map_or(Zone::UTC, |calendar| calendar.zone);
        html! {
            article.card data-status=(appointment.status) {
                strong { (appointment.title) " – " (appointment.status.to_string().replace('_', " ")) }
                div { (when::interval(zone, appointment.interval)) }
                div { (people(appointment)) }
                div { (place(appointment, zone)) }
                @if let Some(notes) = &appointment.notes { div { "Notes: " (notes) } }
                div { a href={ "/appointments/" (PrivateAddress::of(&app.keys, appointment.id)) } {
                    "The invitee's page"
                } }
                (actions::of(asked, appointment, calendar))
            }
        }
    }
}

fn people(appointment: &Appointment) -> Markup {
    let hosts: Vec<&str> = appointment.hosts.iter().map(UserId::as_str).collect();
    html! {
        (hosts.join(", ")) " with "
        @for (number, person) in appointment.participants.iter().enumerate() {
            @if number > 0 { ", " }
            @match person.known() {
                None => "somebody erased",
                Some(known) => {
                    (known.name)
                    @if let Some(email) = &known.email { " " a href={ "mailto:" (path(email.as_str())) } { (email) } }
                    @if let Some(phone) = &known.phone { " " a href={ "tel:" (path(phone.as_str())) } { (phone) } }
                }
            }
        }
    }
}

/// Where it takes place; of a link what is the matter with it, for those who can help.
fn place(appointment: &Appointment, zone: Zone) -> Markup {
    html! {
        @match &appointment.location {
            MeetingLocation::Zoom(state) => span data-link=(kind(state)) { "Zoom: " (link(state, zone)) },
            MeetingLocation::Fixed(place) => (fixed(place)),
            _ => "No location is set.",
        }
    }
}

const fn kind(state: &LinkState) -> &'static str {
    match state {
        LinkState::Ready { .. } => "ready",
        LinkState::Pending => "pending",
        LinkState::Deferred { .. } => "deferred",
        LinkState::Unmanaged { .. } => "unmanaged",
        LinkState::Parked { .. } => "parked",
        LinkState::AwaitingConfirmation => "awaiting_confirmation",
        _ => "dropped",
    }
}

fn link(state: &LinkState, zone: Zone) -> Markup {
    html! {
        @match state {
            LinkState::Ready { join_url, .. } => a href=(join_url.as_str()) { (join_url.as_str()) },
            LinkState::Unmanaged { join_url, .. } => {
                a href=(join_url.as_str()) { (join_url.as_str()) }
                " (its host has disconnected Zoom: nobody looks after it)"
            }
            LinkState::Pending => "the link is on its way",
            LinkState::Deferred { until, .. } => {
                "the day's requests are used up; the link comes by " (when::moment(zone, *until))
            }
            LinkState::AwaitingConfirmation => "the link comes with the confirmation",
            LinkState::Parked { reason, .. } => (parked(*reason)),
            _ => "dropped",
        }
    }
}

const fn parked(reason: ParkReason) -> &'static str {
    match reason {
        ParkReason::Quota => "no link: it starts before the host has requests at Zoom again",
        ParkReason::NotConnected => "no link until the host connects Zoom",
        ParkReason::NeedsReconnect => "no link until the host connects Zoom again",
        ParkReason::RefusedByZoom => "no link: Zoom has refused to make it",
        ParkReason::Abandoned => "no link: it was given up",
        _ => "no link",
    }
}

/// The short list of a host's own page.
pub(crate) fn brief(app: &App, appointments: &[Appointment], zone: Zone) -> Markup {
    let live = || appointments.iter().filter(|appointment| appointment.status.is_live());
    html! {
        @if live().next().is_none() { p { "There are none." } }
        ul.cards {
            @for appointment in live() {
                li { article.card {
                    strong { (appointment.title) }
                    div { (when::interval(zone, appointment.interval)) }
                    div { (people(appointment)) }
                    div { (place(appointment, zone)) }
                    div { a href={ "/appointments/" (PrivateAddress::of(&app.keys, appointment.id)) } {
                        "The invitee's page"
                    } }
                } }
            }
        }
    }
}
