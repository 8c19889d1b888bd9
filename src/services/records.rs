//! What rows hold.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::older::{AppointmentRow1, LaneRow1, LastHostRow1, UserRow1};
use super::retention::Retention;
pub(crate) use super::shapes::Record;
use super::shapes::{never_written, step};
use crate::error::{Error, Thing, missing};
use crate::rules::fairness::{Assigned, Assignments, Assignments1};
use crate::rules::host_day::HostDay;
use crate::rules::link::{Link, Link1, Link2};
use crate::rules::slot::{BookedSlot, SlotKey};
use crate::words::{
    Account, AccountId, AppointmentId, Calendar, CalendarId, CalendarRef, Interval, LinkId,
    ListCursor, Location, Notes, Occupant, Person, Revision, Role, RoundRobinHost, Status, Title,
    User, UserId, instant,
};

impl Record for Account {}
impl Record for HostDay {}
impl Record for BookedSlot {}

impl Record for Assignments {
    const KNOWN_BY_VERSION: bool = true;

    fn json(&self, _: &mut Vec<u8>) -> Result<Arc<[u8]>, serde_json::Error> {
        self.to_json()
    }

    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<Assignments1, Self>(json),
            other => never_written(other),
        }
    }
}

impl Record for Link {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<Link1, Link2>(json).map(Self::from),
            2 => step::<Link2, Self>(json),
            other => never_written(other),
        }
    }

    /// Once nothing is left to be done about a dropped link, it is kept for a while.
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        let work = Self::due(self);
        work.or_else(|| self.is_dropped().then(|| self.slot.core.end() + kept.deleted))
    }
}

/// A calendar; the hosts of a round robin stand in pages.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarRow {
    pub(crate) calendar: Calendar,
    /// Changes with every change, so that pages of another one are noticed, and who changes the calendar
    /// by what they saw before.
    pub(crate) revision: Revision,
    pub(crate) host_pages: u16,
}

impl Record for CalendarRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            // Without a policy for the quota: links waited, which is the default.
            1 => serde_json::from_slice(json),
            other => never_written(other),
        }
    }
}

/// Some of the hosts of a round robin calendar.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostPageRow {
    pub(crate) revision: Revision,
    pub(crate) hosts: Vec<RoundRobinHost>,
}

impl Record for HostPageRow {}

/// A user, or what is left of one.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserRow {
    Present(User),
    /// A deleted user is nobody's host any more, but keeps the tie to their Zoom account (R2).
    Deleted(User),
    /// Nothing is known any more but the id, and the tie stays.
    Erased,
}

impl UserRow {
    /// The user, unless there is none or they were deleted.
    pub(crate) fn present(row: Option<Self>) -> Option<User> {
        match row {
            Some(Self::Present(user)) => Some(user),
            Some(Self::Deleted(_) | Self::Erased) | None => None,
        }
    }

    /// The same, of a user who has to be there.
    pub(crate) fn required(row: Option<Self>, id: &UserId) -> Result<User, Error> {
        Self::present(row).ok_or_else(|| missing(Thing::User(id.clone())))
    }
}

impl Record for UserRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<UserRow1, Self>(json),
            other => never_written(other),
        }
    }
}

/// A user belongs to an account.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MembershipRow {
    pub(crate) role: Role,
}

impl Record for MembershipRow {}

/// The same from the user's side: without it nobody could tell where they belong.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberOfRow {
    pub(crate) account: AccountId,
}

impl Record for MemberOfRow {}

/// An appointment, or what is left of a deleted one: so that deleting twice is deleting once.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppointmentRow {
    Kept(Box<Booked>),
    Deleted,
}

impl Record for AppointmentRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<AppointmentRow1, Self>(json),
            other => never_written(other),
        }
    }

    /// A pending appointment lapses (R29).
    fn due(&self, _: &Retention) -> Option<DateTime<Utc>> {
        match self {
            Self::Kept(booked) => booked.lapse(),
            Self::Deleted => None,
        }
    }
}

/// An appointment.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Booked {
    pub(crate) id: AppointmentId,
    pub(crate) slot: SlotKey,
    /// The hosts, the owner of the slot first.
    pub(crate) occupants: Vec<Occupant>,
    pub(crate) status: Status,
    pub(crate) title: Title,
    pub(crate) notes: Option<Notes>,
    /// The invitee first.
    pub(crate) participants: Vec<Person>,
    pub(crate) location: Location,
    /// Whether the invitee said where (R7).
    pub(crate) location_answered: bool,
    /// The link it uses, or used last.
    pub(crate) link: Option<LinkId>,
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) booked_at: DateTime<Utc>,
    /// When it is cancelled if nobody has confirmed it: fixed by the calendar's setting at booking.
    #[serde(default)]
    pub(crate) lapses_at: Option<DateTime<Utc>>,
    /// Whether round robin counts it: joining an open slot does not count.
    pub(crate) counted: bool,
    pub(crate) events: u32,
}

impl Booked {
    pub(crate) fn assigned(&self) -> Option<Assigned> {
        self.counted.then(|| Assigned::new(self.booked_at, self.slot.core.start()))
    }

    /// When it lapses, unless it is confirmed or ended before.
    pub(crate) fn lapse(&self) -> Option<DateTime<Utc>> {
        self.lapses_at.filter(|_| self.status == Status::Pending)
    }

    pub(crate) fn hosts(&self) -> impl Iterator<Item = &UserId> {
        self.occupants.iter().filter_map(Occupant::user)
    }

    pub(crate) fn account(&self) -> &AccountId {
        self.slot.calendar.account()
    }

    pub(crate) fn calendar(&self) -> &CalendarRef {
        &self.slot.calendar
    }

    pub(crate) fn interval(&self) -> Interval {
        self.slot.core
    }

    /// Its place in the list by start.
    pub(crate) fn place(&self) -> ListCursor {
        ListCursor::new(self.interval().start().timestamp(), self.id)
    }
}

/// An appointment in the list by start (R30), with what never changes or is written anew by a move.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedRow {
    /// Unix seconds.
    start: i64,
    id: AppointmentId,
    pub(crate) calendar: CalendarId,
    pub(crate) hosts: Vec<UserId>,
}

impl ListedRow {
    pub(crate) fn of(booked: &Booked) -> Self {
        let place = booked.place();
        Self {
            start: place.start(),
            id: place.id(),
            calendar: booked.calendar().calendar().clone(),
            hosts: booked.hosts().cloned().collect(),
        }
    }

    pub(crate) const fn place(&self) -> ListCursor {
        ListCursor::new(self.start, self.id)
    }
}

impl Record for ListedRow {}

/// Who hosted a contact last on a calendar.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastHostRow {
    pub(crate) host: UserId,
    /// When they booked last, or were moved to this host. `None`: before that was kept.
    pub(crate) seen_at: Option<DateTime<Utc>>,
}

impl Record for LastHostRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<LastHostRow1, Self>(json),
            other => never_written(other),
        }
    }

    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        self.seen_at.map(|at| at + kept.last_hosts)
    }
}

/// A request that was done.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestRow {
    pub(crate) appointment: AppointmentId,
    /// SHA-256 of what was asked for, in hex.
    pub(crate) digest: String,
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) at: DateTime<Utc>,
}

impl Record for RequestRow {
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        Some(self.at + kept.requests)
    }
}

/// A change set was applied.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptRow {
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) at: DateTime<Utc>,
}

impl Record for ReceiptRow {
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        Some(self.at + kept.receipts)
    }
}

/// A link waits until its owner connects a Zoom account.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitingRow {
    pub(crate) account: AccountId,
    pub(crate) link: LinkId,
}

impl Record for WaitingRow {}

/// A meeting at Zoom was made for a link.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeetingRow {
    pub(crate) account: AccountId,
    pub(crate) link: LinkId,
    /// Then it is removed.
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) until: DateTime<Utc>,
}

impl Record for MeetingRow {
    fn due(&self, _: &Retention) -> Option<DateTime<Utc>> {
        Some(self.until)
    }
}

/// The create of a link waits to be sent (R16).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueuedRow {
    pub(crate) account: AccountId,
    pub(crate) link: LinkId,
    /// When its slot ends: then it is not made any more, and the row can go.
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) ends: DateTime<Utc>,
}

impl QueuedRow {
    pub(crate) fn of(link: &Link) -> Self {
        let account = link.slot.calendar.account().clone();
        Self { account, link: link.id, ends: link.slot.core.end() }
    }
}

impl Record for QueuedRow {
    /// One that older code has left behind goes with its slot.
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        Some(self.ends + kept.deleted)
    }
}

/// The serial queue of Zoom work of one Zoom account.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LaneRow {
    pub(crate) lease: Option<Lease>,
    /// Calls in a row to which Zoom gave no answer.
    pub(crate) failures: u32,
    /// After some of them no call is sent for a while.
    pub(crate) rests_until: Option<DateTime<Utc>>,
}

impl Record for LaneRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<LaneRow1, Self>(json),
            other => never_written(other),
        }
    }
}

/// Somebody is calling Zoom, until then at the latest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lease {
    pub(crate) holder: Uuid,
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) until: DateTime<Utc>,
}

/// The mutating requests of one Zoom account on one UTC day (R16).
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaRow {
    pub(crate) used: u32,
    /// Zoom itself said that the day is used up, whatever we counted.
    pub(crate) exhausted: bool,
}

impl Record for QuotaRow {}

mod audit;
mod connection;
mod events;

pub(crate) use audit::AuditRow;
pub(crate) use connection::{
    ClaimRow, ConnectedRow, ConnectionRow, ConsentRow, Died, Grant, RevocationRow, TokenHealth,
    Tokens,
};
pub(crate) use events::{EventKind, EventRow, MessageRow, UserMessageRow};
