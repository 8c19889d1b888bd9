//! What becomes of errors: for people a page, for logs the whole chain.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use slotlink::{Error, Fault, Refusal};

use super::form::sentence;
use super::layout::Page;
use super::session::Session;
use crate::app::App;
use crate::attempts::too_many;
use crate::log::chain;

/// Tells a program what kind of problem it is.
pub(crate) fn status(error: &Error) -> StatusCode {
    match error {
        Error::Refused(refusal) => match refusal {
            Refusal::NotFound(_) => StatusCode::NOT_FOUND,
            Refusal::NotAMember { .. } | Refusal::NotPermitted { .. } => StatusCode::FORBIDDEN,
            Refusal::InvalidInput(_) | Refusal::DynamicLinkNeedsGroupCalendar { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            _ => StatusCode::CONFLICT,
        },
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Fault(Fault::Store { .. } | Fault::OutcomeUnknown { .. } | Fault::Zoom(_)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Error::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a person is told. Refusals say it themselves; of faults they are told what to do.
pub(crate) fn told(error: &Error) -> String {
    match error {
        // The crate's own words name hosts, who are nobody's business but the staff's.
        Error::Refused(Refusal::SlotUnavailable { .. }) => "This time is not free.".to_owned(),
        // Times are told by the pages, in somebody's zone.
        Error::Refused(Refusal::NoticeTooShort { notice, .. }) => {
            format!(
                "It is too late for that: it can be done until {notice} minutes before it begins."
            )
        }
        // That it is Zoom's limit is nobody's business but the staff's.
        Error::Refused(Refusal::QuotaExhausted { .. }) => {
            "This time cannot be booked any more today.".to_owned()
        }
        Error::Refused(Refusal::TooLate { .. }) => "It is over.".to_owned(),
        Error::Refused(refusal) => sentence(&refusal.to_string()),
        Error::Conflict(_) => {
            "Many people are booking at this moment, and others were faster. Please try again."
                .to_owned()
        }
        Error::Fault(_) => {
            "Something does not work on our side. Nothing is lost: please try again in a minute."
                .to_owned()
        }
    }
}

/// Faults are somebody's work; refusals and conflicts are everyday life.
pub(crate) fn log(app: &App, error: &Error) {
    app.metrics.refused(error.kind());
    let Error::Fault(fault) = error else {
        // Its text may hold what somebody typed.
        tracing::info!(kind = error.kind(), "refused");
        return;
    };
    tracing::error!(kind = error.kind(), "{}", chain(fault));
}

/// A page that says that it did not work.
pub(crate) fn page(app: &App, session: Option<&Session>, error: &Error) -> Response {
    log(app, error);
    let status = status(error);
    let title = match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        _ => "That did not work",
    };
    let mut page = Page::new(title, body(title, &told(error))).with_status(status);
    if let Some(session) = session {
        page = page.for_staff(session);
    }
    with_retry(page.show(app))
}

fn body(title: &str, message: &str) -> Markup {
    html! {
        h1 { (title) }
        p.alert role="alert" { (message) }
        p { a href="/" { "To the first page" } }
    }
}

/// What was sent cannot be read.
pub(crate) fn unreadable(app: &App, status: StatusCode) -> Response {
    let (title, message) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too long",
            "What you have sent is longer than we can take. Please go back, and make it shorter.",
        ),
        _ => (
            "That is not clear",
            "What was sent cannot be read: something is missing, is there twice, or is no text. Please \
             go back, and try again.",
        ),
    };
    Page::new(title, body(title, message)).with_status(status).show(app)
}

/// Something of ours is broken that is no fault of the crate's.
pub(crate) fn broken(app: &App, what: &str) -> Response {
    tracing::error!("{what}");
    let title = "That did not work";
    let message = "Something does not work on our side. Please try again in a minute.";
    let page = Page::new(title, body(title, message));
    page.with_status(StatusCode::INTERNAL_SERVER_ERROR).show(app)
}

/// Somebody tries too often.
pub(crate) fn too_often(app: &App, wait: Duration) -> Response {
    let seconds = wait.as_secs();
    let page = Page::new("Too often", body("Too often", &too_many(wait)));
    let mut response = page.with_status(StatusCode::TOO_MANY_REQUESTS).show(app);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Somebody acts for another where nothing would record it (R4).
pub(crate) fn as_another(app: &App, session: &Session) -> Response {
    let body = html! {
        h1 { "Not in another's name" }
        p.alert role="alert" { "This can be done in one's own name only." }
        p { a href="/host" { "Back" } }
    };
    let page = Page::new("Not in another's name", body).with_status(StatusCode::FORBIDDEN);
    page.for_staff(session).show(app)
}

/// A service that is not available says when to ask again.
pub(crate) fn with_retry(mut response: Response) -> Response {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        let seconds = HeaderValue::from_static("30");
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(seconds);
    }
    response.into_response()
}
