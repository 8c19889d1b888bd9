//! A calendar's free times, a week at a time.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{Datelike as _, NaiveDate};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::words::{Calendar, CalendarId, Interval, Zone};
use slotlink::{Caller, Error};

use super::{about, free, path};
use crate::app::{App, Shared};
use crate::web::guard::not_found;
use crate::web::layout::Page;
use crate::web::take::{Path, Query};
use crate::web::{problem, zones};
use crate::when::{self, Days};

/// Which days are asked for. What is not understood is as if it were not said.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    pub(crate) zone: Option<String>,
    from: Option<String>,
    days: Option<String>,
}

impl Asked {
    /// Never days that are over: the first page begins today.
    pub(crate) fn days(&self, zone: Zone) -> Days {
        let today = zone.date(when::now());
        let asked = self.from.as_deref().and_then(|from| from.parse::<NaiveDate>().ok());
        // The crate works with the years until 2199, and days are asked for after these.
        let asked = asked.filter(|date| date.year() < 2199);
        let is_month = self.days.as_deref() == Some("31");
        Days {
            zone,
            first: asked.unwrap_or(today).max(today),
            count: if is_month { 31 } else { 7 },
        }
    }
}

pub(crate) async fn show(
    State(app): State<Shared>,
    Path(calendar): Path,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let Ok(id) = CalendarId::new(calendar) else { return not_found(State(app)).await };
    let calendar = match app.scheduler.calendar(&app.system(), &id).await {
        Ok(calendar) => calendar,
        Err(error) => return problem::page(&app, None, &error),
    };
    let zone = zones::of_visitor(asked.zone.as_deref(), &headers, calendar.zone);
    let days = asked.days(zone);
    match Week::find(&app, &app.invitee(), &calendar, days).await {
        Ok(week) => {
            let is_chosen = asked.zone.is_some();
            let base = format!("/book/{}", path(id.as_str()));
            let body = body(&calendar, &week, &base, is_chosen);
            keep_zone(Page::new(calendar.name.as_str(), body).show(&app), zone, is_chosen)
        }
        Err(error) => problem::page(&app, None, &error),
    }
}

/// The visitor's choice holds on the next pages, too.
fn keep_zone(mut response: Response, zone: Zone, is_chosen: bool) -> Response {
    let cookie = format!("zone={}; Path=/; Max-Age=31536000; SameSite=Lax", zone.name());
    if is_chosen && let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    }
    response
}

fn body(calendar: &Calendar, week: &Week, base: &str, is_chosen: bool) -> Markup {
    let form = |slot: Interval| {
        let start = when::machine(slot.start());
        let zone = path(week.days.zone.name());
        html! { a.slot href={ (base) "/form?start=" (start) "&zone=" (zone) } {
            (when::time(week.days.zone, slot.start()))
        } }
    };
    html! {
        h1 { (calendar.name) }
        p.about { (about(calendar)) }
        (week.show(base, is_chosen, form))
    }
}

/// The free times of some days.
pub(crate) struct Week {
    pub(crate) days: Days,
    slots: BTreeMap<NaiveDate, Vec<Interval>>,
    /// The first free time after these days, if they have none.
    next: Option<Interval>,
    /// Nobody knows when some hosts are busy: there may be more later (R21).
    is_partial: bool,
}

impl Week {
    pub(crate) async fn find(
        app: &App,
        caller: &Caller,
        calendar: &Calendar,
        days: Days,
    ) -> Result<Self, Error> {
        let (from, to) = days.bounds();
        let from = from.max(when::now()).min(to - chrono::TimeDelta::seconds(1));
        let found = app.scheduler.slots(caller, &calendar.id, from, to).await?;
        let mut slots = BTreeMap::<NaiveDate, Vec<Interval>>::new();
        for slot in found.iter() {
            let date = days.zone.date(slot.interval().start());
            slots.entry(date).or_default().push(slot.interval());
        }
        let next = match found.is_empty() {
            true => free::next(app, caller, &calendar.id, to, 1).await?.pop(),
            false => None,
        };
        Ok(Self { days, slots, next, is_partial: found.busy_unknown().next().is_some() })
    }

    /// The days with their times, each time as `link` shows it, and the ways to other days.
    pub(crate) fn show(
        &self,
        base: &str,
        is_chosen: bool,
        link: impl Fn(Interval) -> Markup,
    ) -> Markup {
        let zone = self.days.zone;
        html! {
            form.zones method="get" action=(base) {
                input type="hidden" name="from" value=(self.days.first);
                input type="hidden" name="days" value=(self.days.count);
                (zones::choice(zone, is_chosen))
                button.quiet type="submit" { "Change" }
            }
            nav.weeks aria-label="Days" {
                @if self.days.first > zone.date(when::now()) {
                    a rel="prev" href=(self.address(base, self.days.before())) { "← Earlier" }
                } @else { span {} }
                h2 { (self.days.title()) }
                a rel="next" href=(self.address(base, self.days.after())) { "Later →" }
            }
            @if self.is_partial {
                p.note { "Some calendars could not be read just now: later there may be more times." }
            }
            @if self.slots.is_empty() { (self.nothing(base)) }
            @for (date, slots) in &self.slots {
                section.day aria-label=(when::date(*date)) {
                    h3 { (when::date(*date)) }
                    ul.slots { @for slot in slots { li { (link(*slot)) } } }
                }
            }
        }
    }

    fn nothing(&self, base: &str) -> Markup {
        html! {
            p.note {
                "There are no free times in these days. "
                @if let Some(next) = self.next {
                    @let days = Days { first: self.days.zone.date(next.start()), ..self.days };
                    a href=(self.address(base, days)) {
                        "The next one is on " (when::date(days.first)) "."
                    }
                }
            }
        }
    }

    fn address(&self, base: &str, days: Days) -> String {
        let zone = path(days.zone.name());
        format!("{base}?from={}&days={}&zone={zone}", days.first, days.count)
    }
}

/// The calendar is there, but not as it was asked for.
pub(crate) fn unclear(app: &App, what: &str) -> Response {
    let body = html! { h1 { "That is not clear" } p { (what) } p { a href="/" { "Begin again" } } };
    let page = Page::new("That is not clear", body);
    page.with_status(StatusCode::BAD_REQUEST).show(app).into_response()
}
