//! What a server is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

/// How long Zoom waits before it sends a webhook again that was not answered with success: 5, 20 and 60
/// minutes.
pub const RETRY_WAITS: [Duration; 3] =
    [Duration::from_secs(5 * 60), Duration::from_secs(20 * 60), Duration::from_secs(60 * 60)];

/// What a server is started with.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a field more is no secret from a caller who copies")]
pub struct ZoomServerConfig {
    /// Where it listens. Port 0, as by default, is any free port.
    pub address: SocketAddr,
    /// Where webhooks go. Without it they wait.
    pub events: Option<Url>,
    /// How long to wait before each further attempt to deliver a webhook.
    pub retry_waits: Vec<Duration>,
}

impl Default for ZoomServerConfig {
    /// A free port of this machine, no webhooks yet, and Zoom's own waits.
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            events: None,
            retry_waits: RETRY_WAITS.to_vec(),
        }
    }
}

impl ZoomServerConfig {
    /// The same, at this address.
    #[must_use]
    pub const fn with_address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// The same, with webhooks that go there.
    #[must_use]
    pub fn with_events(mut self, events: Url) -> Self {
        self.events = Some(events);
        self
    }

    /// The same, with these waits before further attempts to deliver a webhook.
    #[must_use]
    pub fn with_retry_waits(mut self, waits: impl IntoIterator<Item = Duration>) -> Self {
        self.retry_waits = waits.into_iter().collect();
        self
    }
}
