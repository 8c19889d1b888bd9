//! What keeps other sites out, and what browsers are told about it.

use axum::extract::{Request, State};
use axum::http::header::{HeaderName, HeaderValue, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::layout::Page;
use crate::app::{App, Shared};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Refuses forms that another site sends (cross-site request forgery).
///
/// Every browser since 2023 says with each request whether it comes from the same origin
/// (Fetch Metadata, W3C), older ones name the origin of a form's page (RFC 6454). What says neither,
/// is refused: it is no browser, and for programs there is the API, which knows no cookies. On top
/// of it, the cookie is `SameSite=Lax`.
pub(crate) async fn same_origin(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || is_from_here(&app, request.headers()) {
        return next.run(request).await;
    }
    // Without the path, which may be a private address; the span has the route.
    tracing::warn!("a form of another site was refused");
    let body = html! {
        h1 { "Not from here" }
        p { "This form was not sent from our own pages. Nothing was changed." }
        p { a href="/" { "Begin again" } }
    };
    Page::new("Not from here", body).with_status(StatusCode::FORBIDDEN).show(&app)
}

fn is_from_here(app: &App, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    origin == Some(app.public_url.origin().ascii_serialization().as_str())
}

/// Headers of every page: nothing is loaded from elsewhere, nothing frames it, nothing keeps it, and
/// private addresses are told to no other site.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let fixed = [
        ("cache-control", "no-store"),
        ("content-security-policy", POLICY),
        // With `no-referrer` browsers would send forms with the origin `null`.
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex"),
    ];
    let headers = response.headers_mut();
    for (name, value) in fixed {
        let name = HeaderName::from_static(name);
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A page that is there, but not for this method.
pub(crate) async fn wrong_method(State(app): State<Shared>) -> Response {
    let body = html! {
        h1 { "That cannot be done here" }
        p { "This address is for something else. " a href="/" { "See what can be booked" } }
    };
    let page = Page::new("That cannot be done here", body);
    page.with_status(StatusCode::METHOD_NOT_ALLOWED).show(&app).into_response()
}

/// A page that is not there.
pub(crate) async fn not_found(State(app): State<Shared>) -> Response {
    let body = html! {
        h1 { "There is no such page" }
        p { "The address may be cut off. " a href="/" { "See what can be booked" } }
    };
    let page = Page::new("No such page", body).with_status(StatusCode::NOT_FOUND);
    page.show(&app).into_response()
}
