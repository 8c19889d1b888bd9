//! Answers as scenarios write them.

use serde_json::{Map, Value, json};

use super::moment::text;
use crate::rules::{LinkState, ParkReason};
use crate::testkit::SimulatedZoom;
use crate::words::{FixedLocation, Occupant, Person, UserId, ZoomAccountId};
use crate::{
    Appointment, ConnectionState, Error, Explanation, MeetingLocation, Slot, Slots, ZoomConnection,
};

/// An appointment as everybody sees it.
pub(super) fn appointment(seen: &Appointment) -> Value {
    let on_zoom = matches!(seen.location, MeetingLocation::Zoom(_));
    let participants = seen.participants.iter();
    json!({
        "id": seen.id.to_string(),
        "calendar": seen.calendar.as_str(),
        "status": seen.status.to_string(),
        "start": text(seen.interval.start()),
        "end": text(seen.interval.end()),
        "title": seen.title.as_str(),
        "hosts": users(&seen.hosts),
        "location": location(&seen.location),
        "participants": participants.map(|one| participant(one, on_zoom)).collect::<Vec<_>>(),
    })
}

fn participant(one: &Person, on_zoom: bool) -> Value {
    let mut shown = Map::new();
    let name = one.known().map(|known| known.name.as_str());
    shown.insert("name".into(), name.into());
    if let Some(email) = one.known().and_then(|known| known.email.as_ref()) {
        shown.insert("email".into(), email.as_str().into());
    }
    if on_zoom {
        shown.insert("state".into(), "shared".into());
    }
    shown.into()
}

fn location(location: &MeetingLocation) -> Value {
    match location {
        MeetingLocation::Zoom(state) => zoom(state),
        MeetingLocation::Fixed(FixedLocation::Link(link)) => {
            json!({"kind": "link", "join_url": link.url().as_str()})
        }
        MeetingLocation::Fixed(FixedLocation::Phone(phone)) => {
            json!({"kind": "phone", "text": phone.as_str()})
        }
        MeetingLocation::Fixed(FixedLocation::Address(address)) => {
            json!({"kind": "address", "text": address.as_str()})
        }
        MeetingLocation::Fixed(FixedLocation::Text(text)) => {
            json!({"kind": "text", "text": text.as_str()})
        }
        MeetingLocation::Unset => json!({"kind": "none"}),
    }
}

fn zoom(state: &LinkState) -> Value {
    let (name, field, value) = match state {
        LinkState::AwaitingConfirmation => ("awaiting_confirmation", "", String::new()),
        LinkState::Ready { join_url } => ("ready", "join_url", join_url.url().to_string()),
        LinkState::Pending => ("pending", "", String::new()),
        LinkState::Deferred { until } => ("deferred", "until", text(*until)),
        LinkState::Unmanaged { join_url } => ("unmanaged", "join_url", join_url.url().to_string()),
        LinkState::Parked { reason } => ("parked", "reason", reason_name(*reason).to_owned()),
        LinkState::Dropped => ("dropped", "", String::new()),
    };
    let mut shown = Map::new();
    shown.insert("kind".into(), "zoom".into());
    shown.insert("state".into(), name.into());
    if !field.is_empty() {
        shown.insert(field.into(), value.into());
    }
    shown.into()
}

const fn reason_name(reason: ParkReason) -> &'static str {
    match reason {
        ParkReason::Quota => "quota",
        ParkReason::NotConnected => "not_connected",
        ParkReason::NeedsReconnect => "needs_reconnect",
        ParkReason::RefusedByZoom => "refused_by_zoom",
        ParkReason::Abandoned => "abandoned",
    }
}

/// How a connection to Zoom is doing.
pub(super) fn connection(found: &ZoomConnection) -> Value {
    let (state, zoom, left) = match &found.state {
        ConnectionState::None => ("none", None, None),
        ConnectionState::Connected { zoom, requests_left_today, .. } => {
            ("connected", Some(zoom), Some(*requests_left_today))
        }
        ConnectionState::NeedsReconnect { zoom, .. } => ("needs_reconnect", Some(zoom), None),
    };
    json!({
        "state": state,
        "zoom": zoom.map(ZoomAccountId::as_str),
        "requests_left_today": left,
        "links_waiting": found.links_waiting,
        "parked": found.parked,
    })
}

/// Bookable slots.
pub(super) fn slots(slots: &Slots) -> Value {
    let slot = |slot: Slot<'_>| {
        json!({
            "start": text(slot.interval().start()),
            "end": text(slot.interval().end()),
            "hosts": slot.hosts().map(UserId::as_str).collect::<Vec<_>>(),
            "seats_left": slot.seats_left(),
        })
    };
    json!({"slots": slots.iter().map(slot).collect::<Vec<_>>()})
}

/// Why a slot can or cannot be booked.
pub(super) fn explanation(told: &Explanation) -> Value {
    let hosts = told.hosts.iter().map(|one| {
        let id = match &one.host {
            Occupant::Calendar(calendar) => calendar.calendar().to_string(),
            host => host.user().map(ToString::to_string).unwrap_or_default(),
        };
        let reasons = one.reasons.iter().map(ToString::to_string).collect::<Vec<_>>();
        (id, if reasons.is_empty() { json!(["free"]) } else { json!(reasons) })
    });
    json!({"bookable": told.bookable, "hosts": hosts.collect::<Map<_, _>>()})
}

fn users(users: &[UserId]) -> Value {
    users.iter().map(UserId::as_str).collect()
}

/// What the simulated Zoom sees.
pub(super) fn zoom_state(zoom: &SimulatedZoom) -> Value {
    let meetings = zoom.meetings();
    let meetings = meetings.iter().map(|meeting| {
        json!({
            "zoom": meeting.zoom.as_str(),
            "start": text(meeting.start),
            "topic": meeting.topic,
            "join_url": meeting.join_url,
        })
    });
    let requests = zoom.requests_today();
    let requests = requests.iter().map(|(zoom, used)| (zoom.to_string(), Value::from(*used)));
    json!({
        "meetings": meetings.collect::<Vec<_>>(),
        "requests_today": requests.collect::<Map<_, _>>(),
        "registrants": [],
    })
}

/// An error, by its kind.
pub(super) fn error(error: &Error) -> Value {
    json!({"kind": error.kind(), "message": error.to_string()})
}
