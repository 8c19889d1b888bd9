//! What apps call: handed on to the simulated Zoom, which knows itself by its real names.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, post};
use chrono::TimeDelta;
use http::request::Parts;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{StatusCode, Uri};
use serde_json::Value;
use slotlink::ports::{Clock, HttpRequest, HttpResponse, HttpSend, SendError, SystemClock};

use crate::Place;
use crate::serve::Unanswered;

const MAX_BODY: usize = 1024 * 1024;
const OAUTH: Authority = Authority::from_static("zoom.us");
const API: Authority = Authority::from_static("api.zoom.us");

pub(crate) fn routes() -> Router<Arc<Place>> {
    Router::new()
        .route("/oauth/token", post(oauth))
        .route("/oauth/revoke", post(oauth))
        .route("/v2/{*path}", any(api))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

async fn oauth(State(place): State<Arc<Place>>, parts: Parts, body: Bytes) -> Response {
    forward(&place, OAUTH, parts, body).await
}

async fn api(State(place): State<Arc<Place>>, parts: Parts, body: Bytes) -> Response {
    forward(&place, API, parts, body).await
}

async fn forward(place: &Place, host: Authority, mut parts: Parts, body: Bytes) -> Response {
    match at(&parts.uri, host) {
        Ok(uri) => parts.uri = uri,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
    let request = HttpRequest::from_parts(parts, body.into());
    // It answers at once.
    let deadline = SystemClock.now() + TimeDelta::minutes(1);
    match place.zoom.send(request, deadline).await {
        Ok(answer) => named_here(place, answer).map(axum::body::Body::from),
        Err(SendError::OutcomeUnknown(_)) => Unanswered.into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// The same path and query, at one of Zoom's own addresses.
fn at(asked: &Uri, host: Authority) -> Result<Uri, http::Error> {
    let path = asked.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    Uri::builder().scheme(Scheme::HTTPS).authority(host).path_and_query(path).build()
}

/// Tokens come with the address at which they are good: this one.
fn named_here(place: &Place, mut answer: HttpResponse) -> HttpResponse {
    let json = serde_json::from_slice::<Value>(answer.body()).ok();
    if let Some(Value::Object(mut fields)) = json
        && let Some(address) = fields.get_mut("api_url")
    {
        *address = place.url.as_str().trim_end_matches('/').into();
        *answer.body_mut() = Value::Object(fields).to_string().into_bytes();
    }
    answer
}
