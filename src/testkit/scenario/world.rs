//! The words of a world: what is put into the store before the first step.

use super::format::{self, Kind};
use super::moment::At;
use super::problem::InvalidScenario;
use crate::words::{
    Account, AccountId, BookingWindow, Calendar, CalendarKind, CalendarRef, CollectiveHost,
    CollectiveHosts, Confirmation, DateRange, Hours, Interval, Limits, LocationSetting, Role,
    RoundRobinHost, RoundRobinHosts, Sharing, SlotSettings, Sticky, User, Weight, Zone,
    ZoomAccountId,
};

/// What a scenario starts from, checked.
#[derive(Debug)]
pub(super) struct World {
    pub(super) settings: format::Settings,
    pub(super) accounts: Vec<Account>,
    pub(super) people: Vec<Person>,
    pub(super) calendars: Vec<Calendar>,
}

/// A user, where they belong, and the Zoom account that they start with.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) user: User,
    pub(super) accounts: Vec<AccountId>,
    pub(super) role: Role,
    pub(super) zoom: Option<ZoomAccountId>,
}

pub(super) fn world(written: format::World) -> Result<World, InvalidScenario> {
    check_settings(&written.settings)?;
    let people = numbered("users", written.users).map(|(at, user)| person(&at, user));
    let calendars =
        numbered("calendars", written.calendars).map(|(at, given)| calendar(&at, given));
    Ok(World {
        settings: written.settings,
        accounts: written.accounts.into_iter().map(account).collect(),
        people: people.collect::<Result<_, _>>()?,
        calendars: calendars.collect::<Result<_, _>>()?,
    })
}

fn numbered<T>(field: &str, items: Vec<T>) -> impl Iterator<Item = (String, T)> {
    let items = items.into_iter().enumerate();
    items.map(move |(at, item)| (format!("{field}[{at}]"), item))
}

fn check_settings(settings: &format::Settings) -> Result<(), InvalidScenario> {
    if !(1..=100).contains(&settings.quota_cap) {
        return Err(InvalidScenario::illegal("settings.quota_cap", "must be 1 to 100"));
    }
    if settings.reset_guard_seconds > 3600 {
        let field = "settings.reset_guard_seconds";
        return Err(InvalidScenario::illegal(field, "must be 0 to 3600"));
    }
    Ok(())
}

fn account(given: format::Account) -> Account {
    let zone = given.time_zone.unwrap_or(Zone::UTC);
    let account = Account::new(given.id, given.name).with_zone(zone);
    match given.default_location {
        Some(place) => account.with_default_location(place.into()),
        None => account,
    }
}

fn person(at: &str, given: format::User) -> Result<Person, InvalidScenario> {
    let zone = given.time_zone.unwrap_or(Zone::UTC);
    let mut hours = Hours::new(zone).with_weekly(given.hours.0);
    for (date, windows) in given.overrides {
        hours = hours.with_override(date, windows);
    }
    for (number, off) in given.time_off.iter().enumerate() {
        let field = || format!("{at}.time_off[{number}]");
        let off = Interval::new(off.from.0, off.to.0);
        hours = hours.with_time_off(off.map_err(|error| illegal(field(), &error))?);
    }
    let user = User::new(given.id, given.name, given.email, hours);
    Ok(Person {
        user: match given.default_location {
            Some(place) => user.with_default_location(place.into()),
            None => user,
        },
        accounts: given.accounts,
        role: given.role.unwrap_or(Role::User),
        zoom: given.zoom,
    })
}

/// A calendar that was written at this field.
fn limits(given: &format::Limits) -> Limits {
    let mut limits = Limits::default();
    let (calendar, host) = (&mut limits.calendar, &mut limits.host);
    calendar.per_day = given.per_day;
    calendar.per_week = given.per_week;
    calendar.per_month = given.per_month;
    host.per_day = given.host_per_day;
    host.per_week = given.host_per_week;
    host.per_month = given.host_per_month;
    limits
}

pub(super) fn calendar(at: &str, given: format::Calendar) -> Result<Calendar, InvalidScenario> {
    let kind = kind(at, &given)?;
    let sharing = sharing(&given);
    let window = window(at, &given)?;
    let owner = CalendarRef::new(given.account, given.id);
    let zone = given.time_zone.unwrap_or(Zone::UTC);
    let slot = slot(at, &given.slot)?;
    let mut calendar = Calendar::new(owner, given.name, kind, zone, slot);
    calendar.notice = given.notice_minutes;
    calendar.window = window;
    calendar.sharing = sharing;
    calendar.limits = limits(&given.limits);
    if given.auto_confirm == Some(false) {
        calendar.confirmation = Confirmation::ByHost;
    }
    calendar.lapse = given.lapse_minutes;
    calendar.cancel_notice = given.cancel_notice_minutes;
    calendar.move_notice = given.move_notice_minutes;
    calendar.quota = given.quota;
    calendar.location = given.location.map(LocationSetting::from);
    Ok(calendar)
}

fn sharing(given: &format::Calendar) -> Sharing {
    Sharing {
        distribution: given.distribution,
        interval: given.fairness,
        sticky: if given.sticky { Sticky::LastHost } else { Sticky::Off },
        on_reschedule: given.reschedule_host,
        ..Sharing::default()
    }
}

fn kind(at: &str, given: &format::Calendar) -> Result<CalendarKind, InvalidScenario> {
    let is_unassigned = given.kind == Kind::Unassigned;
    let misplaced = [
        (given.hours.is_some() && !is_unassigned, "hours"),
        (given.overrides.is_some() && !is_unassigned, "overrides"),
        (!given.hosts.is_empty() && is_unassigned, "hosts"),
        (given.primary.is_some() && given.kind != Kind::Collective, "primary"),
    ];
    if let Some((_, field)) = misplaced.into_iter().find(|(misplaced, _)| *misplaced) {
        let why = "calendars of this kind have no such field";
        return Err(InvalidScenario::illegal(format!("{at}.{field}"), why));
    }
    match given.kind {
        Kind::RoundRobin => round_robin(at, given),
        Kind::Collective => collective(at, given),
        Kind::Unassigned => Ok(CalendarKind::Unassigned {
            weekly: given.hours.clone().unwrap_or_default().0,
            overrides: given.overrides.clone().unwrap_or_default(),
        }),
    }
}

fn round_robin(at: &str, given: &format::Calendar) -> Result<CalendarKind, InvalidScenario> {
    if given.hosts.iter().any(|host| host.required == Some(false)) {
        let why = "hosts are optional on collective calendars only";
        return Err(InvalidScenario::illegal(format!("{at}.hosts"), why));
    }
    let host = |given: &format::Host| {
        let mut host = RoundRobinHost::new(given.user.clone())
            .with_priority(given.priority)
            .with_weight(given.weight);
        host.joined = given.joined.map(|At(joined)| joined);
        host.location = given.location.clone().map(LocationSetting::from);
        host
    };
    RoundRobinHosts::new(given.hosts.iter().map(host).collect())
        .map(CalendarKind::RoundRobin)
        .map_err(|error| illegal(format!("{at}.hosts"), &error))
}

fn collective(at: &str, given: &format::Calendar) -> Result<CalendarKind, InvalidScenario> {
    let takes_turns = |host: &format::Host| {
        host.priority != 0 || host.weight != Weight::default() || host.joined.is_some()
    };
    if given.hosts.iter().any(takes_turns) {
        let why =
            "hosts have priorities, weights and times of joining on round robin calendars only";
        return Err(InvalidScenario::illegal(format!("{at}.hosts"), why));
    }
    let host = |given: &format::Host| {
        let host = match given.required {
            Some(false) => CollectiveHost::optional(given.user.clone()),
            Some(true) | None => CollectiveHost::required(given.user.clone()),
        };
        match given.location.clone() {
            Some(place) => host.with_location(place.into()),
            None => host,
        }
    };
    let hosts = CollectiveHosts::new(given.hosts.iter().map(host).collect())
        .map_err(|error| illegal(format!("{at}.hosts"), &error))?;
    let hosts = match given.primary.clone() {
        None => hosts,
        Some(primary) => {
            hosts.with_primary(primary).map_err(|error| illegal(format!("{at}.primary"), &error))?
        }
    };
    Ok(CalendarKind::Collective(hosts))
}

fn window(at: &str, given: &format::Calendar) -> Result<BookingWindow, InvalidScenario> {
    match (given.window_days, &given.window) {
        (Some(_), Some(_)) => {
            let why = "a calendar has one of `window` and `window_days`";
            Err(InvalidScenario::illegal(format!("{at}.window"), why))
        }
        (Some(days), None) => Ok(BookingWindow::Days(days)),
        (None, None) => Ok(BookingWindow::default()),
        (None, Some(dates)) => DateRange::new(dates.from, dates.to)
            .map(BookingWindow::Dates)
            .map_err(|error| illegal(format!("{at}.window"), &error)),
    }
}

fn slot(at: &str, given: &format::Slot) -> Result<SlotSettings, InvalidScenario> {
    let every = match given.every {
        Some(every) => every,
        None => crate::words::GridStep::new(given.minutes.minutes())
            .map_err(|error| illegal(format!("{at}.slot.minutes"), &error))?,
    };
    Ok(SlotSettings::new(given.minutes, every)
        .with_offset(given.offset)
        .with_buffers(given.before, given.after)
        .with_seats(given.seats))
}

fn illegal(field: String, error: &dyn std::error::Error) -> InvalidScenario {
    InvalidScenario::illegal(field, error.to_string())
}
