//! For those who run the service: is it well, and what has it done?

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use slotlink::WebhookOutcome;

use crate::app::Shared;
use crate::web::problem;

/// Zoom's events are some kilobytes.
const LARGEST_EVENT: usize = 256 * 1024;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/zoom/events", post(events).layer(DefaultBodyLimit::max(LARGEST_EVENT)))
        .route("/assets/style.css", get(style))
        .route("/assets/zone.js", get(script))
        .route("/assets/icon.svg", get(icon))
}

/// Well is who can read the store: without it nothing can be booked.
async fn health(State(app): State<Shared>) -> Response {
    match app.scheduler.account(&app.system()).await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(error) => {
            problem::log(&app, &error);
            (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n").into_response()
        }
    }
}

async fn metrics(State(app): State<Shared>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match app.metrics.text(app.scheduler.webhook_counts()) {
        Ok(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What Zoom tells: the crate proves that it is Zoom, and says what to answer (R27).
async fn events(State(app): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let reply = app.scheduler.receive_webhook(&headers, &body).await;
    tracing::info!(outcome = ?reply.outcome, "a webhook of Zoom");
    if matches!(reply.outcome, WebhookOutcome::Done) {
        // What it told of may have to be seen to.
        app.work.notify_one();
    }
    (reply.status, [(header::CONTENT_TYPE, "application/json")], reply.body).into_response()
}

const KEPT: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");

async fn style() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    ([kind, KEPT], include_str!("../assets/style.css"))
}

async fn script() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, "text/javascript; charset=utf-8");
    ([kind, KEPT], include_str!("../assets/zone.js"))
}

async fn icon() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, "image/svg+xml");
    ([kind, KEPT], include_str!("../assets/icon.svg"))
}
