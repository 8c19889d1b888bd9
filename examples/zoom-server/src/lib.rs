//! The simulated Zoom of slotlink's test kit on a socket, for programs that are to meet it as they
//! meet Zoom: the API, the OAuth endpoints, the consent page, webhooks, and a switchboard.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use zoom_server::{ZoomServer, ZoomServerConfig};
//!
//! let server = ZoomServer::start(ZoomServerConfig::default()).await?;
//! println!("the switchboard is at {}", server.url());
//! assert_eq!(server.zoom().meetings(), []);
//! server.stop().await;
//! # Ok(())
//! # }
//! ```

mod asker;
mod board;
mod config;
mod consent;
mod forward;
mod names;
mod origin;
mod page;
mod serve;
mod state;
mod switches;
mod webhooks;

use std::fmt;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use reqwest_sender::ReqwestSender;
use slotlink::ports::SystemClock;
use slotlink::testkit::SimulatedZoom;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

pub use config::{RETRY_WAITS, ZoomServerConfig};
use webhooks::Webhooks;

/// The secret token with which its webhooks are signed.
pub const WEBHOOK_SECRET: &str = SimulatedZoom::WEBHOOK_SECRET;

/// What all parts of a server share.
struct Place {
    zoom: Arc<SimulatedZoom>,
    url: Url,
    webhooks: Webhooks,
}

/// A simulated Zoom that is served. It ends when it is dropped.
pub struct ZoomServer {
    place: Arc<Place>,
    tasks: JoinSet<()>,
}

impl ZoomServer {
    /// Binds the address, and serves it from now on. Its clock is the system's.
    ///
    /// # Errors
    /// The address cannot be bound, or no webhooks can be sent from this machine.
    pub async fn start(config: ZoomServerConfig) -> Result<Self, io::Error> {
        let listener = TcpListener::bind(config.address).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let sender = ReqwestSender::new().map_err(io::Error::other)?;
        let place = Arc::new(Place {
            zoom: Arc::new(SimulatedZoom::new(Arc::new(SystemClock))),
            url: Url::parse(&url).map_err(io::Error::other)?,
            webhooks: Webhooks::new(sender, config.events, config.retry_waits),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(serve::accept(listener, router(place.clone())));
        tasks.spawn(webhooks::pump(place.clone()));
        Ok(Self { place, tasks })
    }

    /// Where it is served: `http://127.0.0.1:port/`.
    #[must_use]
    pub fn url(&self) -> Url {
        self.place.url.clone()
    }

    /// The Zoom itself, for tests to look and meddle. Leave its webhooks to the server.
    #[must_use]
    pub fn zoom(&self) -> &Arc<SimulatedZoom> {
        &self.place.zoom
    }

    /// Where webhooks go from now on, those included that were not delivered yet.
    pub fn set_events(&self, url: Url) {
        self.place.webhooks.set_events(url);
    }

    /// Ends it: connections are closed, and webhooks that wait are forgotten.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl fmt::Debug for ZoomServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZoomServer").field("url", &self.place.url.as_str()).finish_non_exhaustive()
    }
}

fn router(place: Arc<Place>) -> Router {
    Router::new()
        .route("/", get(board::show))
        .route("/oauth/authorize", get(consent::ask).post(consent::answer))
        .merge(forward::routes())
        .merge(switches::routes())
        .layer(from_fn(origin::check))
        .with_state(place)
}
