//! The appointments that a calendar gave to a host, as they are kept for fairness.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
        self.kept.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Assignments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl From<Vec<Kept>> for Assignments {
    fn from(kept: Vec<Kept>) -> Self {
        Self { kept, json: None }
    }
}

fn write(kept: &[Kept]) -> Arc<[u8]> {
    let all: Vec<String> = kept.iter().map(Kept::to_string).collect();
    ["[", &all.join(","), "]"].concat().into_bytes().into()
}

/// The JSON of a list that has lost its first entry, if any, and has got one more at its end.
fn grown(json: &[u8], gone: Option<Kept>, new: Kept) -> Option<Arc<[u8]>> {
    let all = json.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let all = match gone {
        Some(gone) => all.strip_prefix(gone.to_string().as_bytes())?.strip_prefix(b",")?,
        None => all,
    };
    let comma: &[u8] = if all.is_empty() { b"" } else { b"," };
    Some([b"[", all, comma, new.to_string().as_bytes(), b"]"].concat().into())
}

/// When an appointment was booked, and when it starts.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept(pub(super) Assigned, pub(super) bool);

/// As JSON.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Assigned(booked, start), no_show) = self;
        write!(f, "[[{booked},{start}],{no_show}]")
    }
}

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
        let json = json.and_then(|json| grown(&json, gone, new));
        self.json = Some(json.unwrap_or_else(|| write(&self.kept)));
    }

    /// As JSON: what serializing it gives.
    pub(crate) fn to_json(&self) -> Arc<[u8]> {
        self.json.clone().unwrap_or_else(|| write(&self.kept))
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
        let mut older = self.kept.len();
        self.kept.retain(|kept| {
            older = older.saturating_sub(1);
            older < ALWAYS_KEPT || kept.0.start() >= oldest
        });
    }
}

#[cfg(test)]
mod tests;
