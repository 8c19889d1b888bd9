//! What is told to readers of events and to people.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Record;
use crate::services::messages::{MessageKind, UserMessageKind};
use crate::services::retention::Retention;
use crate::words::{AppointmentId, LinkId, ZoomAccountId, instant};

/// Something happened (R28).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventRow {
    pub(crate) kind: EventKind,
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) at: DateTime<Utc>,
    /// The appointments it concerns.
    pub(crate) appointments: BTreeSet<AppointmentId>,
    pub(crate) link: Option<LinkId>,
}

impl Record for EventRow {
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        Some(self.at + kept.history)
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventKind {
    AppointmentBooked,
    AppointmentConfirmed,
    AppointmentEdited,
    AppointmentRescheduled,
    AppointmentCancelled,
    AppointmentDeleted,
    AppointmentMarked,
    LinkReady,
    LinkDropped,
    LinkDeferred,
    LinkParked,
}

/// Somebody is to be told (R23). Rendered when it is sent, from what is true then.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageRow {
    pub(crate) kind: MessageKind,
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) at: DateTime<Utc>,
    pub(crate) appointments: BTreeSet<AppointmentId>,
}

impl Record for MessageRow {
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        Some(self.at + kept.history)
    }
}

/// A user is to be told of their connection to Zoom, whatever accounts they belong to (R4, R23).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserMessageRow {
    pub(crate) kind: UserMessageKind,
    #[serde(serialize_with = "instant::serialize")]
    pub(crate) at: DateTime<Utc>,
    pub(crate) zoom: ZoomAccountId,
}

impl Record for UserMessageRow {
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        Some(self.at + kept.history)
    }
}
