//! Compares what clients were told with what is stored. Pure: it only looks.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Asked, Line, Stands, Told};
use crate::world::{POPULAR, Popular};

/// How many calls were made, and what became of them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Count {
    pub(crate) tried: u32,
    pub(crate) won: u32,
    /// Refused or overtaken: somebody else has the slot.
    pub(crate) lost: u32,
    /// The store failed for long, and nothing was done.
    pub(crate) failed: u32,
    /// The outcome is unknown, or the instance was killed before it knew.
    pub(crate) unknown: u32,
}

impl Count {
    fn add(&mut self, told: Option<&Told>) {
        let one = match told {
            Some(Told::Done(_)) => &mut self.won,
            Some(Told::Refused { .. } | Told::Overtaken) => &mut self.lost,
            Some(Told::Failed { .. }) => &mut self.failed,
            Some(Told::Unknown) | None => &mut self.unknown,
        };
        *one = one.saturating_add(1);
        self.tried = self.tried.saturating_add(1);
    }
}

/// What a run comes to.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) bookings: Count,
    pub(crate) moves: Count,
    pub(crate) cancellations: Count,
    pub(crate) violations: Vec<String>,
}

/// A call, and what its client was told if it lived to see it.
struct Call {
    asked: Asked,
    told: Option<Told>,
}

/// How an appointment may stand.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
enum May {
    Be(Stands),
    HaveMovedTo(i64),
    BeCancelled,
}

impl May {
    fn holds(&self, stored: &Stands) -> bool {
        match self {
            Self::Be(told) => told == stored,
            Self::HaveMovedTo(start) => !stored.is_cancelled && stored.start == *start,
            Self::BeCancelled => stored.is_cancelled,
        }
    }
}

/// What clients know.
#[derive(Default)]
struct Known {
    /// How each appointment may stand, by its id.
    appointments: BTreeMap<String, BTreeSet<May>>,
    /// Requests that may have been applied, or not.
    doubtful: BTreeSet<String>,
}

pub(crate) fn judge(journals: &[Vec<Line>], stored: &[Stands]) -> Verdict {
    let (mut verdict, mut known) = (Verdict::default(), Known::default());
    for call in journals.iter().flat_map(|lines| calls(lines)) {
        let count = match &call.asked {
            Asked::Book { .. } => &mut verdict.bookings,
            Asked::Move { .. } => &mut verdict.moves,
            Asked::Cancel { .. } => &mut verdict.cancellations,
        };
        count.add(call.told.as_ref());
        known.learn(call);
    }
    verdict.violations.extend(known.contradictions(stored));
    verdict.violations.extend(twice_applied(stored));
    verdict.violations.extend(double_bookings(stored));
    verdict
}

/// The calls of one journal, in the order in which they were told; those without an answer last.
fn calls(lines: &[Line]) -> Vec<Call> {
    let (mut open, mut calls) = (BTreeMap::new(), Vec::new());
    for line in lines {
        match line {
            Line::Asked(number, asked) => {
                open.insert(number, asked.clone());
            }
            Line::Told(number, told) => {
                let asked = open.remove(number);
                calls.extend(asked.map(|asked| Call { asked, told: Some(told.clone()) }));
            }
        }
    }
    calls.extend(open.into_values().map(|asked| Call { asked, told: None }));
    calls
}

impl Known {
    fn learn(&mut self, call: Call) {
        match (call.asked, call.told) {
            (_, Some(Told::Done(stands))) => {
                let id = stands.appointment.clone();
                self.appointments.insert(id, BTreeSet::from([May::Be(stands)]));
            }
            // Nothing was done.
            (_, Some(Told::Refused { .. } | Told::Overtaken | Told::Failed { .. })) => {}
            (Asked::Book { request }, _) => {
                self.doubtful.insert(request);
            }
            (Asked::Move { appointment, start }, _) => {
                self.appointments.entry(appointment).or_default().insert(May::HaveMovedTo(start));
            }
            (Asked::Cancel { appointment }, _) => {
                self.appointments.entry(appointment).or_default().insert(May::BeCancelled);
            }
        }
    }

    /// I2: what is stored is what somebody was told, or what may be.
    fn contradictions(&self, stored: &[Stands]) -> Vec<String> {
        let contradiction = |stands: &Stands| match self.appointments.get(&stands.appointment) {
            Some(may) if may.iter().any(|may| may.holds(stands)) => None,
            Some(_) => Some(format!("I2: {stands:?} is not as its client was told")),
            None if self.doubtful.contains(&stands.title) => None,
            None => Some(format!("I2: {stands:?} is stored, and its client was told no")),
        };
        let mut found: Vec<_> = stored.iter().filter_map(contradiction).collect();
        let there: BTreeSet<&str> = stored.iter().map(|one| one.appointment.as_str()).collect();
        let lost = self.appointments.keys().filter(|id| !there.contains(id.as_str()));
        found.extend(lost.map(|id| format!("I2: {id} was told, and is not stored")));
        found
    }
}

/// I5: each request is applied at most once.
fn twice_applied(stored: &[Stands]) -> Vec<String> {
    let mut seen = BTreeMap::<&str, u32>::new();
    for stands in stored {
        let count = seen.entry(&stands.title).or_default();
        *count = count.saturating_add(1);
    }
    let twice = seen.into_iter().filter(|(_, count)| *count > 1);
    twice.map(|(request, count)| format!("I5: {request} was applied {count} times")).collect()
}

/// I1: padded times of one host do not overlap, but for the seats of one slot.
fn double_bookings(stored: &[Stands]) -> Vec<String> {
    let mut of_host = BTreeMap::<&str, Vec<&Stands>>::new();
    for stands in stored.iter().filter(|stands| !stands.is_cancelled) {
        for host in &stands.hosts {
            of_host.entry(host).or_default().push(stands);
        }
    }
    let pairs = of_host.into_iter().flat_map(|(host, all)| clashes(host, &all));
    pairs.chain(overfull(stored)).collect()
}

fn clashes(host: &str, all: &[&Stands]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, first) in all.iter().enumerate() {
        let others = all.iter().skip(at.saturating_add(1));
        let clash = others.filter(|second| slot(first) != slot(second) && overlap(first, second));
        found.extend(clash.map(|second| format!("I1: {host} has both {first:?} and {second:?}")));
    }
    found
}

fn overfull(stored: &[Stands]) -> Vec<String> {
    let mut taken = BTreeMap::<_, u16>::new();
    for stands in stored.iter().filter(|stands| !stands.is_cancelled) {
        let seats = taken.entry(slot(stands)).or_default();
        *seats = seats.saturating_add(1);
    }
    let seats = |calendar: &str| popular(calendar).map_or(0, |popular| popular.seats);
    let overfull = taken.into_iter().filter(|((calendar, ..), taken)| *taken > seats(calendar));
    overfull.map(|(slot, taken)| format!("I1: {slot:?} has {taken} seats taken")).collect()
}

/// Calendar, start, end, owner.
type Slot<'a> = (&'a str, i64, i64, Option<&'a String>);

fn slot(stands: &Stands) -> Slot<'_> {
    (&stands.calendar, stands.start, stands.end, stands.hosts.first())
}

fn overlap(first: &Stands, second: &Stands) -> bool {
    let ((a, b), (c, d)) = (padded(first), padded(second));
    a < d && c < b
}

fn padded(stands: &Stands) -> (i64, i64) {
    let buffer = popular(&stands.calendar).map_or(0, |popular| i64::from(popular.buffer) * 60);
    (stands.start.saturating_sub(buffer), stands.end.saturating_add(buffer))
}

fn popular(calendar: &str) -> Option<&'static Popular> {
    POPULAR.iter().find(|popular| popular.calendar == calendar)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(id: &str, calendar: &str, start: i64, hosts: &[&str]) -> Stands {
        Stands {
            appointment: id.to_owned(),
            title: format!("request {id}"),
            calendar: calendar.to_owned(),
            start,
            end: start + 1800,
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            is_cancelled: false,
        }
    }

    fn booked(call: u64, told: Told) -> [Line; 2] {
        let request = match &told {
            Told::Done(stands) => stands.title.clone(),
            _ => "request a".to_owned(),
        };
        [Line::Asked(call, Asked::Book { request }), Line::Told(call, told)]
    }

    /// The beginnings of the violations.
    fn violations(lines: &[Line], stored: &[Stands]) -> Vec<String> {
        let found = judge(&[lines.to_vec()], stored).violations;
        found.iter().map(|violation| violation.chars().take(2).collect()).collect()
    }

    #[test]
    fn what_was_told_and_is_stored_is_fine() {
        let a = stands("a", "demo", 0, &["ann"]);
        assert_eq!(violations(&booked(1, Told::Done(a.clone())), &[a]), [""; 0]);
    }

    #[test]
    fn i2_lost_invented_and_changed_appointments_are_found() {
        let a = stands("a", "demo", 0, &["ann"]);
        let told = booked(1, Told::Done(a.clone()));
        assert_eq!(violations(&told, &[]), ["I2"]);
        let moved = Stands { start: 900, ..a.clone() };
        assert_eq!(violations(&told, &[moved]), ["I2"]);
        for no in [Told::Overtaken, Told::Failed { kind: String::new() }] {
            assert_eq!(violations(&booked(1, no), std::slice::from_ref(&a)), ["I2"]);
        }
    }

    #[test]
    fn what_is_unknown_may_be_either() {
        let a = stands("a", "demo", 0, &["ann"]);
        for lines in [&booked(1, Told::Unknown)[..], &booked(1, Told::Unknown)[..1]] {
            assert_eq!(violations(lines, std::slice::from_ref(&a)), [""; 0]);
            assert_eq!(violations(lines, &[]), [""; 0]);
        }
        let cancel = Line::Asked(2, Asked::Cancel { appointment: "a".to_owned() });
        let lines = [booked(1, Told::Done(a.clone())).to_vec(), vec![cancel]].concat();
        let cancelled = Stands { is_cancelled: true, ..a.clone() };
        assert_eq!(violations(&lines, std::slice::from_ref(&a)), [""; 0]);
        assert_eq!(violations(&lines, &[cancelled]), [""; 0]);
        assert_eq!(violations(&lines, &[Stands { start: 900, ..a }]), ["I2"]);
    }

    #[test]
    fn i1_times_of_one_host_that_overlap_are_found() {
        let both = |second: Stands| {
            let first = stands("a", "demo", 0, &["ann"]);
            let told = [
                booked(1, Told::Done(first.clone())).to_vec(),
                booked(2, Told::Done(second.clone())).to_vec(),
            ];
            violations(&told.concat(), &[first, second])
        };
        assert_eq!(both(stands("b", "demo", 900, &["ann"])), ["I1"]);
        assert_eq!(both(stands("b", "demo", 1800, &["ann"])), [""; 0]);
        assert_eq!(both(stands("b", "demo", 900, &["ben"])), [""; 0]);
        // Its buffer of five minutes reaches into the first one.
        assert_eq!(both(stands("b", "panel", 1800, &["dora", "ann"])), ["I1"]);
        // One seat, taken twice.
        assert_eq!(both(stands("b", "demo", 0, &["ann"])), ["I1"]);
    }

    #[test]
    fn i5_a_request_that_was_applied_twice_is_found() {
        let a = stands("a", "demo", 0, &["ann"]);
        let again = Stands { start: 7200, end: 9000, appointment: "b".to_owned(), ..a.clone() };
        let told = booked(1, Told::Done(a.clone()));
        assert_eq!(violations(&told, &[a, again]), ["I2", "I5"]);
    }

    #[test]
    fn calls_are_counted_by_what_became_of_them() {
        let lines = [booked(1, Told::Overtaken), booked(2, Told::Unknown)].concat();
        let count = Count { tried: 2, lost: 1, unknown: 1, ..Count::default() };
        assert_eq!(judge(&[lines], &[]).bookings, count);
    }
}
