//! Accounts, users, memberships and participants.

use serde::{Deserialize, Serialize};

use super::hours::Hours;
use super::id::{AccountId, ParticipantId, UserId};
use super::location::LocationSetting;
use super::text::{Email, Name, Phone};
use super::zone::Zone;

/// A tenant of the host application.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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

/// Somebody who takes part in an appointment, as far as they are still known.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "they are known, or not any more")]
pub enum Person {
    /// Somebody who is known.
    Known(Participant),
    /// Somebody who was known, and whose data was erased. Say so in the words of your users.
    Erased,
}

impl Person {
    /// Who it is, unless they were erased.
    #[must_use]
    pub const fn known(&self) -> Option<&Participant> {
        match self {
            Self::Known(participant) => Some(participant),
            Self::Erased => None,
        }
    }
}

impl From<Participant> for Person {
    fn from(participant: Participant) -> Self {
        Self::Known(participant)
    }
}

/// By what somebody is recognised who takes part in appointments.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else by which one is recognised")]
pub enum Contact {
    /// The host application's own id of them.
    Id(ParticipantId),
    /// Their e-mail address, in small or capital letters.
    Email(Email),
    /// Their phone number, however its digits are set apart.
    Phone(Phone),
}

impl Contact {
    /// All by which a participant is recognised, the surest first.
    pub(crate) fn all_of(participant: &Participant) -> impl Iterator<Item = Self> {
        let Participant { id, email, phone, .. } = participant;
        let id = id.clone().map(Self::Id);
        id.into_iter().chain(email.clone().map(Self::Email)).chain(phone.clone().map(Self::Phone))
    }

    /// Whether this is the same contact, however it is written.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        // Mail systems do not tell upper from lower case, whatever the standard says.
        let small = |email: &Email| email.as_str().to_lowercase();
        match (self, other) {
            (Self::Id(one), Self::Id(other)) => one == other,
            (Self::Email(one), Self::Email(other)) => small(one) == small(other),
            (Self::Phone(one), Self::Phone(other)) => one == other || same_number(one, other),
            _ => false,
        }
    }
}

fn same_number(one: &Phone, other: &Phone) -> bool {
    let digits = |phone: &Phone| -> String {
        phone.as_str().chars().filter(|c| c.is_alphanumeric() || *c == '+').collect()
    };
    !digits(one).is_empty() && digits(one) == digits(other)
}
