//! Zoom's answers, word for word where a real one is on record.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::ports::HttpResponse;
use crate::words::MeetingId;

/// An answer, before it becomes HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Empty,
    Json(Value),
    /// What a gateway in front of Zoom says.
    Page(&'static str),
}

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, Body::Json(body))
    }

    pub(super) fn created(body: Value) -> Self {
        Self::new(StatusCode::CREATED, Body::Json(body))
    }

    pub(super) fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, Body::Empty)
    }

    pub(super) fn unavailable() -> Self {
        let page = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Body::Page(page))
    }

    pub(super) fn token_expired() -> Self {
        Self::error(StatusCode::UNAUTHORIZED, 124, "Access token is expired.")
    }

    pub(super) fn token_invalid() -> Self {
        Self::error(StatusCode::UNAUTHORIZED, 124, "Invalid access token.")
    }

    pub(super) fn no_such_meeting(id: Option<MeetingId>) -> Self {
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let message = format!("Meeting does not exist: {id}.");
        Self::error(StatusCode::NOT_FOUND, 3001, &message)
    }

    pub(super) fn no_such_endpoint() -> Self {
        let message = "This API endpoint is not recognized.";
        Self::error(StatusCode::NOT_FOUND, 2300, message)
    }

    pub(super) fn bad_json() -> Self {
        let message = "Request Body should be a valid JSON object.";
        Self::error(StatusCode::BAD_REQUEST, 300, message)
    }

    pub(super) fn bad_page_token() -> Self {
        let message = "The next page token is invalid or expired.";
        Self::error(StatusCode::BAD_REQUEST, 300, message)
    }

    pub(super) fn invalid(field: &'static str) -> Self {
        let body = json!({
            "code": 300,
            "message": "Validation Failed.",
            "errors": [{"field": field, "message": format!("Invalid parameter: {field}.")}],
        });
        Self::new(StatusCode::BAD_REQUEST, Body::Json(body))
    }

    /// Of the OAuth endpoints.
    pub(super) fn oauth(error: &str, reason: &str) -> Self {
        let body = json!({"reason": reason, "error": error});
        Self::new(StatusCode::BAD_REQUEST, Body::Json(body))
    }

    pub(super) fn no_such_client() -> Self {
        let body = json!({
            "reason": "Invalid client_id or client_secret",
            "error": "invalid_client",
        });
        Self::new(StatusCode::UNAUTHORIZED, Body::Json(body))
    }

    /// The refresh token is dead, for whatever reason.
    pub(super) fn void_refresh_token() -> Self {
        Self::oauth("invalid_grant", "Invalid Token!")
    }

    /// The headers count the whole Zoom account: nothing in them tells of the user's limit.
    pub(super) fn daily_limit() -> Self {
        let message = "You have exceeded the daily rate limit (100) of Meeting Create/Update API \
                       requests permitted for this particular user. You may resume these requests \
                       at GMT 00:00:00.";
        let headers = [
            ("x-ratelimit-category", "Light"),
            ("x-ratelimit-limit", "6000"),
            ("x-ratelimit-remaining", "5893"),
        ];
        Self::error(StatusCode::TOO_MANY_REQUESTS, 429, message).with(headers)
    }

    pub(super) fn per_second_limit() -> Self {
        let message = "You have reached the maximum per-second rate limit for this API. Try again \
                       later.";
        let headers = [
            ("x-ratelimit-category", "Light"),
            ("x-ratelimit-type", "QPS"),
            ("x-ratelimit-remaining", "0"),
        ];
        Self::error(StatusCode::TOO_MANY_REQUESTS, 429, message).with(headers)
    }

    pub(super) fn http(self) -> HttpResponse {
        let (kind, bytes) = match self.body {
            Body::Empty => (None, Vec::new()),
            Body::Json(json) => (Some("application/json"), json.to_string().into_bytes()),
            Body::Page(page) => (Some("text/html"), page.into()),
        };
        let mut response = Response::new(bytes);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(kind) = kind {
            let kind = HeaderValue::from_static(kind);
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        response
    }

    fn new(status: StatusCode, body: Body) -> Self {
        let headers = HeaderMap::new();
        Self { status, headers, body }
    }

    fn error(status: StatusCode, code: u32, message: &str) -> Self {
        let body = json!({"code": code, "message": message});
        Self::new(status, Body::Json(body))
    }

    fn with<const N: usize>(mut self, headers: [(&'static str, &'static str); N]) -> Self {
        for (name, value) in headers {
            self.headers.insert(name, HeaderValue::from_static(value));
        }
        self
    }
}
