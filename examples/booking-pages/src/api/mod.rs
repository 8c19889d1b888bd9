//! The JSON API, and its description at `/api/openapi.json`.
//!
//! It knows no cookies, so that other sites' pages can do nothing with it in a visitor's name.

mod appointment;
mod book;
mod calendars;
mod describe;
mod instant;
mod location;
mod names;
mod next;
mod problem;
mod staff;
mod take;
#[cfg(test)]
pub(crate) mod tests;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::IntoResponse as _;
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use problem::Problem;

pub(crate) fn routes() -> Router<Shared> {
    let (router, description) = OpenApiRouter::with_openapi(describe::Description::openapi())
        .routes(routes!(calendars::list))
        .routes(routes!(calendars::slots))
        .routes(routes!(book::book))
        .routes(routes!(appointment::show))
        .routes(routes!(appointment::reschedule))
        .routes(routes!(appointment::cancel))
        .routes(routes!(staff::appointments::list))
        .routes(routes!(staff::act::confirm))
        .routes(routes!(staff::act::retry_link))
        .routes(routes!(staff::explain::explain))
        .routes(routes!(staff::messages::list))
        .split_for_parts();
    // Written once. Names, texts and lists of them are always JSON.
    let description = Bytes::from(serde_json::to_vec(&description).unwrap_or_default());
    let described = move || {
        let answer = ([(header::CONTENT_TYPE, "application/json")], description.clone());
        std::future::ready(answer.into_response())
    };
    router
        .route("/api/openapi.json", get(described))
        .route("/api", any(nothing))
        .route("/api/{*rest}", any(nothing))
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(problem::tell))
}

async fn nothing() -> Problem {
    Problem::not_found("There is nothing at this address; /api/openapi.json says what there is.")
}

async fn wrong_method() -> Problem {
    let detail = "This address is there, but not for this method.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
