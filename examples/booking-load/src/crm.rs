//! The host application: an account with a round robin calendar whose hosts meet on Zoom.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use slotlink::ports::Store;
use slotlink::testkit::{ManualClock, SeededEntropy, SimulatedZoom, TestSealer, ZoomVisit};
use slotlink::words::{
    Account, AccountId, Calendar, CalendarId, CalendarKind, CalendarRef, Email, GridStep, Hours,
    LocationSetting, Name, Role, RoundRobinHost, RoundRobinHosts, Secret, SlotLength, SlotSettings,
    User, UserId, WeeklyHours, Window, Zone, ZoomAccountId,
};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Caller, LinkWork, Scheduler};

use crate::Outcome;
use crate::workload::Wanted;

/// Hosts and calendar have the clocks of one zone, which never sets them back or forward.
const ZONE: &str = "Asia/Kolkata";
/// 16 half hours.
const OPEN: &str = "09:00-17:00";

/// The host application, over some store.
#[derive(Debug)]
pub struct Crm {
    scheduler: Scheduler,
    zoom: Arc<SimulatedZoom>,
    clock: Arc<ManualClock>,
    by: Caller,
}

impl Crm {
    /// The calendar that is booked on.
    pub(crate) fn calendar() -> Outcome<CalendarId> {
        Ok(CalendarId::new("demo")?)
    }

    /// Starts over a store. Two that work on the same rows need different seeds: ids come from them.
    ///
    /// # Errors
    /// If the parts do not make a scheduler.
    pub fn start(store: Arc<dyn Store>, seed: u64) -> Outcome<Self> {
        let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let app = ZoomApp::new("id", Secret::new("secret"));
        let scheduler = Scheduler::builder(store, Arc::new(ZoomClient::new(app, zoom.clone())))
            .clock(clock.clone())
            .entropy(Arc::new(SeededEntropy::new(seed)))
            .sealer(Arc::new(TestSealer))
            .link_work(LinkWork::Worker)
            .build()?;
        let by = Caller::system(AccountId::new("abc")?);
        Ok(Self { scheduler, zoom, clock, by })
    }

    /// Sets up the account, its hosts and the calendar.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn set_up(&self, hosts: u16, now: DateTime<Utc>) -> Outcome {
        self.clock.set(now);
        let account = Account::new(self.by.account().clone(), Name::new("ABC Marketing")?);
        self.scheduler.put_account(&account).await?;
        let mut on_calendar = Vec::new();
        for number in 0..hosts {
            let user = UserId::new(format!("host-{number:04}"))?;
            self.hire(&user).await?;
            on_calendar.push(RoundRobinHost::new(user));
        }
        let kind = CalendarKind::RoundRobin(RoundRobinHosts::new(on_calendar)?);
        let id = CalendarRef::new(self.by.account().clone(), Self::calendar()?);
        let slot = SlotSettings::new(SlotLength::new(30)?, GridStep::new(30)?);
        let mut calendar = Calendar::new(id, Name::new("Demo")?, kind, Zone::new(ZONE)?, slot);
        calendar.location = Some(LocationSetting::Zoom);
        self.scheduler.put_calendar(&self.by, &calendar).await?;
        Ok(())
    }

    /// A user of the account, connected to a Zoom account of their own.
    async fn hire(&self, id: &UserId) -> Outcome {
        let open: Window = OPEN.parse()?;
        let all_days = (0..7).map(Weekday::try_from).collect::<Result<Vec<_>, _>>()?;
        let weekly = WeeklyHours::new().on(all_days, &[open]);
        let email = Email::new(format!("{id}@abcmarketing.com"))?;
        let hours = Hours::new(Zone::new(ZONE)?).with_weekly(weekly);
        let user = User::new(id.clone(), Name::new(format!("Host {id}"))?, email, hours);
        self.scheduler.put_user(&user).await?;
        self.scheduler.put_membership(self.by.account(), id, Role::User).await?;
        let zoom = ZoomAccountId::new(format!("zoom-of-{id}"))?;
        ZoomVisit::new(&self.scheduler, &self.zoom).connect(id, &zoom).await?;
        Ok(())
    }

    /// What is bookable in the 31 days after an instant, asked for at that instant. Answers with how many
    /// starts.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn month(&self, from: DateTime<Utc>) -> Outcome<usize> {
        self.clock.set(from);
        let to = from + TimeDelta::days(31);
        let found = self.scheduler.slots(&self.by, &Self::calendar()?, from, to).await?;
        Ok(found.len())
    }

    /// Books, and asks again for as long as others are faster. Answers with how often it had to.
    ///
    /// # Errors
    /// If it cannot be booked.
    pub async fn book(&self, wanted: &Wanted) -> Outcome<u64> {
        self.clock.set(wanted.at);
        let mut contended = 0;
        loop {
            match self.scheduler.book(&self.by, &wanted.request).await {
                Ok(_) => return Ok(contended),
                Err(slotlink::Error::Conflict(_)) => contended += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
