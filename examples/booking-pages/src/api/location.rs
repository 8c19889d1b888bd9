//! Where an appointment takes place.

use serde::Serialize;
use slotlink::MeetingLocation;
use slotlink::rules::{LinkState, ParkReason};
use slotlink::words::FixedLocation;
use utoipa::ToSchema;

use super::instant::Instant;
use super::names::ParkReasonName;

/// Where an appointment takes place.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Location {
    /// On Zoom; `link` says how it stands with the link.
    #[schema(examples(json!({
        "kind": "zoom", "link": "ready", "join_url": "https://zoom.example/j/90000000001"
    })))]
    Zoom(Link),
    /// At a place that was known beforehand.
    Fixed(Fixed),
    /// Nowhere yet: no setting says where.
    Unset,
}

/// The Zoom link of the slot. There is a `join_url` exactly while it is good.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "link", rename_all = "snake_case")]
pub(crate) enum Link {
    /// It can be used.
    Ready { join_url: String },
    /// It can be used, but its host has disconnected Zoom: nobody looks after it. Told to staff only;
    /// to others it is `ready`.
    Unmanaged { join_url: String },
    /// It is on its way: ask again in some seconds.
    Pending,
    /// The host's requests at Zoom are used up for today.
    Deferred {
        /// When it is tried again.
        until: Instant,
    },
    /// It comes when the host has confirmed the appointment.
    AwaitingConfirmation,
    /// The host has to do something first.
    Parked {
        /// What. Told to staff only.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<ParkReasonName>, nullable = false)]
        reason: Option<ParkReason>,
    },
    /// There is none any more.
    Dropped,
}

/// A place that was known beforehand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fixed {
    pub(crate) place: Place,
    /// The URL, the number, the address or the words.
    #[schema(examples("We call the number that you give"))]
    pub(crate) value: String,
}

/// What the value of a fixed place is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    Link,
    Phone,
    Address,
    Text,
}

/// Whom it is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Told {
    Visitors,
    Staff,
}

impl Location {
    pub(crate) fn of(location: &MeetingLocation, told: Told) -> Self {
        match location {
            MeetingLocation::Zoom(state) => Self::Zoom(Link::of(state, told)),
            MeetingLocation::Fixed(place) => Fixed::of(place).map_or(Self::Unset, Self::Fixed),
            _ => Self::Unset,
        }
    }
}

impl Link {
    fn of(state: &LinkState, told: Told) -> Self {
        let is_staff = told == Told::Staff;
        match state {
            LinkState::Unmanaged { join_url, .. } if is_staff => {
                Self::Unmanaged { join_url: join_url.as_str().to_owned() }
            }
            LinkState::Ready { join_url, .. } | LinkState::Unmanaged { join_url, .. } => {
                Self::Ready { join_url: join_url.as_str().to_owned() }
            }
            LinkState::Pending => Self::Pending,
            LinkState::Deferred { until, .. } => Self::Deferred { until: Instant(*until) },
            LinkState::AwaitingConfirmation => Self::AwaitingConfirmation,
            LinkState::Parked { reason, .. } => {
                Self::Parked { reason: is_staff.then_some(*reason) }
            }
            _ => Self::Dropped,
        }
    }
}

impl Fixed {
    fn of(place: &FixedLocation) -> Option<Self> {
        let (place, value) = match place {
            FixedLocation::Link(link) => (Place::Link, link.as_str().to_owned()),
            FixedLocation::Phone(phone) => (Place::Phone, phone.to_string()),
            FixedLocation::Address(address) => (Place::Address, address.to_string()),
            FixedLocation::Text(text) => (Place::Text, text.to_string()),
            _ => return None,
        };
        Some(Self { place, value })
    }
}
