//! The appointments that a calendar gave to a host, as they are kept for fairness.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use compact::{Compact, grown, write};

pub(crate) use compact::Assignments1;

mod compact;

/// The most assignments kept for one host on one calendar: the row stays under 64 KiB.
const MOST_KEPT: usize = 1500;
/// So many are kept however old they are, so that "last assigned" survives cancellations.
const ALWAYS_KEPT: usize = 32;
/// The longest interval of fairness, in seconds: 366 days and one for the time zone.
const LONGEST_INTERVAL: i64 = 367 * 86_400;

/// The appointments that a calendar gave to a host and that were not cancelled, by time of booking.
///
/// Joining a slot that the host has already does not count. What the interval of fairness cannot reach
/// any more is forgotten, but for the last 32; at most 1,500 are kept.
#[derive(Debug, Default)]
pub struct Assignments {
    kept: Vec<Kept>,
    /// The same as JSON, if it is at hand. A booking adds one at the end of a long list: the others
    /// are not written anew.
    json: Option<Arc<[u8]>>,
}

/// A clone is made to add to it.
impl Clone for Assignments {
    fn clone(&self) -> Self {
        let mut kept = Vec::with_capacity(self.kept.len().saturating_add(1));
        kept.extend_from_slice(&self.kept);
        Self { kept, json: self.json.clone() }
    }
}

impl PartialEq for Assignments {
    fn eq(&self, other: &Self) -> bool {
        self.kept == other.kept
    }
}

impl Eq for Assignments {}

impl Serialize for Assignments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Compact::of(&self.kept).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Assignments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Compact::deserialize(deserializer)?.kept().map(Self::from).map_err(D::Error::custom)
    }
}

impl From<Vec<Kept>> for Assignments {
    fn from(kept: Vec<Kept>) -> Self {
        Self { kept, json: None }
    }
}

/// When an appointment was booked, and when it starts.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Assigned(i64, i64);

impl Assigned {
    /// An appointment by its two instants; parts of seconds are cut off.
    #[must_use]
    pub const fn new(booked: DateTime<Utc>, start: DateTime<Utc>) -> Self {
        Self(booked.timestamp(), start.timestamp())
    }

    /// Unix seconds.
    pub(super) const fn booked(self) -> i64 {
        self.0
    }

    /// Unix seconds.
    pub(super) const fn start(self) -> i64 {
        self.1
    }
}

/// An assignment, and whether it was marked as a no-show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Kept(pub(super) Assigned, pub(super) bool);

impl Assignments {
    /// Adds one, which is no no-show, and forgets what is out of reach at `now`.
    pub fn add(&mut self, assigned: Assigned, now: DateTime<Utc>) {
        let (new, first) = (Kept(assigned, false), self.kept.first().copied());
        let at = self.kept.partition_point(|kept| kept.0 <= assigned);
        self.kept.insert(at, new);
        let forgotten = self.prune(now.timestamp());
        let is_first = |first: &Kept| forgotten == 1 && self.kept.first() != Some(first);
        let gone = first.filter(is_first);
        let only_ends = self.kept.last() == Some(&new) && forgotten == usize::from(gone.is_some());
        let json = self.json.take().filter(|_| only_ends && at > 0);
        let json = json.and_then(|json| grown(&json, gone, &self.kept));
        self.json = json.or_else(|| write(&self.kept).ok());
    }

    /// As JSON: what serializing it gives.
    pub(crate) fn to_json(&self) -> Result<Arc<[u8]>, serde_json::Error> {
        self.json.clone().map_or_else(|| write(&self.kept), Ok)
    }

    /// Forgets one; if it was forgotten before, there is nothing to do.
    pub fn remove(&mut self, assigned: Assigned) {
        if let Ok(at) = self.find(assigned) {
            self.kept.remove(at);
            self.json = None;
        }
    }

    /// Remembers whether the invitee of one stayed away; if it was forgotten, there is nothing to
    /// do.
    pub fn mark(&mut self, assigned: Assigned, no_show: bool) {
        if let Ok(at) = self.find(assigned)
            && let Some(kept) = self.kept.get_mut(at)
        {
            kept.1 = no_show;
            self.json = None;
        }
    }

    /// Forgets what started before an instant, but for the last 32.
    pub fn forget_before(&mut self, oldest: DateTime<Utc>) {
        let (all, oldest) = (self.kept.len(), oldest.timestamp());
        self.retain_from(oldest);
        if self.kept.len() < all {
            self.json = None;
        }
    }

    fn find(&self, assigned: Assigned) -> Result<usize, usize> {
        self.kept.binary_search_by_key(&assigned, |kept| kept.0)
    }

    /// How many were booked at an instant or after it.
    pub(super) fn booked_since(&self, from: i64) -> usize {
        let before = self.kept.partition_point(|kept| kept.0.booked() < from);
        self.kept.len().saturating_sub(before)
    }

    /// By time of booking.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Kept> {
        self.kept.iter().copied()
    }

    /// Answers with how many were forgotten.
    fn prune(&mut self, now: i64) -> usize {
        let oldest = now.saturating_sub(LONGEST_INTERVAL);
        let all = self.kept.len();
        // Nothing starts before it is booked.
        if all <= MOST_KEPT && self.kept.first().is_none_or(|first| first.0.booked() >= oldest) {
            return 0;
        }
        self.retain_from(oldest);
        while self.kept.len() > MOST_KEPT {
            // What is still to come matters to both ways of counting, and goes last.
            let started = self.kept.iter().position(|kept| kept.0.start() < now);
            self.kept.remove(started.unwrap_or_default());
        }
        all.saturating_sub(self.kept.len())
    }

    /// Nothing starts before it is booked: what started too long ago was booked so, too.
    fn retain_from(&mut self, oldest: i64) {
        let booked_before = self.kept.partition_point(|kept| kept.0.booked() < oldest);
        let may_go = self.kept.len().saturating_sub(ALWAYS_KEPT).min(booked_before);
        let mut place = 0_usize;
        let goes = |kept: &Kept| kept.0.start() < oldest;
        if self.kept.iter().take(may_go).any(goes) {
            self.kept.retain(|kept| {
                place = place.saturating_add(1);
                place > may_go || !goes(kept)
            });
        }
    }
}

#[cfg(test)]
mod tests;
