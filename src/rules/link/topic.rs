//! What Zoom shows as the name of a meeting (R12), and when nobody is to know it any more.

use chrono::{DateTime, Utc};

use super::{Link, ZoomMeeting};
use crate::words::Topic;

impl Link {
    /// What Zoom shall show, unless it was dropped.
    pub(crate) const fn topic(&self) -> Option<&Topic> {
        self.topic.as_ref()
    }

    /// Zoom shall show another topic. The link itself stays (R12).
    pub(crate) fn rename(&mut self, topic: Topic, now: DateTime<Utc>) {
        if !self.is_dropped() && self.topic.as_ref() != Some(&topic) {
            self.topic = Some(topic);
            self.changed(now);
        }
    }

    /// What it was called is not to be known any more; Zoom shall show something else instead.
    ///
    /// A call that is out keeps the old topic until it is answered.
    pub(crate) fn erase_topic(&mut self, instead: Topic, now: DateTime<Utc>) {
        self.rename(instead, now);
        if let ZoomMeeting::Made { topic, .. } = &mut self.meeting
            && *topic != self.topic
        {
            *topic = None;
        }
    }

    /// It is dropped: nobody is shown it any more, and titles are personal.
    pub(super) fn forget_topic(&mut self) {
        self.topic = None;
        if let ZoomMeeting::Made { topic, .. } = &mut self.meeting {
            *topic = None;
        }
    }

    /// Zoom shows this now.
    pub(super) fn renamed(&mut self, shown: Topic) {
        let shown = Some(shown).filter(|_| !self.is_dropped());
        if let ZoomMeeting::Made { topic, .. } = &mut self.meeting {
            *topic = shown;
        }
    }
}
