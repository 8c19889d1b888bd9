//! The world of a scenario, as it is written.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::moment::{At, Week};
use super::problem::InvalidScenario;
use super::read::{only_default, read};
use crate::words::{
    AccountId, Address, Buffer, CalendarId, Distribution, Email, Fairness, FixedLocation,
    GridOffset, GridStep, Lapse, Limit, LocationSetting, LocationText, Name, Notice, Phone,
    QuotaPolicy, RescheduleHost, Role, Seats, SlotLength, StaticLink, UserId, Weight, Window,
    WindowDays, Zone, ZoomAccountId,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct World {
    #[serde(default)]
    pub(super) title: String,
    pub(super) now: At,
    #[serde(default)]
    pub(super) settings: Settings,
    #[serde(default)]
    pub(super) accounts: Vec<Account>,
    #[serde(default)]
    pub(super) users: Vec<User>,
    #[serde(default)]
    pub(super) calendars: Vec<Calendar>,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) reset_guard_seconds: u32,
    pub(super) quota_cap: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { reset_guard_seconds: 0, quota_cap: 100 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) name: Name,
    pub(super) time_zone: Option<Zone>,
    pub(super) default_location: Option<Place>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) id: UserId,
    pub(super) name: Name,
    pub(super) email: Email,
    #[serde(default)]
    pub(super) accounts: Vec<AccountId>,
    pub(super) role: Option<Role>,
    pub(super) time_zone: Option<Zone>,
    #[serde(default)]
    pub(super) hours: Week,
    #[serde(default)]
    pub(super) overrides: BTreeMap<NaiveDate, Vec<Window>>,
    #[serde(default)]
    pub(super) time_off: Vec<Period>,
    pub(super) zoom: Option<ZoomAccountId>,
    pub(super) default_location: Option<Place>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Period {
    pub(super) from: At,
    pub(super) to: At,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calendar {
    pub(super) id: CalendarId,
    pub(super) account: AccountId,
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) time_zone: Option<Zone>,
    pub(super) hours: Option<Week>,
    pub(super) overrides: Option<BTreeMap<NaiveDate, Vec<Window>>>,
    #[serde(default)]
    pub(super) hosts: Vec<Host>,
    pub(super) primary: Option<UserId>,
    pub(super) slot: Slot,
    #[serde(default)]
    pub(super) notice_minutes: Notice,
    pub(super) window_days: Option<WindowDays>,
    pub(super) window: Option<Dates>,
    #[serde(default)]
    pub(super) distribution: Distribution,
    #[serde(default)]
    pub(super) fairness: Fairness,
    #[serde(default)]
    pub(super) sticky: bool,
    #[serde(default)]
    pub(super) reschedule_host: RescheduleHost,
    pub(super) auto_confirm: Option<bool>,
    #[serde(default)]
    pub(super) limits: Limits,
    pub(super) lapse_minutes: Option<Lapse>,
    #[serde(default)]
    pub(super) cancel_notice_minutes: Notice,
    #[serde(default)]
    pub(super) move_notice_minutes: Notice,
    #[serde(default)]
    pub(super) quota: QuotaPolicy,
    pub(super) location: Option<Place>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) per_day: Option<Limit>,
    pub(super) per_week: Option<Limit>,
    pub(super) per_month: Option<Limit>,
    pub(super) host_per_day: Option<Limit>,
    pub(super) host_per_week: Option<Limit>,
    pub(super) host_per_month: Option<Limit>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    RoundRobin,
    Collective,
    Unassigned,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Host {
    pub(super) user: UserId,
    #[serde(default)]
    pub(super) priority: i32,
    #[serde(default)]
    pub(super) weight: Weight,
    pub(super) joined: Option<At>,
    pub(super) location: Option<Place>,
    pub(super) required: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) minutes: SlotLength,
    pub(super) every: Option<GridStep>,
    #[serde(default)]
    pub(super) offset: GridOffset,
    #[serde(default)]
    pub(super) before: Buffer,
    #[serde(default)]
    pub(super) after: Buffer,
    #[serde(default)]
    pub(super) seats: Seats,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dates {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
}

/// A location as scenarios write it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    Zoom,
    Ask,
    Link(StaticLink),
    Phone(Phone),
    Address(Address),
    Text(LocationText),
}

impl From<Place> for LocationSetting {
    fn from(place: Place) -> Self {
        Self::Fixed(match place {
            Place::Zoom => return Self::Zoom,
            Place::Ask => return Self::Ask,
            Place::Link(link) => FixedLocation::Link(link),
            Place::Phone(phone) => FixedLocation::Phone(phone),
            Place::Address(address) => FixedLocation::Address(address),
            Place::Text(text) => FixedLocation::Text(text),
        })
    }
}

/// Reads the world: all of a scenario but its steps.
pub(super) fn read_world(mut world: Map<String, Value>) -> Result<World, InvalidScenario> {
    only_default(&mut world, "", "workflows", &json!([]))?;
    if let Some(Value::Object(settings)) = world.get_mut("settings") {
        only_default(settings, "settings", "jitter", &json!(false))?;
    }
    each(&mut world, "users", |user, at| only_default(user, at, "zoom_plan", &json!("licensed")))?;
    each(&mut world, "calendars", later_calendar_fields)?;
    read(&Value::Object(world))
}

/// Reads a calendar as a step gives it, which stands at this field.
pub(super) fn read_calendar(given: &Value, at: &str) -> Result<Calendar, InvalidScenario> {
    let mut given = given.clone();
    if let Value::Object(calendar) = &mut given {
        later_calendar_fields(calendar, at)?;
    }
    read(&given).map_err(|error| error.within(at))
}

/// Settings of calendars that later versions know.
fn later_calendar_fields(
    calendar: &mut Map<String, Value>,
    at: &str,
) -> Result<(), InvalidScenario> {
    let later = [
        ("participant_links", json!("shared")),
        ("notify", json!(true)),
        ("link_days_ahead", json!(null)),
    ];
    for (field, default) in later {
        only_default(calendar, at, field, &default)?;
    }
    Ok(())
}

/// What is no list of objects is left to be refused where it is read.
fn each(
    world: &mut Map<String, Value>,
    field: &str,
    check: impl Fn(&mut Map<String, Value>, &str) -> Result<(), InvalidScenario>,
) -> Result<(), InvalidScenario> {
    let Some(Value::Array(items)) = world.get_mut(field) else {
        return Ok(());
    };
    for (at, item) in items.iter_mut().enumerate() {
        if let Value::Object(item) = item {
            check(item, &format!("{field}[{at}]"))?;
        }
    }
    Ok(())
}
