//! What clocks of a zone show over a range, found out once: after that, wall-clock times become
//! instants by addition.

use crate::words::Zone;

/// One day of 24 hours, in seconds.
pub(super) const DAY: i64 = 86_400;
/// Between two transitions of one zone lie at least six days, from 1970 on; so a look every four
/// days misses none.
const STRIDE: i64 = 4 * DAY;
/// Local dates at the edges of the range begin and end outside it.
const MARGIN: i64 = 3 * DAY;

/// A time in which clocks keep one distance from UTC: Unix seconds, and seconds ahead of UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Steady {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) ahead: i64,
}

/// The clocks of a zone over a range, and some days around it. The first and the last steady time
/// reach on without end.
///
/// Local seconds count from 1970-01-01T00:00 on the wall clock.
#[derive(Clone, Debug)]
pub(super) struct WallClock {
    steady: Vec<Steady>,
}

impl WallClock {
    /// Looks at the clocks of a zone over `[from, to)`, in Unix seconds.
    pub(super) fn new(zone: Zone, from: i64, to: i64) -> Self {
        let end = to.saturating_add(MARGIN);
        let mut at = from.saturating_sub(MARGIN);
        let mut last = Steady { start: i64::MIN, end: i64::MAX, ahead: zone.offset_at(at) };
        let mut steady = Vec::with_capacity(4);
        while at < end {
            let next = at.saturating_add(STRIDE).min(end);
            let ahead = zone.offset_at(next);
            if ahead != last.ahead {
                let turn = transition(zone, at, next);
                steady.push(Steady { end: turn, ..last });
                last = Steady { start: turn, ahead, ..last };
            }
            at = next;
        }
        steady.push(last);
        Self { steady }
    }

    /// The steady times, in order, without a gap between them.
    pub(super) fn steady(&self) -> &[Steady] {
        &self.steady
    }

    /// When something opens that opens at a local second: in a gap the transition, in a fold the
    /// earlier reading.
    pub(super) fn opening(&self, local: i64) -> i64 {
        let reached =
            self.steady.iter().find(|steady| local.saturating_sub(steady.ahead) < steady.end);
        reached.map_or(i64::MAX, |steady| local.saturating_sub(steady.ahead).max(steady.start))
    }

    /// When something closes that closes at a local second: in a gap the transition, in a fold the
    /// later reading.
    pub(super) fn closing(&self, local: i64) -> i64 {
        let mut latest_first = self.steady.iter().rev();
        let begun = latest_first.find(|steady| steady.start <= local.saturating_sub(steady.ahead));
        begun.map_or(i64::MIN, |steady| local.saturating_sub(steady.ahead).min(steady.end))
    }

    /// The times at which clocks show something from one local second up to another: a stretch for
    /// each steady time, in order.
    pub(super) fn readings(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> {
        let stretch = move |steady: &Steady| {
            let start = from.saturating_sub(steady.ahead).max(steady.start);
            let end = to.saturating_sub(steady.ahead).min(steady.end);
            (start < end).then_some((start, end))
        };
        self.steady.iter().filter_map(stretch)
    }
}

/// The first second from which clocks have the distance that they have at `after`.
fn transition(zone: Zone, mut before: i64, mut after: i64) -> i64 {
    let new = zone.offset_at(after);
    while after.saturating_sub(before) > 1 {
        let middle = before.midpoint(after);
        if zone.offset_at(middle) == new {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn local(second: i64) -> chrono::NaiveDateTime {
        DateTime::from_timestamp(second, 0).unwrap().naive_utc()
    }

    #[test]
    fn it_agrees_with_the_zone_itself_around_every_transition() {
        for zone in chrono_tz::TZ_VARIANTS {
            let zone = Zone::new(zone.name()).unwrap();
            // 1970 to 2037, a year more on each side.
            let clock = WallClock::new(zone, 0, 68 * 366 * DAY);
            for steady in clock.steady().iter().skip(1) {
                for around in (-14..=14).map(|quarters| steady.start + quarters * 900) {
                    assert_eq!(
                        clock.steady().iter().rfind(|s| s.start <= around).unwrap().ahead,
                        zone.offset_at(around),
                        "{zone} {around}"
                    );
                    let shown = around + steady.ahead;
                    let (opening, closing) =
                        (zone.opening(local(shown)), zone.closing(local(shown)));
                    assert_eq!(clock.opening(shown), opening.timestamp(), "{zone} {around}");
                    assert_eq!(clock.closing(shown), closing.timestamp(), "{zone} {around}");
                    let readings: Vec<_> =
                        zone.readings(local(shown)).map(|at| at.timestamp()).collect();
                    let found: Vec<_> =
                        clock.readings(shown, shown + 1).map(|(at, _)| at).collect();
                    assert_eq!(found, readings, "{zone} {around}");
                }
            }
        }
    }

    #[test]
    fn it_misses_no_transition() {
        for zone in chrono_tz::TZ_VARIANTS {
            let zone = Zone::new(zone.name()).unwrap();
            let end = 68 * 366 * DAY;
            let clock = WallClock::new(zone, 0, end);
            let mut steady = clock.steady().iter().peekable();
            for at in (0..end).step_by(6 * 3600) {
                while steady.peek().is_some_and(|steady| steady.end <= at) {
                    steady.next();
                }
                let found = steady.peek().unwrap();
                assert_eq!(found.ahead, zone.offset_at(at), "{zone} {at}");
            }
        }
    }

    #[test]
    fn a_short_range_knows_the_days_around_it() {
        let zone = Zone::new("America/New_York").unwrap();
        let monday = DateTime::from_timestamp(1_793_577_600, 0).unwrap() + TimeDelta::days(1);
        assert_eq!(monday.to_string(), "2026-11-03 00:00:00 UTC");
        let clock = WallClock::new(zone, monday.timestamp(), monday.timestamp() + 1);
        assert_eq!(clock.steady().len(), 2);
    }
}
