//! A small world over the in-memory store and the simulated Zoom.

use std::sync::Arc;

use chrono::{DateTime, Utc, Weekday};
use slotlink::ports::Store;
use slotlink::testkit::{
    ManualClock, SeededEntropy, SimulatedZoom, TestSealer, ZoomVisit, block_on,
};
use slotlink::words::Secret;
use slotlink::words::{
    Account, AccountId, Calendar, CalendarId, CalendarKind, CalendarRef, Email, GridStep, Hours,
    Name, Participant, Role, RoundRobinHost, RoundRobinHosts, SlotLength, SlotSettings, User,
    UserId, WeeklyHours, Window, Zone, ZoomAccountId,
};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{BookRequest, Builder, Caller, Jitter, MemoryStore, Scheduler};

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) zoom: Arc<SimulatedZoom>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) scheduler: Scheduler,
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

pub(crate) fn abc() -> AccountId {
    AccountId::new("abc").unwrap()
}

pub(crate) fn demo() -> CalendarId {
    CalendarId::new("demo").unwrap()
}

pub(crate) fn caller() -> Caller {
    Caller::system(abc())
}

pub(crate) fn invitee(name: &str) -> Participant {
    let email = format!("{}@example.com", name.to_lowercase());
    Participant::new(Name::new(name).unwrap()).with_email(Email::new(email).unwrap())
}

pub(crate) fn request(start: &str, name: &str) -> BookRequest {
    BookRequest::new(demo(), at(start), invitee(name))
}

/// Open on all days from 9 to 17 UTC.
pub(crate) fn hours() -> Hours {
    let days = (0..7).map(|day| Weekday::try_from(day).unwrap());
    let open: Window = "09:00-17:00".parse().unwrap();
    Hours::new(Zone::UTC).with_weekly(WeeklyHours::new().on(days, &[open]))
}

pub(crate) fn slot_settings(minutes: u16) -> SlotSettings {
    SlotSettings::new(SlotLength::new(minutes).unwrap(), GridStep::new(minutes).unwrap())
}

/// The calendar "demo": round robin over the hosts, half hours.
pub(crate) fn round_robin(hosts: &[&str]) -> Calendar {
    let hosts = hosts.iter().map(|id| RoundRobinHost::new(user(id))).collect();
    let kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).unwrap());
    let name = Name::new("Demo").unwrap();
    Calendar::new(CalendarRef::new(abc(), demo()), name, kind, Zone::UTC, slot_settings(30))
}

/// Ports of a world, over any store.
pub(crate) fn builder(
    store: Arc<dyn Store>,
    zoom: &Arc<SimulatedZoom>,
    clock: &Arc<ManualClock>,
    seed: u64,
) -> Builder {
    let app = ZoomApp::new("client", Secret::new("secret"));
    Scheduler::builder(store, Arc::new(ZoomClient::new(app, zoom.clone())))
        .sealer(Arc::new(TestSealer))
        .clock(clock.clone())
        .entropy(Arc::new(SeededEntropy::new(seed)))
        .jitter(Jitter::None)
}

/// One user, who is the host of the calendar.
pub(crate) fn one_host() -> World {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    world
}

impl World {
    /// Account "abc" with users who are connected to a Zoom account named like them.
    pub(crate) fn new(users: &[&str]) -> Self {
        let clock = Arc::new(ManualClock::new(at("2026-11-23T08:00:00Z")));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let store = Arc::new(MemoryStore::new());
        let scheduler = builder(store.clone(), &zoom, &clock, 1).build().unwrap();
        let world = Self { clock, zoom, store, scheduler };
        let account = Account::new(abc(), Name::new("ABC Marketing").unwrap());
        block_on(world.scheduler.put_account(&account)).unwrap();
        for id in users {
            world.add_user(id);
            world.connect(id, &format!("zoom-{id}"));
        }
        world
    }

    pub(crate) fn add_user(&self, id: &str) {
        let local = &id[id.len().saturating_sub(36)..];
        let email = Email::new(format!("{local}@abcmarketing.com")).unwrap();
        let new = User::new(user(id), Name::new(id).unwrap(), email, hours());
        block_on(self.scheduler.put_user(&new)).unwrap();
        block_on(self.scheduler.put_membership(&abc(), &user(id), Role::User)).unwrap();
    }

    pub(crate) fn connect(&self, id: &str, zoom: &str) {
        let zoom = ZoomAccountId::new(zoom).unwrap();
        block_on(ZoomVisit::new(&self.scheduler, &self.zoom).connect(&user(id), &zoom)).unwrap();
    }

    pub(crate) fn put(&self, calendar: &Calendar) {
        block_on(self.scheduler.put_calendar(&caller(), calendar)).unwrap();
    }

    pub(crate) fn settle(&self) {
        block_on(self.scheduler.run_due(1000)).unwrap();
    }
}
