//! What can be set, on the command line or in the environment.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Parser;
use url::Url;

/// Settings of the service. Without any it is a demonstration: an SQLite file in the folder of temporary
/// files, made anew, demo data, and a simulated Zoom beside it.
#[derive(Clone, Parser)]
#[command(name = "booking-pages", about = "Booking pages over slotlink.")]
#[non_exhaustive]
pub struct Settings {
    /// Where it listens.
    #[arg(long, env = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub address: SocketAddr,

    /// Where browsers reach it, if that is elsewhere: behind a proxy that does TLS, say.
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<Url>,

    /// `postgresql://…`, or the path of an SQLite file.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database: Option<String>,

    /// A file of root certificates (PEM): only these vouch for PostgreSQL, instead of those that this machine
    /// trusts.
    #[arg(long, env = "PGSSLROOTCERT")]
    pub database_roots: Option<PathBuf>,

    /// 32 random bytes or more in base64: cookies, private addresses and Zoom tokens rest on it. All
    /// instances need the same, for good.
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<String>,

    /// The id of the app at Zoom.
    #[arg(long, env = "ZOOM_CLIENT_ID", requires = "zoom_client_secret")]
    pub zoom_client_id: Option<String>,

    /// The secret of the app at Zoom.
    #[arg(long, env = "ZOOM_CLIENT_SECRET", hide_env_values = true, requires = "zoom_client_id")]
    pub zoom_client_secret: Option<String>,

    /// The secret token by which webhooks of Zoom are proved.
    #[arg(long, env = "ZOOM_WEBHOOK_SECRET", hide_env_values = true)]
    pub zoom_webhook_secret: Option<String>,

    /// Another Zoom than zoom.us: a simulated one that runs elsewhere.
    #[arg(long, env = "ZOOM_URL")]
    pub zoom_url: Option<Url>,

    /// The one password of the staff. Without it anybody can sign in as anybody, which is for
    /// demonstrations only.
    #[arg(long, env = "STAFF_PASSWORD", hide_env_values = true)]
    pub staff_password: Option<String>,

    /// The key of the staff's part of the JSON API, 32 characters or more. A random one, if it is not set.
    #[arg(long, env = "API_KEY", hide_env_values = true)]
    pub api_key: Option<String>,

    /// The header in which a proxy before it says whom it speaks for, and which nobody else can set, such as
    /// `x-real-ip`. Without it, everybody behind a proxy is one network address.
    #[arg(long, env = "CLIENT_ADDRESS_HEADER")]
    pub client_address_header: Option<String>,

    /// The first admin of a database without an account: id, name and e-mail address, with commas between.
    #[arg(long, env = "FIRST_ADMIN")]
    pub first_admin: Option<String>,

    /// How often one network address may try to book or to sign in, a minute; 0 for no limit.
    #[arg(long, env = "ATTEMPTS_PER_MINUTE", default_value_t = 20)]
    pub attempts_per_minute: u32,

    /// Puts the demo data into the database that is named: ABC Marketing, its hosts and calendars.
    #[arg(long, env = "DEMO_DATA")]
    pub demo_data: bool,

    /// So many hosts more in the demo data, on a calendar of their own.
    #[arg(long, env = "DEMO_HOSTS", default_value_t = 0, hide = true)]
    pub demo_hosts: u16,

    /// The scheduler's clock is so many seconds ahead: for tests of what takes minutes.
    #[arg(long, env = "CLOCK_AHEAD_SECONDS", default_value_t = 0, hide = true)]
    pub clock_ahead_seconds: u32,

    /// Logs as JSON, a line for each event.
    #[arg(long, env = "LOG_JSON")]
    pub log_as_json: bool,
}

/// Without what is secret, of which there is much.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("address", &self.address).field("public_url", &self.public_url);
        shown.finish_non_exhaustive()
    }
}

impl Settings {
    /// Those of the command line and the environment. Ends the program if they make no sense.
    #[must_use]
    pub fn from_command_line() -> Self {
        Self::parse()
    }

    /// Those that nobody has changed, without looking at the environment.
    #[must_use]
    pub fn demonstration(address: SocketAddr) -> Self {
        Self {
            address,
            public_url: None,
            database: None,
            database_roots: None,
            secret_key: None,
            zoom_client_id: None,
            zoom_client_secret: None,
            zoom_webhook_secret: None,
            zoom_url: None,
            staff_password: None,
            api_key: None,
            client_address_header: None,
            first_admin: None,
            attempts_per_minute: 20,
            demo_data: false,
            demo_hosts: 0,
            clock_ahead_seconds: 0,
            log_as_json: false,
        }
    }

    /// Nothing is set that would be for keeps.
    pub(crate) const fn is_demonstration(&self) -> bool {
        self.database.is_none() && self.zoom_client_id.is_none()
    }

    pub(crate) const fn attempts(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.attempts_per_minute)
    }

    /// The file of a demonstration, one for each port.
    pub(crate) fn demo_file(port: u16) -> PathBuf {
        std::env::temp_dir().join(format!("booking-pages-demo-{port}.sqlite"))
    }
}
