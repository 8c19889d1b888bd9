//! What the simulator sees of a link.

use chrono::{DateTime, Utc};

use super::{Call, Hold, Link, Look, ParkReason, ZoomMeeting};
use crate::words::{JoinUrl, ZoomAccountId};

impl Link {
    /// The call that is durable as being sent, and since when.
    pub(crate) fn outgoing(&self) -> Option<(&Call, DateTime<Utc>)> {
        self.sending.as_ref().map(|sending| (&sending.call, sending.since))
    }

    /// Meetings of it may be on a Zoom account that nobody can look at now.
    pub(crate) fn waits_to_look_on(&self, zoom: &ZoomAccountId) -> bool {
        self.looks.get(zoom).is_some_and(Look::waits)
    }

    /// What it may have made is still looked for.
    pub(crate) fn is_looked_for(&self) -> bool {
        !self.looks.is_empty()
    }

    /// A call is out that deletes a meeting that is too many.
    pub(crate) fn deletes_surplus(&self) -> bool {
        self.sending.as_ref().is_some_and(|sending| self.is_surplus(&sending.call))
    }

    /// A person deleted its meeting.
    pub(crate) fn is_lost(&self) -> bool {
        self.meeting == ZoomMeeting::Lost
    }

    /// Where one joins, if it is made.
    pub(crate) const fn join_url(&self) -> Option<&JoinUrl> {
        match &self.meeting {
            ZoomMeeting::Made { join_url, .. } => Some(join_url),
            _ => None,
        }
    }

    /// It waits for the reset of the quota.
    pub(crate) fn is_deferred(&self) -> bool {
        matches!(self.hold, Hold::Deferred(_)) && self.missing().is_some()
    }

    /// Why it stands still, if it does.
    pub(crate) const fn parked_for(&self) -> Option<ParkReason> {
        match self.hold {
            Hold::Parked(reason, _) => Some(reason),
            _ => None,
        }
    }
}
