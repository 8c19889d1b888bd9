//! Accounts, users, memberships and participants.

use serde::{Deserialize, Serialize};

use super::hours::Hours;
use super::id::{AccountId, ParticipantId, UserId};
use super::location::LocationSetting;
use super::text::{Email, Name, Phone};
use super::zone::Zone;

/// A tenant of the host application.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The host application's id.
    pub id: AccountId,
    /// What it is called.
    pub name: Name,
    /// Its own time zone, UTC unless set. Hours and grids have zones of their own.
    pub zone: Zone,
    /// Where appointments take place if nothing nearer says so (R7). Zoom unless set.
    pub default_location: LocationSetting,
}

impl Account {
    /// An account whose time zone is UTC and whose default meeting location is Zoom.
    #[must_use]
    pub const fn new(id: AccountId, name: Name) -> Self {
        Self { id, name, zone: Zone::UTC, default_location: LocationSetting::Zoom }
    }

    /// With another time zone.
    #[must_use]
    pub const fn with_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// With another default meeting location.
    #[must_use]
    pub fn with_default_location(mut self, location: LocationSetting) -> Self {
        self.default_location = location;
        self
    }
}

/// A person who hosts, in every account that they belong to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The host application's id. Whatever the e-mail says, another id is another user (R2).
    pub id: UserId,
    /// What they are called.
    pub name: Name,
    /// Where they are written to.
    pub email: Email,
    /// When they can be booked.
    pub hours: Hours,
    /// Where their appointments take place, if calendar and host setting are silent (R7).
    pub default_location: Option<LocationSetting>,
}

impl User {
    /// A user without a default meeting location of their own.
    #[must_use]
    pub const fn new(id: UserId, name: Name, email: Email, hours: Hours) -> Self {
        Self { id, name, email, hours, default_location: None }
    }

    /// With a default meeting location.
    #[must_use]
    pub fn with_default_location(mut self, location: LocationSetting) -> Self {
        self.default_location = Some(location);
        self
    }
}

/// What a user may do in an account.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Hosts, and works with the account's appointments.
    User,
    /// Also changes the account's settings.
    Admin,
}

/// An invitee or somebody they bring along.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Participant {
    /// What they are called.
    pub name: Name,
    /// Where they are written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Where they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// The host application's own id of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ParticipantId>,
}

impl Participant {
    /// Somebody who is only known by name.
    #[must_use]
    pub const fn new(name: Name) -> Self {
        Self { name, email: None, phone: None, id: None }
    }

    /// With an e-mail address.
    #[must_use]
    pub fn with_email(mut self, email: Email) -> Self {
        self.email = Some(email);
        self
    }

    /// With a phone number.
    #[must_use]
    pub fn with_phone(mut self, phone: Phone) -> Self {
        self.phone = Some(phone);
        self
    }

    /// With the host application's id.
    #[must_use]
    pub fn with_id(mut self, id: ParticipantId) -> Self {
        self.id = Some(id);
        self
    }
}
