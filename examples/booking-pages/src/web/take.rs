//! What is taken from the requests of browsers. What cannot be taken is told by a page: axum's own words
//! are for programs.

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::guard::not_found;
use super::problem::unreadable;
use crate::app::Shared;

/// A form. An optional field that is empty was sent all the same.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Response> {
        let taken = axum::Form::from_request(request, app).await;
        taken.map(|form| Self(form.0)).map_err(|refused| unreadable(app, refused.status()))
    }
}

/// A form with several values of one name.
pub(crate) struct LongForm<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for LongForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Response> {
        let taken = axum_extra::extract::Form::from_request(request, app).await;
        taken.map(|form| Self(form.0)).map_err(|refused| unreadable(app, refused.status()))
    }
}

/// A query.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        let taken = axum::extract::Query::from_request_parts(parts, app).await;
        taken.map(|query| Self(query.0)).map_err(|refused| unreadable(app, refused.status()))
    }
}

/// A part of the path. What is no text is no page's.
pub(crate) struct Path(pub(crate) String);

impl FromRequestParts<Shared> for Path {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(part) => Ok(Self(part.0)),
            Err(_) => Err(not_found(State(app.clone())).await),
        }
    }
}
