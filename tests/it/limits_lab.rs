//! A calendar with limits, over a store that is watched.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::ports::Store;
use slotlink::testkit::{ManualClock, SimulatedZoom, block_on};
use slotlink::words::{
    Account, AppointmentId, BookingWindow, Calendar, CalendarKind, CollectiveHost, CollectiveHosts,
    Email, GridStep, Hours, Limit, Limits, Name, PeriodLimits, Role, SlotLength, SlotSettings,
    User, WeeklyHours, Window, WindowDays, Zone,
};
use slotlink::{Appointment, BookRequest, Error, LinkWork, Scheduler};

use crate::watched::Watched;
use crate::world::{abc, at, builder, caller, demo, invitee, round_robin, user};

pub(crate) const NOW: &str = "2026-11-23T08:00:00Z";

pub(crate) struct Lab {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) zoom: Arc<SimulatedZoom>,
    pub(crate) store: Arc<Watched>,
    pub(crate) scheduler: Scheduler,
}

/// Limits per day, week and month; 0 is none.
pub(crate) fn periods([day, week, month]: [u16; 3]) -> PeriodLimits {
    let mut limits = PeriodLimits::default();
    let some = |limit: u16| Limit::new(limit).ok();
    (limits.per_day, limits.per_week, limits.per_month) = (some(day), some(week), some(month));
    limits
}

/// Limits of the calendar, then of each host; 0 is none.
pub(crate) fn limits(calendar: [u16; 3], host: [u16; 3]) -> Limits {
    Limits::default().with_calendar(periods(calendar)).with_host(periods(host))
}

/// Open at all hours, half an hour each, to be booked two years ahead.
pub(crate) fn open(kind: CalendarKind, limits: Limits) -> Calendar {
    let mut calendar = round_robin(&[]);
    calendar.kind = kind;
    calendar.limits = limits;
    calendar.window = BookingWindow::Days(WindowDays::new(700).unwrap());
    calendar
}

pub(crate) fn round_robin_of(hosts: &[&str], limits: Limits) -> Calendar {
    open(round_robin(hosts).kind, limits)
}

pub(crate) fn collective(hosts: Vec<CollectiveHost>) -> CalendarKind {
    CalendarKind::Collective(CollectiveHosts::new(hosts).unwrap())
}

impl Lab {
    /// Nobody is connected to Zoom: links are parked.
    pub(crate) fn new(users: &[&str]) -> Self {
        let clock = Arc::new(ManualClock::new(at(NOW)));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let store = Arc::new(Watched::default());
        let scheduler = scheduler(store.clone(), &zoom, &clock, 1);
        let lab = Self { clock, zoom, store, scheduler };
        let account = Account::new(abc(), Name::new("ABC Marketing").unwrap());
        block_on(lab.scheduler.put_account(&account)).unwrap();
        users.iter().for_each(|id| lab.add(id));
        lab
    }

    fn add(&self, id: &str) {
        let days = (0..7).map(|day| chrono::Weekday::try_from(day).unwrap());
        let open: Window = "00:00-24:00".parse().unwrap();
        let hours = Hours::new(Zone::UTC).with_weekly(WeeklyHours::new().on(days, &[open]));
        let email = Email::new(format!("{id}@abcmarketing.com")).unwrap();
        let new = User::new(user(id), Name::new(id).unwrap(), email, hours);
        block_on(self.scheduler.put_user(&new)).unwrap();
        block_on(self.scheduler.put_membership(&abc(), &user(id), Role::User)).unwrap();
    }

    /// Another instance.
    pub(crate) fn instance(&self, store: Arc<dyn Store>, seed: u64) -> Scheduler {
        scheduler(store, &self.zoom, &self.clock, seed)
    }

    pub(crate) fn put(&self, calendar: &Calendar) {
        block_on(self.scheduler.put_calendar(&caller(), calendar)).unwrap();
    }

    pub(crate) fn settle(&self) {
        let report = block_on(self.scheduler.run_due(10_000)).unwrap();
        assert_eq!(report.failed, 0, "{report:?}");
    }

    pub(crate) fn try_book(&self, start: &str) -> Result<Appointment, Error> {
        self.book_at(at(start), None)
    }

    pub(crate) fn book_at(
        &self,
        start: DateTime<Utc>,
        host: Option<&str>,
    ) -> Result<Appointment, Error> {
        let mut request = BookRequest::new(demo(), start, invitee("Pat"));
        if let Some(host) = host {
            request = request.with_host(user(host));
        }
        block_on(self.scheduler.book(&caller(), &request))
    }

    pub(crate) fn book(&self, start: &str) -> AppointmentId {
        self.agree();
        self.try_book(start).unwrap_or_else(|error| panic!("{start}: {error}")).id
    }

    /// Nobody can book then, and `slots` and `explain` say the same.
    pub(crate) fn refused(&self, start: &str) {
        self.agree();
        assert!(!self.offers(at(start)), "{start} is offered");
        let refused = self.try_book(start).unwrap_err();
        assert_eq!(refused.kind(), "slot_unavailable", "{start}");
    }

    pub(crate) fn offers(&self, start: DateTime<Utc>) -> bool {
        let to = start + TimeDelta::seconds(1);
        let slots = block_on(self.scheduler.slots(&caller(), &demo(), start, to)).unwrap();
        let explained = block_on(self.scheduler.explain(&caller(), &demo(), start)).unwrap();
        assert_eq!(explained.bookable, !slots.is_empty(), "{start}: {explained:?}");
        !slots.is_empty()
    }

    pub(crate) fn cancel(&self, id: AppointmentId) {
        block_on(self.scheduler.cancel(&caller(), id)).unwrap();
    }

    pub(crate) fn move_to(&self, id: AppointmentId, start: &str) -> Result<Appointment, Error> {
        block_on(self.scheduler.reschedule(&caller(), id, at(start), None))
    }

    /// If counters are made they are right.
    pub(crate) fn agree(&self) {
        if self.store.is_made() {
            let now = slotlink::ports::Clock::now(self.clock.as_ref());
            assert_eq!(self.store.counted(now), self.store.recount(now));
        }
    }
}

fn scheduler(
    store: Arc<dyn Store>,
    zoom: &Arc<SimulatedZoom>,
    clock: &Arc<ManualClock>,
    seed: u64,
) -> Scheduler {
    builder(store, zoom, clock, seed).link_work(LinkWork::Worker).build().unwrap()
}

pub(crate) fn length(minutes: u16) -> SlotSettings {
    SlotSettings::new(SlotLength::new(minutes).unwrap(), GridStep::new(30).unwrap())
}
