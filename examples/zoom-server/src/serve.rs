//! Connections, and answers that never come.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tower::ServiceExt as _;

/// In place of an answer: the connection is closed without a word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unanswered;

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer is lost, as it was planned")
    }
}

impl std::error::Error for Unanswered {}

impl IntoResponse for Unanswered {
    /// Marked, since a handler cannot fail. Nobody gets to see the status.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Ends with all its connections when it is dropped.
pub(crate) async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => _ = connections.spawn(serve(stream, router.clone())),
            // Too many are open: some will close.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, router: Router) {
    let service = service_fn(move |request| answer(router.clone(), request));
    // A connection ends as it likes; hyper closes it without an answer where the service fails.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response, Unanswered> {
    let answered: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    let Ok(response) = answered;
    let unanswered = response.extensions().get::<Unanswered>().copied();
    unanswered.map_or(Ok(response), Err)
}
