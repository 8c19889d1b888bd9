//! Links as desired state: what is wanted of a Zoom meeting, what is known of it, what to do next.
//!
//! The row of a link is also its work list: whatever changes what is wanted writes it in its own
//! commit, and the worker brings Zoom to it. Pure: nothing here calls anybody.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::slot::SlotKey;
use crate::words::{AppointmentId, JoinUrl, LinkId, MeetingId, Topic, ZoomAccountId};

/// Our record of one Zoom meeting for one slot (R10).
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) slot: SlotKey,
    /// The confirmed appointments that meet there. With the last one the link is dropped (R13).
    pub(crate) used_by: BTreeSet<AppointmentId>,
    /// What Zoom shall show (R12).
    topic: Topic,
    wanted: Wanted,
    meeting: ZoomMeeting,
    /// A call that was sent and whose outcome is not known yet.
    sending: Option<Sending>,
    work: Work,
    attempts: u32,
    /// Links that this one replaces: they are deleted once it is made, or given up (R14).
    replaces: BTreeSet<LinkId>,
    pub(crate) events: u32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Present,
    /// For good: a later booking of the slot gets a new link (R13).
    Absent,
    /// For good, but only after the link that replaces it is made (R14).
    AbsentAfterReplacement,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ZoomMeeting {
    NotMade,
    /// A person deleted it in Zoom; it is to be made anew (R13).
    Lost,
    Made {
        zoom: ZoomAccountId,
        id: MeetingId,
        join_url: JoinUrl,
        topic: Topic,
    },
    Gone,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
struct Sending {
    call: Call,
    since: DateTime<Utc>,
}

/// A mutating call of Zoom: each counts against the 100 of the day (R16).
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Call {
    Create { topic: Topic },
    Rename { meeting: MeetingId, topic: Topic },
    Delete { meeting: MeetingId },
}

/// When the worker looks at the link next.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Work {
    /// Not at all: it is as wanted, or a call is out.
    Idle,
    Due(DateTime<Utc>),
    /// The quota of the day is used up (R16).
    Deferred(DateTime<Utc>),
    /// Somebody has to do something first.
    Parked(ParkReason),
}

/// Why work on a link stands still until somebody does something.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ParkReason {
    /// The slot starts before the quota of requests is reset.
    Quota,
    /// The owner has connected no Zoom account, or not the one that the meeting is on.
    NotConnected,
    /// Zoom does not accept the owner's token any more.
    NeedsReconnect,
    /// Zoom said no, and would say so again.
    RefusedByZoom,
}

/// What is to be done about a link now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Call(Call),
    /// Lets the links go that this one has replaced.
    ReleaseReplaced,
    /// Nothing to call for: the slot is over.
    Forget,
}

/// What became of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum CallResult {
    Created {
        zoom: ZoomAccountId,
        id: MeetingId,
        join_url: JoinUrl,
    },
    Done,
    /// The meeting is not there (any more).
    NoSuchMeeting,
    /// Not now: try again then.
    Later(DateTime<Utc>),
    Deferred(DateTime<Utc>),
    Parked(ParkReason),
    /// It may or may not have had its effect.
    Unknown,
}

/// What happened to a link, for events and messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LinkNews {
    Ready,
    /// Ready again, with another address.
    Changed,
    Deferred,
    Parked,
    None,
}

/// How a link is seen by those who use it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LinkState {
    /// The appointment is not confirmed yet (R10).
    AwaitingConfirmation,
    /// Made.
    #[non_exhaustive]
    Ready {
        /// Where one joins.
        join_url: JoinUrl,
    },
    /// On its way.
    Pending,
    /// The day's requests are used up (R16).
    #[non_exhaustive]
    Deferred {
        /// When it is tried again.
        until: DateTime<Utc>,
    },
    /// Made, and good, but the owner has since disconnected the Zoom account (R6).
    #[non_exhaustive]
    Unmanaged {
        /// Where one joins.
        join_url: JoinUrl,
    },
    /// Not made, until somebody does something.
    #[non_exhaustive]
    Parked {
        /// What is missing.
        reason: ParkReason,
    },
    /// Dropped for good (R13).
    Dropped,
}

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(2);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(15);

impl Link {
    /// A link that is wanted by one appointment, and not made yet.
    pub(crate) fn new(
        id: LinkId,
        slot: SlotKey,
        topic: Topic,
        first: AppointmentId,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            slot,
            used_by: BTreeSet::from([first]),
            topic,
            wanted: Wanted::Present,
            meeting: ZoomMeeting::NotMade,
            sending: None,
            work: Work::Due(now),
            attempts: 0,
            replaces: BTreeSet::new(),
            events: 0,
        }
    }

    /// When the worker has to look at it.
    pub(crate) const fn due(&self) -> Option<DateTime<Utc>> {
        match self.work {
            Work::Due(at) | Work::Deferred(at) => Some(at),
            Work::Idle | Work::Parked(_) => None,
        }
    }

    /// Whether it was dropped: then it never comes back (R13).
    pub(crate) fn is_dropped(&self) -> bool {
        self.wanted != Wanted::Present
    }

    /// The Zoom account that the meeting is on, once it is made.
    pub(crate) const fn zoom(&self) -> Option<&ZoomAccountId> {
        match &self.meeting {
            ZoomMeeting::Made { zoom, .. } => Some(zoom),
            _ => None,
        }
    }

    /// Whether it is not made, and will not be by itself: nothing is gained by waiting for it.
    pub(crate) const fn is_given_up(&self) -> bool {
        matches!(self.work, Work::Parked(ParkReason::Quota | ParkReason::RefusedByZoom))
            && !self.is_made()
    }

    /// Whether nobody will ever look at it again by themselves.
    #[cfg(feature = "testkit")]
    pub(crate) const fn is_idle(&self) -> bool {
        matches!(self.work, Work::Idle)
    }

    /// The links that wait until this one is made.
    #[cfg(feature = "testkit")]
    pub(crate) const fn replaced(&self) -> &BTreeSet<LinkId> {
        &self.replaces
    }

    pub(crate) const fn topic(&self) -> &Topic {
        &self.topic
    }

    /// Whether the owner has to connect before anything goes on.
    pub(crate) const fn waits_for_connection(&self) -> bool {
        matches!(self.work, Work::Parked(ParkReason::NotConnected | ParkReason::NeedsReconnect))
    }

    const fn is_made(&self) -> bool {
        matches!(self.meeting, ZoomMeeting::Made { .. })
    }

    /// One appointment less. Without any it is dropped (R13): at once, or after `replacement` is
    /// made (R14). Says whether it was dropped.
    pub(crate) fn leave(
        &mut self,
        appointment: AppointmentId,
        replacement: Option<&mut Self>,
        now: DateTime<Utc>,
    ) -> bool {
        self.used_by.remove(&appointment);
        if !self.used_by.is_empty() || self.is_dropped() {
            return false;
        }
        match replacement {
            Some(new) if !new.is_made() && !new.is_given_up() => self.hand_over(new),
            _ => self.wanted = Wanted::Absent,
        }
        self.plan(now);
        true
    }

    /// What waited for this link now waits for the new one, and so does this link if it may exist.
    fn hand_over(&mut self, new: &mut Self) {
        if !self.is_made() {
            new.replaces.append(&mut self.replaces);
        }
        if self.is_made() || self.sending.is_some() {
            new.replaces.insert(self.id);
            self.wanted = Wanted::AbsentAfterReplacement;
        } else {
            self.wanted = Wanted::Absent;
        }
    }

    /// The link that replaces this one is made, or given up: it may go now.
    pub(crate) fn release(&mut self, now: DateTime<Utc>) {
        if self.wanted == Wanted::AbsentAfterReplacement {
            self.wanted = Wanted::Absent;
            self.plan(now);
        }
    }

    /// Some of the links that this one replaced, to be released; the rest stays for the next step.
    pub(crate) fn take_replaced(&mut self, most: usize, now: DateTime<Utc>) -> Vec<LinkId> {
        let taken: Vec<LinkId> = self.replaces.iter().copied().take(most).collect();
        self.replaces.retain(|id| !taken.contains(id));
        self.plan(now);
        taken
    }

    /// Zoom shall show another topic. The link itself stays (R12).
    pub(crate) fn rename(&mut self, topic: Topic, now: DateTime<Utc>) {
        if topic != self.topic {
            self.topic = topic;
            self.plan(now);
        }
    }

    /// The owner has connected a Zoom account: what waited for it may go on.
    pub(crate) fn wake(&mut self, now: DateTime<Utc>) {
        if self.waits_for_connection() {
            self.work = Work::Idle;
            self.plan(now);
        }
    }

    /// The next step towards what is wanted, unless a call is out.
    pub(crate) fn step(&self, now: DateTime<Utc>) -> Option<Step> {
        if self.sending.is_some() {
            return None;
        }
        let over = now >= self.slot.core.end();
        match (&self.wanted, &self.meeting) {
            (Wanted::Present, ZoomMeeting::NotMade | ZoomMeeting::Lost) if over => {
                Some(Step::Forget)
            }
            (Wanted::Present, ZoomMeeting::NotMade | ZoomMeeting::Lost) => {
                Some(Step::Call(Call::Create { topic: self.topic.clone() }))
            }
            _ if !self.replaces.is_empty() => Some(Step::ReleaseReplaced),
            (Wanted::Present, ZoomMeeting::Made { id, topic, .. }) if *topic != self.topic => {
                let rename = Call::Rename { meeting: *id, topic: self.topic.clone() };
                Some(if over { Step::Forget } else { Step::Call(rename) })
            }
            // A meeting that is over is not worth a request.
            (Wanted::Absent, ZoomMeeting::Made { .. }) if over => Some(Step::Forget),
            (Wanted::Absent, ZoomMeeting::Made { id, .. }) => {
                Some(Step::Call(Call::Delete { meeting: *id }))
            }
            _ => None,
        }
    }

    /// Brings the work list in line with what is wanted.
    fn plan(&mut self, now: DateTime<Utc>) {
        if self.is_dropped() && self.sending.is_none() && !self.is_made() {
            self.meeting = ZoomMeeting::Gone;
        }
        let step = self.step(now);
        let waits = match (self.work, &step) {
            (Work::Parked(ParkReason::RefusedByZoom), Some(Step::Call(Call::Delete { .. }))) => {
                false
            }
            (Work::Deferred(_) | Work::Parked(_), Some(Step::Call(_))) => true,
            _ => false,
        };
        if !waits {
            self.attempts = 0;
            self.work = step.map_or(Work::Idle, |_| Work::Due(now));
        }
    }

    /// Looks again later, without having called Zoom.
    pub(crate) fn look_again(&mut self, at: DateTime<Utc>) {
        self.work = Work::Due(at);
    }

    /// The quota is used up. A link whose slot starts before the reset is parked (R16).
    pub(crate) fn defer(&mut self, until: DateTime<Utc>) -> LinkNews {
        let create = matches!(self.meeting, ZoomMeeting::NotMade | ZoomMeeting::Lost);
        if create && self.slot.core.start() < until {
            return self.park(ParkReason::Quota);
        }
        let known = self.work == Work::Deferred(until);
        self.work = Work::Deferred(until);
        if known || !create { LinkNews::None } else { LinkNews::Deferred }
    }

    /// Work stops until somebody does something.
    pub(crate) fn park(&mut self, reason: ParkReason) -> LinkNews {
        let known = self.work == Work::Parked(reason);
        self.work = Work::Parked(reason);
        if known || self.is_dropped() { LinkNews::None } else { LinkNews::Parked }
    }

    /// The slot is over: nothing more is done for it.
    pub(crate) fn forget(&mut self) {
        self.work = Work::Idle;
        if self.is_dropped() {
            self.meeting = ZoomMeeting::Gone;
        }
    }

    /// A call is about to be sent. Durable before it is: a crash leaves a trace.
    pub(crate) fn begin(&mut self, call: Call, now: DateTime<Utc>) {
        self.sending = Some(Sending { call, since: now });
        self.work = Work::Idle;
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Takes down what became of the call that was sent.
    pub(crate) fn finish(&mut self, result: CallResult, now: DateTime<Utc>) -> LinkNews {
        if result == CallResult::Unknown {
            return LinkNews::None;
        }
        let Some(sent) = self.sending.take() else {
            return LinkNews::None;
        };
        match (sent.call, result) {
            (_, CallResult::Later(at)) => {
                self.work = Work::Due(at);
                return LinkNews::None;
            }
            (_, CallResult::Deferred(until)) => return self.defer(until),
            (_, CallResult::Parked(reason)) => return self.park(reason),
            (Call::Create { topic }, CallResult::Created { zoom, id, join_url }) => {
                let again = self.meeting == ZoomMeeting::Lost;
                self.meeting = ZoomMeeting::Made { zoom, id, join_url, topic };
                self.plan(now);
                let news = if again { LinkNews::Changed } else { LinkNews::Ready };
                return if self.is_dropped() { LinkNews::None } else { news };
            }
            (Call::Rename { topic, .. }, CallResult::Done) => self.renamed(topic),
            (Call::Rename { .. }, CallResult::NoSuchMeeting) => self.meeting = ZoomMeeting::Lost,
            (Call::Delete { .. }, CallResult::Done | CallResult::NoSuchMeeting) => {
                self.meeting = ZoomMeeting::Gone;
            }
            // An answer that does not belong to the call: nothing was learned.
            _ => return self.park(ParkReason::RefusedByZoom),
        }
        self.plan(now);
        LinkNews::None
    }

    fn renamed(&mut self, shown: Topic) {
        if let ZoomMeeting::Made { topic, .. } = &mut self.meeting {
            *topic = shown;
        }
    }

    /// When to try again after a call that had no effect: 2 s, 4 s, … at most 15 minutes.
    pub(crate) fn retry_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let doublings = self.attempts.saturating_sub(1).min(16);
        let wait = FIRST_RETRY.checked_mul(1 << doublings).unwrap_or(LONGEST_RETRY);
        now + wait.min(LONGEST_RETRY)
    }

    /// How it is seen by a confirmed appointment. `connected` is the Zoom account that the owner
    /// has connected now.
    pub(crate) fn state(&self, connected: Option<&ZoomAccountId>) -> LinkState {
        match (&self.meeting, self.work) {
            _ if self.is_dropped() => LinkState::Dropped,
            (ZoomMeeting::Gone, _) => LinkState::Dropped,
            (ZoomMeeting::Made { zoom, join_url, .. }, _) => {
                let join_url = join_url.clone();
                if connected == Some(zoom) {
                    LinkState::Ready { join_url }
                } else {
                    LinkState::Unmanaged { join_url }
                }
            }
            (_, Work::Deferred(until)) => LinkState::Deferred { until },
            (_, Work::Parked(reason)) => LinkState::Parked { reason },
            (_, Work::Idle | Work::Due(_)) => LinkState::Pending,
        }
    }
}

#[cfg(test)]
mod tests;
