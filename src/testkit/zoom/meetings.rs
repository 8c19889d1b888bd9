//! The meetings of the simulated Zoom.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::SimulatedMeeting;
use super::answer::Answer;
use super::fields::Fields;
use super::request::Asked;
use crate::words::{Interval, MeetingId, ZoomAccountId};

mod changed;
mod list;
mod show;

pub(super) use changed::{Changed, DELETED, RECOVERED};

/// What Zoom takes if a create says nothing.
const DEFAULT_TOPIC: &str = "Zoom Meeting";
const DEFAULT_MINUTES: i64 = 60;
/// A meeting expires 30 days after the time it was planned for.
const LIFETIME: TimeDelta = TimeDelta::days(30);

#[derive(Debug, Default)]
pub(super) struct Meetings {
    made: i64,
    live: BTreeMap<MeetingId, Stored>,
    /// Deleted, and since when: they can be restored for some days.
    trash: BTreeMap<MeetingId, (DateTime<Utc>, Stored)>,
    /// What Zoom has not told of yet.
    changes: Vec<Changed>,
    pages: list::Pages,
}

#[derive(Clone, Debug)]
struct Stored {
    zoom: ZoomAccountId,
    id: MeetingId,
    topic: String,
    agenda: String,
    start: DateTime<Utc>,
    minutes: i64,
    created: DateTime<Utc>,
}

impl Stored {
    fn end(&self) -> DateTime<Utc> {
        later(self.start, TimeDelta::minutes(self.minutes))
    }

    fn has_expired(&self, now: DateTime<Utc>) -> bool {
        later(self.start, LIFETIME) < now
    }
}

pub(super) fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Meetings {
    pub(super) fn create(
        &mut self,
        zoom: &ZoomAccountId,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        let fields = match Fields::read(asked.body) {
            Ok(fields) => fields,
            Err(refusal) => return *refusal,
        };
        let now = now.trunc_subsecs(0);
        let meeting = self.store(Stored {
            zoom: zoom.clone(),
            id: MeetingId::new(0),
            topic: fields.topic.unwrap_or_else(|| DEFAULT_TOPIC.to_owned()),
            agenda: fields.agenda.unwrap_or_default(),
            // Zoom does not refuse a time that is past: it means now, and says nothing.
            start: fields.start.map_or(now, |start| start.max(now)),
            minutes: fields.minutes.unwrap_or(DEFAULT_MINUTES),
            created: now,
        });
        Answer::created(show::whole(&meeting))
    }

    pub(super) fn get(
        &self,
        zoom: &ZoomAccountId,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        self.own(zoom, asked, now).map_or_else(
            || Answer::no_such_meeting(asked.meeting),
            |meeting| Answer::ok(show::whole(meeting)),
        )
    }

    pub(super) fn update(
        &mut self,
        zoom: &ZoomAccountId,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        let Some(mut meeting) = self.own(zoom, asked, now).cloned() else {
            return Answer::no_such_meeting(asked.meeting);
        };
        let fields = match Fields::read(asked.body) {
            Ok(fields) => fields,
            Err(refusal) => return *refusal,
        };
        meeting.topic = fields.topic.unwrap_or(meeting.topic);
        meeting.agenda = fields.agenda.unwrap_or(meeting.agenda);
        meeting.minutes = fields.minutes.unwrap_or(meeting.minutes);
        // A time that is past is passed over, and the answer is 204 all the same.
        meeting.start = fields.start.filter(|start| *start >= now).unwrap_or(meeting.start);
        self.live.insert(meeting.id, meeting);
        Answer::no_content()
    }

    pub(super) fn delete(
        &mut self,
        zoom: &ZoomAccountId,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        let Some(id) = self.own(zoom, asked, now).map(|meeting| meeting.id) else {
            return Answer::no_such_meeting(asked.meeting);
        };
        self.remove(id, now);
        Answer::no_content()
    }

    pub(super) fn list(
        &mut self,
        zoom: &ZoomAccountId,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        self.pages.list(&self.live, zoom, asked, now)
    }

    /// By hand, in Zoom's own pages.
    pub(super) fn make(
        &mut self,
        zoom: &ZoomAccountId,
        topic: &str,
        interval: Interval,
        now: DateTime<Utc>,
    ) -> MeetingId {
        let meeting = self.store(Stored {
            zoom: zoom.clone(),
            id: MeetingId::new(0),
            topic: topic.to_owned(),
            agenda: String::new(),
            start: interval.start(),
            minutes: interval.length().num_minutes(),
            created: now.trunc_subsecs(0),
        });
        meeting.id
    }

    /// By hand, in Zoom's own pages.
    pub(super) fn edit(
        &mut self,
        id: MeetingId,
        topic: Option<&str>,
        agenda: Option<&str>,
    ) -> bool {
        let Some(meeting) = self.live.get_mut(&id) else { return false };
        if let Some(topic) = topic {
            topic.clone_into(&mut meeting.topic);
        }
        if let Some(agenda) = agenda {
            agenda.clone_into(&mut meeting.agenda);
        }
        true
    }

    /// Gone for good, as after its time.
    pub(super) fn expire(&mut self, id: Option<MeetingId>) {
        if let Some(id) = id {
            self.live.remove(&id);
        }
    }

    pub(super) fn all(&self) -> Vec<SimulatedMeeting> {
        outlines(self.live.values())
    }

    /// A stranger's meeting looks to a user as if it were not there, and so does an expired one.
    fn own(&self, zoom: &ZoomAccountId, asked: &Asked<'_>, now: DateTime<Utc>) -> Option<&Stored> {
        let meeting = self.live.get(&asked.meeting?)?;
        (meeting.zoom == *zoom && !meeting.has_expired(now)).then_some(meeting)
    }

    /// Gives the meeting its number.
    fn store(&mut self, mut meeting: Stored) -> Stored {
        self.made = self.made.saturating_add(1);
        meeting.id = MeetingId::new(scattered(self.made));
        self.live.insert(meeting.id, meeting.clone());
        meeting
    }
}

fn outlines<'a>(meetings: impl Iterator<Item = &'a Stored>) -> Vec<SimulatedMeeting> {
    let mut all: Vec<_> = meetings.map(show::outline).collect();
    all.sort_by(|a, b| (&a.zoom, a.start, a.id).cmp(&(&b.zoom, b.start, b.id)));
    all
}

/// Eleven digits that do not grow with time, as at Zoom: nobody may take the lowest number for
/// the oldest meeting. A prime step through a prime range repeats none.
const fn scattered(made: i64) -> i64 {
    const FIRST: i64 = 80_000_000_000;
    const RANGE: i64 = 9_999_999_967;
    const STEP: i64 = 7_368_787;
    FIRST + made.wrapping_mul(STEP).rem_euclid(RANGE)
}
