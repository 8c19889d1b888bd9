//! The HTTP port of slotlink over [`reqwest`]: host code to copy.
//!
//! ```no_run
//! use std::sync::Arc;
//! use reqwest_sender::ReqwestSender;
//! use slotlink::words::Secret;
//! use slotlink::zoom::{ZoomApp, ZoomClient};
//!
//! # fn main() -> Result<(), reqwest_sender::StartError> {
//! let app = ZoomApp::new("client id", Secret::new("client secret"));
//! let client = ZoomClient::new(app, Arc::new(ReqwestSender::new()?));
//! # Ok(())
//! # }
//! ```

mod failure;
mod tls;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::{Client, ClientBuilder, Request, Response, redirect, retry};
use slotlink::ports::{Clock, HttpRequest, HttpResponse, HttpSend, SendError, SystemClock};
use slotlink::zoom::MAX_ANSWER_BYTES;
use tokio::time::timeout;

use failure::{Failure, not_sent, unknown};

pub use failure::StartError;

/// How long connecting may take. Shorter than slotlink's deadlines: a Zoom that cannot be reached is
/// then [`SendError::NotSent`], not a doubt.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept. Shorter than servers keep theirs: a request that meets a
/// server's closing is lost in doubt.
const IDLE: Duration = Duration::from_secs(20);
/// Timers fire late, never early: the call ends so long before its deadline.
const MARGIN: Duration = Duration::from_millis(10);

/// Sends requests by one shared [`reqwest::Client`], which keeps connections open for the next ones.
///
/// Cheap to clone. Works within a tokio runtime only, whose timers are switched on.
#[derive(Clone)]
pub struct ReqwestSender {
    client: Client,
}

impl ReqwestSender {
    /// A sender that speaks HTTP/2 or HTTP/1.1, and TLS with the certificates this machine trusts.
    ///
    /// It goes through no proxy, whatever the environment says. Where a proxy is wanted, name it here.
    ///
    /// # Errors
    /// [`StartError`]: the machine is not set up for TLS. No later call would go better.
    pub fn new() -> Result<Self, StartError> {
        let client = only_once(Client::builder())
            .tls_backend_preconfigured(tls::trusting_this_machine()?)
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(StartError::Client)?;
        Ok(Self { client })
    }
}

/// HS-2. One repetition is left, of which no server sees anything: a request that was never handed to a
/// kept connection, because that was found closed, goes over another one. Hyper gives such a request back
/// whole, and only then.
fn only_once(client: ClientBuilder) -> ClientBuilder {
    client.redirect(redirect::Policy::none()).referer(false).retry(retry::never())
}

/// Without the client, which tells nothing.
impl fmt::Debug for ReqwestSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestSender").finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpSend for ReqwestSender {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let left = time_left(deadline).ok_or_else(|| not_sent(Failure::TooLate))?;
        let request =
            Request::try_from(request).map_err(|error| not_sent(Failure::client(error)))?;
        // To drop the call is to end it: its connection is closed, or its stream is reset.
        let sent = timeout(left, self.exchange(request)).await;
        sent.unwrap_or_else(|_| Err(unknown(Failure::OutOfTime)))
    }
}

impl ReqwestSender {
    async fn exchange(&self, request: Request) -> Result<HttpResponse, SendError> {
        let answer = self.client.execute(request).await.map_err(failure::classify)?;
        read(answer).await.map_err(unknown)
    }
}

/// `None` if there is none.
fn time_left(deadline: DateTime<Utc>) -> Option<Duration> {
    let left = deadline.signed_duration_since(SystemClock.now()).to_std().ok()?;
    left.checked_sub(MARGIN).filter(|left| !left.is_zero())
}

async fn read(mut answer: Response) -> Result<HttpResponse, Failure> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(Failure::client)? {
        if piece.len() > MAX_ANSWER_BYTES.saturating_sub(body.len()) {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    let mut read = HttpResponse::new(body);
    *read.status_mut() = answer.status();
    *read.version_mut() = answer.version();
    *read.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(read)
}
