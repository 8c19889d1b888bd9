//! The people of the account: adding one, and being logged in as one (R4).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::words::{Email, Hours, Name, Role, StatedReason, User, UserId, Zone};
use slotlink::{Error, Member};

use super::sign_in::role_name;
use crate::account;
use crate::app::{App, Shared};
use crate::web::admin::Admin;
use crate::web::form::{Field, Wrong, sentence};
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::session::{Session, jar};
use crate::web::take::Form;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    name: String,
    email: String,
    admin: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct LogInAs {
    user: String,
    reason: String,
}

/// The forms of the list, as they were sent, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    add: Typed,
    log_in: LogInAs,
    wrong: Wrong,
}

/// People of the account, and the form for one more.
pub(crate) fn list(members: &[Member], session: &Session, forms: &Forms) -> Markup {
    let Forms { add, wrong, .. } = forms;
    let is_open = wrong.with("reason").is_none() && !wrong.is_empty();
    html! {
        (wrong.summary())
        div.wide { table {
            thead { tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Help them" } } }
            tbody {
                @for (number, Member { user, role, .. }) in members.iter().enumerate() {
                    tr {
                        td { (user.name) br; span.who { (user.id) } }
                        td { (role_name(*role)) }
                        td { @if user.id != *session.user() { (forms.log_in(number, user)) } }
                    }
                }
            }
        } }
        details open[is_open] {
            summary { "Add somebody" }
            form method="post" action="/admin/people" novalidate {
                (Field::text("name", "Name", &add.name).required().line(wrong))
                (Field::text("email", "E-mail", &add.email).of_kind("email").required().line(wrong))
                label.radio {
                    input type="checkbox" name="admin" checked[add.admin.is_some()];
                    " May change calendars and people"
                }
                p { button.primary type="submit" { "Add" } }
            }
        }
    }
}

impl Forms {
    fn log_in(&self, number: usize, user: &User) -> Markup {
        // The one that was sent is the one that the messages are about.
        let wrong = self.wrong.with("reason").filter(|_| self.log_in.user == user.id.as_str());
        let id = wrong.map_or_else(|| format!("reason-{number}"), |_| "reason".to_owned());
        let typed = wrong.map(|_| self.log_in.reason.as_str());
        html! {
            form method="post" action="/admin/people/log-in-as" novalidate {
                input type="hidden" name="user" value=(user.id.as_str());
                label for=(id) { "Why " }
                input id=(id) name="reason" type="text" value=[typed] aria-required="true"
                    aria-label={ "Why you log in as " (user.name) }
                    aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[wrong.map(|_| "reason-wrong")];
                " "
                button.quiet type="submit" aria-label={ "Log in as them: " (user.name) } {
                    "Log in as them"
                }
                @if let Some(message) = wrong { p.wrong id="reason-wrong" { (sentence(message)) } }
            }
        }
    }

    fn answer(self, app: &App, session: &Session, members: &[Member]) -> Response {
        let body = html! { h1 { "People" } (list(members, session, &self)) };
        let page = Page::new("People", body).with_status(StatusCode::UNPROCESSABLE_ENTITY);
        page.for_staff(session).show(app)
    }
}

pub(crate) async fn add(
    State(app): State<Shared>,
    Admin(session): Admin,
    Form(typed): Form<Typed>,
) -> Response {
    let members = match app.scheduler.members(&session.caller(&app)).await {
        Ok(members) => members,
        Err(error) => return problem::page(&app, Some(&session), &error),
    };
    // `put_user` is the host application's own call, and knows of no one who acts for another.
    if session.is_as_another() {
        return problem::as_another(&app, &session);
    }
    let Some(newcomer) = Newcomer::new() else {
        return problem::broken(&app, "there is no randomness for an id");
    };
    let mut wrong = Wrong::default();
    match typed.read(newcomer, &mut wrong) {
        None => {
            let forms = Forms { add: typed, wrong, ..Forms::default() };
            forms.answer(&app, &session, &members)
        }
        Some((user, role)) => match put(&app, &user, role).await {
            Ok(()) => Redirect::to("/admin").into_response(),
            Err(error) => problem::page(&app, Some(&session), &error),
        },
    }
}

/// What nobody types of somebody who is added.
struct Newcomer {
    /// Users are those of all accounts: an id that somebody typed could be another's, whom `put_user` would
    /// change.
    id: UserId,
    hours: Hours,
}

impl Newcomer {
    fn new() -> Option<Self> {
        let id = UserId::new(crate::random::text().ok()?).ok()?;
        let hours = account::first_hours(Zone::new("Europe/Berlin").ok()?)?;
        Some(Self { id, hours })
    }
}

impl Typed {
    fn read(&self, newcomer: Newcomer, wrong: &mut Wrong) -> Option<(User, Role)> {
        let name = wrong.take("name", Name::new(self.name.trim()));
        let email = wrong.take("email", Email::new(self.email.trim()));
        let user = User::new(newcomer.id, name?, email?, newcomer.hours);
        let role = if self.admin.is_some() { Role::Admin } else { Role::User };
        Some((user, role))
    }
}

async fn put(app: &App, user: &User, role: Role) -> Result<(), Error> {
    app.scheduler.put_user(user).await?;
    app.scheduler.put_membership(&app.account, &user.id, role).await
}

/// From now on the admin acts in another's name: what the crate changes for them is audited (R4).
pub(crate) async fn log_in_as(
    State(app): State<Shared>,
    Admin(session): Admin,
    headers: HeaderMap,
    Form(sent): Form<LogInAs>,
) -> Response {
    let Ok(user) = UserId::new(&*sent.user) else {
        return problem::unreadable(&app, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let mut wrong = Wrong::default();
    let Some(reason) = wrong.take("reason", StatedReason::new(sent.reason.trim())) else {
        let forms = Forms { log_in: sent, wrong, ..Forms::default() };
        return match app.scheduler.members(&session.caller(&app)).await {
            Ok(members) => forms.answer(&app, &session, &members),
            Err(error) => problem::page(&app, Some(&session), &error),
        };
    };
    let other = session.clone().oneself_again().logged_in_as(user, reason);
    // Whoever may not is told so now, and stays who they are.
    match app.scheduler.zoom_connection(&other.actor(), other.user()).await {
        Ok(_) => (other.keep(&app, jar(&app, &headers)), Redirect::to("/host")).into_response(),
        Err(error) => problem::page(&app, Some(&session), &error),
    }
}

pub(crate) async fn as_oneself(
    State(app): State<Shared>,
    session: Session,
    headers: HeaderMap,
) -> Response {
    let kept = session.oneself_again().keep(&app, jar(&app, &headers));
    (kept, Redirect::to("/host")).into_response()
}
