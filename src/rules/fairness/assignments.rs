//! The appointments that a calendar gave to a host, as they are kept for fairness.

use std::borrow::Cow;
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
/// Joining a slot that the host has already does not count. What no interval of fairness can reach
/// any more is forgotten, but for the last 32; at most 1,500 are kept.
#[derive(Clone, Debug, Default)]
pub struct Assignments {
    kept: Vec<Kept>,
    /// The same as JSON, without the outer brackets, if it is at hand. A booking adds one at the end
    /// of a long list: the others are not written anew.
    json: Option<Arc<String>>,
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

/// As JSON, with commas between.
fn join(kept: &[Kept]) -> String {
    let all: Vec<String> = kept.iter().map(Kept::to_string).collect();
    all.join(",")
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
        let at = self.kept.partition_point(|kept| kept.0 <= assigned);
        let new = Kept(assigned, false);
        let is_last = at == self.kept.len() && at > 0;
        let json = self.json.take().filter(|_| is_last);
        self.kept.insert(at, new);
        let json = json.map(|json| [json.as_str(), &new.to_string()].join(","));
        self.json = Some(json.unwrap_or_else(|| join(&self.kept)).into());
        self.prune(now.timestamp());
    }

    /// As JSON: what serializing it gives.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let json = self.json.as_deref().map_or_else(|| Cow::from(join(&self.kept)), Cow::from);
        ["[", &json, "]"].concat().into_bytes()
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

    fn prune(&mut self, now: i64) {
        let oldest = now.saturating_sub(LONGEST_INTERVAL);
        let (all, first) = (self.kept.len(), self.kept.first().copied());
        // Nothing starts before it is booked.
        if all <= MOST_KEPT && first.is_none_or(|first| first.0.booked() >= oldest) {
            return;
        }
        let mut older = all;
        self.kept.retain(|kept| {
            older = older.saturating_sub(1);
            // Nothing starts before it is booked: what started too long ago was booked so, too.
            older < ALWAYS_KEPT || kept.0.start() >= oldest
        });
        while self.kept.len() > MOST_KEPT {
            // What is still to come matters to both ways of counting, and goes last.
            let started = self.kept.iter().position(|kept| kept.0.start() < now);
            self.kept.remove(started.unwrap_or_default());
        }
        self.forget(all, first);
    }

    /// Some were forgotten; as a rule none or the first.
    fn forget(&mut self, all: usize, first: Option<Kept>) {
        let gone = first.filter(|first| self.kept.first() != Some(first));
        match (all.saturating_sub(self.kept.len()), gone) {
            (0, _) => {}
            (1, Some(gone)) => {
                let rest = |json: &String| Some(json.strip_prefix(&format!("{gone},"))?.to_owned());
                self.json = self.json.as_deref().and_then(rest).map(Arc::new);
            }
            _ => self.json = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn now() -> DateTime<Utc> {
        "2026-11-20T00:00:00Z".parse().unwrap()
    }

    /// Booked so many seconds from now, to start a while later.
    fn booked(from_now: i64, lead: i64) -> Assigned {
        let booked = now().timestamp() + from_now;
        Assigned(booked, booked + lead)
    }

    fn holding(all: impl IntoIterator<Item = Assigned>) -> Assignments {
        all.into_iter().map(|assigned| Kept(assigned, false)).collect::<Vec<_>>().into()
    }

    fn holds(held: &Assignments, assigned: Assigned) -> bool {
        held.find(assigned).is_ok()
    }

    #[test]
    fn the_list_stays_bounded_and_small() {
        let mut held = Assignments::default();
        for i in 0..2000 {
            held.add(booked(i - 5000, 1000), now());
        }
        assert_eq!(held.kept.len(), MOST_KEPT);
        assert!(holds(&held, booked(1999 - 5000, 1000)), "the newest stays");
        let last = Assigned(4_102_444_800, 4_102_444_800);
        let full = Assignments::from(vec![Kept(last, false); MOST_KEPT]);
        assert!(serde_json::to_vec(&full).unwrap().len() < 60 << 10);
    }

    #[test]
    fn what_is_out_of_reach_is_forgotten_but_for_the_last() {
        let mut old = holding((0..100).map(|i| booked(-400 * DAY + i, 0)));
        old.add(booked(0, DAY), now());
        assert_eq!(old.kept.len(), ALWAYS_KEPT);
        assert!(holds(&old, booked(-400 * DAY + 99, 0)));
    }

    #[test]
    fn what_was_booked_long_ago_is_kept_for_its_start() {
        // On a calendar that counts by start, it counts this month.
        let ahead = booked(-400 * DAY, 401 * DAY);
        let mut held = holding([ahead]);
        for i in 0..40 {
            held.add(booked(i, DAY), now());
        }
        assert!(holds(&held, ahead));
        for i in 40..2000 {
            held.add(booked(i - 5000, 1000), now());
        }
        assert!(holds(&held, ahead), "what has started goes first, if there are too many");
        assert_eq!(held.kept.len(), MOST_KEPT);
    }

    #[test]
    fn a_marked_one_is_found_and_removed_as_well() {
        let mut held = holding([booked(0, 10), booked(0, 20), booked(5, 10)]);
        held.mark(booked(0, 20), true);
        let marks: Vec<_> = held.iter().map(|kept| kept.1).collect();
        assert_eq!(marks, [false, true, false]);
        let json = serde_json::to_string(&held).unwrap();
        assert_eq!(serde_json::from_str::<Assignments>(&json).unwrap(), held);
        held.mark(booked(7, 7), true);
        held.remove(booked(0, 20));
        assert_eq!(held, holding([booked(0, 10), booked(5, 10)]));
    }
    #[test]
    fn its_json_is_kept_in_step() {
        let mut held = Assignments::default();
        let agree = |held: &Assignments| {
            assert_eq!(held.to_json(), serde_json::to_vec(held).unwrap());
        };
        agree(&held);
        for i in 0..1600 {
            held.add(booked(i - 5000, 1000), now());
            if i % 100 == 7 || i > 1490 {
                agree(&held);
            }
        }
        held.add(booked(-4000, 500), now());
        agree(&held);
        held.mark(booked(-4000, 500), true);
        agree(&held);
        held.remove(booked(-4000, 500));
        agree(&held);
        let mut old = holding((0..100).map(|i| booked(-400 * DAY + i, 0)));
        old.add(booked(0, DAY), now());
        agree(&old);
    }
}
