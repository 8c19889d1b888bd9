//! The shapes that rows had before, and how each becomes the one that came after it.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::records::{AppointmentRow, Booked, LastHostRow, UserRow};
use crate::rules::slot::SlotKey;
use crate::words::{
    AppointmentId, LinkId, Location, Notes, Occupant, Participant, Person, Status, Title, User,
    UserId,
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
