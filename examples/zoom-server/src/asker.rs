//! Who presses a switch: a person with a form, or a program with JSON. Both get an answer they can read.

use std::convert::Infallible;

use axum::extract::{Form, FromRequest, FromRequestParts, Json, Request};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::page;

/// Why a switch does nothing.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    /// What was said cannot be meant.
    pub(crate) fn illegal(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    /// What was named is not there.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.into() }
    }

    /// The other side did not do its part.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_GATEWAY, message: message.into() }
    }
}

/// What was done, in words, or why not.
pub(crate) type Done = Result<String, Refused>;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Asker {
    Person,
    Program,
}

impl Asker {
    fn of(headers: &HeaderMap) -> Self {
        let kind = headers.get(CONTENT_TYPE).map_or(b"".as_slice(), |kind| kind.as_bytes());
        let is_form = kind.starts_with(b"application/x-www-form-urlencoded");
        if is_form { Self::Person } else { Self::Program }
    }

    /// A person is led back to the switchboard, where what was done shows.
    pub(crate) fn answer(self, done: Done) -> Response {
        match (self, done) {
            (Self::Person, Ok(_)) => (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response(),
            (Self::Person, Err(refused)) => page::refused(refused.status, &refused.message),
            (Self::Program, Ok(message)) => Json(json!({ "message": message })).into_response(),
            (Self::Program, Err(Refused { status, message })) => {
                (status, Json(json!({ "message": message }))).into_response()
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// What was said: the fields of a form, or of a JSON object.
pub(crate) struct Said<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Said<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let asker = Asker::of(request.headers());
        let said = match asker {
            Asker::Person => Form::from_request(request, state)
                .await
                .map(|Form(said)| said)
                .map_err(|error| error.body_text()),
            Asker::Program => Json::from_request(request, state)
                .await
                .map(|Json(said)| said)
                .map_err(|error| error.body_text()),
        };
        said.map(Self).map_err(|message| asker.answer(Err(Refused::illegal(message))))
    }
}
