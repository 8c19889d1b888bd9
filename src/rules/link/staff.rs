//! What the staff can do about a link that stands still: have it tried again, or give it up.

use chrono::{DateTime, Utc};

use super::{Hold, Link, LinkNews, ParkReason};

impl Link {
    /// Tries again at once what was refused, deferred or given up. What waits for a connection goes on
    /// with that.
    pub(crate) fn retry(&mut self, now: DateTime<Utc>) {
        let stands_still = matches!(self.hold, Hold::Parked(..) | Hold::Deferred(_));
        if stands_still && !self.waits_for_connection() && now < self.slot.core.end() {
            self.hold = Hold::Until(now);
            self.attempts = 0;
        }
    }

    /// Nothing more is tried until somebody says so. What waited for it may go. A dropped link still has
    /// its meeting deleted.
    pub(crate) fn abandon(&mut self, now: DateTime<Utc>) -> LinkNews {
        if self.is_dropped() || (self.missing().is_none() && self.sending.is_none()) {
            return LinkNews::None;
        }
        self.park(ParkReason::Abandoned, now)
    }
}
