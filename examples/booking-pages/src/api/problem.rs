//! Problems as JSON (RFC 9457).

use std::any::Any;
use std::borrow::Cow;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use slotlink::{Error, InvalidInput, Refusal};
use utoipa::ToSchema;

use super::instant::{Instant, Period};
use crate::app::App;
use crate::web::form::{Wrong, sentence};
use crate::web::problem;
use crate::when;

/// Why a request was not done (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem, examples(json!({
    "type": "urn:slotlink:slot_unavailable",
    "title": "Slot unavailable",
    "status": 409,
    "detail": "The slot at 2026-11-24T15:00:00Z is not available.",
    "kind": "slot_unavailable",
    "next_slots": [{"start": "2026-11-24T15:30:00Z", "end": "2026-11-24T16:00:00Z"}],
    "request_id": "6f1c1f7c-6a39-4c2a-8a44-5f5f0a4f6d1b"
})))]
pub(crate) struct Body {
    /// `urn:slotlink:` and the kind.
    #[serde(rename = "type")]
    urn: String,
    /// The kind in words.
    title: String,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What a person can be told.
    detail: String,
    /// A stable name, for programs.
    kind: &'static str,
    /// What is wrong with which field of the body, query or header: all of it at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(min_items = 1)]
    fields: Vec<FieldProblem>,
    /// Slots that are free in place of the one that is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_slots: Option<Vec<Period>>,
    /// The instant that a rule speaks of: when requests at Zoom are reset, or until when an invitee
    /// could have changed the appointment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    until: Option<Instant>,
    /// Names the request in our logs: tell us, if you ask about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    request_id: Option<String>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    #[schema(value_type = String, examples("email"))]
    field: Cow<'static, str>,
    #[schema(examples("An e-mail address looks like name@example.com."))]
    message: String,
}

/// A problem on its way to the client. [`tell`] writes it: only there the id of the request is known.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: StatusCode,
    body: Body,
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        let body = Body {
            urn: format!("urn:slotlink:{kind}"),
            title: sentence(&kind.replace('_', " ")).trim_end_matches('.').to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            kind,
            fields: Vec::new(),
            next_slots: None,
            until: None,
            request_id: None,
        };
        Self(Box::new(Inner { status, body, retry_after: None }))
    }

    pub(crate) fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// What the crate answered. Faults are logged, and not shown.
    pub(crate) fn of(app: &App, error: &Error) -> Self {
        problem::log(app, error);
        let mut told = Self::new(problem::status(error), error.kind(), detail(error));
        told.0.body.until = match error {
            Error::Refused(
                Refusal::QuotaExhausted { until, .. } | Refusal::NoticeTooShort { until, .. },
            ) => Some(Instant(*until)),
            _ => None,
        };
        if let Error::Refused(Refusal::InvalidInput(input)) = error
            && let Some(field) = field_of(input)
        {
            told = told.about(field, &input.to_string());
        }
        told
    }

    /// Fields that cannot be read.
    pub(crate) fn fields(wrong: &Wrong) -> Self {
        let detail = "Some fields cannot be taken as they are; `fields` says which and why.";
        let mut told = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", detail);
        for (field, message) in wrong.iter() {
            told = told.about(field, message);
        }
        told
    }

    pub(crate) fn about(mut self, field: impl Into<Cow<'static, str>>, message: &str) -> Self {
        let (field, message) = (field.into(), sentence(message));
        self.0.body.fields.push(FieldProblem { field, message });
        self
    }

    pub(crate) fn with_slots(mut self, next: Vec<Period>) -> Self {
        self.0.body.next_slots = Some(next);
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The answer, with its body.
    fn told(self, request_id: Option<String>) -> Response {
        let Inner { status, mut body, retry_after } = *self.0;
        body.request_id = request_id;
        // Strings, numbers and lists of them are always JSON.
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, json).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        problem::with_retry(response)
    }
}

/// What everybody may be told: whose other calendars cannot be read is not for visitors.
fn detail(error: &Error) -> String {
    match error {
        Error::Refused(Refusal::SlotUnavailable { start, busy_unknown, .. }) => {
            let later = if busy_unknown.is_empty() { "" } else { "; it may be later" };
            format!("The slot at {} is not available{later}.", when::machine(*start))
        }
        other => problem::told(other),
    }
}

/// Which field the crate means.
const fn field_of(input: &InvalidInput) -> Option<&'static str> {
    match input {
        InvalidInput::LocationMissing | InvalidInput::LocationNotAsked => Some("place"),
        InvalidInput::Instant(_) => Some("start"),
        InvalidInput::Period(_) => Some("to"),
        _ => None,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the problems of all that it surrounds.
pub(crate) async fn tell(request: Request, next: Next) -> Response {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let id = id.map(str::to_owned);
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut told = problem.told(id);
    // Which methods there are, say.
    let headers = std::mem::take(response.headers_mut());
    for (name, value) in headers.iter().filter(|(name, _)| *name == header::ALLOW) {
        told.headers_mut().insert(name, value.clone());
    }
    told
}

/// A handler has panicked: a defect of ours.
pub(crate) fn panicked(_what: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler of the API has panicked");
    let detail = "Something does not work on our side.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem_without_its_words() {
        async fn broken() -> StatusCode {
            panic!("secret")
        }
        let router = Router::new().route("/", get(broken));
        let router = router.layer(CatchPanicLayer::custom(panicked)).layer(from_fn(tell));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["kind"], "internal_error");
        assert!(!problem.to_string().contains("secret"));
    }
}
