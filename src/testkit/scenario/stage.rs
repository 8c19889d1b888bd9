//! The services and what they run over, with the world in place.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Ports;
use super::problem::InvalidScenario;
use super::world::{Person, World};
use crate::ports::Clock as _;
use crate::testkit::{
    ManualClock, SeededEntropy, SimulatedBusy, SimulatedWebhook, SimulatedZoom, TestSealer,
    ZoomVisit,
};
use crate::words::{Account, EntryPoint, Secret, UserId, ZoomAccountId};
use crate::zoom::{WebhookSecrets, ZoomApp, ZoomClient};
use crate::{Actor, Caller, Connected, Error, Jitter, Scheduler};

/// Runs of one scenario are equal to the last bit.
const SEED: u64 = 1;
/// The most steps of background work that one call does.
const WORK: u32 = 1000;
/// How often background work is called at one instant, before it is taken for stuck.
const MOST_ROUNDS: u32 = 1000;
/// Work that is due and does not get done is looked at again then.
const STUCK: TimeDelta = TimeDelta::minutes(1);

pub(super) struct Stage {
    pub(super) clock: Arc<ManualClock>,
    pub(super) zoom: Arc<SimulatedZoom>,
    pub(super) busy: Arc<SimulatedBusy>,
    pub(super) scheduler: Scheduler,
}

impl Stage {
    /// Puts the world into the store.
    pub(super) async fn build(
        world: &World,
        now: DateTime<Utc>,
        ports: Ports,
    ) -> Result<Self, InvalidScenario> {
        let clock = Arc::new(ManualClock::new(now));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let busy = Arc::new(SimulatedBusy::new());
        let app = ZoomApp::new("client", Secret::new("secret"));
        let client = Arc::new(ZoomClient::new(app, zoom.clone()));
        let guard = TimeDelta::seconds(world.settings.reset_guard_seconds.into());
        let scheduler = Scheduler::builder(ports.store, client)
            .sealer(Arc::new(TestSealer))
            .webhook_secrets(WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET)))
            .busy_source(busy.clone())
            .clock(clock.clone())
            .entropy(Arc::new(SeededEntropy::new(SEED)))
            .realm(ports.realm)
            .quota_cap(world.settings.quota_cap)
            .reset_guard(guard)
            .jitter(Jitter::None)
            .build()
            .map_err(|error| InvalidScenario::illegal("settings", error.to_string()))?;
        let stage = Self { clock, zoom, busy, scheduler };
        stage.put(world).await?;
        Ok(stage)
    }

    async fn put(&self, world: &World) -> Result<(), InvalidScenario> {
        for (at, account) in world.accounts.iter().enumerate() {
            self.put_account(account).await.map_err(blame("accounts", at))?;
        }
        for (at, person) in world.people.iter().enumerate() {
            self.put_person(person).await.map_err(blame("users", at))?;
        }
        for (at, calendar) in world.calendars.iter().enumerate() {
            let caller = Caller::system(calendar.account.clone());
            let put = self.scheduler.put_calendar(&caller, calendar).await;
            put.map_err(blame("calendars", at))?;
        }
        self.settle().await;
        Ok(())
    }

    async fn put_account(&self, account: &Account) -> Result<(), Error> {
        self.scheduler.put_account(account).await
    }

    /// A user, with memberships, connected to the Zoom account that they start with.
    pub(super) async fn put_person(&self, person: &Person) -> Result<(), Error> {
        let (id, role) = (&person.user.id, person.role);
        self.scheduler.put_user(&person.user).await?;
        for account in &person.accounts {
            self.scheduler.put_membership(account, id, role).await?;
        }
        if let Some(zoom) = &person.zoom {
            let entry = EntryPoint::Integrations;
            self.connect(&Actor::User(id.clone()), id, zoom, entry).await?;
        }
        Ok(())
    }

    /// The user is led to Zoom, consents, comes back, and is connected.
    pub(super) async fn connect(
        &self,
        actor: &Actor,
        user: &UserId,
        zoom: &ZoomAccountId,
        entry: EntryPoint,
    ) -> Result<Connected, Error> {
        let visit = ZoomVisit::new(&self.scheduler, &self.zoom).from(entry);
        visit.connect_as(actor, user, zoom).await
    }

    /// Zoom sends a webhook.
    pub(super) async fn deliver(&self, webhook: &SimulatedWebhook) {
        self.scheduler.receive_webhook(&webhook.headers, &webhook.body).await;
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Does all background work that is due now. Says when more will be.
    pub(super) async fn settle(&self) -> Option<DateTime<Utc>> {
        let now = self.clock.now();
        for _ in 0..MOST_ROUNDS {
            for webhook in self.zoom.webhooks() {
                self.deliver(&webhook).await;
            }
            match self.scheduler.run_due(WORK).await {
                Ok(report) if report.next.is_some_and(|next| next <= now) && report.done > 0 => {}
                Ok(report) => return report.next.map(|next| next.max(now)),
                Err(_) => break,
            }
        }
        Some(now)
    }

    /// Moves the clock on, and stops at every moment that background work asks for.
    pub(super) async fn advance(&self, to: DateTime<Utc>) {
        while let Some(next) = self.settle().await {
            let now = self.clock.now();
            let next = if next > now { next } else { now + STUCK };
            if next >= to {
                break;
            }
            self.clock.set(next);
        }
        self.clock.set(to);
        self.settle().await;
    }
}

fn blame(field: &'static str, at: usize) -> impl Fn(Error) -> InvalidScenario {
    move |error| InvalidScenario::illegal(format!("{field}[{at}]"), error.to_string())
}
