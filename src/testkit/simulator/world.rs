//! The small world of a simulation: few hosts and few starts, so that all get in each other's way.

use chrono::{DateTime, TimeDelta, Utc, Weekday};

use super::Built;
use crate::testkit::scenario::view::Seats;
use crate::testkit::{SimulatedZoom, ZoomVisit};
use crate::words::{
    Account, AccountId, Buffer, Calendar, CalendarId, CalendarKind, CalendarRef, CollectiveHost,
    CollectiveHosts, Confirmation, Email, GridStep, Hours, Lapse, Name, Role, RoundRobinHost,
    RoundRobinHosts, Seats as SeatCount, SlotLength, SlotSettings, User, UserId, WeeklyHours,
    Window, Zone, ZoomAccountId,
};
use crate::{Caller, Scheduler};

/// When simulations begin: some hours before midnight.
const BEGIN: i64 = 1_795_456_800; // 2026-11-23T18:00:00Z
const HALF_HOUR: TimeDelta = TimeDelta::minutes(30);

pub(super) struct World {
    pub(super) accounts: Vec<Account>,
    pub(super) people: Vec<Host>,
    pub(super) calendars: Vec<Calendar>,
    /// Where bookings are tried.
    pub(super) starts: Vec<DateTime<Utc>>,
}

/// A user who hosts.
pub(super) struct Host {
    pub(super) user: User,
    pub(super) accounts: Vec<AccountId>,
    pub(super) zoom: ZoomAccountId,
    /// Another one that they have.
    pub(super) second_zoom: ZoomAccountId,
}

pub(super) fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(BEGIN, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

impl World {
    pub(super) fn new() -> Built<Self> {
        let (abc, xyz) = (AccountId::new("abc")?, AccountId::new("xyz")?);
        let account = |id: &AccountId| Ok(Account::new(id.clone(), Name::new(id.as_str())?));
        let accounts: Built<_> = [&abc, &xyz].into_iter().map(account).collect();
        let people = vec![
            host("ann", &[&abc])?,
            host("bob", &[&abc])?,
            host("cat", &[&abc, &xyz])?,
            host("dan", &[&xyz])?,
        ];
        let calendars = vec![
            round_robin((&abc, "single"), &["ann", "bob"], 1)?,
            round_robin((&abc, "class"), &["ann", "cat"], 3)?,
            collective((&abc, "panel"), &["cat", "bob"])?,
            confirmed(round_robin((&xyz, "review"), &["cat", "dan"], 1)?)?,
        ];
        Ok(Self { accounts: accounts?, people, calendars, starts: starts() })
    }

    /// Puts it into the store, and connects everybody.
    pub(super) async fn put(&self, scheduler: &Scheduler, zoom: &SimulatedZoom) -> Built<()> {
        for account in &self.accounts {
            scheduler.put_account(account).await?;
        }
        for host in &self.people {
            scheduler.put_user(&host.user).await?;
            for account in &host.accounts {
                scheduler.put_membership(account, &host.user.id, Role::User).await?;
            }
            ZoomVisit::new(scheduler, zoom).connect(&host.user.id, &host.zoom).await?;
        }
        for calendar in &self.calendars {
            let caller = Caller::system(calendar.account.clone());
            scheduler.put_calendar(&caller, calendar).await?;
        }
        Ok(())
    }

    pub(super) fn seats(&self) -> Seats {
        let seats = |calendar: &Calendar| (calendar.as_ref(), calendar.slot.seats().seats());
        self.calendars.iter().map(seats).collect()
    }

    pub(super) fn account_ids(&self) -> Vec<AccountId> {
        self.accounts.iter().map(|account| account.id.clone()).collect()
    }
}

/// Today, around midnight, in two days, in three weeks.
fn starts() -> Vec<DateTime<Utc>> {
    let hours = [3_i64, 5, 6, 7, 40, 41, 22 * 24, 22 * 24 + 1];
    let full = hours.into_iter().map(|hours| begin() + TimeDelta::hours(hours));
    let half = begin() + TimeDelta::hours(5) + HALF_HOUR;
    full.chain([half]).collect()
}

fn host(id: &str, accounts: &[&AccountId]) -> Built<Host> {
    let always: Window = "00:00-24:00".parse()?;
    let days = (0..7).filter_map(|day| Weekday::try_from(day).ok());
    let hours = Hours::new(Zone::UTC).with_weekly(WeeklyHours::new().on(days, &[always]));
    let email = Email::new(format!("{id}@example.com"))?;
    Ok(Host {
        user: User::new(UserId::new(id)?, Name::new(id)?, email, hours),
        accounts: accounts.iter().map(|account| (*account).clone()).collect(),
        zoom: ZoomAccountId::new(format!("zoom-{id}"))?,
        second_zoom: ZoomAccountId::new(format!("zoom-{id}-2"))?,
    })
}

fn calendar((account, id): (&AccountId, &str), kind: CalendarKind, seats: u16) -> Built<Calendar> {
    let slot = SlotSettings::new(SlotLength::new(30)?, GridStep::new(30)?);
    let buffer = Buffer::new(10)?;
    let slot = slot.with_seats(SeatCount::new(seats)?).with_buffers(buffer, buffer);
    let owner = CalendarRef::new(account.clone(), CalendarId::new(id)?);
    Ok(Calendar::new(owner, Name::new(id)?, kind, Zone::UTC, slot))
}

fn round_robin(owner: (&AccountId, &str), hosts: &[&str], seats: u16) -> Built<Calendar> {
    let hosts: Built<Vec<_>> =
        hosts.iter().map(|id| Ok(RoundRobinHost::new(UserId::new(*id)?))).collect();
    calendar(owner, CalendarKind::RoundRobin(RoundRobinHosts::new(hosts?)?), seats)
}

fn collective(owner: (&AccountId, &str), hosts: &[&str]) -> Built<Calendar> {
    let hosts: Built<Vec<_>> =
        hosts.iter().map(|id| Ok(CollectiveHost::required(UserId::new(*id)?))).collect();
    calendar(owner, CalendarKind::Collective(CollectiveHosts::new(hosts?)?), 1)
}

/// Appointments wait for the host, at most a while.
fn confirmed(mut calendar: Calendar) -> Built<Calendar> {
    calendar.confirmation = Confirmation::ByHost;
    calendar.lapse = Some(Lapse::new(6 * 60)?);
    Ok(calendar)
}
