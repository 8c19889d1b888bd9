//! A user's way to Zoom's consent page and back, over the simulated Zoom.

use url::Url;

use super::SimulatedZoom;
use crate::words::{BrowserSession, ConsentCallback, EntryPoint, UserId, ZoomAccountId};
use crate::{Actor, BeginConsent, Connected, Error, Fault, Scheduler};

/// Leads users to the simulated Zoom, lets them consent, and brings them back.
///
/// ```
/// # use std::sync::Arc;
/// use chrono::DateTime;
/// use slotlink::testkit::{ManualClock, SimulatedZoom, TestSealer, ZoomVisit, block_on};
/// use slotlink::words::*;
/// use slotlink::zoom::{ZoomApp, ZoomClient};
/// use slotlink::{MemoryStore, Scheduler};
///
/// let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
/// let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
/// let client = ZoomClient::new(ZoomApp::new("id", Secret::new("secret")), zoom.clone());
/// let scheduler = Scheduler::builder(Arc::new(MemoryStore::new()), Arc::new(client))
///     .clock(clock)
///     .sealer(Arc::new(TestSealer))
///     .build()?;
/// let (email, hours) = (Email::new("ann@example.com")?, Hours::new(Zone::UTC));
/// let ann = User::new(UserId::new("A001")?, Name::new("Ann")?, email, hours);
/// block_on(scheduler.put_user(&ann))?;
///
/// let zoom_account = ZoomAccountId::new("zoom-ann")?;
/// let visit = ZoomVisit::new(&scheduler, &zoom);
/// let connected = block_on(visit.connect(&ann.id, &zoom_account))?;
/// assert_eq!(connected.zoom, zoom_account);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ZoomVisit<'a> {
    scheduler: &'a Scheduler,
    zoom: &'a SimulatedZoom,
    entry: EntryPoint,
}

impl<'a> ZoomVisit<'a> {
    /// A visit that begins on the page of integrations.
    #[must_use]
    pub const fn new(scheduler: &'a Scheduler, zoom: &'a SimulatedZoom) -> Self {
        Self { scheduler, zoom, entry: EntryPoint::Integrations }
    }

    /// The same, from another entry point.
    #[must_use]
    pub const fn from(mut self, entry: EntryPoint) -> Self {
        self.entry = entry;
        self
    }

    /// The user consents with this Zoom account, which is added if it is not there.
    ///
    /// # Errors
    /// Those of [`Scheduler::begin_zoom_consent`] and [`Scheduler::complete_zoom_consent`].
    pub async fn connect(&self, user: &UserId, zoom: &ZoomAccountId) -> Result<Connected, Error> {
        self.connect_as(&Actor::User(user.clone()), user, zoom).await
    }

    /// The same, by somebody who need not be the user.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_as(
        &self,
        actor: &Actor,
        user: &UserId,
        zoom: &ZoomAccountId,
    ) -> Result<Connected, Error> {
        let broken = || Fault::Inconsistent("the visit to the simulated Zoom went astray");
        let session = BrowserSession::new("a browser session").map_err(|_| broken())?;
        let redirect = Url::parse("https://crm.example/zoom/callback").map_err(|_| broken())?;
        let ask = BeginConsent::new(user.clone(), self.entry, session.clone(), redirect);
        let page = self.scheduler.begin_zoom_consent(actor, &ask).await?;
        let back = self.zoom.allow(&page, zoom).map_err(|_| broken())?;
        let callback = ConsentCallback::from_url(&back).map_err(|_| broken())?;
        self.scheduler.complete_zoom_consent(actor, &session, &callback).await
    }
}
