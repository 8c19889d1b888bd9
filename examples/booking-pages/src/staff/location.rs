//! Where a host meets by default, and the question to which calendars that shall apply (R7 to R9).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::words::{
    Address, CalendarId, FixedLocation, LocationSetting, LocationText, Phone, StaticLink,
};
use slotlink::{Error, Refusal};

use crate::app::{App, Shared};
use crate::staff::host;
use crate::web::form::{Field, Wrong};
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::session::Session;
use crate::web::take::{Form, LongForm};

/// What was chosen, as it was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) location: String,
    pub(crate) place: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Applied {
    calendar: Vec<String>,
}

pub(crate) async fn save(
    State(app): State<Shared>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Response {
    let mut wrong = Wrong::default();
    let Some(setting) = typed.read(&mut wrong) else {
        return host::answer(&app, &session, host::Typing::Location(typed), wrong).await;
    };
    let (caller, user) = (session.caller(&app), session.user());
    match app.scheduler.set_default_location(&caller, user, &setting).await {
        Ok(calendars) if calendars.is_empty() => Redirect::to("/host").into_response(),
        Ok(calendars) => dialog(&app, &session, &calendars).await,
        Err(Error::Refused(Refusal::ZoomNotConnected { .. })) => {
            wrong.say("location", "Zoom has to be connected first, by the host");
            host::answer(&app, &session, host::Typing::Location(typed), wrong).await
        }
        Err(error) => problem::page(&app, Some(&session), &error),
    }
}

/// Those calendars met elsewhere before: all, some or none of them may follow (R9).
async fn dialog(app: &App, session: &Session, calendars: &[CalendarId]) -> Response {
    let known = match app.scheduler.calendars(&session.caller(app)).await {
        Ok(known) => known,
        Err(error) => return problem::page(app, Some(session), &error),
    };
    let body = html! {
        h1 { "Your default location is saved" }
        form method="post" action="/host/location/apply" {
            fieldset {
                legend { "On these calendars you have met elsewhere so far. Apply it to them, too?" }
                @for calendar in known.iter().filter(|known| calendars.contains(&known.id)) {
                    label.radio {
                        input type="checkbox" name="calendar" value=(calendar.id.as_str()) checked;
                        " " (calendar.name)
                    }
                }
            }
            p { "Appointments that are made stay where they are." }
            button.primary type="submit" { "Apply to those" }
            " "
            a.button href="/host" { "To none" }
        }
    };
    Page::new("Apply to other calendars?", body).for_staff(session).show(app)
}

pub(crate) async fn apply(
    State(app): State<Shared>,
    session: Session,
    LongForm(applied): LongForm<Applied>,
) -> Response {
    let calendars =
        applied.calendar.into_iter().map(CalendarId::new).collect::<Result<Vec<_>, _>>();
    let Ok(calendars) = calendars else {
        return problem::unreadable(&app, StatusCode::BAD_REQUEST);
    };
    let (caller, user) = (session.caller(&app), session.user());
    if calendars.is_empty() {
        return Redirect::to("/host").into_response();
    }
    match app.scheduler.apply_default_location(&caller, user, &calendars).await {
        Ok(()) => Redirect::to("/host").into_response(),
        Err(error) => problem::page(&app, Some(&session), &error),
    }
}

const KINDS: [(&str, &str); 6] = [
    ("zoom", "Zoom: a link of its own for every slot"),
    ("link", "A fixed link"),
    ("phone", "By phone: a number to call"),
    ("address", "At an address"),
    ("text", "Anything else, in words"),
    ("ask", "The invitee says where"),
];

impl Typed {
    pub(crate) fn of(setting: Option<&LocationSetting>) -> Self {
        let (location, place) = match setting {
            None => ("", String::new()),
            Some(LocationSetting::Zoom) => ("zoom", String::new()),
            Some(LocationSetting::Ask) => ("ask", String::new()),
            Some(LocationSetting::Fixed(place)) => match place {
                FixedLocation::Link(link) => ("link", link.as_str().to_owned()),
                FixedLocation::Phone(phone) => ("phone", phone.to_string()),
                FixedLocation::Address(address) => ("address", address.to_string()),
                FixedLocation::Text(text) => ("text", text.to_string()),
                _ => ("", String::new()),
            },
            Some(_) => ("", String::new()),
        };
        Self { location: location.to_owned(), place }
    }

    /// The setting, if it makes sense.
    pub(crate) fn read(&self, wrong: &mut Wrong) -> Option<LocationSetting> {
        let place = self.place.trim();
        let fixed = match self.location.as_str() {
            "zoom" => return Some(LocationSetting::Zoom),
            "ask" => return Some(LocationSetting::Ask),
            "link" => FixedLocation::Link(wrong.take("place", StaticLink::new(place))?),
            "phone" => FixedLocation::Phone(wrong.take("place", Phone::new(place))?),
            "address" => FixedLocation::Address(wrong.take("place", Address::new(place))?),
            "text" => FixedLocation::Text(wrong.take("place", LocationText::new(place))?),
            _ => {
                wrong.say("location", "please choose one");
                return None;
            }
        };
        Some(LocationSetting::Fixed(fixed))
    }

    /// The fields of a form. `unset` is what it is called if nothing is set.
    pub(crate) fn fields(&self, wrong: &Wrong, unset: &str) -> Markup {
        let kinds = KINDS.map(|(value, label)| (value, label.to_owned()));
        let unset = [("", unset.to_owned())];
        let hint =
            "Link, number, address or words; nothing for Zoom, or if the invitee says where.";
        html! {
            (Field::text("location", "Where", &self.location).required()
                .choice(wrong, unset.into_iter().chain(kinds)))
            (Field::text("place", "Which", &self.place).with_hint(hint).line(wrong))
        }
    }
}
