//! Calls that are sent for a link, and what their answers mean for it.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::work::Missing;
use super::{Call, CallResult, Hold, Link, LinkNews, ParkReason, Sending, ZoomMeeting};
use crate::bugs::bug;
use crate::rules::retry::Spread;
use crate::words::{MeetingId, ZoomAccountId};

/// A deletion that Zoom refused is tried again so much later, until the slot is over.
const REFUSED: TimeDelta = TimeDelta::hours(1);

impl Link {
    /// A call is about to be sent. Durable before it is: a crash leaves a trace.
    pub(crate) fn begin(&mut self, sending: Sending) {
        if !self.is_surplus(&sending.call) {
            self.hold = Hold::Until(sending.since);
        }
        self.sending = Some(sending);
        self.attempts = self.attempts.saturating_add(1);
    }

    /// The name of the call that is out.
    pub(crate) fn attempt(&self) -> Option<Uuid> {
        self.sending.as_ref().map(|sending| sending.attempt)
    }

    /// Whether this call is out still: nobody has found out otherwise what became of it.
    pub(crate) fn is_out(&self, attempt: Uuid) -> bool {
        self.attempt() == Some(attempt)
    }

    /// Takes down what became of the call that was sent.
    pub(crate) fn finish(&mut self, result: CallResult, now: DateTime<Utc>) -> LinkNews {
        if result == CallResult::Unknown {
            return LinkNews::None;
        }
        let Some(sent) = self.sending.take() else {
            return LinkNews::None;
        };
        if self.is_surplus(&sent.call) {
            self.finish_surplus(sent.zoom.as_ref(), result, now);
            return LinkNews::None;
        }
        let is_delayed = matches!(result, CallResult::Later(_) | CallResult::Deferred(_));
        if is_delayed && matches!(self.hold, Hold::Parked(ParkReason::Abandoned, _)) {
            return LinkNews::None;
        }
        match (sent.call, result) {
            (_, CallResult::Later(at)) => return self.held(Hold::Until(at), now),
            (_, CallResult::Deferred(until)) => {
                let news = self.defer(until, now);
                self.held(self.hold, now);
                return news;
            }
            // Nobody sees it any more, so nobody would say that it is to be tried again.
            (Call::Delete { .. }, CallResult::Parked(ParkReason::RefusedByZoom)) => {
                return self.held(Hold::Until(now + REFUSED), now);
            }
            (_, CallResult::Parked(reason)) => return self.park(reason, now),
            (Call::Create { .. }, CallResult::Created { .. })
                if self.is_dropped() && bug!(MadeForDroppedForgotten) => {}
            (Call::Create { topic }, CallResult::Created { zoom, id, join_url }) => {
                return self
                    .made(ZoomMeeting::Made { zoom, id, join_url, topic: Some(topic) }, now);
            }
            (Call::Rename { topic, .. }, CallResult::Done) => self.renamed(topic),
            (Call::Rename { .. }, CallResult::NoSuchMeeting) => self.lost(),
            (Call::Delete { .. }, CallResult::Done | CallResult::NoSuchMeeting) => {
                self.meeting = ZoomMeeting::Gone;
            }
            // An answer that does not belong to the call: nothing was learned.
            _ => return self.park(ParkReason::RefusedByZoom, now),
        }
        self.changed(now);
        LinkNews::None
    }

    /// Whether a call deletes a meeting that is too many.
    pub(super) fn is_surplus(&self, call: &Call) -> bool {
        matches!(call, Call::Delete { meeting } if self.meeting_id() != Some(*meeting))
    }

    /// What is too many never holds up what is wanted. Once it is deleted the list is looked at again,
    /// not at once: it may lag.
    fn finish_surplus(
        &mut self,
        zoom: Option<&ZoomAccountId>,
        result: CallResult,
        now: DateTime<Utc>,
    ) {
        let Some(zoom) = zoom else { return };
        match result {
            CallResult::Later(at) | CallResult::Deferred(at) => self.surplus_later(zoom, at),
            CallResult::Parked(ParkReason::NeedsReconnect) => self.cannot_look(zoom, now),
            CallResult::Parked(_) => self.surplus_later(zoom, now + REFUSED),
            _ => self.surplus_later(zoom, self.retry_at(now, Spread::NONE)),
        }
    }

    /// It has a meeting now.
    pub(super) fn made(&mut self, mut meeting: ZoomMeeting, now: DateTime<Utc>) -> LinkNews {
        let again = self.meeting == ZoomMeeting::Lost;
        if let (ZoomMeeting::Made { topic, .. }, true) = (&mut meeting, self.is_dropped()) {
            *topic = None;
        }
        self.meeting = meeting;
        self.changed(now);
        match (self.is_dropped(), again) {
            (true, _) => LinkNews::None,
            (false, true) => LinkNews::Changed,
            (false, false) => LinkNews::Ready,
        }
    }

    /// The meeting is not there any more, though nobody here deleted it.
    pub(super) fn lost(&mut self) {
        self.meeting = if self.is_dropped() { ZoomMeeting::Gone } else { ZoomMeeting::Lost };
    }

    /// The meeting that it has at Zoom.
    pub(crate) const fn meeting_id(&self) -> Option<MeetingId> {
        match &self.meeting {
            ZoomMeeting::Made { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The call has to wait; what needs no call has not.
    pub(super) fn held(&mut self, hold: Hold, now: DateTime<Utc>) -> LinkNews {
        self.hold = hold;
        if self.missing() == Some(Missing::Release) {
            self.changed(now);
        }
        LinkNews::None
    }
}
