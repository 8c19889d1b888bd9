//! Turns that changes under way are about to give away.
//!
//! Bookings that choose at the same time would all choose the host who is next, and all but one
//! would have to begin anew. So whoever chooses counts what others of this instance have just chosen
//! as if it were given. Nothing rests on it but the choice: if a change fails after all, a host has
//! their turn a little later.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::words::{CalendarRef, UserId};

/// How many turns each host is about to get.
pub(crate) type Turns = BTreeMap<UserId, u32>;

/// The turns that one instance is about to give away.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<BTreeMap<CalendarRef, Turns>>);

/// A turn that is about to be given; it is over when this is dropped.
pub(crate) struct Turn<'a> {
    under_way: &'a UnderWay,
    calendar: CalendarRef,
    host: UserId,
}

impl UnderWay {
    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<CalendarRef, Turns>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turns of a calendar that are under way.
    pub(crate) fn of(&self, calendar: &CalendarRef) -> Turns {
        self.lock().get(calendar).cloned().unwrap_or_default()
    }

    /// Chooses by the turns under way, and notes whose turn it is. Those who were under way
    /// `before` rows were read count, too: what the rows say may be older than their commit.
    pub(crate) fn choose<T>(
        &self,
        calendar: &CalendarRef,
        before: &Turns,
        choose: impl FnOnce(&Turns) -> Option<T>,
        host: impl FnOnce(&T) -> Option<&UserId>,
    ) -> Option<(T, Option<Turn<'_>>)> {
        let mut all = self.lock();
        let mut others = all.get(calendar).cloned().unwrap_or_default();
        for (host, turns) in before {
            let known = others.entry(host.clone()).or_default();
            *known = (*known).max(*turns);
        }
        let chosen = choose(&others)?;
        let turn = host(&chosen).map(|host| {
            let turns = all.entry(calendar.clone()).or_default().entry(host.clone()).or_default();
            *turns = turns.saturating_add(1);
            Turn { under_way: self, calendar: calendar.clone(), host: host.clone() }
        });
        Some((chosen, turn))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut all = self.under_way.lock();
        let Some(turns) = all.get_mut(&self.calendar) else { return };
        match turns.get_mut(&self.host) {
            Some(count) if *count > 1 => *count -= 1,
            _ => _ = turns.remove(&self.host),
        }
        if turns.is_empty() {
            all.remove(&self.calendar);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{AccountId, CalendarId};

    fn calendar(id: &str) -> CalendarRef {
        CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new(id).unwrap())
    }

    fn host(id: &str) -> UserId {
        UserId::new(id).unwrap()
    }

    fn give<'a>(under_way: &'a UnderWay, id: &str) -> (Turns, Turn<'a>) {
        let mut seen = Turns::new();
        let choose = |others: &Turns| {
            seen = others.clone();
            Some(host(id))
        };
        let chosen = under_way.choose(&calendar("demo"), &Turns::new(), choose, |user| Some(user));
        (seen, chosen.unwrap().1.unwrap())
    }

    #[test]
    fn a_turn_is_seen_by_others_of_the_calendar_until_it_is_over() {
        let under_way = UnderWay::default();
        let (others, first) = give(&under_way, "a");
        assert_eq!(others, Turns::new(), "nobody else is under way");
        let (others, second) = give(&under_way, "a");
        assert_eq!(others, Turns::from([(host("a"), 1)]));
        assert_eq!(under_way.of(&calendar("demo")), Turns::from([(host("a"), 2)]));
        assert_eq!(under_way.of(&calendar("other")), Turns::new());
        drop(first);
        assert_eq!(under_way.of(&calendar("demo")), Turns::from([(host("a"), 1)]));
        drop(second);
        assert!(under_way.lock().is_empty(), "nothing is left behind");
    }

    #[test]
    fn turns_that_were_under_way_before_rows_were_read_count() {
        let under_way = UnderWay::default();
        let (_, turn) = give(&under_way, "a");
        let before = under_way.of(&calendar("demo"));
        drop(turn);
        let (_, _other) = give(&under_way, "b");
        let both = Turns::from([(host("a"), 1), (host("b"), 1)]);
        let same = |others: &Turns| (*others == both).then_some(());
        assert!(under_way.choose(&calendar("demo"), &before, same, |()| None).is_some());
    }

    #[test]
    fn who_was_under_way_before_and_still_is_counts_once() {
        let under_way = UnderWay::default();
        let (_, first) = give(&under_way, "a");
        let _second = give(&under_way, "a");
        let before = Turns::from([(host("a"), 3), (host("b"), 1)]);
        drop(first);
        let _third = give(&under_way, "b");
        let _fourth = give(&under_way, "b");
        let larger = Turns::from([(host("a"), 3), (host("b"), 2)]);
        let same = |others: &Turns| (*others == larger).then_some(());
        assert!(under_way.choose(&calendar("demo"), &before, same, |()| None).is_some());
    }
}
