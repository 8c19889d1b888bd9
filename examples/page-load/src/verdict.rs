//! Is each booking that somebody was told of there, once, and nothing else?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// A booking, as its visitor was told of it.
#[derive(Clone, Debug)]
pub(crate) struct Booked {
    pub(crate) address: String,
    /// The start that was told.
    pub(crate) start: String,
    /// The start that was asked for.
    pub(crate) asked: String,
}

/// What is wrong: nothing, if all counts are 0.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Verdict {
    /// Told, but not there.
    missing: usize,
    /// There, but nobody was told of it.
    never_told: usize,
    /// Told, or there, more than once.
    twice: usize,
    /// Told, or there, at another time than was asked for.
    moved: usize,
    /// Hosts who have two at once.
    doubled: usize,
    /// Visitors who were told neither that they have it nor that others were faster.
    unanswered: usize,
    /// Nobody has booked anything: that proves nothing.
    is_empty: bool,
}

impl Verdict {
    /// Of so many visitors, these have booked and so many came too late. `before` are the addresses of
    /// what was there already.
    pub(crate) fn of(
        asked: u64,
        booked: &[Booked],
        lost: usize,
        before: &BTreeSet<String>,
        stored: &[Value],
    ) -> Self {
        let told: BTreeSet<&str> = booked.iter().map(|booked| &*booked.address).collect();
        let starts = starts(stored);
        let known = |address: &&&str| told.contains(**address) || before.contains(**address);
        let asked = usize::try_from(asked).unwrap_or(usize::MAX);
        Self {
            missing: told.iter().filter(|address| !starts.contains_key(**address)).count(),
            never_told: starts.keys().filter(|address| !known(address)).count(),
            twice: (booked.len() - told.len()) + (stored.len() - starts.len()),
            moved: booked.iter().filter(|booked| !booked.is_as_asked(&starts)).count(),
            doubled: doubled(stored),
            unanswered: asked.abs_diff(booked.len() + lost),
            is_empty: booked.is_empty(),
        }
    }

    pub(crate) fn is_right(&self) -> bool {
        *self == Self::default()
    }
}

impl Booked {
    /// What is missing is counted as that.
    fn is_as_asked(&self, stored: &BTreeMap<&str, &str>) -> bool {
        let is_there = stored.get(&*self.address).is_none_or(|start| *start == self.asked);
        is_there && self.start == self.asked
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { missing, never_told, twice, moved, doubled, unanswered, is_empty } = self;
        write!(
            f,
            "{missing} of those told are missing, {never_told} were never told, {twice} are there twice, \
             {moved} at another time than asked, {doubled} hosts have two at once, {unanswered} visitors \
             have no answer"
        )?;
        if *is_empty { f.write_str("; nobody has booked anything") } else { Ok(()) }
    }
}

/// The addresses of all that is stored.
pub(crate) fn addresses(stored: &[Value]) -> BTreeSet<String> {
    starts(stored).into_keys().map(str::to_owned).collect()
}

/// The start of each, by its address.
fn starts(stored: &[Value]) -> BTreeMap<&str, &str> {
    let pairs = stored.iter();
    pairs.map(|appointment| (text(appointment, "address"), text(appointment, "start"))).collect()
}

/// Slots of the calendar lie side by side: two at once have the same start.
fn doubled(stored: &[Value]) -> usize {
    let mut held = BTreeMap::<(&str, &str), usize>::new();
    for appointment in stored {
        let hosts = appointment.get("hosts").and_then(Value::as_array);
        for host in hosts.into_iter().flatten().filter_map(Value::as_str) {
            *held.entry((host, text(appointment, "start"))).or_default() += 1;
        }
    }
    held.values().filter(|count| **count > 1).count()
}

fn text<'a>(appointment: &'a Value, name: &str) -> &'a str {
    appointment.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NINE: &str = "2026-11-24T09:00:00Z";
    const TEN: &str = "2026-11-24T10:00:00Z";

    fn told(address: &str, start: &str) -> Booked {
        let (address, start) = (address.to_owned(), start.to_owned());
        Booked { address, asked: start.clone(), start }
    }

    fn there(address: &str, start: &str, host: &str) -> Value {
        json!({"address": address, "start": start, "hosts": [host]})
    }

    /// Three asked: two have booked, one came too late. One was there before.
    fn verdict(change: impl FnOnce(&mut Vec<Booked>, &mut Vec<Value>)) -> Verdict {
        let mut booked = vec![told("a", NINE), told("b", TEN)];
        let mut stored =
            vec![there("before", NINE, "ann"), there("a", NINE, "ben"), there("b", TEN, "ann")];
        change(&mut booked, &mut stored);
        Verdict::of(3, &booked, 1, &BTreeSet::from(["before".to_owned()]), &stored)
    }

    #[test]
    fn what_was_told_and_is_there_is_right() {
        let verdict = verdict(|_, _| ());
        assert_eq!(verdict, Verdict::default());
        assert!(verdict.is_right());
    }

    #[test]
    fn one_that_is_missing_is_noticed() {
        let verdict = verdict(|_, stored| drop(stored.pop()));
        assert_eq!(verdict, Verdict { missing: 1, ..Verdict::default() });
        assert!(!verdict.is_right());
    }

    #[test]
    fn one_of_which_nobody_was_told_is_noticed() {
        let verdict = verdict(|_, stored| stored.push(there("c", TEN, "cleo")));
        assert_eq!(verdict, Verdict { never_told: 1, ..Verdict::default() });
        assert!(!verdict.is_right());
    }

    #[test]
    fn one_that_is_told_or_there_twice_is_noticed() {
        let verdict_of_told = verdict(|booked, _| booked[1] = booked[0].clone());
        assert_eq!(verdict_of_told, Verdict { twice: 1, never_told: 1, ..Verdict::default() });
        let verdict_of_stored = verdict(|_, stored| stored.push(there("b", TEN, "cleo")));
        assert_eq!(verdict_of_stored, Verdict { twice: 1, ..Verdict::default() });
        assert!(!verdict_of_told.is_right() && !verdict_of_stored.is_right());
    }

    #[test]
    fn a_host_who_has_two_at_once_is_noticed() {
        let verdict = verdict(|_, stored| stored[1] = there("a", NINE, "ann"));
        assert_eq!(verdict, Verdict { doubled: 1, ..Verdict::default() });
        assert!(!verdict.is_right());
    }

    #[test]
    fn another_time_than_was_asked_for_is_noticed() {
        let told = verdict(|booked, _| booked[0].start = TEN.to_owned());
        let stored = verdict(|_, stored| stored[1] = there("a", TEN, "ben"));
        for verdict in [told, stored] {
            assert_eq!(verdict, Verdict { moved: 1, ..Verdict::default() });
            assert!(!verdict.is_right());
        }
    }

    #[test]
    fn who_has_no_answer_and_who_has_two_are_noticed() {
        let (booked, stored) = ([told("a", NINE)], [there("a", NINE, "ann")]);
        for (asked, lost) in [(3, 1), (1, 1)] {
            let verdict = Verdict::of(asked, &booked, lost, &BTreeSet::new(), &stored);
            assert_eq!(verdict, Verdict { unanswered: 1, ..Verdict::default() });
            assert!(!verdict.is_right());
        }
    }

    #[test]
    fn where_nobody_has_booked_nothing_is_proved() {
        let verdict = Verdict::of(2, &[], 2, &BTreeSet::new(), &[]);
        assert_eq!(verdict, Verdict { is_empty: true, ..Verdict::default() });
        assert!(!verdict.is_right());
    }
}
