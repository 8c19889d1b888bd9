//! Pages for admins only.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use slotlink::words::Role;

use super::layout::Page;
use super::problem;
use super::session::Session;
use crate::app::{App, Shared};

/// Somebody who is an admin of the account, in the name they act in.
///
/// The crate lets every member of the staff work with all appointments, and leaves it to the host
/// application to be stricter. Here, hosts see their own.
pub(crate) struct Admin(pub(crate) Session);

impl FromRequestParts<Shared> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        let session = Session::from_request_parts(parts, app).await;
        let session = session.map_err(|nobody| nobody.into_response())?;
        match is_admin(app, &session).await {
            Ok(true) => Ok(Self(session)),
            Ok(false) => Err(refused(app, &session)),
            Err(error) => Err(problem::page(app, Some(&session), &error)),
        }
    }
}

/// As it is now: a role may have changed since the sign-in.
async fn is_admin(app: &App, session: &Session) -> Result<bool, slotlink::Error> {
    let members = app.scheduler.members(&session.caller(app)).await?;
    let mut members = members.iter().filter(|member| member.user.id == *session.user());
    Ok(members.any(|member| member.role == Role::Admin))
}

fn refused(app: &App, session: &Session) -> Response {
    let body = html! {
        h1 { "Not allowed" }
        p.alert role="alert" { "This is for the admins of the account." }
        p { a href="/host" { "To my page" } }
    };
    Page::new("Not allowed", body).with_status(StatusCode::FORBIDDEN).for_staff(session).show(app)
}
