//! A few popular calendars of two accounts that share their hosts.

use std::sync::Arc;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use slotlink::ports::{Clock as _, Store, SystemClock};
use slotlink::testkit::{ManualClock, SimulatedZoom, TestSealer, ZoomVisit};
use slotlink::words::{
    Account, AccountId, Buffer, Calendar, CalendarId, CalendarKind, CalendarRef, CollectiveHost,
    CollectiveHosts, Email, GridStep, Hours, Name, Role, RoundRobinHost, RoundRobinHosts, Seats,
    Secret, SlotLength, SlotSettings, User, UserId, WeeklyHours, Zone, ZoomAccountId,
};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Caller, LinkWork, Scheduler};

use crate::Failure;

/// A calendar that everybody wants.
pub(crate) struct Popular {
    pub(crate) account: &'static str,
    pub(crate) calendar: &'static str,
    /// A round robin if they are hosts alike; else the first is the primary host.
    pub(crate) hosts: &'static [&'static str],
    pub(crate) is_collective: bool,
    pub(crate) minutes: u16,
    pub(crate) every: u16,
    /// Before and after each slot, in minutes.
    pub(crate) buffer: u16,
    pub(crate) seats: u16,
}

/// Lengths, grids and buffers that do not fit each other, on hosts that are shared.
pub(crate) const POPULAR: [Popular; 4] = [
    Popular {
        account: "abc",
        calendar: "demo",
        hosts: &["ann", "ben", "cem"],
        is_collective: false,
        minutes: 30,
        every: 15,
        buffer: 0,
        seats: 1,
    },
    Popular {
        account: "xyz",
        calendar: "consult",
        hosts: &["ben", "cem", "dora"],
        is_collective: false,
        minutes: 45,
        every: 20,
        buffer: 10,
        seats: 1,
    },
    Popular {
        account: "abc",
        calendar: "panel",
        hosts: &["dora", "ann"],
        is_collective: true,
        minutes: 60,
        every: 30,
        buffer: 5,
        seats: 1,
    },
    Popular {
        account: "xyz",
        calendar: "class",
        hosts: &["ann", "dora"],
        is_collective: false,
        minutes: 50,
        every: 60,
        buffer: 0,
        seats: 5,
    },
];

/// The accounts of the calendars.
pub(crate) const ACCOUNTS: [&str; 2] = ["abc", "xyz"];
const HOSTS: [&str; 4] = ["ann", "ben", "cem", "dora"];
/// Days ahead of the first day on which all want to meet, and how many they are: across midnight.
const FIRST_DAY: TimeDelta = TimeDelta::days(2);
pub(crate) const DAYS: i64 = 2;

/// Midnight (UTC) before the popular days.
pub(crate) fn first_day(now: DateTime<Utc>) -> DateTime<Utc> {
    now.date_naive().and_time(NaiveTime::MIN).and_utc() + FIRST_DAY
}

/// An instance of the services. Links are left to a worker, and there is none.
pub(crate) fn scheduler(store: Arc<dyn Store>) -> Result<(Scheduler, Arc<SimulatedZoom>), Failure> {
    let zoom = Arc::new(SimulatedZoom::new(Arc::new(ManualClock::new(SystemClock.now()))));
    let app = ZoomApp::new("client", Secret::new("secret"));
    let scheduler = Scheduler::builder(store, Arc::new(ZoomClient::new(app, zoom.clone())))
        .sealer(Arc::new(TestSealer))
        .link_work(LinkWork::Worker)
        .build()?;
    Ok((scheduler, zoom))
}

pub(crate) fn caller(account: &str) -> Result<Caller, Failure> {
    Ok(Caller::system(AccountId::new(account)?))
}

/// Puts accounts, hosts and calendars into the store.
pub(crate) async fn set_up(store: Arc<dyn Store>) -> Result<(), Failure> {
    let (scheduler, zoom) = scheduler(store)?;
    for account in ACCOUNTS {
        let account = Account::new(AccountId::new(account)?, Name::new(account)?);
        scheduler.put_account(&account).await?;
    }
    for host in HOSTS {
        put_host(&scheduler, &zoom, host).await?;
    }
    for popular in &POPULAR {
        scheduler.put_calendar(&caller(popular.account)?, &calendar(popular)?).await?;
    }
    Ok(())
}

/// A host of both accounts, day and night, who is connected to Zoom.
pub(crate) async fn put_host(
    scheduler: &Scheduler,
    zoom: &SimulatedZoom,
    host: &str,
) -> Result<(), Failure> {
    let id = UserId::new(host)?;
    let weekly = WeeklyHours::new().on(
        (0..7).filter_map(|day| chrono::Weekday::try_from(day).ok()),
        &["00:00-24:00".parse()?],
    );
    let hours = Hours::new(Zone::UTC).with_weekly(weekly);
    let email = Email::new(format!("{host}@example.com"))?;
    scheduler.put_user(&User::new(id.clone(), Name::new(host)?, email, hours)).await?;
    for account in ACCOUNTS {
        scheduler.put_membership(&AccountId::new(account)?, &id, Role::User).await?;
    }
    let account = ZoomAccountId::new(format!("zoom-{host}"))?;
    ZoomVisit::new(scheduler, zoom).connect(&id, &account).await?;
    Ok(())
}

fn calendar(popular: &Popular) -> Result<Calendar, Failure> {
    let hosts: Vec<UserId> =
        popular.hosts.iter().map(|host| UserId::new(*host)).collect::<Result<_, _>>()?;
    let kind = if popular.is_collective {
        let hosts = hosts.into_iter().map(CollectiveHost::required).collect();
        CalendarKind::Collective(CollectiveHosts::new(hosts)?)
    } else {
        let hosts = hosts.into_iter().map(RoundRobinHost::new).collect();
        CalendarKind::RoundRobin(RoundRobinHosts::new(hosts)?)
    };
    let buffer = Buffer::new(popular.buffer)?;
    let slot = SlotSettings::new(SlotLength::new(popular.minutes)?, GridStep::new(popular.every)?)
        .with_seats(Seats::new(popular.seats)?)
        .with_buffers(buffer, buffer);
    let id = CalendarRef::new(AccountId::new(popular.account)?, CalendarId::new(popular.calendar)?);
    Ok(Calendar::new(id, Name::new(popular.calendar)?, kind, Zone::UTC, slot))
}
