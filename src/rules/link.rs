//! Links as desired state: what is wanted of a Zoom meeting, what is known of it, what to do next.
//!
//! The row of a link is also its work list: whatever changes what is wanted writes it in its own
//! commit, and the worker brings Zoom to it. Pure: nothing here calls anybody.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::slot::SlotKey;
use crate::bugs::bug;
use crate::words::{AppointmentId, JoinUrl, LinkId, MeetingId, Topic, ZoomAccountId, instant};

/// Our record of one Zoom meeting for one slot (R10).
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) slot: SlotKey,
    /// The confirmed appointments that meet there. With the last one the link is dropped (R13).
    pub(crate) used_by: BTreeSet<AppointmentId>,
    /// What Zoom shall show (R12). Nothing once it is dropped: titles are personal.
    topic: Option<Topic>,
    wanted: Wanted,
    meeting: ZoomMeeting,
    /// A call that was sent and whose outcome is not known yet.
    sending: Option<Sending>,
    hold: Hold,
    attempts: u32,
    /// Links that this one replaces: they are deleted once it is made, or given up (R14).
    replaces: BTreeSet<LinkId>,
    /// Zoom accounts on which meetings of it may be that are not known here.
    looks: BTreeMap<ZoomAccountId, Look>,
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
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ZoomMeeting {
    NotMade,
    /// A person deleted it in Zoom; it is to be made anew (R13).
    Lost,
    Made {
        zoom: ZoomAccountId,
        id: MeetingId,
        join_url: JoinUrl,
        /// What Zoom shows. `None`: it does not matter any more, or is not to be known here.
        topic: Option<Topic>,
    },
    Gone,
}

/// A call that is out.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    pub(crate) call: Call,
    /// Names the call: no other one's answer counts.
    pub(crate) attempt: Uuid,
    /// On which Zoom account. `None`: whichever is connected, since it was not written down once.
    pub(crate) zoom: Option<ZoomAccountId>,
    pub(crate) since: DateTime<Utc>,
    /// When Zoom is asked what became of it, if no answer came: not before it can have no effect any
    /// more that it had not.
    pub(crate) look_at: DateTime<Utc>,
}

/// A mutating call of Zoom: each counts against the 100 of the day (R16).
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Call {
    Create { topic: Topic },
    Rename { meeting: MeetingId, topic: Topic },
    Delete { meeting: MeetingId },
}

/// Why nothing is done about a link right now, though something may be wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hold {
    /// Nothing holds it from then on.
    Until(#[serde(serialize_with = "instant::serialize")] DateTime<Utc>),
    /// The quota of the day is used up (R16).
    Deferred(DateTime<Utc>),
    /// Somebody has to do something first. Since when.
    Parked(ParkReason, DateTime<Utc>),
    /// The slot is over.
    Over,
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
    /// The staff gave it up.
    Abandoned,
}

/// What is to be done about a link now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Call(Call),
    /// Looks at the meetings that Zoom has. A read: it costs no request of the day.
    Look(Where),
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

/// So many links may wait for one: its row stays below its bound.
const MOST_REPLACED: usize = 400;
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
            topic: Some(topic),
            wanted: Wanted::Present,
            meeting: ZoomMeeting::NotMade,
            sending: None,
            hold: Hold::Until(now),
            attempts: 0,
            replaces: BTreeSet::new(),
            looks: BTreeMap::new(),
            events: 0,
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
    const fn is_given_up(&self) -> bool {
        let no_hope = matches!(
            self.hold,
            Hold::Over
                | Hold::Parked(
                    ParkReason::Quota | ParkReason::RefusedByZoom | ParkReason::Abandoned,
                    _
                )
        );
        no_hope && !self.is_made()
    }

    /// Whether nobody will ever look at it again by themselves.
    #[cfg(feature = "testkit")]
    pub(crate) fn is_idle(&self) -> bool {
        let at_rest = self.missing().is_none() && self.sending.is_none() && self.looks.is_empty();
        at_rest || self.hold == Hold::Over
    }

    /// The links that wait until this one is made.
    #[cfg(feature = "testkit")]
    pub(crate) const fn replaced(&self) -> &BTreeSet<LinkId> {
        &self.replaces
    }

    /// Whether the owner has to connect before anything goes on.
    pub(crate) const fn waits_for_connection(&self) -> bool {
        matches!(self.hold, Hold::Parked(ParkReason::NotConnected | ParkReason::NeedsReconnect, _))
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
        let is_used = !self.used_by.is_empty() && !bug!(DroppedWhileUsed);
        if is_used || self.is_dropped() {
            return false;
        }
        match replacement {
            Some(new) if new.can_be_waited_for(self.replaces.len()) => self.hand_over(new),
            _ => self.wanted = Wanted::Absent,
        }
        self.forget_topic();
        self.changed(now);
        true
    }

    /// Whether it is worth waiting for: not made yet, and its row can hold so many more and one.
    fn can_be_waited_for(&self, more: usize) -> bool {
        let has_room = self.replaces.len().saturating_add(more) < MOST_REPLACED;
        !self.is_made() && !self.is_given_up() && has_room
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
            self.changed(now);
        }
    }

    /// Some of the links that this one replaced, to be released; the rest stays for the next step.
    pub(crate) fn take_replaced(&mut self, most: usize) -> Vec<LinkId> {
        let taken: Vec<LinkId> = self.replaces.iter().copied().take(most).collect();
        self.replaces.retain(|id| !taken.contains(id));
        taken
    }

    /// Whether it can go on by a connection to this Zoom account: a meeting stays where it is.
    pub(crate) fn can_go_on_with(&self, connected: &ZoomAccountId) -> bool {
        let waits = self.waits_for_connection() && self.zoom().is_none_or(|zoom| zoom == connected);
        waits || self.looks.get(connected).is_some_and(Look::waits)
    }

    /// The owner has connected a Zoom account: what waited for it may go on.
    pub(crate) fn wake(&mut self, connected: &ZoomAccountId, now: DateTime<Utc>) {
        if self.waits_for_connection() && self.zoom().is_none_or(|zoom| zoom == connected) {
            self.hold = Hold::Until(now);
            self.attempts = 0;
        }
        if let Some(look) = self.looks.get_mut(connected).filter(|look| look.waits()) {
            look.at = Some(now);
        }
    }

    /// How it is seen by a confirmed appointment. `connected` is the Zoom account that the owner
    /// has connected now.
    pub(crate) fn state(&self, connected: Option<&ZoomAccountId>) -> LinkState {
        match (&self.meeting, self.hold) {
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
            (_, Hold::Deferred(until)) => LinkState::Deferred { until },
            (_, Hold::Parked(reason, _)) => LinkState::Parked { reason },
            (_, Hold::Until(_) | Hold::Over) => LinkState::Pending,
        }
    }
}

mod calls;
mod look;
mod older;
#[cfg(feature = "testkit")]
mod seen;
mod staff;
mod topic;
mod work;

use look::Look;
pub(crate) use look::{Found, Learned, Own, Sighting, Where};
pub(crate) use older::{Link1, Link2};

#[cfg(test)]
mod tests;
