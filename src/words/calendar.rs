//! Calendars.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::hosts::{CollectiveHosts, RoundRobinHosts};
use super::hours::{Hours, WeeklyHours, Window};
use super::id::{AccountId, CalendarId, UserId};
use super::limits::Limits;
use super::location::LocationSetting;
use super::occupancy::CalendarRef;
use super::quota::QuotaPolicy;
use super::sharing::Sharing;
use super::slot_settings::{BookingWindow, Lapse, Notice, SlotSettings};
use super::text::Name;
use super::zone::Zone;

/// Who hosts, and how a host is found.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CalendarKind {
    /// One of the hosts takes each slot. A group calendar.
    RoundRobin(RoundRobinHosts),
    /// All required hosts take each slot together. A group calendar.
    Collective(CollectiveHosts),
    /// No host; the calendar has hours of its own, in its own zone, and static locations only.
    Unassigned {
        /// When it can be booked.
        weekly: WeeklyHours,
        /// Dates on which other hours hold.
        overrides: BTreeMap<NaiveDate, Vec<Window>>,
    },
}

impl CalendarKind {
    /// Whether the calendar is a group calendar: only those have dynamic Zoom links (R8).
    #[must_use]
    pub const fn is_group(&self) -> bool {
        matches!(self, Self::RoundRobin(_) | Self::Collective(_))
    }

    /// The users on the calendar, in the order given.
    #[must_use]
    pub fn users(&self) -> Vec<&UserId> {
        match self {
            Self::RoundRobin(hosts) => hosts.as_slice().iter().map(|host| &host.user).collect(),
            Self::Collective(hosts) => hosts.as_slice().iter().map(|host| &host.user).collect(),
            Self::Unassigned { .. } => Vec::new(),
        }
    }
}

/// Whether a new appointment is confirmed at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "somebody confirms, or nobody needs to")]
pub enum Confirmation {
    /// At once.
    Automatic,
    /// By the host; until then it is pending, holds its slot, and has no link (R10, R19).
    ByHost,
}

/// Something to book on.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Calendar {
    /// The account that it belongs to.
    pub account: AccountId,
    /// The host application's id.
    pub id: CalendarId,
    /// What it is called; also the topic of a Zoom meeting with several seats (R12).
    pub name: Name,
    /// Who hosts.
    pub kind: CalendarKind,
    /// The zone of the grid, of the booking window's dates and of the limits' periods.
    pub zone: Zone,
    /// Length, grid, buffers and seats of its slots.
    pub slot: SlotSettings,
    /// How long before the start a slot can last be booked. None by default.
    pub notice: Notice,
    /// How far ahead one can book. 60 days by default.
    pub window: BookingWindow,
    /// Whether an appointment is confirmed at once, as by default.
    pub confirmation: Confirmation,
    /// How long after booking an appointment that nobody confirmed is cancelled. Never by default.
    #[serde(default)]
    pub lapse: Option<Lapse>,
    /// How long before the start an invitee can last cancel. Until the end by default.
    #[serde(default)]
    pub cancel_notice: Notice,
    /// How long before the start an invitee can last move an appointment. Until the end by default.
    #[serde(default)]
    pub move_notice: Notice,
    /// How many appointments it takes. As many as fit by default.
    #[serde(default)]
    pub limits: Limits,
    /// How the hosts of a round robin share its appointments.
    #[serde(default)]
    pub sharing: Sharing,
    /// What becomes of new slots when a host has no Zoom requests left (R16). Links wait by default.
    #[serde(default)]
    pub quota: QuotaPolicy,
    /// Where its appointments take place, if set (R7).
    pub location: Option<LocationSetting>,
}

impl Calendar {
    /// A calendar with the defaults that stand at the fields.
    #[must_use]
    pub fn new(
        owner: CalendarRef,
        name: Name,
        kind: CalendarKind,
        zone: Zone,
        slot: SlotSettings,
    ) -> Self {
        let (account, id) = owner.into_parts();
        Self {
            account,
            id,
            name,
            kind,
            zone,
            slot,
            notice: Notice::default(),
            window: BookingWindow::default(),
            confirmation: Confirmation::Automatic,
            lapse: None,
            cancel_notice: Notice::NONE,
            move_notice: Notice::NONE,
            limits: Limits::default(),
            sharing: Sharing::default(),
            quota: QuotaPolicy::default(),
            location: None,
        }
    }

    /// The hours of an unassigned calendar, in its zone. The others have the hours of their hosts.
    #[must_use]
    pub fn own_hours(&self) -> Option<Hours> {
        let CalendarKind::Unassigned { weekly, overrides } = &self.kind else { return None };
        let hours = Hours::new(self.zone).with_weekly(weekly.clone());
        let overrides = overrides.iter();
        Some(
            overrides
                .fold(hours, |hours, (date, windows)| hours.with_override(*date, windows.clone())),
        )
    }

    /// The limits that hold: a calendar without hosts is as if it were its only host.
    pub(crate) fn limits_in_force(&self) -> Limits {
        match self.kind {
            CalendarKind::Unassigned { .. } => self.limits.of_one_host(),
            CalendarKind::RoundRobin(_) | CalendarKind::Collective(_) => self.limits,
        }
    }

    /// Account and id together.
    #[must_use]
    pub fn as_ref(&self) -> CalendarRef {
        CalendarRef::new(self.account.clone(), self.id.clone())
    }
}
