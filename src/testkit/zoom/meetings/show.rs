//! How a meeting is shown: whole, in a list, to a test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::super::SimulatedMeeting;
use super::super::world::email;
use super::Stored;
use crate::words::MeetingId;

/// The most characters of an agenda that a list shows.
const LISTED_AGENDA_CHARS: usize = 250;

/// Answer to a create and to a read.
pub(super) fn whole(meeting: &Stored) -> Value {
    let passcode = passcode(meeting.id);
    let numeric = format!("{:06}", passcode % 1_000_000);
    json!({
        "uuid": uuid(meeting.id),
        "id": meeting.id.number(),
        "host_id": meeting.zoom.as_str(),
        "host_email": email(&meeting.zoom),
        "topic": meeting.topic,
        "type": 2,
        "status": "waiting",
        "start_time": time(meeting.start),
        "duration": meeting.minutes,
        "timezone": "UTC",
        "agenda": meeting.agenda,
        "created_at": time(meeting.created),
        "start_url": format!("https://zoom.example/s/{}?zak=simulated", meeting.id),
        "join_url": join_url(meeting.id),
        "password": numeric,
        "h323_password": numeric,
        "pstn_password": numeric,
        "encrypted_password": format!("{passcode:016x}"),
        "pre_schedule": false,
        "settings": {"use_pmi": false, "approval_type": 2, "email_notification": false},
        "creation_source": "open_api",
    })
}

/// An item of a list.
pub(super) fn listed(meeting: &Stored) -> Value {
    let agenda: String = meeting.agenda.chars().take(LISTED_AGENDA_CHARS).collect();
    json!({
        "uuid": uuid(meeting.id),
        "id": meeting.id.number(),
        "host_id": meeting.zoom.as_str(),
        "topic": meeting.topic,
        "type": 2,
        "start_time": time(meeting.start),
        "duration": meeting.minutes,
        "timezone": "UTC",
        "agenda": agenda,
        "created_at": time(meeting.created),
        "join_url": join_url(meeting.id),
    })
}

pub(super) fn outline(meeting: &Stored) -> SimulatedMeeting {
    SimulatedMeeting {
        zoom: meeting.zoom.clone(),
        id: meeting.id,
        start: meeting.start,
        topic: meeting.topic.clone(),
        join_url: join_url(meeting.id),
        agenda: meeting.agenda.clone(),
    }
}

fn join_url(id: MeetingId) -> String {
    format!("https://zoom.example/j/{id}?pwd={:016x}", passcode(id))
}

fn uuid(id: MeetingId) -> String {
    STANDARD.encode(u128::from(passcode(id)).to_be_bytes())
}

/// Looks random, and is the same in every run.
const fn passcode(id: MeetingId) -> u64 {
    let z = id.number().unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z ^ (z >> 29)
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
