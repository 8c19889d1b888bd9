//! Invariants of limits.

use super::super::view::View;
use crate::rules::limits::{Counter, Counts, last_date};
use crate::services::CountingRow;

/// I2: the counters of a calendar with limits are made, and say what a recount says of all periods
/// that are not over.
pub(super) fn counters_are_right(view: &View) -> Option<String> {
    view.counted.iter().find_map(|(counting, counts)| {
        let calendar = &counting.calendar;
        if counting.counters.is_none() {
            return Some(format!("the counters of {calendar:?} are not made"));
        }
        let ahead = |counts: &Counts| -> Counts {
            let counts = counts.iter().filter(|(counter, _)| is_ahead(view, counting, counter));
            counts.map(|(counter, count)| (counter.clone(), *count)).collect()
        };
        let live = view.appointments.iter().filter(|booked| booked.status.is_live());
        let expected = counting.counts(live.filter(|booked| booked.calendar() == calendar));
        let (expected, counts) = (ahead(&expected), ahead(counts));
        let wrong = expected.keys().chain(counts.keys());
        let wrong = wrong.into_iter().find(|one| expected.get(one) != counts.get(one))?;
        let says = |counts: &Counts| counts.get(wrong).copied().unwrap_or_default();
        let (says, are) = (says(&counts), says(&expected));
        Some(format!("{wrong:?} of {calendar:?} counts {says}, and there are {are}"))
    })
}

fn is_ahead(view: &View, counting: &CountingRow, counter: &Counter) -> bool {
    let today = counting.zone.date(view.now);
    last_date(counter.period, counter.first).is_none_or(|last| today <= last)
}
