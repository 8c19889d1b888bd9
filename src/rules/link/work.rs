//! What is to be done about a link, when, and what holds it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Call, Hold, Link, LinkNews, ParkReason, Step, Wanted, ZoomMeeting};
use crate::bugs::bug;
use crate::rules::retry::{Retry, Spread};
use crate::words::MeetingId;

/// What is missing to what is wanted, whatever the time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Missing {
    Create,
    Rename(MeetingId),
    Delete(MeetingId),
    Release,
}

const RETRY: Retry = Retry { first: TimeDelta::seconds(2), longest: TimeDelta::minutes(15) };

impl Link {
    /// When the worker has to look at it. Follows from what is missing, what holds it, and what is in
    /// doubt.
    pub(crate) fn due(&self) -> Option<DateTime<Utc>> {
        let end = self.slot.core.end();
        // Whatever is in doubt is so no longer than it matters.
        let look = self.is_in_doubt().then(|| self.next_look().map_or(end, |(at, _)| at.min(end)));
        self.work_due().into_iter().chain(look).min()
    }

    pub(super) fn work_due(&self) -> Option<DateTime<Utc>> {
        let holds_others = !self.replaces.is_empty();
        if self.waits_for_answer() {
            return holds_others.then(|| self.slot.core.end());
        }
        let missing = self.missing()?;
        match self.hold {
            Hold::Until(at) | Hold::Deferred(at) => Some(at),
            Hold::Parked(_, since) if missing == Missing::Release => Some(since),
            // Others wait for it: until it is given up, at the latest until its slot is over.
            Hold::Parked(_, since) if holds_others && self.is_given_up() => Some(since),
            Hold::Parked(..) if holds_others => Some(self.slot.core.end()),
            // Then nobody has to connect for it any more.
            Hold::Parked(ParkReason::NotConnected | ParkReason::NeedsReconnect, _) => {
                Some(self.slot.core.end())
            }
            Hold::Parked(..) => None,
            Hold::Over => holds_others.then(|| self.slot.core.end()),
        }
    }

    /// Whether something is missing that waits for the owner to connect, and is worth it: its slot is not
    /// over.
    pub(crate) fn is_stuck(&self, now: DateTime<Utc>) -> bool {
        let unfinished = self.missing().is_some() || self.sending.is_some();
        self.waits_for_connection() && unfinished && now < self.slot.core.end()
    }

    /// A call is out, and its answer still matters.
    const fn waits_for_answer(&self) -> bool {
        self.sending.is_some() && matches!(self.wanted, Wanted::Present)
    }

    pub(super) fn missing(&self) -> Option<Missing> {
        if self.sending.is_some() {
            // While a call is out, only that can be done which needs none.
            let release = self.is_dropped() && !self.replaces.is_empty();
            return release.then_some(Missing::Release);
        }
        match (&self.wanted, &self.meeting) {
            (Wanted::Present, ZoomMeeting::NotMade | ZoomMeeting::Lost) => Some(Missing::Create),
            _ if !self.replaces.is_empty() => Some(Missing::Release),
            (Wanted::Present, ZoomMeeting::Made { id, topic, .. }) if *topic != self.topic => {
                Some(Missing::Rename(*id))
            }
            (Wanted::Absent, ZoomMeeting::Made { id, .. }) => Some(Missing::Delete(*id)),
            _ => None,
        }
    }

    /// Whether its meeting is still to be made, by a request that is not sent yet.
    pub(crate) fn misses_create(&self) -> bool {
        self.missing() == Some(Missing::Create) && !self.is_given_up()
    }

    /// The next step towards what is wanted, unless something holds it.
    pub(crate) fn step(&self, now: DateTime<Utc>) -> Option<Step> {
        if self.releases(now) {
            return Some(Step::ReleaseReplaced);
        }
        if now >= self.slot.core.end() {
            // A meeting that is over is not worth a request.
            let unfinished = self.missing().is_some() || self.is_in_doubt();
            return (unfinished && self.hold != Hold::Over).then_some(Step::Forget);
        }
        if let Some((_, place)) = self.next_look().filter(|(at, _)| *at <= now) {
            return Some(Step::Look(place));
        }
        let call = match self.missing()? {
            Missing::Release => return Some(Step::ReleaseReplaced),
            Missing::Create => Call::Create { topic: self.topic.clone()? },
            Missing::Rename(meeting) => Call::Rename { meeting, topic: self.topic.clone()? },
            Missing::Delete(meeting) => Call::Delete { meeting },
        };
        match self.hold {
            Hold::Until(at) | Hold::Deferred(at) if at <= now => Some(Step::Call(call)),
            _ => None,
        }
    }

    /// Whether others wait for this link, and need not any more: it is made, or given up.
    fn releases(&self, now: DateTime<Utc>) -> bool {
        if self.replaces.is_empty() {
            return false;
        }
        let over = now >= self.slot.core.end();
        if self.waits_for_answer() {
            return over;
        }
        match self.missing() {
            Some(Missing::Release) => true,
            Some(Missing::Create) => over || self.is_given_up(),
            _ => false,
        }
    }

    /// What goes first when there are more calls than the day has requests: by deadline. Links of
    /// slots before the next reset, then dead links of such slots, then the other links by start.
    pub(crate) fn urgency(&self, next_reset: DateTime<Utc>) -> (u8, DateTime<Utc>) {
        let start = self.slot.core.start();
        let soon = start < next_reset;
        let class = match self.missing() {
            Some(Missing::Create) if soon => 0,
            Some(Missing::Delete(_)) if soon => 1,
            Some(Missing::Create) => 2,
            Some(Missing::Rename(_)) => 3,
            Some(Missing::Delete(_)) => 4,
            // These cost no request, and set others free.
            Some(Missing::Release) => 0,
            None if self.sending.is_some() => 0,
            // To see whether something is too many.
            None => 5,
        };
        (class, start)
    }

    /// What is wanted has changed: what held the link may do so no longer.
    pub(super) fn changed(&mut self, now: DateTime<Utc>) {
        if self.is_dropped() && self.sending.is_none() && !self.is_made() {
            self.meeting = ZoomMeeting::Gone;
        }
        let holds_on = match self.hold {
            Hold::Deferred(_) | Hold::Over => true,
            Hold::Parked(ParkReason::Quota, _) => !self.is_made(),
            Hold::Parked(ParkReason::Abandoned, _) => !self.is_made(),
            Hold::Parked(ParkReason::RefusedByZoom, _) | Hold::Until(_) => false,
            Hold::Parked(ParkReason::NotConnected | ParkReason::NeedsReconnect, _) => true,
        };
        if !holds_on || self.missing() == Some(Missing::Release) {
            self.hold = Hold::Until(now);
            self.attempts = 0;
        }
    }

    /// Looks again later, without having called Zoom.
    pub(crate) const fn look_again(&mut self, at: DateTime<Utc>) {
        self.hold = Hold::Until(at);
    }

    /// A step failed on our side: tries again, ever later. What is parked or over stays so.
    pub(crate) fn push_back(&mut self, now: DateTime<Utc>, spread: Spread) {
        self.attempts = self.attempts.saturating_add(1);
        let retry_at = self.retry_at(now, spread);
        match self.next_look().filter(|(at, _)| *at <= now) {
            Some((_, Some(zoom))) => self.look_later(&zoom, retry_at),
            Some((_, None)) => {
                self.sending.iter_mut().for_each(|sending| sending.look_at = retry_at);
            }
            None => {}
        }
        self.hold = match self.hold {
            Hold::Parked(reason, _) => Hold::Parked(reason, retry_at),
            Hold::Until(at) | Hold::Deferred(at) if at <= now => Hold::Until(retry_at),
            later_anyway => later_anyway,
        };
    }

    /// The quota is used up. A link whose slot starts before the reset is parked (R16).
    pub(crate) fn defer(&mut self, until: DateTime<Utc>, now: DateTime<Utc>) -> LinkNews {
        let create = matches!(self.meeting, ZoomMeeting::NotMade | ZoomMeeting::Lost);
        if create && self.slot.core.start() < until {
            return self.park(ParkReason::Quota, now);
        }
        let until = if bug!(DeferredForEver) { DateTime::<Utc>::MAX_UTC } else { until };
        let known = self.hold == Hold::Deferred(until);
        self.hold = Hold::Deferred(until);
        let unseen = known || !create || self.is_dropped();
        if unseen { LinkNews::None } else { LinkNews::Deferred }
    }

    /// Work stops until somebody does something. News only to those who have no link by it.
    pub(crate) fn park(&mut self, reason: ParkReason, now: DateTime<Utc>) -> LinkNews {
        let known = matches!(self.hold, Hold::Parked(before, _) if before == reason);
        self.hold = Hold::Parked(reason, now);
        let unseen = known || self.is_dropped() || self.is_made();
        if unseen { LinkNews::None } else { LinkNews::Parked }
    }

    /// The slot is over: nothing more is done for it.
    pub(crate) fn forget(&mut self) {
        self.hold = Hold::Over;
        self.stop_looking();
        if self.is_dropped() {
            self.meeting = ZoomMeeting::Gone;
        }
    }

    /// When to try again after a call that had no effect: after 2 s, 4 s, … at most 15 minutes.
    pub(crate) fn retry_at(&self, now: DateTime<Utc>, spread: Spread) -> DateTime<Utc> {
        now + RETRY.after(self.attempts.saturating_sub(1), spread)
    }
}
