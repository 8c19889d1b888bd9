//! Putting a scheduler together.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::TimeDelta;

use super::core::{Core, Jitter, LinkWork, Settings};
use super::keys::Keys;
use super::remembered::Remembered;
use super::retention::Retention;
use super::scheduler::Scheduler;
use super::turns::Turns;
use super::webhooks::Webhooks;
use crate::ports::{BusySource, Clock, Entropy, Sealer, Store, ZoomApi, ZoomAuth};
use crate::trace;
use crate::zoom::WebhookSecrets;

/// A scheduler cannot be built so.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Without the feature `system` there is no default clock.
    #[error("a scheduler needs a clock: set one, or use the feature `system`")]
    NoClock,
    /// Without the feature `system` there is no default source of randomness.
    #[error("a scheduler needs entropy: set a source, or use the feature `system`")]
    NoEntropy,
    /// A setting is out of its bounds.
    #[error("{what} must be {allowed}")]
    #[non_exhaustive]
    OutOfBounds {
        /// Which setting.
        what: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
}

/// Puts a [`Scheduler`] together from ports and settings.
pub struct Builder {
    store: Arc<dyn Store>,
    zoom: Arc<dyn ZoomApi>,
    auth: Arc<dyn ZoomAuth>,
    sealer: Option<Arc<dyn Sealer>>,
    busy: Option<Arc<dyn BusySource>>,
    ambient: Ambient,
    realm: String,
    settings: Settings,
    webhooks: Webhooks,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Builder");
        shown.field("realm", &self.realm).field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Time and randomness unless others are set.
#[cfg_attr(not(feature = "system"), derive(Default))]
struct Ambient {
    clock: Option<Arc<dyn Clock>>,
    entropy: Option<Arc<dyn Entropy>>,
}

impl Ambient {
    #[cfg(feature = "system")]
    fn system() -> Self {
        use crate::ports::{SystemClock, SystemEntropy};
        Self { clock: Some(Arc::new(SystemClock)), entropy: Some(Arc::new(SystemEntropy)) }
    }

    #[cfg(not(feature = "system"))]
    fn system() -> Self {
        Self::default()
    }
}

impl Builder {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        zoom: Arc<dyn ZoomApi>,
        auth: Arc<dyn ZoomAuth>,
    ) -> Self {
        Self {
            store,
            zoom,
            auth,
            sealer: None,
            busy: None,
            ambient: Ambient::system(),
            realm: "default".to_owned(),
            webhooks: Webhooks::default(),
            settings: Settings {
                quota_cap: 100,
                reset_guard: TimeDelta::minutes(2),
                call_deadline: TimeDelta::seconds(20),
                link_work: LinkWork::Inline,
                jitter: Jitter::Random,
                retention: Retention::default(),
            },
        }
    }

    /// With a sealer for tokens. Without one no user can connect to Zoom.
    #[must_use]
    pub fn sealer(mut self, sealer: Arc<dyn Sealer>) -> Self {
        self.sealer = Some(sealer);
        self
    }

    /// With a source of hosts' busy times in their other calendars (R21). Without one, only what is
    /// booked here counts.
    #[must_use]
    pub fn busy_source(mut self, source: Arc<dyn BusySource>) -> Self {
        self.busy = Some(source);
        self
    }

    /// With the secret token of the app, by which webhooks of Zoom are proved. Without it none is taken.
    #[must_use]
    pub fn webhook_secrets(mut self, secrets: WebhookSecrets) -> Self {
        self.webhooks.set_secrets(secrets);
        self
    }

    /// With another window, before and after now, in which a webhook must have been signed: 5 minutes to
    /// 24 hours, by default 2 hours, since Zoom tries for 85 minutes (R27).
    #[must_use]
    pub const fn webhook_window(mut self, window: TimeDelta) -> Self {
        self.webhooks.set_window(window);
        self
    }

    /// With another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.ambient.clock = Some(clock);
        self
    }

    /// With another source of randomness than the system's.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.ambient.entropy = Some(entropy);
        self
    }

    /// With a realm of its own: deployments that share a store see nothing of each other. 1 to
    /// 128 bytes; `default` by default.
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = realm.into();
        self
    }

    /// With another number of create, update and delete requests per Zoom account and UTC day
    /// (R16): 1 to 100, by default 100. A few less leave room for other apps of the same user.
    #[must_use]
    pub const fn quota_cap(mut self, requests: u32) -> Self {
        self.settings.quota_cap = requests;
        self
    }

    /// With another margin around 00:00 UTC, in which a request counts for both days: 0 to 60
    /// minutes, by default 2. It covers how far clocks differ and how late a request may arrive.
    #[must_use]
    pub const fn reset_guard(mut self, margin: TimeDelta) -> Self {
        self.settings.reset_guard = margin;
        self
    }

    /// With another time for one call of Zoom or of the busy source: 1 to 120 seconds, by default 20.
    #[must_use]
    pub const fn call_deadline(mut self, time: TimeDelta) -> Self {
        self.settings.call_deadline = time;
        self
    }

    /// With links left to the worker, or tried inline as by default.
    #[must_use]
    pub const fn link_work(mut self, by: LinkWork) -> Self {
        self.settings.link_work = by;
        self
    }

    /// With exact waits, for tests, or with random ones as by default.
    #[must_use]
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.settings.jitter = jitter;
        self
    }

    /// With other times for which rows are kept that only age.
    #[must_use]
    pub const fn retention(mut self, retention: Retention) -> Self {
        self.settings.retention = retention;
        self
    }

    /// The scheduler.
    ///
    /// # Errors
    /// [`BuildError::NoClock`] or [`BuildError::NoEntropy`] without the feature `system`, if none
    /// was set. [`BuildError::OutOfBounds`] if a setting is.
    pub fn build(self) -> Result<Scheduler, BuildError> {
        self.check()?;
        Ok(Scheduler::new(Core {
            store: self.store,
            zoom: trace::told_zoom(self.zoom),
            auth: trace::told_auth(self.auth),
            sealer: self.sealer,
            busy: self.busy,
            busy_fails: AtomicBool::new(false),
            clock: self.ambient.clock.ok_or(BuildError::NoClock)?,
            entropy: self.ambient.entropy.ok_or(BuildError::NoEntropy)?,
            keys: Keys::new(self.realm),
            settings: self.settings,
            remembered: Remembered::default(),
            turns: Turns::default(),
            webhooks: self.webhooks,
        }))
    }

    fn check(&self) -> Result<(), BuildError> {
        let settings = &self.settings;
        let within = |time: TimeDelta, least: i64, most: i64| {
            TimeDelta::seconds(least) <= time && time <= TimeDelta::seconds(most)
        };
        let checks = [
            ((1..=128).contains(&self.realm.len()), "realm", "1 to 128 bytes long"),
            ((1..=100).contains(&settings.quota_cap), "quota_cap", "1 to 100"),
            (within(settings.reset_guard, 0, 3600), "reset_guard", "0 to 60 minutes"),
            (within(settings.call_deadline, 1, 120), "call_deadline", "1 to 120 seconds"),
            (
                within(self.webhooks.window(), 300, 86_400),
                "webhook_window",
                "5 minutes to 24 hours",
            ),
        ];
        let mut all = checks.into_iter().chain(settings.retention.checks());
        match all.find(|(holds, ..)| !holds) {
            Some((_, what, allowed)) => Err(BuildError::OutOfBounds { what, allowed }),
            None => Ok(()),
        }
    }
}
