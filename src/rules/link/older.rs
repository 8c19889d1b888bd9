//! The shapes that links had before.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Hold, Link, Sending, Wanted, ZoomMeeting};
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
    sending: Option<Sending>,
    hold: Hold,
    attempts: u32,
    replaces: BTreeSet<LinkId>,
    events: u32,
}

impl From<Link1> for Link {
    fn from(before: Link1) -> Self {
        let mut link = Self {
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
        };
        if link.is_dropped() {
            link.forget_topic();
        }
        link
    }
}
