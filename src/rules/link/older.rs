//! The shapes that links had before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{Call, Hold, Link, Sending, Wanted, ZoomMeeting};
use crate::rules::slot::SlotKey;
use crate::words::{AppointmentId, LinkId, Topic};

/// A link, when dropped ones kept their topic.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link1 {
    id: LinkId,
    slot: SlotKey,
    used_by: BTreeSet<AppointmentId>,
    topic: Topic,
    wanted: Wanted,
    /// What Zoom showed was always known; else it is the present shape.
    meeting: ZoomMeeting,
    sending: Option<Sending2>,
    hold: Hold,
    attempts: u32,
    replaces: BTreeSet<LinkId>,
    events: u32,
}

impl From<Link1> for Link2 {
    fn from(before: Link1) -> Self {
        Self {
            id: before.id,
            slot: before.slot,
            used_by: before.used_by,
            topic: Some(before.topic),
            wanted: before.wanted,
            meeting: before.meeting,
            sending: before.sending,
            hold: before.hold,
            attempts: before.attempts,
            replaces: before.replaces,
            events: before.events,
        }
    }
}

/// A link, when a call whose outcome was unknown stayed so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link2 {
    id: LinkId,
    slot: SlotKey,
    used_by: BTreeSet<AppointmentId>,
    topic: Option<Topic>,
    wanted: Wanted,
    meeting: ZoomMeeting,
    sending: Option<Sending2>,
    hold: Hold,
    attempts: u32,
    replaces: BTreeSet<LinkId>,
    events: u32,
}

/// A call that is out, when it was not known on which Zoom account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending2 {
    call: Call,
    since: DateTime<Utc>,
}

/// However long such a call took: by then it is settled.
const SETTLED: TimeDelta = TimeDelta::minutes(5);

impl From<Sending2> for Sending {
    fn from(Sending2 { call, since }: Sending2) -> Self {
        Self { call, attempt: Uuid::nil(), zoom: None, since, look_at: since + SETTLED }
    }
}

impl From<Link2> for Link {
    fn from(before: Link2) -> Self {
        let mut link = Self {
            id: before.id,
            slot: before.slot,
            used_by: before.used_by,
            topic: before.topic,
            wanted: before.wanted,
            meeting: before.meeting,
            sending: before.sending.map(Sending::from),
            hold: before.hold,
            attempts: before.attempts,
            replaces: before.replaces,
            looks: BTreeMap::new(),
            events: before.events,
        };
        // The first version kept the topics of dropped links.
        if link.is_dropped() {
            link.forget_topic();
        }
        link
    }
}
