//! How hosts stand against each other, and who is next.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::words::{Distribution, RoundRobinHost, UserId, Weight};

/// Calibration is counted in thousandths of an appointment.
const THOUSAND: i128 = 1000;

/// What decides for a host of a round robin calendar when a new slot is given away.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// Whose it is.
    pub host: UserId,
    /// Higher is asked first.
    pub priority: i32,
    /// Their share of the appointments, as against the shares of the others.
    pub weight: Weight,
    /// When their last appointment that counts was booked. Never is longest ago.
    pub last_assigned: Option<DateTime<Utc>>,
    /// How many appointments count for them in the interval of fairness.
    pub assigned: u32,
    /// What they are credited for having joined late and for absences, in thousandths of an
    /// appointment, rounded down.
    pub calibration: u64,
    /// Their appointments take place on Zoom, but they cannot make links now.
    pub lacks_zoom: bool,
    /// In thousandths of an appointment, times all shares.
    behind: i128,
    shares: u64,
    /// The place among all hosts, by id: so ids need not be compared again.
    place: usize,
}

impl Standing {
    /// A host who was never assigned anything; the rest is set as it is counted.
    #[must_use]
    pub fn new(host: &RoundRobinHost) -> Self {
        Self {
            host: host.user.clone(),
            priority: host.priority,
            weight: host.weight,
            last_assigned: None,
            assigned: 0,
            calibration: 0,
            lacks_zoom: false,
            behind: 0,
            shares: u64::from(host.weight.shares()),
            place: 0,
        }
    }

    /// How far they are behind their share, as [`Standings`] settled it.
    #[must_use]
    pub const fn shortfall(&self) -> Shortfall {
        Shortfall { numerator: self.behind, denominator: self.shares.saturating_mul(1000) }
    }

    /// What counts as their turns, in thousandths of an appointment.
    fn turns(&self) -> i128 {
        i128::from(self.assigned) * THOUSAND + i128::from(self.calibration)
    }

    /// Who of two is asked first.
    fn order(&self, other: &Self, distribution: Distribution) -> Ordering {
        let by_share = || match distribution {
            Distribution::Equal => other.behind.cmp(&self.behind),
            Distribution::Availability => Ordering::Equal,
        };
        // `false < true`, and `None < Some`: never assigned comes before every time.
        let by_zoom = self.lacks_zoom.cmp(&other.lacks_zoom);
        by_zoom
            .then_with(by_share)
            .then_with(|| other.priority.cmp(&self.priority))
            .then_with(|| self.last_assigned.cmp(&other.last_assigned))
            .then_with(|| self.assigned.cmp(&other.assigned))
            .then_with(|| self.place.cmp(&other.place))
    }
}

/// How many appointments a host is behind their share, or before it if negative: an exact
/// fraction. The denominators of all hosts of a calendar are equal.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Shortfall {
    /// Upper part.
    pub numerator: i128,
    /// Lower part: a thousand times the sum of all weights.
    pub denominator: u64,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// The standings of all hosts of a calendar, free or not, by [`UserId`].
///
/// Of `N` assigned appointments and `K` calibration of all hosts, a host of weight `w` among all
/// weights `W` is due `(N + K) · w / W`; what their own assigned appointments and calibration lack
/// of it is their shortfall.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Standings(Vec<Standing>);

impl Standings {
    /// Sorts the hosts, each given once, and settles how far each is behind their share.
    #[must_use]
    pub fn new(mut hosts: Vec<Standing>) -> Self {
        hosts.sort_by(|a, b| a.host.cmp(&b.host));
        let turns: i128 = hosts.iter().map(Standing::turns).sum();
        let shares: u64 = hosts.iter().map(|host| u64::from(host.weight.shares())).sum();
        for (place, host) in hosts.iter_mut().enumerate() {
            let due = turns * i128::from(host.weight.shares());
            host.behind = due - host.turns() * i128::from(shares);
            host.shares = shares;
            host.place = place;
        }
        Self(hosts)
    }

    /// How they will stand once these turns are given, too.
    pub(crate) fn after(&self, turns: &BTreeMap<UserId, u32>, now: DateTime<Utc>) -> Cow<'_, Self> {
        if turns.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut hosts = self.0.clone();
        for host in &mut hosts {
            if let Some(turns) = turns.get(&host.host) {
                host.assigned = host.assigned.saturating_add(*turns);
                host.last_assigned = host.last_assigned.max(Some(now));
            }
        }
        Cow::Owned(Self::new(hosts))
    }

    /// All of them, by id.
    #[must_use]
    pub fn as_slice(&self) -> &[Standing] {
        &self.0
    }

    /// How a host stands. `None` if it is no host of the calendar.
    #[must_use]
    pub fn of(&self, host: &UserId) -> Option<&Standing> {
        let at = self.0.binary_search_by(|standing| standing.host.cmp(host)).ok()?;
        self.0.get(at)
    }
}

impl From<Standings> for Vec<Standing> {
    fn from(standings: Standings) -> Self {
        standings.0
    }
}

/// Who of some hosts gets a new slot; `None` if there are none. All must come from the same
/// [`Standings`]; their order does not matter.
///
/// First who can make links, if their appointments are on Zoom. Of those, by
/// [`Distribution::Equal`], who is furthest behind their share. Then highest priority, then longest
/// since the last assignment (never is longest), then fewest assigned, then [`UserId`].
///
/// One pass over ready-made counters, without allocation.
///
/// ```
/// use slotlink::rules::{Standing, Standings, choose};
/// use slotlink::words::{Distribution, RoundRobinHost, UserId, Weight};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let host = |id: &str, weight, assigned| -> Result<Standing, Box<dyn std::error::Error>> {
///     let host = RoundRobinHost::new(UserId::new(id)?).with_weight(Weight::new(weight)?);
///     let mut standing = Standing::new(&host);
///     standing.assigned = assigned;
///     Ok(standing)
/// };
/// // Of 9 appointments Ann is due 6 and has 5; Bob is due 3 and has 4.
/// let hosts = Standings::new(vec![host("ann", 200, 5)?, host("bob", 100, 4)?]);
/// let next = choose(Distribution::Equal, hosts.as_slice()).ok_or("nobody is free")?;
/// assert_eq!(next.host.as_str(), "ann");
/// assert_eq!(next.shortfall().to_string(), "300000/300000");
/// # Ok(())
/// # }
/// ```
pub fn choose<'a>(
    distribution: Distribution,
    free: impl IntoIterator<Item = &'a Standing>,
) -> Option<&'a Standing> {
    free.into_iter().min_by(|a, b| a.order(b, distribution))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(id: &str) -> Standing {
        Standing::new(&RoundRobinHost::new(UserId::new(id).unwrap()))
    }

    /// Priority, when last assigned, how often, and whether Zoom is lacking.
    fn known(id: &str, priority: i32, last: Option<i64>, assigned: u32, lacks: bool) -> Standing {
        let last_assigned = last.map(|at| DateTime::from_timestamp(at, 0).unwrap());
        Standing { priority, last_assigned, assigned, lacks_zoom: lacks, ..host(id) }
    }

    fn next(distribution: Distribution, hosts: &[Standing]) -> String {
        let forth = Standings::new(hosts.to_vec());
        let winner = choose(distribution, forth.as_slice()).unwrap();
        let back = choose(distribution, forth.as_slice().iter().rev()).unwrap();
        assert_eq!(winner, back, "the order of the hosts does not matter");
        winner.host.to_string()
    }

    fn available(hosts: &[Standing]) -> String {
        next(Distribution::Availability, hosts)
    }

    fn equal(hosts: &[Standing]) -> String {
        next(Distribution::Equal, hosts)
    }

    #[test]
    fn availability_asks_priority_then_idle_time_then_count_then_id() {
        let (a, b) = (known("a", 0, Some(50), 9, false), known("b", 0, Some(40), 9, false));
        let first = known("c", 1, Some(90), 9, false);
        let never = known("d", 0, None, 0, false);
        assert_eq!(available(&[a.clone(), b.clone(), first, never.clone()]), "c", "priority");
        assert_eq!(available(&[a.clone(), b.clone(), never]), "d", "never assigned");
        assert_eq!(available(&[a.clone(), b]), "b", "longest idle");
        let fewer = known("b", 0, Some(50), 8, false);
        assert_eq!(available(&[a.clone(), fewer.clone()]), "b", "fewest assigned");
        let tie = Standing { assigned: 9, ..fewer };
        assert_eq!(available(&[tie, a]), "a", "by id");
    }

    #[test]
    fn who_lacks_zoom_is_passed_over_unless_nobody_else_is_free() {
        let lacks = known("a", 9, None, 0, true);
        let behind = known("b", 0, Some(50), 7, false);
        assert_eq!(available(&[lacks.clone(), behind.clone()]), "b");
        assert_eq!(equal(&[lacks.clone(), behind]), "b");
        assert_eq!(available(&[lacks]), "a");
        assert_eq!(choose(Distribution::Equal, []), None);
    }

    #[test]
    fn equal_asks_shortfall_then_as_availability() {
        let (a, b) = (known("a", 9, None, 1, false), known("b", 0, Some(50), 0, false));
        assert_eq!(equal(&[a.clone(), b.clone()]), "b", "shortfall before priority and idle time");
        assert_eq!(equal(&[a.clone(), Standing { assigned: 1, ..b.clone() }]), "a", "priority");
        let idle = Standing { priority: 9, assigned: 1, ..b };
        assert_eq!(equal(&[a, idle]), "a", "idle time");
    }

    #[test]
    fn shortfall_is_exact_and_sums_up_to_nothing() {
        let thirds = |id, assigned, calibration| Standing { assigned, calibration, ..host(id) };
        let standings =
            Standings::new(vec![thirds("a", 1, 0), thirds("b", 0, 0), thirds("c", 0, 1)]);
        let behind: Vec<i128> =
            standings.as_slice().iter().map(|host| host.shortfall().numerator).collect();
        // (1000 + 1) · 100 each, of 300 shares.
        assert_eq!(behind, [100_100 - 300_000, 100_100, 100_100 - 300]);
        assert_eq!(behind.iter().sum::<i128>(), 0);
        // A thousandth of an appointment decides.
        assert_eq!(choose(Distribution::Equal, standings.as_slice()).unwrap().host.as_str(), "b");
    }

    #[test]
    fn huge_counters_do_not_overflow() {
        let weight = Weight::new(10_000).unwrap();
        let full = |id: String| Standing {
            assigned: u32::MAX,
            calibration: u64::MAX,
            weight,
            ..host(&id)
        };
        let standings = Standings::new((0..2000).map(|i| full(i.to_string())).collect());
        assert!(standings.as_slice().iter().all(|host| host.shortfall().numerator == 0));
    }
}
