//! Puts the service together, and takes it apart again.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest_sender::ReqwestSender;
use slotlink::ports::{Clock, Store, SystemClock};
use slotlink::words::{AccountId, Secret};
use slotlink::zoom::{WebhookSecrets, ZoomApp, ZoomClient, ZoomSite};
use slotlink::{LinkWork, Scheduler};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;
use zoom_server::{ZoomServer, ZoomServerConfig};

use crate::app::{App, Shared, SignIn};
use crate::attempts::Attempts;
use crate::metrics::Metrics;
use crate::secrets::ServiceSecret;
use crate::settings::Settings;
use crate::{account, demo, server, store, worker};

/// Requests that are being answered get so long when the service stops.
const LAST_ANSWERS: Duration = Duration::from_secs(30);

/// A service that runs.
#[derive(Debug)]
pub struct Service {
    app: Shared,
    tasks: JoinSet<()>,
    zoom: Option<ZoomServer>,
    address: SocketAddr,
    takes_webhooks: bool,
}

/// A worker or the web server ended by itself.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a part of the service has ended")]
#[non_exhaustive]
pub struct Died;

/// The service could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Correct what it names.
    #[error("{0}")]
    Setting(&'static str),
    /// The database could not be opened, or not be brought to the newest shape.
    #[error("the database could not be opened")]
    Store(#[source] Box<dyn Error + Send + Sync>),
    /// The address cannot be listened at.
    #[error("could not listen, or make a file")]
    Io(#[from] std::io::Error),
    /// No randomness.
    #[error("there is no randomness")]
    Random(#[from] getrandom::Error),
    /// The HTTP client, or the scheduler, could not be made.
    #[error("the scheduler could not be put together")]
    Scheduler(#[source] Box<dyn Error + Send + Sync>),
    /// The demo data could not be written.
    #[error("the demo data could not be written")]
    Demo(#[source] Box<dyn Error + Send + Sync>),
}

impl StartError {
    pub(crate) fn store(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Store(error.into())
    }

    pub(crate) fn scheduler(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Scheduler(error.into())
    }
}

impl Service {
    /// Starts it. When this answers, it takes requests.
    ///
    /// # Errors
    /// [`StartError`] says what has to be mended.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let listener = TcpListener::bind(settings.address).await?;
        let address = listener.local_addr()?;
        let public_url = public_url(&settings, address)?;
        let zoom = simulated_zoom(&settings, &public_url).await?;
        let secret = secret(&settings)?;
        let store = open_store(&settings, address.port()).await?;
        let scheduler = scheduler(&settings, store, zoom.as_ref(), &secret)?;
        let account = AccountId::new("abc").map_err(StartError::scheduler)?;
        if settings.is_demonstration() || settings.demo_data {
            demo::put(&scheduler, &account, settings.demo_hosts).await.map_err(StartError::Demo)?;
        }
        account::make_sure(&scheduler, &account, settings.first_admin.as_deref()).await?;
        let app = Arc::new(App {
            scheduler: Arc::new(scheduler),
            account,
            simulator: zoom.as_ref().map(ZoomServer::url).or_else(|| settings.zoom_url.clone()),
            public_url,
            keys: secret.keys(settings.staff_password.as_deref().unwrap_or_default()),
            sign_in: sign_in(&settings)?,
            api_key: api_key(&settings)?,
            attempts: Attempts::per_minute(settings.attempts()),
            sign_ins: Attempts::per_minute(settings.attempts()),
            client_address: client_address(&settings)?,
            metrics: Metrics::new(),
            work: Notify::new(),
            ahead: ahead(&settings),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        let mut tasks = JoinSet::new();
        for _ in 0..worker::WORKERS {
            tasks.spawn(worker::work(app.clone()));
        }
        tasks.spawn(worker::tidy(app.clone()));
        tasks.spawn(serve(listener, app.clone()));
        let takes_webhooks =
            settings.zoom_webhook_secret.is_some() || settings.zoom_client_id.is_none();
        Ok(Self { app, tasks, zoom, address, takes_webhooks })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The simulated Zoom beside it, if it has started one.
    #[must_use]
    pub const fn zoom(&self) -> Option<&ZoomServer> {
        self.zoom.as_ref()
    }

    /// Tells where to look.
    pub fn announce(&self) {
        tracing::info!("booking pages: {}", self.app.public_url);
        if let Some(simulator) = &self.app.simulator {
            tracing::info!("simulated Zoom: {simulator}");
        }
        if self.app.client_address.is_none() && self.app.public_url.scheme() == "https" {
            tracing::warn!("all behind the proxy are one to us; set CLIENT_ADDRESS_HEADER");
        }
        if !self.takes_webhooks {
            tracing::warn!("Zoom's events are refused; set ZOOM_WEBHOOK_SECRET");
        }
        if self.app.is_demo() {
            tracing::warn!("demo sign-in: anybody can be anybody; set STAFF_PASSWORD");
        }
    }

    /// Goes on until the process is asked to end (SIGINT, SIGTERM): then what has begun is finished.
    ///
    /// # Errors
    /// [`Died`] if a part of it ended by itself: let the process end, and be started again.
    pub async fn until_stopped(mut self) -> Result<(), Died> {
        let asked = tokio::select! {
            () = asked_to_stop() => Ok(()),
            _ = self.tasks.join_next() => Err(Died),
        };
        tracing::info!("stopping: what has begun is finished");
        self.stop().await;
        asked
    }

    /// Takes no new requests, finishes what has begun, and ends.
    pub async fn stop(mut self) {
        self.app.stop.cancel();
        self.app.tasks.close();
        let finished = async {
            while self.tasks.join_next().await.is_some() {}
            self.app.tasks.wait().await;
        };
        if tokio::time::timeout(LAST_ANSWERS, finished).await.is_err() {
            // Dropping a call is safe: what it had committed stands.
            tracing::warn!("what was not finished is left to the next start");
        }
        if let Some(zoom) = self.zoom.take() {
            zoom.stop().await;
        }
    }
}

async fn serve(listener: TcpListener, app: Shared) {
    let stop = app.stop.clone();
    let service = server::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.cancelled().await;
    });
    if let Err(error) = served.await {
        tracing::error!("the web server ended: {error}");
    }
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _either_way_it_ends = interrupted.await;
}

/// Where browsers reach the service; paths are joined to it.
fn public_url(settings: &Settings, address: SocketAddr) -> Result<Url, StartError> {
    let wrong =
        StartError::Setting("PUBLIC_URL has to be http or https, with a host, without a path");
    let url = match settings.public_url.clone() {
        Some(url) => url,
        None => Url::parse(&format!("http://{address}/")).map_err(StartError::scheduler)?,
    };
    if settings.public_url.is_none() && address.ip().is_unspecified() {
        return Err(StartError::Setting(
            "PUBLIC_URL is missing: how do browsers reach this address?",
        ));
    }
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if is_web && url.path() == "/" && url.query().is_none() { Ok(url) } else { Err(wrong) }
}

/// A simulated Zoom beside the service, unless there is another.
async fn simulated_zoom(
    settings: &Settings,
    public_url: &Url,
) -> Result<Option<ZoomServer>, StartError> {
    if settings.zoom_client_id.is_some() || settings.zoom_url.is_some() {
        return Ok(None);
    }
    let events = public_url.join("zoom/events").map_err(StartError::scheduler)?;
    let config = ZoomServerConfig::default().with_events(events);
    Ok(Some(ZoomServer::start(config).await?))
}

fn secret(settings: &Settings) -> Result<ServiceSecret, StartError> {
    match &settings.secret_key {
        Some(key) => ServiceSecret::parse(key),
        None if settings.database.is_none() => ServiceSecret::random(),
        None => Err(StartError::Setting(
            "SECRET_KEY is missing: a database that is kept needs one that is kept",
        )),
    }
}

async fn open_store(settings: &Settings, port: u16) -> Result<Arc<dyn Store>, StartError> {
    if let Some(database) = &settings.database {
        return store::open(database, settings.database_roots.as_deref()).await;
    }
    let path = Settings::demo_file(port);
    // The simulated Zoom has forgotten the last demonstration, and so does this.
    for ending in ["", "-wal", "-shm"] {
        let file = path.with_extension(format!("sqlite{ending}"));
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    store::sqlite(&path).await
}

fn scheduler(
    settings: &Settings,
    store: Arc<dyn Store>,
    zoom: Option<&ZoomServer>,
    secret: &ServiceSecret,
) -> Result<Scheduler, StartError> {
    let (id, app_secret) = match (&settings.zoom_client_id, &settings.zoom_client_secret) {
        (Some(id), Some(secret)) => (id.clone(), Secret::new(secret.clone())),
        _ => ("booking-pages".to_owned(), Secret::new("simulated")),
    };
    let site = match zoom.map(ZoomServer::url).or_else(|| settings.zoom_url.clone()) {
        Some(url) => ZoomSite::new(url.clone(), url).map_err(StartError::scheduler)?,
        None => ZoomSite::zoom_us(),
    };
    let sender = ReqwestSender::new().map_err(StartError::scheduler)?;
    let client = ZoomClient::new(ZoomApp::new(id, app_secret), Arc::new(sender)).at(site);
    let mut builder = Scheduler::builder(store, Arc::new(client))
        .sealer(Arc::new(secret.key_ring()?))
        .clock(Arc::new(Ahead(ahead(settings))))
        // Visitors do not wait for Zoom: the workers make the link while the page is on its way.
        .link_work(LinkWork::Worker);
    let is_simulated = zoom.is_some() || settings.zoom_url.is_some();
    let simulated = is_simulated.then(|| zoom_server::WEBHOOK_SECRET.to_owned());
    if let Some(secret) = settings.zoom_webhook_secret.clone().or(simulated) {
        builder = builder.webhook_secrets(WebhookSecrets::new(Secret::new(secret)));
    }
    builder.build().map_err(StartError::scheduler)
}

fn ahead(settings: &Settings) -> TimeDelta {
    TimeDelta::seconds(settings.clock_ahead_seconds.into())
}

fn client_address(settings: &Settings) -> Result<Option<HeaderName>, StartError> {
    let wrong = StartError::Setting("CLIENT_ADDRESS_HEADER is no name of a header");
    let name = settings.client_address_header.as_deref().map(str::parse);
    name.transpose().map_err(|_| wrong)
}

/// The system's clock, ahead by nothing but in tests.
struct Ahead(TimeDelta);

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
}

fn sign_in(settings: &Settings) -> Result<SignIn, StartError> {
    match &settings.staff_password {
        Some(password) if password.len() < 8 => {
            Err(StartError::Setting("STAFF_PASSWORD has to be 8 characters or more"))
        }
        Some(password) => Ok(SignIn::Password(Secret::new(password.clone()))),
        None if is_at_home(settings) => Ok(SignIn::Open),
        None => Err(StartError::Setting(
            "STAFF_PASSWORD is missing: with a real Zoom app, or where others reach it, not anybody may \
             be anybody",
        )),
    }
}

/// Nobody else can reach it, and nothing real hangs on it.
fn is_at_home(settings: &Settings) -> bool {
    let is_here = settings.address.ip().is_loopback() && settings.public_url.is_none();
    is_here && settings.zoom_client_id.is_none()
}

fn api_key(settings: &Settings) -> Result<Secret, StartError> {
    match &settings.api_key {
        Some(key) if key.len() < 32 => {
            Err(StartError::Setting("API_KEY has to be 32 characters or more"))
        }
        Some(key) => Ok(Secret::new(key.clone())),
        None => Ok(Secret::new(crate::random::text()?)),
    }
}
