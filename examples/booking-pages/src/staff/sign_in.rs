//! The sign-in of demonstrations: put your own in its place.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use hmac::{Hmac, KeyInit as _, Mac as _};
use maud::{Markup, html};
use serde::Deserialize;
use sha2::Sha256;
use slotlink::Member;
use slotlink::words::{Secret, UserId};

use crate::app::{App, Shared, SignIn};
use crate::web::client::Client;
use crate::web::form::{Field, Wrong};
use crate::web::layout::Page;
use crate::web::problem;
use crate::web::session::{Session, jar};
use crate::web::take::Form;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    user: String,
    password: String,
}

pub(crate) async fn show(State(app): State<Shared>) -> Response {
    answer(&app, &Typed::default(), &Wrong::default(), StatusCode::OK).await
}

pub(crate) async fn sign_in(
    State(app): State<Shared>,
    Client(from): Client,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let mut wrong = Wrong::default();
    if let Err(wait) = app.sign_ins.count(from) {
        wrong.say("user", format!("too many attempts; please wait {} seconds", wait.as_secs()));
        let mut response = answer(&app, &typed, &wrong, StatusCode::TOO_MANY_REQUESTS).await;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        return response;
    }
    let members = match app.scheduler.members(&app.system()).await {
        Ok(members) => members,
        Err(error) => return problem::page(&app, None, &error),
    };
    let is_open = match &app.sign_in {
        SignIn::Open => true,
        SignIn::Password(password) => is_same(password, &typed.password),
    };
    let user = UserId::new(typed.user.clone()).ok();
    let member = user.and_then(|user| members.iter().find(|member| member.user.id == user));
    let member = member.filter(|_| is_open);
    let session = member.map(|Member { user, role, .. }| Session::begin(user.id.clone(), *role));
    let Some(Ok(session)) = session else {
        // Which of them is wrong is told to nobody.
        wrong.say("user", "user and password do not go together");
        return answer(&app, &typed, &wrong, StatusCode::FORBIDDEN).await;
    };
    (session.keep(&app, jar(&app, &headers)), Redirect::to("/host")).into_response()
}

pub(crate) async fn sign_out(State(app): State<Shared>, headers: HeaderMap) -> Response {
    (Session::end(&app, jar(&app, &headers)), Redirect::to("/sign-in")).into_response()
}

/// In constant time: keyed hashes of both are compared.
pub(crate) fn is_same(password: &Secret, typed: &str) -> bool {
    let keyed = |text: &str| {
        let key = crate::random::bytes::<32>().ok()?;
        Some((Hmac::<Sha256>::new_from_slice(&key).ok()?.chain_update(text), key))
    };
    let Some((mac, key)) = keyed(password.expose()) else { return false };
    let Ok(other) = Hmac::<Sha256>::new_from_slice(&key) else { return false };
    mac.verify(&other.chain_update(typed).finalize().into_bytes()).is_ok()
}

async fn answer(app: &App, typed: &Typed, wrong: &Wrong, status: StatusCode) -> Response {
    let members = match app.sign_in {
        SignIn::Open => app.scheduler.members(&app.system()).await,
        // Who there is, is shown to nobody.
        SignIn::Password(_) => Ok(Vec::new()),
    };
    let members = match members {
        Ok(members) => members,
        Err(error) => return problem::page(app, None, &error),
    };
    let body = html! {
        h1 { "Sign in" }
        (wrong.summary())
        @match &app.sign_in {
            SignIn::Open => (anybody(&members)),
            SignIn::Password(_) => form method="post" {
                (Field::text("user", "User", &typed.user).filled_as("username").required().line(wrong))
                (Field::text("password", "Password", "").of_kind("password")
                    .filled_as("current-password").required().line(wrong))
                button.primary type="submit" { "Sign in" }
            },
        }
    };
    Page::new("Sign in", body).with_status(status).show(app)
}

fn anybody(members: &[Member]) -> Markup {
    html! {
        p.note {
            strong { "This is a demo sign-in. " }
            "Anybody can be anybody. A real service puts its own sign-in here."
        }
        form method="post" {
            // What was wrong with the choice leads here.
            ul.cards id="user" tabindex="-1" {
                @for Member { user, role, .. } in members {
                    li {
                        button.card type="submit" name="user" value=(user.id.as_str()) {
                            strong { (user.name) }
                            span { (role_name(*role)) }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn role_name(role: slotlink::words::Role) -> &'static str {
    match role {
        slotlink::words::Role::Admin => "Admin",
        _ => "Host",
    }
}
