//! Looking at the meetings that Zoom has: what became of a call whose answer was lost, whether
//! something appeared late, whether a person deleted or restored a meeting.
//!
//! Zoom knows no idempotency key, so a meeting is recognised by the marker that it was made with.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Call, Hold, Link, LinkNews, ParkReason, Sending, ZoomMeeting};
use crate::bugs::bug;
use crate::rules::retry::{Retry, Spread};
use crate::words::{JoinUrl, MeetingId, Topic, ZoomAccountId};

/// A Zoom account on which meetings may be that are not known here.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    /// When it is looked at next. `None`: once the owner has connected it again.
    pub(super) at: Option<DateTime<Utc>>,
    /// When the last create was sent whose outcome was in doubt: what it made may appear late.
    doubted_at: Option<DateTime<Utc>>,
}

impl Look {
    pub(super) const fn waits(&self) -> bool {
        self.at.is_none()
    }
}

/// Where to look: on this Zoom account, or on the one that is connected.
pub(crate) type Where = Option<ZoomAccountId>;

/// A meeting that carries the marker of a link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Found {
    pub(crate) id: MeetingId,
    pub(crate) join_url: JoinUrl,
    /// What Zoom shows as its name.
    pub(crate) topic: String,
}

/// What is known of the meeting that a link had when Zoom was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Own {
    /// It had none there.
    None,
    There {
        id: MeetingId,
        topic: String,
    },
    Gone {
        id: MeetingId,
    },
}

/// What was seen at Zoom.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sighting {
    /// On which Zoom account.
    pub(crate) zoom: ZoomAccountId,
    /// The call that was out when Zoom was asked.
    pub(crate) attempt: Option<Uuid>,
    pub(crate) own: Own,
    /// All meetings with the marker of the link.
    pub(crate) marked: Vec<Found>,
}

/// What a link makes of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Learned {
    pub(crate) news: LinkNews,
    /// A meeting of ours that is too many: it is to be deleted, and then looked at again.
    pub(crate) surplus: Option<MeetingId>,
}

/// So long after a create in doubt its Zoom account is looked at again: it may appear late.
const SWEEPS: [TimeDelta; 2] = [TimeDelta::minutes(10), TimeDelta::hours(1)];
/// A call that comes to nothing again and again, while nobody can tell why, may not use up the day.
const IN_DOUBT: Retry = Retry { first: TimeDelta::seconds(2), longest: TimeDelta::hours(1) };
/// And so long before the slot starts, when invitees look for their link.
const BEFORE_START: TimeDelta = TimeDelta::minutes(10);

impl Link {
    /// When Zoom is to be looked at next, and where.
    pub(super) fn next_look(&self) -> Option<(DateTime<Utc>, Where)> {
        if let Some(Sending { look_at, zoom, .. }) = &self.sending {
            // Before that nothing is certain, whatever else there is to look for.
            return (!self.waits_for_connection()).then(|| (*look_at, zoom.clone()));
        }
        let looks = self.looks.iter();
        looks.filter_map(|(zoom, look)| Some((look.at?, Some(zoom.clone())))).min()
    }

    /// Somebody hints that its meetings there are not what is known here.
    pub(crate) fn suspect(&mut self, zoom: &ZoomAccountId, now: DateTime<Utc>) {
        if now >= self.slot.core.end() {
            return;
        }
        let look = self.looks.entry(zoom.clone());
        let look = look.or_insert(Look { at: None, doubted_at: None });
        look.at = Some(look.at.map_or(now, |at| at.min(now)));
    }

    /// Whether anything waits until the owner connects a Zoom account.
    pub(crate) fn waits_for_owner(&self) -> bool {
        self.waits_for_connection() || self.looks.values().any(Look::waits)
    }

    /// Nobody can look there now: another Zoom account is connected, or none. What was in doubt there
    /// stays so until it is connected again, and what is wanted is done elsewhere.
    pub(crate) fn cannot_look(&mut self, zoom: &ZoomAccountId, now: DateTime<Utc>) {
        if self.is_out_on(zoom) {
            self.is_out_there(zoom);
            self.doubt();
            self.changed(now);
        }
        if let Some(look) = self.looks.get_mut(zoom) {
            look.at = None;
        }
    }

    /// Older versions did not write down where a call went.
    fn is_out_there(&mut self, zoom: &ZoomAccountId) {
        if let Some(sending) = &mut self.sending {
            sending.zoom.get_or_insert_with(|| zoom.clone());
        }
    }

    fn is_out_on(&self, zoom: &ZoomAccountId) -> bool {
        let on = |sending: &Sending| sending.zoom.as_ref().is_none_or(|on| on == zoom);
        self.sending.as_ref().is_some_and(on)
    }

    /// The look came to nothing: again then.
    pub(crate) fn look_later(&mut self, zoom: &ZoomAccountId, at: DateTime<Utc>) {
        if self.is_out_on(zoom)
            && let Some(sending) = &mut self.sending
        {
            sending.look_at = sending.look_at.max(at);
        }
        if let Some(look) = self.looks.get_mut(zoom).filter(|look| !look.waits()) {
            look.at = look.at.max(Some(at));
        }
    }

    /// Counts a look that came to nothing, and says when to look again.
    pub(crate) fn look_failed(&mut self, zoom: &ZoomAccountId, retry_at: DateTime<Utc>) {
        self.attempts = self.attempts.saturating_add(1);
        self.look_later(zoom, retry_at);
    }

    /// Whether somebody waits for what a look says, and nothing else holds the link up.
    pub(crate) fn needs_look(&self) -> bool {
        let is_wanted = !self.is_dropped() && !self.is_made();
        is_wanted && self.sending.is_some() && matches!(self.hold, Hold::Until(_))
    }

    /// Nothing more will be heard of the call that is out. If it was a create, what it made may still
    /// appear.
    fn doubt(&mut self) {
        let Some(Sending { call: Call::Create { .. }, zoom: Some(zoom), since, .. }) =
            self.sending.take()
        else {
            return;
        };
        if let at @ Some(_) = self.next_sweep(since, since).filter(|_| !bug!(NoSweep)) {
            self.looks.insert(zoom, Look { at, doubted_at: Some(since) });
        }
    }

    /// The next time to look for what a create in doubt may have made.
    fn next_sweep(&self, doubted_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (start, end) = (self.slot.core.start(), self.slot.core.end());
        let sweeps =
            SWEEPS.into_iter().map(|after| doubted_at + after).chain([start - BEFORE_START]);
        sweeps.filter(|at| now < *at && *at < end).min()
    }

    /// Takes down what was seen at Zoom, which may be a moment old: nothing is taken for lost unless
    /// Zoom says so, and nothing for never made while a call is out that could make it.
    pub(crate) fn learn(&mut self, seen: Sighting, now: DateTime<Utc>, spread: Spread) -> Learned {
        let Sighting { zoom, attempt, own, mut marked } = seen;
        self.is_out_there(&zoom);
        let before = self.meeting.clone();
        let is_settled = self.is_settled(&zoom, attempt, now);
        if is_settled {
            self.learn_of_call(&own);
        }
        if let Some(sending) = &self.sending {
            let later = sending.look_at;
            self.look_later(&zoom, later);
            return Learned { news: LinkNews::None, surplus: None };
        }
        if matches!(own, Own::Gone { id } if self.meeting_id() == Some(id)) {
            self.lost();
        }
        marked.sort_by_key(|found| found.id);
        let mut news = LinkNews::None;
        if !self.is_made() && !marked.is_empty() {
            news = self.adopt(zoom.clone(), marked.remove(0), now);
        }
        let known = self.meeting_id();
        let mut surplus = marked.iter().map(|found| found.id).filter(|id| Some(*id) != known);
        let surplus = surplus.next().filter(|_| !bug!(SurplusLeft));
        match surplus {
            Some(_) => self.suspect(&zoom, now),
            None => self.looked(&zoom, now),
        }
        if self.meeting != before || (is_settled && self.is_dropped()) {
            self.changed(now);
        } else if is_settled {
            self.had_no_effect(now, spread);
        }
        Learned { news, surplus }
    }

    /// Whether what was seen settles the call that is out: it is the one that was out then, and can have
    /// no effect any more.
    fn is_settled(&self, zoom: &ZoomAccountId, attempt: Option<Uuid>, now: DateTime<Utc>) -> bool {
        let is_same = |sending: &&Sending| Some(sending.attempt) == attempt;
        let settles =
            |sending: &Sending| sending.zoom.as_ref() == Some(zoom) && sending.look_at <= now;
        self.sending.as_ref().filter(is_same).is_some_and(settles)
    }

    /// A call was in doubt, and came to nothing: each try costs a request, so it has to wait.
    fn had_no_effect(&mut self, now: DateTime<Utc>, spread: Spread) {
        let failures = self.attempts.saturating_sub(1);
        match self.hold {
            // It was said that Zoom cannot be looked at; now it could.
            Hold::Parked(ParkReason::RefusedByZoom, _) => self.hold = Hold::Until(now),
            Hold::Until(_) => self.hold = Hold::Until(now + IN_DOUBT.after(failures, spread)),
            _ => {}
        }
    }

    /// The call that was out is settled by what was seen.
    fn learn_of_call(&mut self, own: &Own) {
        let renamed = match (self.sending.as_ref().map(|sending| &sending.call), own) {
            (Some(Call::Rename { topic, .. }), Own::There { topic: shown, .. }) => {
                Some(topic.clone()).filter(|topic| topic.as_str() == shown)
            }
            _ => None,
        };
        self.doubt();
        if let Some(topic) = renamed {
            self.renamed(topic);
        }
    }

    /// A meeting of ours that was found takes the place of the one that is missing.
    fn adopt(&mut self, zoom: ZoomAccountId, found: Found, now: DateTime<Utc>) -> LinkNews {
        let topic = Some(Topic::fit(&found.topic)).filter(|topic| topic.as_str() == found.topic);
        let Found { id, join_url, .. } = found;
        self.made(ZoomMeeting::Made { zoom, id, join_url, topic }, now)
    }

    /// What is too many cannot be deleted now: again then.
    pub(super) fn surplus_later(&mut self, zoom: &ZoomAccountId, at: DateTime<Utc>) {
        if let Some(look) = self.looks.get_mut(zoom).filter(|look| !look.waits()) {
            look.at = Some(at);
        }
    }

    /// All is as it should be there; what was in doubt is looked for once more later.
    fn looked(&mut self, zoom: &ZoomAccountId, now: DateTime<Utc>) {
        let Some(doubted_at) = self.looks.get(zoom).map(|look| look.doubted_at) else { return };
        match doubted_at.and_then(|doubted_at| self.next_sweep(doubted_at, now)) {
            at @ Some(_) => _ = self.looks.insert(zoom.clone(), Look { at, doubted_at }),
            None => _ = self.looks.remove(zoom),
        }
    }

    /// The slot is over: whatever may be at Zoom is worth no look.
    pub(super) fn stop_looking(&mut self) {
        self.sending = None;
        self.looks.clear();
    }

    /// Whether anything may be at Zoom that is not known here, and could still be looked for.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.hold != Hold::Over && (self.sending.is_some() || !self.looks.is_empty())
    }
}
