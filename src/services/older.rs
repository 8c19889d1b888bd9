//! The shapes that rows had before, and how each becomes the one that came after it.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::health::ReconnectReason;
use super::records::{
    AppointmentRow, Booked, ConnectedRow, ConnectionRow, Died, Grant, LaneRow, LastHostRow, Lease,
    TokenHealth, Tokens, UserRow,
};
use crate::ports::Sealed;
use crate::rules::slot::SlotKey;
use crate::words::{
    AppointmentId, LinkId, Location, Notes, Occupant, Participant, Person, Status, Title, User,
    UserId, ZoomAccountId,
};

/// A user, when none was erased.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserRow1 {
    user: User,
    deleted: bool,
}

impl From<UserRow1> for UserRow {
    fn from(UserRow1 { user, deleted }: UserRow1) -> Self {
        if deleted { Self::Deleted(user) } else { Self::Present(user) }
    }
}

/// A contact's last host, when they were kept for good.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastHostRow1 {
    host: UserId,
}

impl From<LastHostRow1> for LastHostRow {
    fn from(LastHostRow1 { host }: LastHostRow1) -> Self {
        Self { host, seen_at: None }
    }
}

/// A lane, when Zoom was never given a rest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LaneRow1 {
    lease: Option<Lease>,
}

impl From<LaneRow1> for LaneRow {
    fn from(LaneRow1 { lease }: LaneRow1) -> Self {
        Self { lease, failures: 0, rests_until: None }
    }
}

/// An appointment, when no participant was erased.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppointmentRow1 {
    Kept(Box<Booked1>),
    Deleted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Booked1 {
    id: AppointmentId,
    slot: SlotKey,
    occupants: Vec<Occupant>,
    status: Status,
    title: Title,
    notes: Option<Notes>,
    participants: Vec<Participant>,
    location: Location,
    location_answered: bool,
    link: Option<LinkId>,
    booked_at: DateTime<Utc>,
    #[serde(default)]
    lapses_at: Option<DateTime<Utc>>,
    counted: bool,
    events: u32,
}

impl From<AppointmentRow1> for AppointmentRow {
    fn from(row: AppointmentRow1) -> Self {
        match row {
            AppointmentRow1::Kept(booked) => Self::Kept(Box::new((*booked).into())),
            AppointmentRow1::Deleted => Self::Deleted,
        }
    }
}

impl From<Booked1> for Booked {
    fn from(before: Booked1) -> Self {
        Self {
            id: before.id,
            slot: before.slot,
            occupants: before.occupants,
            status: before.status,
            title: before.title,
            notes: before.notes,
            participants: before.participants.into_iter().map(Person::Known).collect(),
            location: before.location,
            location_answered: before.location_answered,
            link: before.link,
            booked_at: before.booked_at,
            lapses_at: before.lapses_at,
            counted: before.counted,
            events: before.events,
        }
    }
}

/// A connection, when tokens were used until they died, and nothing was known of how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionRow1 {
    user: UserId,
    zoom: ZoomAccountId,
    tokens: Option<Tokens1>,
    connected_at: DateTime<Utc>,
    scopes: Vec<String>,
    wake_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens1 {
    access: Sealed,
    refresh: Sealed,
    expires_at: DateTime<Utc>,
}

impl From<ConnectionRow1> for ConnectionRow {
    /// Pairs had no name then: they get one that another consent does not have.
    fn from(before: ConnectionRow1) -> Self {
        let refresh = before.tokens.as_ref().map_or("", |tokens| tokens.refresh.as_str());
        let mut name = [0; 16];
        name.iter_mut().zip(Sha256::digest(refresh)).for_each(|(byte, of)| *byte = of);
        let (pair, connected_at) = (Uuid::from_bytes(name), before.connected_at);
        let dead = Died { pair, at: connected_at, why: ReconnectReason::TokensRefused };
        let grant = before.tokens.map_or(Grant::Dead(dead), |tokens| {
            Grant::Live(Tokens {
                pair,
                access: tokens.access,
                refresh: tokens.refresh,
                of_realm: false,
                expires_at: tokens.expires_at,
                made_at: connected_at,
                health: TokenHealth::Good,
                refresh_at: connected_at + Tokens::IDLE,
                failures: 0,
                api: None,
            })
        });
        Self {
            user: before.user,
            zoom: before.zoom,
            organisation: None,
            grant,
            connected_at,
            scopes: before.scopes,
            wake_at: before.wake_at,
        }
    }
}

/// The same, to be looked at only.
#[derive(Deserialize)]
pub(crate) struct ConnectedRow1 {
    zoom: ZoomAccountId,
    tokens: Option<IgnoredAny>,
}

impl From<ConnectedRow1> for ConnectedRow {
    fn from(ConnectedRow1 { zoom, tokens }: ConnectedRow1) -> Self {
        Self { zoom, is_live: tokens.is_some() }
    }
}
