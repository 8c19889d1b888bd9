//! When a host is open.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{NaiveDate, Weekday};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::words::{Hours, WeeklyHours, Window, Zone};

use crate::app::Shared;
use crate::staff::host;
use crate::web::form::{Field, Wrong};
use crate::web::problem;
use crate::web::session::Session;
use crate::web::take::Form;
use crate::web::zones;
use crate::when::zone_name;

/// Hours, as they are typed: `09:00-12:30, 13:30-17:00`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    zone: String,
    mon: String,
    tue: String,
    wed: String,
    thu: String,
    fri: String,
    sat: String,
    sun: String,
    /// Dates without hours, one a line.
    closed: String,
}

pub(crate) async fn save(
    State(app): State<Shared>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Response {
    let caller = session.caller(&app);
    let was = match app.scheduler.user(&caller, session.user()).await {
        Ok(user) => user.hours,
        Err(error) => return problem::page(&app, Some(&session), &error),
    };
    let mut wrong = Wrong::default();
    let Some(hours) = typed.read(&was, &mut wrong) else {
        return host::answer(&app, &session, host::Typing::Hours(typed), wrong).await;
    };
    match app.scheduler.set_hours(&caller, session.user(), &hours).await {
        Ok(()) => Redirect::to("/host").into_response(),
        Err(error) => problem::page(&app, Some(&session), &error),
    }
}

impl Typed {
    pub(crate) fn of(hours: &Hours) -> Self {
        let windows = |day| {
            let windows = hours.weekly().windows(day).iter().map(ToString::to_string);
            windows.collect::<Vec<_>>().join(", ")
        };
        let closed = hours.overrides().iter().filter(|(_, windows)| windows.is_empty());
        let closed: Vec<String> = closed.map(|(date, _)| date.to_string()).collect();
        Self {
            zone: hours.zone().name().to_owned(),
            mon: windows(Weekday::Mon),
            tue: windows(Weekday::Tue),
            wed: windows(Weekday::Wed),
            thu: windows(Weekday::Thu),
            fri: windows(Weekday::Fri),
            sat: windows(Weekday::Sat),
            sun: windows(Weekday::Sun),
            closed: closed.join("\n"),
        }
    }

    const fn days(&self) -> [(&'static str, &'static str, Weekday, &String); 7] {
        [
            ("mon", "Monday", Weekday::Mon, &self.mon),
            ("tue", "Tuesday", Weekday::Tue, &self.tue),
            ("wed", "Wednesday", Weekday::Wed, &self.wed),
            ("thu", "Thursday", Weekday::Thu, &self.thu),
            ("fri", "Friday", Weekday::Fri, &self.fri),
            ("sat", "Saturday", Weekday::Sat, &self.sat),
            ("sun", "Sunday", Weekday::Sun, &self.sun),
        ]
    }

    /// The hours, with what this form does not show as it was: dates with other hours, time off.
    fn read(&self, was: &Hours, wrong: &mut Wrong) -> Option<Hours> {
        let zone = wrong.take("zone", Zone::new(&self.zone));
        let mut weekly = WeeklyHours::new();
        for (field, _, day, text) in self.days() {
            let windows = list(text, ',').map(str::parse::<Window>).collect::<Result<Vec<_>, _>>();
            weekly = weekly.with(day, wrong.take(field, windows).unwrap_or_default());
        }
        let closed = list(&self.closed, '\n').map(|date| {
            date.parse::<NaiveDate>().map_err(|_| format!("{date} is no date such as 2026-12-24"))
        });
        let closed = wrong.take("closed", closed.collect::<Result<Vec<_>, _>>());
        let mut hours = Hours::new(zone?).with_weekly(weekly);
        let open = was.overrides().iter().filter(|(_, windows)| !windows.is_empty());
        for (date, windows) in open {
            hours = hours.with_override(*date, windows.clone());
        }
        for date in closed? {
            hours = hours.with_override(date, Vec::new());
        }
        for off in was.time_off() {
            hours = hours.with_time_off(*off);
        }
        wrong.is_empty().then_some(hours)
    }

    pub(crate) fn form(&self, wrong: &Wrong) -> Markup {
        let zones = zones::all().map(|zone| (zone.name(), zone_name(zone)));
        html! {
            form method="post" action="/host/hours" novalidate {
                (Field::text("zone", "Your time zone", &self.zone).required().choice(wrong, zones))
                @for (name, label, _, text) in self.days() {
                    (Field::text(name, label, text)
                        .with_hint("Such as 09:00-12:30, 13:30-17:00. Nothing: closed.").line(wrong))
                }
                (Field::text("closed", "Days off", &self.closed)
                    .with_hint("Dates such as 2026-12-24, one a line.").lines(wrong))
                button.primary type="submit" { "Save the hours" }
            }
        }
    }
}

/// The parts of a text that are not empty.
fn list(text: &str, between: char) -> impl Iterator<Item = &str> {
    text.split(between).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back_and_what_is_not_shown_stays() {
        let weekly = WeeklyHours::monday_to_friday(&["09:00-12:00".parse().unwrap()]);
        let off = slotlink::words::Interval::new(
            "2026-12-01T00:00:00Z".parse().unwrap(),
            "2026-12-02T00:00:00Z".parse().unwrap(),
        );
        let date = |date: &str| date.parse::<NaiveDate>().unwrap();
        let hours = Hours::new(Zone::new("Europe/Berlin").unwrap())
            .with_weekly(weekly)
            .with_override(date("2026-12-24"), Vec::new())
            .with_override(date("2026-12-23"), vec!["10:00-24:00".parse().unwrap()])
            .with_time_off(off.unwrap());
        let mut wrong = Wrong::default();
        assert_eq!(Typed::of(&hours).read(&hours, &mut wrong), Some(hours.clone()));

        let typed = Typed { tue: "9-5".to_owned(), closed: "soon".to_owned(), ..Typed::of(&hours) };
        assert_eq!(typed.read(&hours, &mut wrong), None);
        assert!(wrong.with("tue").is_some() && wrong.with("closed").is_some());
        assert!(wrong.with("mon").is_none());
    }
}
