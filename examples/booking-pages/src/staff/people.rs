//! The people of the account: adding one, and being logged in as one (R4).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::words::{Email, Hours, Name, Role, StatedReason, User, UserId, WeeklyHours, Zone};
use slotlink::{Error, Member};

use super::sign_in::role_name;
use crate::app::{App, Shared};
use crate::web::admin::Admin;
use crate::web::form::{Field, Wrong};
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

#[derive(Debug, Deserialize)]
pub(crate) struct LogInAs {
    user: String,
    reason: String,
}

/// People of the account, and the form for one more.
pub(crate) fn list(members: &[Member], session: &Session, typed: &Typed, wrong: &Wrong) -> Markup {
    html! {
        h2 { "People" }
        div.wide { table {
            thead { tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Help them" } } }
            tbody {
                @for (number, Member { user, role, .. }) in members.iter().enumerate() {
                    tr {
                        td { (user.name) br; span.who { (user.id) } }
                        td { (role_name(*role)) }
                        td { @if user.id != *session.user() { (log_in(number, user)) } }
                    }
                }
            }
        } }
        details open[!wrong.is_empty()] {
            summary { "Add somebody" }
            (wrong.summary())
            form method="post" action="/admin/people" novalidate {
                (Field::text("name", "Name", &typed.name).required().line(wrong))
                (Field::text("email", "E-mail", &typed.email).of_kind("email").required().line(wrong))
                label.radio {
                    input type="checkbox" name="admin" checked[typed.admin.is_some()];
                    " May change calendars and people"
                }
                p { button.primary type="submit" { "Add" } }
            }
        }
    }
}

fn log_in(number: usize, user: &User) -> Markup {
    let id = format!("reason-{number}");
    html! {
        form method="post" action="/admin/people/log-in-as" {
            input type="hidden" name="user" value=(user.id.as_str());
            label for=(id) { "Why " }
            input id=(id) name="reason" type="text" required;
            " "
            button.quiet type="submit" { "Log in as them" }
        }
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
    let mut wrong = Wrong::default();
    match typed.read(&mut wrong) {
        None => {
            let body = list(&members, &session, &typed, &wrong);
            let page = Page::new("People", body).with_status(StatusCode::UNPROCESSABLE_ENTITY);
            page.for_staff(&session).show(&app)
        }
        Some((user, role)) => match put(&app, &user, role).await {
            Ok(()) => Redirect::to("/admin").into_response(),
            Err(error) => problem::page(&app, Some(&session), &error),
        },
    }
}

impl Typed {
    fn read(&self, wrong: &mut Wrong) -> Option<(User, Role)> {
        let name = wrong.take("name", Name::new(self.name.trim()));
        let email = wrong.take("email", Email::new(self.email.trim()));
        let nine_to_five = wrong.take("name", "09:00-17:00".parse());
        let zone = wrong.take("name", Zone::new("Europe/Berlin"));
        // Users are those of all accounts: an id that somebody typed could be another's, whom `put_user`
        // would change.
        let id = wrong.take("name", crate::random::text());
        let id = id.and_then(|id| wrong.take("name", UserId::new(id)));
        let weekly = WeeklyHours::monday_to_friday(&[nine_to_five?]);
        let user = User::new(id?, name?, email?, Hours::new(zone?).with_weekly(weekly));
        let role = if self.admin.is_some() { Role::Admin } else { Role::User };
        wrong.is_empty().then_some((user, role))
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
    Form(LogInAs { user, reason }): Form<LogInAs>,
) -> Response {
    let (Ok(user), Ok(reason)) = (UserId::new(user), StatedReason::new(reason.trim())) else {
        return Redirect::to("/admin").into_response();
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
