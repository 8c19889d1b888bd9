//! A host application in small: the services over a socket to the simulated Zoom, and an address for
//! its webhooks.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use slotlink::ports::{Clock, SystemClock};
use slotlink::rules::LinkState;
use slotlink::testkit::{SimulatedMeeting, SimulatedZoom, TestSealer};
use slotlink::words::{
    Account, AccountId, BrowserSession, Calendar, CalendarId, CalendarKind, CalendarRef,
    ConsentCallback, Email, EntryPoint, GridStep, Hours, Name, Participant, Role, RoundRobinHost,
    RoundRobinHosts, Seats, Secret, SlotLength, SlotSettings, User, UserId, WeeklyHours, Zone,
    ZoomAccountId,
};
use slotlink::zoom::{WebhookSecrets, ZoomApp, ZoomClient};
use slotlink::{
    Actor, Appointment, BeginConsent, BookRequest, Caller, Connected, ConnectionState, Error,
    Jitter, MeetingLocation, MemoryStore, Scheduler,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use zoom_server::{ZoomServer, ZoomServerConfig};

use crate::browser::{consent, location};
use crate::rewriting::{Rewriting, rewritten};

/// The system's clock, and so many seconds more: the services' waits are minutes.
#[derive(Default)]
pub(crate) struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Crm {
    pub(crate) server: ZoomServer,
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) by: Caller,
    pub(crate) inbox: Arc<Inbox>,
    clock: Arc<Ahead>,
    listens: JoinHandle<()>,
}

/// What came to the address of webhooks.
#[derive(Default)]
pub(crate) struct Inbox {
    /// How many of the next ones are answered with 500, unread.
    pub(crate) refuses: AtomicU32,
    pub(crate) came: Mutex<Vec<(HeaderMap, Bytes)>>,
}

pub(crate) fn ann() -> UserId {
    UserId::new("A001").unwrap()
}

pub(crate) fn zoom_ann() -> ZoomAccountId {
    ZoomAccountId::new("zoom-ann").unwrap()
}

impl Crm {
    /// Ann hosts the calendar "demo", two seats at any half hour, and has connected her Zoom.
    pub(crate) async fn new() -> Self {
        Self::trying_again_after(Duration::from_millis(50)).await
    }

    /// The same, with so long a wait before Zoom sends a webhook again.
    pub(crate) async fn trying_again_after(wait: Duration) -> Self {
        let crm = Self::start([wait; 3]).await;
        crm.connect("zoom-ann", "allow").await.unwrap();
        crm
    }

    pub(crate) async fn without_zoom() -> Self {
        Self::start([Duration::from_millis(50); 3]).await
    }

    async fn start(waits: [Duration; 3]) -> Self {
        let config = ZoomServerConfig::default().with_retry_waits(waits);
        let server = ZoomServer::start(config).await.unwrap();
        let clock = Arc::new(Ahead::default());
        let app = ZoomApp::new("crm", Secret::new("secret"));
        let client = ZoomClient::new(app, Arc::new(Rewriting::new(server.url())));
        let secrets = WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET));
        let scheduler = Scheduler::builder(Arc::new(MemoryStore::new()), Arc::new(client))
            .sealer(Arc::new(TestSealer))
            .clock(clock.clone())
            .webhook_secrets(secrets)
            .jitter(Jitter::None)
            .build()
            .unwrap();
        let (scheduler, inbox) = (Arc::new(scheduler), Arc::new(Inbox::default()));
        let by = set_up(&scheduler).await;
        let listens = listen(&server, scheduler.clone(), inbox.clone()).await;
        Self { server, scheduler, by, inbox, clock, listens }
    }

    /// To the consent page and back, as a browser does.
    pub(crate) async fn connect(&self, zoom: &str, answer: &str) -> Result<Connected, Error> {
        let (actor, session) = (Actor::User(ann()), BrowserSession::new("a session").unwrap());
        let redirect = "https://crm.example/zoom/callback".parse().unwrap();
        let ask = BeginConsent::new(ann(), EntryPoint::Integrations, session.clone(), redirect);
        let page = self.scheduler.begin_zoom_consent(&actor, &ask).await?;
        let page = rewritten(&self.server.url(), page.as_str());
        let back = location(&consent(&page, zoom, answer).await);
        let callback = ConsentCallback::from_url(&back).unwrap();
        self.scheduler.complete_zoom_consent(&actor, &session, &callback).await
    }

    pub(crate) fn advance(&self, time: TimeDelta) {
        self.clock.0.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    pub(crate) async fn work(&self) {
        self.scheduler.run_due(1000).await.unwrap();
    }

    pub(crate) async fn book(&self, start: DateTime<Utc>) -> Appointment {
        let pat = Participant::new(Name::new("Pat").unwrap());
        let pat = pat.with_email(Email::new("pat@example.com").unwrap());
        let request = BookRequest::new(demo(), start, pat);
        self.scheduler.book(&self.by, &request).await.unwrap()
    }

    /// As it is now.
    pub(crate) async fn link(&self, of: &Appointment) -> LinkState {
        link(&self.scheduler.appointment(&self.by, of.id).await.unwrap())
    }

    pub(crate) fn meetings(&self) -> Vec<SimulatedMeeting> {
        self.server.zoom().meetings()
    }

    pub(crate) async fn connection(&self) -> ConnectionState {
        self.scheduler.zoom_connection(&Actor::User(ann()), &ann()).await.unwrap().state
    }
}

impl Drop for Crm {
    fn drop(&mut self) {
        self.listens.abort();
    }
}

/// A half hour of a day that is not near.
pub(crate) fn slot(half_hours: i64) -> DateTime<Utc> {
    let day = SystemClock.now().date_naive() + TimeDelta::days(3);
    day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::minutes(30 * half_hours)
}

pub(crate) fn link(appointment: &Appointment) -> LinkState {
    match &appointment.location {
        MeetingLocation::Zoom(link) => link.clone(),
        other => panic!("{other:?}"),
    }
}

/// The address of a link that is made.
pub(crate) fn ready(link: &LinkState) -> String {
    match link {
        LinkState::Ready { join_url, .. } => join_url.as_str().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// Until it holds, for five seconds at most.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..250 {
        if holds().await {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("it did not come to this: {what}");
}

fn demo() -> CalendarId {
    CalendarId::new("demo").unwrap()
}

async fn set_up(scheduler: &Scheduler) -> Caller {
    let abc = AccountId::new("abc").unwrap();
    let account = Account::new(abc.clone(), Name::new("ABC Marketing").unwrap());
    scheduler.put_account(&account).await.unwrap();
    let days = (0..7).map(|day| chrono::Weekday::try_from(day).unwrap());
    let weekly = WeeklyHours::new().on(days, &["00:00-24:00".parse().unwrap()]);
    let (email, hours) = (Email::new("a@abc.example").unwrap(), Hours::new(Zone::UTC));
    let hours = hours.with_weekly(weekly);
    let user = User::new(ann(), Name::new("Ann").unwrap(), email, hours);
    scheduler.put_user(&user).await.unwrap();
    scheduler.put_membership(&abc, &ann(), Role::User).await.unwrap();
    let by = Caller::system(abc.clone());
    let hosts = RoundRobinHosts::new(vec![RoundRobinHost::new(ann())]).unwrap();
    let kind = CalendarKind::RoundRobin(hosts);
    let slots = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(30).unwrap());
    let slots = slots.with_seats(Seats::new(2).unwrap());
    let id = CalendarRef::new(abc, demo());
    let calendar = Calendar::new(id, Name::new("Demo").unwrap(), kind, Zone::UTC, slots);
    scheduler.put_calendar(&by, &calendar).await.unwrap();
    by
}

/// Serves the address of webhooks, and tells Zoom of it.
async fn listen(
    server: &ZoomServer,
    scheduler: Arc<Scheduler>,
    inbox: Arc<Inbox>,
) -> JoinHandle<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/zoom/events", listener.local_addr().unwrap());
    server.set_events(address.parse().unwrap());
    let take = move |headers: HeaderMap, body: Bytes| take(scheduler, inbox, headers, body);
    let app = Router::new().route("/zoom/events", post(take));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() })
}

async fn take(
    scheduler: Arc<Scheduler>,
    inbox: Arc<Inbox>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    inbox.came.lock().unwrap().push((headers.clone(), body.clone()));
    let fewer = |left: u32| left.checked_sub(1);
    if inbox.refuses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok() {
        return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    }
    let reply = scheduler.receive_webhook(&headers, &body).await;
    (reply.status, reply.body)
}
