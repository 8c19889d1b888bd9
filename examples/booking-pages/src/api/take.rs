//! What is taken from requests; what cannot be taken is a problem.

use std::error::Error as _;
use std::time::Duration;

use axum::RequestPartsExt as _;
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum_extra::extract::QueryRejection;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use slotlink::words::RequestId;

use super::problem::Problem;
use crate::app::Shared;
use crate::attempts::too_many;
use crate::staff::is_same;
use crate::web::client::Client;
use crate::web::form::Wrong;
use crate::when;

/// A body of JSON.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(crate) struct Sent<T>(pub(crate) T);

/// A query.
#[derive(FromRequestParts)]
#[from_request(via(axum_extra::extract::Query), rejection(Problem))]
pub(crate) struct Asked<T>(pub(crate) T);

/// A part of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(crate) struct Part<T>(pub(crate) T);

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let kind = match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            StatusCode::UNPROCESSABLE_ENTITY => "invalid_input",
            _ => "malformed_json",
        };
        let told = Self::new(rejection.status(), kind, rejection.body_text());
        // Text that is no JSON has no fields.
        let of_data = rejection.source().filter(|_| kind == "invalid_input");
        match of_data.map(ToString::to_string).as_deref().and_then(of_field) {
            Some((field, message)) => told.about(field.to_owned(), message),
            None => told,
        }
    }
}

/// The field that does not fit its type, and why not: axum's error begins with the path of it, if it has
/// one. What else it begins with has blanks.
fn of_field(error: &str) -> Option<(&str, &str)> {
    let is_path = |path: &str| !path.is_empty() && !path.contains(char::is_whitespace);
    error.split_once(": ").filter(|(path, _)| is_path(path))
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_query", rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::not_found("There is nothing at this address.")
    }
}

/// An instant of a field.
pub(crate) fn instant(wrong: &mut Wrong, field: &'static str, text: &str) -> Option<DateTime<Utc>> {
    wrong.take(field, when::instant(text))
}

/// The header that makes it safe to send a booking again.
pub(crate) struct IdempotencyKey(pub(crate) RequestId);

impl FromRequestParts<Shared> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        let why = match parts.headers.get("idempotency-key").map(|key| named(key.as_bytes())) {
            Some(Some(key)) => return Ok(Self(key)),
            Some(None) => "give 1 to 128 visible ASCII characters",
            None => "give a random text, say a UUID, and the same one if you send it again",
        };
        let detail = "A booking needs the header Idempotency-Key: sent twice with the same key, it books once.";
        let problem = Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_needed", detail);
        Err(problem.about("Idempotency-Key", why))
    }
}

/// The request that a key names. Hashed, so that the longest key has room beside what tells the API's
/// requests from those of forms.
fn named(key: &[u8]) -> Option<RequestId> {
    let is_key = (1..=128).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    let hash = Bytes::copy_from_slice(&Sha256::digest(key));
    is_key.then(|| RequestId::new(format!("api:{hash:x}")).ok()).flatten()
}

/// An attempt that was counted, and was not one too many.
pub(crate) struct Attempt;

impl FromRequestParts<Shared> for Attempt {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let Ok(Client(from)) = parts.extract_with_state::<Client, _>(app).await;
        let Err(wait) = app.attempts.count(from) else { return Ok(Self) };
        Err(too_often(wait))
    }
}

fn too_often(wait: Duration) -> Problem {
    let detail = too_many(wait);
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail);
    problem.retry_after(wait.as_secs())
}

/// Whoever has the key of the staff's part.
pub(crate) struct Staff;

impl FromRequestParts<Shared> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let sent = parts.headers.get(header::AUTHORIZATION);
        let sent = sent.and_then(|sent| sent.to_str().ok()?.split_once(' '));
        let key = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let key = key.map(|(_, key)| key.trim().to_owned());
        let Ok(Client(from)) = parts.extract_with_state::<Client, _>(app).await;
        let is_right = || key.is_some_and(|key| is_same(&app.api_key, &key));
        if app.sign_ins.guess(from, is_right).map_err(too_often)? {
            return Ok(Self);
        }
        let detail = "This needs the header Authorization: Bearer, with the key of the API.";
        Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail))
    }
}

/// Who sends a key where none is needed is held to it.
impl OptionalFromRequestParts<Shared> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<Shared>>::from_request_parts(parts, app).await.map(Some)
    }
}
