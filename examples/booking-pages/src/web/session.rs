//! Who is signed in: a signed cookie. Host applications have their own.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::SignedCookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use slotlink::words::{BrowserSession, InvalidSession, Role, StatedReason, UserId};
use slotlink::{Actor, Caller};

use crate::app::{App, Shared};
use crate::when;

/// A session ends, also if nobody signs out and a copy of its cookie is kept.
const LENGTH: TimeDelta = TimeDelta::hours(8);

/// Whoever is signed in with this browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Names the browser's session: a consent that begins in it ends in it.
    id: String,
    user: UserId,
    /// Whether they were an admin when they signed in: for what is shown. What they may, is looked up.
    is_admin: bool,
    /// When it ends, in Unix seconds.
    until: i64,
    /// An admin who is logged in as another user (R4).
    logged_in_as: Option<LoggedInAs>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LoggedInAs {
    user: UserId,
    reason: StatedReason,
}

impl Session {
    pub(crate) fn begin(user: UserId, role: Role) -> Result<Self, getrandom::Error> {
        let (id, is_admin) = (crate::random::text()?, role == Role::Admin);
        let until = (when::now() + LENGTH).timestamp();
        Ok(Self { id, user, is_admin, until, logged_in_as: None })
    }

    /// The same person, logged in as another (R4). Whether they may, the crate says at every call.
    pub(crate) fn logged_in_as(self, user: UserId, reason: StatedReason) -> Self {
        Self { logged_in_as: Some(LoggedInAs { user, reason }), ..self }
    }

    pub(crate) const fn is_shown_as_admin(&self) -> bool {
        self.is_admin && self.logged_in_as.is_none()
    }

    /// As themselves again.
    pub(crate) fn oneself_again(self) -> Self {
        Self { logged_in_as: None, ..self }
    }

    /// In whose name they act.
    pub(crate) fn user(&self) -> &UserId {
        self.logged_in_as.as_ref().map_or(&self.user, |other| &other.user)
    }

    pub(crate) const fn is_as_another(&self) -> bool {
        self.logged_in_as.is_some()
    }

    pub(crate) fn who(&self) -> String {
        match &self.logged_in_as {
            None => self.user.to_string(),
            Some(other) => format!("{} as {}", self.user, other.user),
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        match self.logged_in_as.clone() {
            None => Actor::User(self.user.clone()),
            Some(LoggedInAs { user, reason }) => {
                Actor::logged_in_as(self.user.clone(), user, reason)
            }
        }
    }

    pub(crate) fn caller(&self, app: &App) -> Caller {
        Caller::new(app.account.clone(), self.actor())
    }

    pub(crate) fn browser(&self) -> Result<BrowserSession, InvalidSession> {
        BrowserSession::new(self.id.clone())
    }

    /// Puts it into the browser's cookies.
    pub(crate) fn keep(&self, app: &App, jar: SignedCookieJar) -> SignedCookieJar {
        // Strings and options of strings are always JSON.
        let json = serde_json::to_vec(self).unwrap_or_default();
        jar.add(cookie(app, URL_SAFE_NO_PAD.encode(json)))
    }

    pub(crate) fn end(app: &App, jar: SignedCookieJar) -> SignedCookieJar {
        jar.remove(cookie(app, String::new()))
    }

    fn read(app: &App, jar: &SignedCookieJar) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(jar.get(name(app))?.value()).ok()?;
        let session: Self = serde_json::from_slice(&json).ok()?;
        (when::now().timestamp() < session.until).then_some(session)
    }
}

/// With the prefix, browsers take it over TLS only, and from no other host. Without TLS, on one's own
/// machine, not every browser would take it so.
fn name(app: &App) -> &'static str {
    if is_tls(app) { "__Host-session" } else { "session" }
}

fn is_tls(app: &App) -> bool {
    app.public_url.scheme() == "https"
}

fn cookie(app: &App, value: String) -> Cookie<'static> {
    Cookie::build((name(app), value))
        .path("/")
        .http_only(true)
        .secure(is_tls(app))
        // Not `Strict`: the browser comes back from Zoom's page with it.
        .same_site(SameSite::Lax)
        .build()
}

/// The jar of signed cookies of a request.
pub(crate) fn jar(app: &App, headers: &axum::http::HeaderMap) -> SignedCookieJar {
    SignedCookieJar::from_headers(headers, app.keys.cookies.clone())
}

/// Nobody is signed in: leads to the sign-in.
#[derive(Debug)]
pub(crate) struct SignInFirst;

impl IntoResponse for SignInFirst {
    fn into_response(self) -> Response {
        Redirect::to("/sign-in").into_response()
    }
}

impl FromRequestParts<Shared> for Session {
    type Rejection = SignInFirst;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, SignInFirst> {
        Self::read(app, &jar(app, &parts.headers)).ok_or(SignInFirst)
    }
}
