//! What every request works with.

use std::sync::Arc;

use axum::http::HeaderName;
use chrono::TimeDelta;
use slotlink::words::{AccountId, Secret};
use slotlink::{Caller, Scheduler};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::attempts::Attempts;
use crate::metrics::Metrics;
use crate::secrets::Keys;

/// One account's booking pages. A service with many accounts would find out from the request which one
/// it is, and name it in each call as this does.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) account: AccountId,
    /// Where browsers reach this service.
    pub(crate) public_url: Url,
    /// The switchboard of the simulated Zoom, if there is one.
    pub(crate) simulator: Option<Url>,
    pub(crate) keys: Keys,
    pub(crate) sign_in: SignIn,
    /// Who may use the staff's part of the JSON API.
    pub(crate) api_key: Secret,
    /// Attempts to book and to move.
    pub(crate) attempts: Attempts,
    /// Attempts to sign in, and keys of the API that were wrong.
    pub(crate) sign_ins: Attempts,
    /// The header in which a proxy says who is on its other side.
    pub(crate) client_address: Option<HeaderName>,
    pub(crate) metrics: Metrics,
    /// Wakes the workers: there may be links to be made.
    pub(crate) work: Notify,
    /// How far the scheduler's clock is ahead: nothing but in tests.
    pub(crate) ahead: TimeDelta,
    /// What goes on when the browser has gone.
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

pub(crate) type Shared = Arc<App>;

/// How the staff signs in. Neither is for production: there, your own sign-in belongs here.
#[derive(Debug)]
pub(crate) enum SignIn {
    /// Anybody, as anybody: for demonstrations on a machine of one's own.
    Open,
    /// One password for all of the staff.
    Password(Secret),
}

impl App {
    /// The host application itself.
    pub(crate) fn system(&self) -> Caller {
        Caller::system(self.account.clone())
    }

    pub(crate) fn invitee(&self) -> Caller {
        Caller::invitee(self.account.clone())
    }

    pub(crate) fn is_demo(&self) -> bool {
        matches!(self.sign_in, SignIn::Open)
    }

    /// An address of this service, from outside.
    pub(crate) fn address(&self, path: &str) -> Url {
        // It was checked when the service started that paths can be joined to it.
        self.public_url.join(path).unwrap_or_else(|_| self.public_url.clone())
    }
}
