//! Routes, and what surrounds all of them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tracing::Instrument as _;

use crate::app::Shared;
use crate::web::{guard, problem};
use crate::{api, operations, staff, visitor};

/// Forms are small.
const LARGEST_FORM: usize = 64 * 1024;

/// The whole service. Pages are guarded against other sites' forms; the API and Zoom's events know
/// no cookies, and need not be.
pub(crate) fn router(app: Shared) -> Router {
    let pages = Router::new()
        .merge(visitor::routes())
        .merge(staff::routes())
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(from_fn_with_state(app.clone(), guard::same_origin));
    let all = Router::new()
        .merge(pages)
        .merge(api::routes())
        .merge(operations::routes())
        .fallback(guard::not_found);
    surrounded(all, app)
}

fn surrounded(routes: Router<Shared>, app: Shared) -> Router {
    let at_panic = app.clone();
    routes
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(CatchPanicLayer::custom(move |_| {
            problem::broken(&at_panic, "a handler has panicked")
        }))
        .layer(from_fn(guard::headers))
        .layer(from_fn_with_state(app.clone(), watch))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(app)
}

/// Logs and counts each request by its route: paths hold private addresses.
async fn watch(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let span = tracing::info_span!("request", id, method, route);
    let response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    app.metrics.answered(method, &route, status, took);
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status, milliseconds, "answered"));
    response
}

/// Anybody can send any word for a method, and each would be a figure of its own, for ever.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{StatusCode, header};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::api::tests::service::Service;

    #[tokio::test]
    async fn a_panic_is_a_page_without_its_words() {
        async fn broken() -> StatusCode {
            panic!("secret")
        }
        let app = Service::start().await.app;
        let router = surrounded(Router::new().route("/", get(broken)), app);
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let page = String::from_utf8(body.to_vec()).unwrap();
        assert!(page.contains("<h1>") && !page.contains("secret"), "{page}");
    }
}
