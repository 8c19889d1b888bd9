//! Appointments: their states, and what is known of one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an appointment stands. What can be done in which state: [`Act`](crate::rules::Act).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Booked, but not yet confirmed by the host. Holds its slot (R19), has no link (R10).
    Pending,
    /// Takes place.
    Confirmed,
    /// Does not take place. Holds nothing.
    Cancelled,
    /// Took place.
    Showed,
    /// The invitee did not come.
    NoShow,
}

impl Status {
    /// All of them, in the order in which an appointment passes through them.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Confirmed, Self::Cancelled, Self::Showed, Self::NoShow];

    /// What it is called in JSON and in errors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Showed => "showed",
            Self::NoShow => "no_show",
        }
    }

    /// Whether the appointment holds a seat of its slot.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Cancelled)
    }

    /// Whether the appointment's Zoom link is wanted: from confirmation on (R10).
    #[must_use]
    pub const fn wants_link(self) -> bool {
        matches!(self, Self::Confirmed | Self::Showed | Self::NoShow)
    }
}

/// Whether the invitee came, as somebody of the account says (R27).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "they came or they did not")]
pub enum Mark {
    /// They came.
    Showed,
    /// They did not.
    NoShow,
}

impl Mark {
    /// Where a marked appointment stands.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Showed => Status::Showed,
            Self::NoShow => Status::NoShow,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
