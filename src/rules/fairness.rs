//! What hosts were assigned, as round robin counts it.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

use super::spans::{Span, merge};
use crate::words::{CountedBy, Fairness, Interval, NoShows, RoundRobinHost, Sharing, Zone};

mod assignments;
mod standing;

pub(crate) use assignments::Assignments1;
use assignments::Kept;
pub use assignments::{Assigned, Assignments};
pub use standing::{Shortfall, Standing, Standings, choose};

/// What counts for fairness at an instant: the interval of fairness around it, and whether
/// no-shows do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counting {
    /// Unix seconds, `[from, before)`.
    from: i64,
    before: i64,
    by: CountedBy,
    no_shows: NoShows,
}

impl Counting {
    /// By a calendar's settings; its interval begins and ends at midnights of its zone.
    #[must_use]
    pub fn new(sharing: &Sharing, zone: Zone, now: DateTime<Utc>) -> Self {
        let today = zone.date(now);
        let (first, after) = match sharing.interval {
            Fairness::Month => (today.with_day(1), next_month(today)),
            Fairness::Days(days) => {
                let days = u64::from(days.days());
                let before_today = Days::new(days.saturating_sub(1));
                (today.checked_sub_days(before_today), today.checked_add_days(Days::new(days)))
            }
        };
        let midnight = |date: NaiveDate| zone.opening(date.and_time(NaiveTime::MIN)).timestamp();
        Self {
            from: midnight(first.unwrap_or(today)),
            before: match (sharing.counted_by, after) {
                (CountedBy::Start, Some(after)) => midnight(after),
                // Nothing was booked later than now, except by a clock that is ahead of ours.
                _ => i64::MAX,
            },
            by: sharing.counted_by,
            no_shows: sharing.no_shows,
        }
    }

    /// Nothing that starts before counts, and so nothing that was booked and starts before.
    #[must_use]
    pub fn oldest(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.from, 0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    fn holds(&self, assigned: Assigned) -> bool {
        let at = match self.by {
            CountedBy::Booking => assigned.booked(),
            CountedBy::Start => assigned.start(),
        };
        self.from <= at && at < self.before
    }

    /// What counts of one host. Instants are listed only if somebody asks for them.
    fn turns(&self, history: &History<'_>, listed: bool) -> Turns {
        let all_count = self.by == CountedBy::Booking && self.no_shows == NoShows::Count;
        if all_count && !listed && history.moved.is_none() {
            return self.turns_booked(history.assignments);
        }
        let mut moved = history.moved;
        let mut turns = Turns::default();
        let counts = |kept: &Kept| !(kept.1 && self.no_shows == NoShows::LeftOut);
        let mut is_moved = |kept: &Kept| moved.take_if(|moved| *moved == kept.0).is_some();
        // The last one may lie before the interval.
        for kept in history.assignments.iter().rev() {
            if self.by == CountedBy::Booking && kept.0.booked() < self.from && turns.last.is_some()
            {
                break;
            }
            if is_moved(&kept) || !counts(&kept) {
                continue;
            }
            turns.last = turns.last.or(Some(kept.0.booked()));
            if self.holds(kept.0) {
                turns.counted += 1;
                turns.booked.extend(listed.then_some(kept.0.booked()));
            }
        }
        turns.booked.reverse();
        turns
    }

    /// What counts of one host if it is what was booked since the interval began, whatever became of
    /// it: that need not be looked through.
    fn turns_booked(&self, assignments: &Assignments) -> Turns {
        let counted = assignments.booked_since(self.from);
        let last = assignments.iter().next_back().map(|kept| kept.0.booked());
        Turns { counted: u32::try_from(counted).unwrap_or(u32::MAX), booked: Vec::new(), last }
    }
}

fn next_month(date: NaiveDate) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(Months::new(1))
}

/// What is known of a host's turns on a calendar.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    host: &'a RoundRobinHost,
    assignments: &'a Assignments,
    time_off: &'a [Interval],
    moved: Option<Assigned>,
    lacks_zoom: bool,
}

impl<'a> History<'a> {
    /// What the calendar gave to a host.
    #[must_use]
    pub const fn new(host: &'a RoundRobinHost, assignments: &'a Assignments) -> Self {
        Self { host, assignments, time_off: &[], moved: None, lacks_zoom: false }
    }

    /// With absences, in any order: what others were given meanwhile is credited.
    #[must_use]
    pub const fn with_time_off(mut self, time_off: &'a [Interval]) -> Self {
        self.time_off = time_off;
        self
    }

    /// Without the appointment that is being moved, if it is theirs.
    #[must_use]
    pub const fn without(mut self, moved: Option<Assigned>) -> Self {
        self.moved = moved;
        self
    }

    /// Whether their appointments take place on Zoom and they cannot make links now.
    #[must_use]
    pub const fn with_lacks_zoom(mut self, lacks_zoom: bool) -> Self {
        self.lacks_zoom = lacks_zoom;
        self
    }

    /// Who joined or was away may have missed something.
    const fn may_have_missed(&self) -> bool {
        self.host.joined.is_some() || !self.time_off.is_empty()
    }
}

/// What counts of one host: how many, when each was booked, in order, and when the last one was, in
/// the interval or not. Unix seconds.
#[derive(Default)]
struct Turns {
    counted: u32,
    booked: Vec<i64>,
    last: Option<i64>,
}

/// Counts how the hosts of a calendar stand: all who exist, free or not.
///
/// A host is credited, as calibration, with the average of what the other hosts were given while
/// they could not be: before they joined, if that was in the interval of fairness, the average of
/// those who had joined before them; in
/// every absence (time off of any length, overlapping ones as one), the average of all others.
/// Only appointments that count are looked at, by when they were booked.
///
/// Takes `O(a · log a)` for `a` assignments and absences in all.
#[must_use]
pub fn standings(counting: &Counting, hosts: &[History<'_>]) -> Standings {
    let listed = hosts.iter().any(History::may_have_missed);
    let turns: Vec<Turns> = hosts.iter().map(|host| counting.turns(host, listed)).collect();
    let all = All::new(counting, hosts, &turns);
    let standing = |(host, turns): (&History<'_>, &Turns)| {
        let mut standing = Standing::new(host.host);
        standing.last_assigned = turns.last.and_then(|at| DateTime::from_timestamp(at, 0));
        standing.assigned = turns.counted;
        standing.calibration = all.calibration(host, &turns.booked);
        standing.lacks_zoom = host.lacks_zoom;
        standing
    };
    Standings::new(hosts.iter().zip(&turns).map(standing).collect())
}

/// What all hosts together were given, for calibration.
struct All {
    /// When the interval of fairness began.
    from: i64,
    hosts: usize,
    /// When the hosts joined, in order; `None`, from the beginning on, first.
    joined: Vec<Option<i64>>,
    /// When the counted appointments of all were booked, in order.
    booked: Vec<i64>,
}

impl All {
    fn new(counting: &Counting, hosts: &[History<'_>], turns: &[Turns]) -> Self {
        let mut all = Self {
            from: counting.from,
            hosts: hosts.len(),
            joined: Vec::new(),
            booked: Vec::new(),
        };
        if hosts.iter().any(History::may_have_missed) {
            all.joined.extend(hosts.iter().map(joined));
            all.joined.sort_unstable();
            all.booked.extend(turns.iter().flat_map(|turns| &turns.booked));
            all.booked.sort_unstable();
        }
        all
    }

    /// In thousandths of an appointment: the sum of both averages, rounded down once.
    fn calibration(&self, host: &History<'_>, own: &[i64]) -> u64 {
        let (before, earlier) = self.missed_before_joining(host, own);
        let (away, others) = self.missed_in_absences(host, own);
        if (before, away) == (0, 0) {
            return 0;
        }
        // An average over nobody is none.
        let (earlier, others) = (earlier.max(1), others.max(1));
        let sum = before * others + away * earlier;
        u64::try_from(sum * 1000 / (earlier * others)).unwrap_or(u64::MAX)
    }

    /// What others were given before the host joined, if that was in the interval, and how many had
    /// joined before.
    fn missed_before_joining(&self, host: &History<'_>, own: &[i64]) -> (u128, u128) {
        let joined = joined(host);
        let Some(at) = joined.filter(|at| self.from <= *at) else { return (0, 0) };
        let earlier = self.joined.partition_point(|other| *other < joined);
        if earlier == 0 { (0, 0) } else { (self.others_before(at, own), wide(earlier)) }
    }

    /// What others were given in all absences of the host, and how many others there are.
    fn missed_in_absences(&self, host: &History<'_>, own: &[i64]) -> (u128, u128) {
        let others = self.hosts.saturating_sub(1);
        let absences = merge(host.time_off.iter().copied().map(Span::from).collect());
        let missed = |absence: &Span| {
            let before = self.others_before(absence.start, own);
            self.others_before(absence.end, own).saturating_sub(before)
        };
        (absences.iter().map(missed).sum(), wide(others))
    }

    /// How many counted appointments of others were booked before an instant.
    fn others_before(&self, at: i64, own: &[i64]) -> u128 {
        let before = |booked: &[i64]| booked.partition_point(|booked| *booked < at);
        wide(before(&self.booked).saturating_sub(before(own)))
    }
}

fn joined(host: &History<'_>) -> Option<i64> {
    host.host.joined.map(|at| at.timestamp())
}

/// `usize` has at most 64 bits wherever this runs.
fn wide(count: usize) -> u128 {
    u128::try_from(count).unwrap_or(u128::MAX >> 64)
}

#[cfg(test)]
mod tests;
