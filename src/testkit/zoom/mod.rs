//! A simulated Zoom behind the HTTP port, so that the real [`ZoomClient`](crate::zoom::ZoomClient)
//! runs in every test.

mod answer;
mod consents;
mod fault;
mod fields;
mod meetings;
mod oauth;
mod quota;
mod request;
mod webhook;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

pub use fault::Fault;
pub use oauth::PageRefused;
pub use webhook::SimulatedWebhook;

use crate::ports::{Clock, HttpRequest, HttpResponse, HttpSend, SendError, ZoomCall};
use crate::words::{Interval, MeetingId, ZoomAccountId};
use request::Asked;
use world::World;

/// A Zoom that lives in memory: its accounts, consents, meetings, limits and faults.
///
/// It answers as Zoom does (statuses, codes, bodies, silent changes of past times), and it is
/// deterministic: the same calls at the same times have the same answers, ids and links included.
/// Share it as an `Arc`: one clone goes to the [`ZoomClient`](crate::zoom::ZoomClient) as its HTTP
/// port, with another a test looks and meddles.
///
/// It knows scheduled meetings only, one app, and times in UTC. Tokens, codes and the secret of
/// webhooks all have `CANARY` in them, so that a test finds them wherever they must not be.
///
/// ```
/// use std::sync::Arc;
/// use chrono::{DateTime, TimeDelta};
/// use slotlink::ports::{Access, Consent, ConsentPage, ZoomApi, ZoomAuth};
/// use slotlink::testkit::{ManualClock, SimulatedZoom, block_on};
/// use slotlink::words::{Secret, ZoomAccountId};
/// use slotlink::zoom::{ZoomApp, ZoomClient};
/// use url::Url;
///
/// let now = DateTime::UNIX_EPOCH;
/// let zoom = Arc::new(SimulatedZoom::new(Arc::new(ManualClock::new(now))));
/// let app = ZoomApp::new("client id", Secret::new("client secret"));
/// let client = ZoomClient::new(app, zoom.clone());
///
/// // Verifier and challenge of RFC 7636, appendix B.
/// let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
/// let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
/// let redirect: Url = "https://crm.example/zoom/callback".parse()?;
/// let page = ConsentPage::new(Secret::new("state"), challenge, redirect.clone());
///
/// let user = ZoomAccountId::new("zoom-a")?;
/// let back = zoom.allow(&client.authorize_url(&page), &user)?;
/// let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1;
///
/// let deadline = now + TimeDelta::seconds(10);
/// let consent = Consent::new(Secret::new(code), verifier, redirect);
/// let grant = block_on(client.exchange_code(&consent, deadline))?;
/// let access = Access::new(grant.access_token, deadline);
/// assert_eq!(block_on(client.me(&access))?.id, user);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SimulatedZoom {
    clock: Arc<dyn Clock>,
    world: Mutex<World>,
}

/// A meeting as it stands in the simulated Zoom.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SimulatedMeeting {
    /// The Zoom user who hosts it.
    pub zoom: ZoomAccountId,
    /// Its number.
    pub id: MeetingId,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// How it is called.
    pub topic: String,
    /// The link that its participants share.
    pub join_url: String,
    /// Its description, whole.
    pub agenda: String,
}

impl SimulatedZoom {
    /// A Zoom without accounts, whose time is that of `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, world: Mutex::new(World::default()) }
    }

    /// Adds a Zoom user. Adding one that is there changes nothing.
    pub fn add_account(&self, zoom: ZoomAccountId) {
        self.world().quotas.add(zoom);
    }

    /// A person makes a meeting in Zoom's own pages. That is no request of the app.
    pub fn make_meeting(&self, zoom: &ZoomAccountId, topic: &str, interval: Interval) -> MeetingId {
        let now = self.clock.now();
        let mut world = self.world();
        world.quotas.add(zoom.clone());
        world.meetings.make(zoom, topic, interval, now)
    }

    /// A person deletes a meeting in Zoom's own pages; says whether it was there. Zoom owes a webhook
    /// for it, as for every deletion.
    pub fn delete_meeting(&self, id: MeetingId) -> bool {
        let now = self.clock.now();
        let mut world = self.world();
        let was_there = world.meetings.remove(id, now);
        world.owe_changes(now);
        was_there
    }

    /// A person restores a deleted meeting in Zoom's own pages, within seven days; says whether they
    /// could. Its old link works again. Zoom owes a webhook for it.
    pub fn restore_meeting(&self, id: MeetingId) -> bool {
        let now = self.clock.now();
        let mut world = self.world();
        let restored = world.meetings.restore(id, now);
        world.owe_changes(now);
        restored
    }

    /// A person changes name or description of a meeting in Zoom's own pages, where they are given;
    /// says whether it was there.
    pub fn edit_meeting(&self, id: MeetingId, topic: Option<&str>, agenda: Option<&str>) -> bool {
        self.world().meetings.edit(id, topic, agenda)
    }

    /// Another app makes so many of the 100 requests that this Zoom user has today.
    pub fn use_up(&self, zoom: &ZoomAccountId, requests: u32) {
        let today = self.clock.now().date_naive();
        self.world().quotas.use_up(zoom, today, requests);
    }

    /// From now on, `times` calls of this kind (of any kind that the fault fits, if `None`), of
    /// this Zoom user (of any, if `None`), meet the fault. Faults queue up: the oldest that fits
    /// comes first.
    pub fn fault(
        &self,
        op: Option<ZoomCall>,
        zoom: Option<ZoomAccountId>,
        fault: Fault,
        times: u32,
    ) {
        self.world().faults.plan(op, zoom, fault, times);
    }

    /// All meetings that are not deleted, by Zoom user, then by start.
    #[must_use]
    pub fn meetings(&self) -> Vec<SimulatedMeeting> {
        self.world().meetings.all()
    }

    /// The meetings that are deleted and can still be restored, in the same order.
    #[must_use]
    pub fn deleted_meetings(&self) -> Vec<SimulatedMeeting> {
        let now = self.clock.now();
        self.world().meetings.deleted(now)
    }

    /// For every Zoom user, how many requests to create, update or delete reached Zoom on this
    /// UTC day, whatever came back; those answered with 401 or 429 are left out.
    #[must_use]
    pub fn requests_today(&self) -> BTreeMap<ZoomAccountId, u32> {
        let today = self.clock.now().date_naive();
        self.world().quotas.used_on(today)
    }

    /// For every Zoom user, the most requests to create, update or delete that reached Zoom with a
    /// live access token on any one UTC day, whatever was answered: a well-behaved app stays at
    /// 100 or less.
    #[must_use]
    pub fn busiest_day(&self) -> BTreeMap<ZoomAccountId, u32> {
        self.world().quotas.most_arrived()
    }

    /// For every Zoom user and UTC day, how many requests to create, update or delete reached Zoom with
    /// a live access token.
    pub(crate) fn arrived(&self) -> BTreeMap<(ZoomAccountId, NaiveDate), u32> {
        self.world().quotas.all_arrived()
    }

    /// What a request asks of Zoom, and of which meeting.
    pub(crate) fn call_of(request: &HttpRequest) -> Option<(ZoomCall, Option<MeetingId>)> {
        let asked = Asked::read(request)?;
        asked.call.map(|call| (call, asked.meeting))
    }

    /// As it is now: with what was late and has arrived. A panic elsewhere in a test leaves the world
    /// whole: it changes in single steps.
    fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.land(self.clock.now());
        world
    }
}

impl fmt::Debug for SimulatedZoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedZoom").finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpSend for SimulatedZoom {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let now = self.clock.now();
        if now > deadline {
            return Err(SendError::NotSent("the deadline had passed".into()));
        }
        let asked = Asked::read(&request).ok_or_else(|| {
            let host = request.uri().host().unwrap_or_default();
            SendError::NotSent(format!("there is no https host {host:?} here").into())
        })?;
        self.world().answer(&request, &asked, now)
    }
}
