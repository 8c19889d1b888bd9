//! The clauses of `slotlink::ports::HttpSend`, over sockets of this machine.

// It is only ever built for tests; this tells clippy that helpers beside the tests may unwrap, too.
#![cfg(test)]

mod answers;
mod connections;
mod deadlines;
mod secrecy;
mod server;
mod tls;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest_sender::ReqwestSender;
use slotlink::ports::{Clock, HttpRequest, HttpResponse, HttpSend, SendError, SystemClock};

fn sender() -> ReqwestSender {
    ReqwestSender::new().unwrap()
}

fn within(millis: i64) -> DateTime<Utc> {
    SystemClock.now() + TimeDelta::milliseconds(millis)
}

/// A request as slotlink builds them: a secret in the address, in the headers, in the body.
fn post(address: &str) -> HttpRequest {
    http::Request::post(format!("{address}/v2/users/me/meetings?token=CANARY"))
        .header("authorization", "Bearer CANARY")
        .header("content-type", "application/json")
        .body(br#"{"topic":"CANARY"}"#.to_vec())
        .unwrap()
}

async fn send(address: &str) -> Result<HttpResponse, SendError> {
    sender().send(post(address), within(5_000)).await
}

fn is_not_sent(answer: &Result<HttpResponse, SendError>) -> bool {
    matches!(answer, Err(SendError::NotSent(_)))
}

fn is_unknown(answer: &Result<HttpResponse, SendError>) -> bool {
    matches!(answer, Err(SendError::OutcomeUnknown(_)))
}
