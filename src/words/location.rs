//! Where an appointment takes place (R7).

use serde::{Deserialize, Serialize};

use super::text::{Address, LocationText, Phone};
use super::web_link::StaticLink;

/// A place that is known without asking Zoom.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FixedLocation {
    /// A link that was made elsewhere.
    Link(StaticLink),
    /// A phone number to call.
    Phone(Phone),
    /// A place to go to.
    Address(Address),
    /// Anything else, in words.
    Text(LocationText),
}

/// What a setting says about the meeting location (R7).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LocationSetting {
    /// A Zoom link of its own for every slot. Only on group calendars (R8).
    Zoom,
    /// Always this place.
    Fixed(FixedLocation),
    /// The invitee says where.
    Ask,
}

/// Where one appointment takes place. Fixed when it is booked: settings that change later do not
/// move it (R9).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Location {
    /// At the Zoom link of its slot.
    Zoom,
    /// At this place.
    Fixed(FixedLocation),
    /// Nobody said where: no setting applies to the calendar.
    Unset,
}
