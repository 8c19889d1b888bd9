//! Meetings that are deleted, and restored.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Meetings, Stored, later, outlines, show};
use crate::testkit::SimulatedMeeting;
use crate::words::MeetingId;

/// How long a deleted meeting can be restored.
const RESTORABLE: TimeDelta = TimeDelta::days(7);

pub(in crate::testkit::zoom) const DELETED: &str = "meeting.deleted";
pub(in crate::testkit::zoom) const RECOVERED: &str = "meeting.recovered";

fn is_restorable((since, _): &(DateTime<Utc>, Stored), now: DateTime<Utc>) -> bool {
    now < later(*since, RESTORABLE)
}

/// A meeting was deleted or restored.
#[derive(Clone, Debug)]
pub(in crate::testkit::zoom) struct Changed {
    event: &'static str,
    meeting: Stored,
}

impl Changed {
    pub(in crate::testkit::zoom) const fn event(&self) -> &'static str {
        self.event
    }

    /// As a webhook shows it: without agenda, so that nobody sees whose it is.
    pub(in crate::testkit::zoom) fn object(&self) -> Value {
        let mut object = show::listed(&self.meeting);
        if let Value::Object(fields) = &mut object {
            fields.retain(|name, _| !matches!(name.as_str(), "agenda" | "join_url" | "created_at"));
            fields.insert("occurrences".to_owned(), json!([]));
        }
        object
    }
}

impl Meetings {
    pub(in crate::testkit::zoom) fn remove(&mut self, id: MeetingId, now: DateTime<Utc>) -> bool {
        let Some(meeting) = self.live.remove(&id) else { return false };
        self.trash.insert(id, (now, meeting.clone()));
        self.changes.push(Changed { event: DELETED, meeting });
        true
    }

    pub(in crate::testkit::zoom) fn restore(&mut self, id: MeetingId, now: DateTime<Utc>) -> bool {
        if !self.trash.get(&id).is_some_and(|deleted| is_restorable(deleted, now)) {
            return false;
        }
        let Some((_, meeting)) = self.trash.remove(&id) else { return false };
        self.live.insert(id, meeting.clone());
        self.changes.push(Changed { event: RECOVERED, meeting });
        true
    }

    pub(in crate::testkit::zoom) fn deleted(&self, now: DateTime<Utc>) -> Vec<SimulatedMeeting> {
        let deleted = self.trash.values().filter(|deleted| is_restorable(deleted, now));
        outlines(deleted.map(|(_, meeting)| meeting))
    }

    /// As if a meeting that is or was there had been changed so.
    pub(in crate::testkit::zoom) fn telling(
        &self,
        id: MeetingId,
        event: &'static str,
    ) -> Option<Changed> {
        let deleted = self.trash.get(&id).map(|(_, meeting)| meeting);
        let meeting = self.live.get(&id).or(deleted)?.clone();
        Some(Changed { event, meeting })
    }

    pub(in crate::testkit::zoom) fn take_changes(&mut self) -> Vec<Changed> {
        std::mem::take(&mut self.changes)
    }
}
