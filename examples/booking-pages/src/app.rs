//! What every request works with.

use std::sync::Arc;

use slotlink::words::{AccountId, Secret};
use slotlink::{Caller, Scheduler};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
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
    /// Where browsers are led to give their consent: forms may lead there.
    pub(crate) zoom_origin: String,
    /// The switchboard of the simulated Zoom, if there is one.
    pub(crate) simulator: Option<Url>,
    pub(crate) keys: Keys,
    pub(crate) sign_in: SignIn,
    /// Who may use the staff's part of the JSON API.
    pub(crate) api_key: Secret,
    pub(crate) attempts: Attempts,
    pub(crate) metrics: Metrics,
    /// Wakes the workers: there may be links to be made.
    pub(crate) work: Notify,
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
