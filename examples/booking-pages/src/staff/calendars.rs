//! Calendars: the list, and the form of each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use slotlink::words::{Calendar, CalendarId, CalendarKind, Revision};
use slotlink::{Error, InvalidInput, Member, NoLongerFits, Refusal, Thing};

use super::calendar_form::Typed;
use super::people;
use crate::app::{App, Shared};
use crate::visitor::path;
use crate::web::admin::Admin;
use crate::web::form::{Wrong, sentence};
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::session::Session;
use crate::web::take::{LongForm, Path};
use crate::when;

/// The path of a calendar that is not there yet: ids that are typed do not begin with a dot.
pub(crate) const NEW: &str = ".new";

pub(crate) async fn list(State(app): State<Shared>, Admin(session): Admin) -> Response {
    let caller = session.caller(&app);
    let (calendars, members) =
        tokio::join!(app.scheduler.calendars(&caller), app.scheduler.members(&caller));
    let (calendars, members) = match (calendars, members) {
        (Ok(calendars), Ok(members)) => (calendars, members),
        (Err(error), _) | (_, Err(error)) => return problem::page(&app, Some(&session), &error),
    };
    let body = html! {
        h1 { "Calendars" }
        ul.cards {
            @for calendar in &calendars {
                li {
                    article.card {
                        strong { (calendar.name) }
                        span { (kind(&calendar.kind)) ", " (calendar.slot.length().minutes()) " minutes" }
                        span {
                            a href={ "/admin/calendars/" (path(calendar.id.as_str())) }
                                aria-label={ "Change " (calendar.name) } { "Change" }
                            " · "
                            a href={ "/book/" (path(calendar.id.as_str())) }
                                aria-label={ "Its booking page: " (calendar.name) } { "Its booking page" }
                        }
                    }
                }
            }
        }
        p { a.button href={ "/admin/calendars/" (NEW) } { "New calendar" } }
        h2 { "People" }
        (people::list(&members, &session, &people::Forms::default()))
    };
    Page::new("Calendars", body).for_staff(&session).show(&app)
}

pub(crate) fn kind(kind: &CalendarKind) -> &'static str {
    match kind {
        CalendarKind::RoundRobin(_) => "Round robin",
        CalendarKind::Collective(_) => "Collective",
        _ => "Without hosts",
    }
}

pub(crate) async fn show(
    State(app): State<Shared>,
    Admin(session): Admin,
    Path(id): Path,
) -> Response {
    let known = match Known::find(&app, &session, &id).await {
        Ok(known) => known,
        Err(error) => return problem::page(&app, Some(&session), &error),
    };
    known.answer(&app, &session, &known.typed(), &Wrong::default(), StatusCode::OK)
}

pub(crate) async fn save(
    State(app): State<Shared>,
    Admin(session): Admin,
    Path(id): Path,
    LongForm(typed): LongForm<Typed>,
) -> Response {
    let known = match Known::find(&app, &session, &id).await {
        Ok(known) => known,
        Err(error) => return problem::page(&app, Some(&session), &error),
    };
    if known.revision().is_some_and(|revision| !typed.is_over(revision)) {
        return known.changed(&app, &session);
    }
    let mut wrong = Wrong::default();
    let Some(calendar) = typed.read(&app.account, known.calendar(), &mut wrong) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return known.answer(&app, &session, &typed, &wrong, status);
    };
    let is_taken =
        known.is_new() && app.scheduler.calendar(&session.caller(&app), &calendar.id).await.is_ok();
    if is_taken {
        wrong.say("id", "there is such a calendar already");
        return known.answer(&app, &session, &typed, &wrong, StatusCode::CONFLICT);
    }
    match known.put(&app, &session, &calendar).await {
        Ok(misfits) => saved(&app, &session, &calendar, &misfits),
        Err(Error::Refused(Refusal::CalendarChanged { .. })) => {
            match Known::find(&app, &session, &id).await {
                Ok(known) => known.changed(&app, &session),
                Err(error) => problem::page(&app, Some(&session), &error),
            }
        }
        Err(error) => {
            problem::log(&app, &error);
            match field(&error) {
                Some(field) => wrong.say(field, problem::told(&error)),
                None => wrong.say_of_all(problem::told(&error)),
            }
            let status = problem::status(&error);
            problem::with_retry(known.answer(&app, &session, &typed, &wrong, status))
        }
    }
}

/// Which field an error is about, if it is about one.
const fn field(error: &Error) -> Option<&'static str> {
    let Error::Refused(refusal) = error else { return None };
    match refusal {
        Refusal::ZoomNotConnected { .. } | Refusal::DynamicLinkNeedsGroupCalendar { .. } => {
            Some("location")
        }
        Refusal::NotFound(Thing::User(_))
        | Refusal::InvalidInput(InvalidInput::TooManyHostsForLimits { .. }) => Some("host"),
        _ => None,
    }
}

/// Appointments stay as they are: those that no longer fit are for somebody to look at (R29).
fn saved(app: &App, session: &Session, calendar: &Calendar, misfits: &[NoLongerFits]) -> Response {
    let body = html! {
        h1 { (calendar.name) " is saved" }
        @if !misfits.is_empty() {
            p.note { "These appointments stay, but no longer fit:" }
            ul {
                @for misfit in misfits {
                    li {
                        (when::moment(calendar.zone, misfit.start)) ": "
                        @for reason in &misfit.reasons { (sentence(&reason.to_string().replace('_', " "))) " " }
                    }
                }
            }
            p { a href={ "/admin/appointments?calendar=" (path(calendar.id.as_str())) } { "See them" } }
        }
        p { a.button href="/admin" { "To the calendars" } }
    };
    Page::new("Saved", body).for_staff(session).show(app)
}

/// What the form rests on.
struct Known {
    /// None if it is to be made.
    calendar: Option<(Calendar, Revision)>,
    members: Vec<Member>,
}

impl Known {
    async fn find(app: &App, session: &Session, id: &str) -> Result<Self, Error> {
        let caller = session.caller(app);
        let members = app.scheduler.members(&caller).await?;
        let calendar = match CalendarId::new(id) {
            Ok(id) if id.as_str() != NEW => {
                Some(app.scheduler.calendar_with_revision(&caller, &id).await?)
            }
            // An id that is none leads to a new calendar, as the path of one does.
            _ => None,
        };
        Ok(Self { calendar, members })
    }

    const fn is_new(&self) -> bool {
        self.calendar.is_none()
    }

    fn calendar(&self) -> Option<&Calendar> {
        self.calendar.as_ref().map(|(calendar, _)| calendar)
    }

    fn revision(&self) -> Option<Revision> {
        self.calendar.as_ref().map(|(_, revision)| *revision)
    }

    fn typed(&self) -> Typed {
        let of = |(calendar, revision): &_| Typed::of(calendar, *revision);
        self.calendar.as_ref().map_or_else(Typed::new, of)
    }

    async fn put(
        &self,
        app: &App,
        session: &Session,
        calendar: &Calendar,
    ) -> Result<Vec<NoLongerFits>, Error> {
        let caller = session.caller(app);
        match self.revision() {
            Some(seen) => app.scheduler.replace_calendar(&caller, calendar, seen).await,
            None => app.scheduler.put_calendar(&caller, calendar).await,
        }
    }

    /// What was typed would write over what somebody else has changed: it is shown as it is now.
    fn changed(&self, app: &App, session: &Session) -> Response {
        app.metrics.refused("calendar_changed");
        let mut wrong = Wrong::default();
        wrong.say_of_all(
            "this calendar was changed while you had it open, so nothing was saved. Here is how it is \
             now: please make your changes again",
        );
        self.answer(app, session, &self.typed(), &wrong, StatusCode::CONFLICT)
    }

    fn answer(
        &self,
        app: &App,
        session: &Session,
        typed: &Typed,
        wrong: &Wrong,
        status: StatusCode,
    ) -> Response {
        let title = self.calendar().map_or("New calendar", |calendar| calendar.name.as_str());
        let body = self.body(title, typed, wrong);
        Page::new(title, body).with_status(status).for_staff(session).show(app)
    }

    fn body(&self, title: &str, typed: &Typed, wrong: &Wrong) -> Markup {
        let id = self.calendar().map_or(NEW, |calendar| calendar.id.as_str());
        html! {
            h1 { (title) }
            (wrong.summary())
            form method="post" action={ "/admin/calendars/" (path(id)) } novalidate {
                (typed.fields(self.is_new(), &self.members, wrong))
                button.primary type="submit" { "Save" }
                " "
                a.button href="/admin" { "Leave it" }
            }
        }
    }
}
