//! What clocks show, tick by tick.

use chrono_tz::Tz;

use super::places::ahead;

/// What the clocks of a zone show at each tick of a time, in seconds since 1970-01-01 00:00 of
/// their own.
pub(super) struct Clock {
    first: i64,
    tick: i64,
    shown: Vec<i64>,
}

impl Clock {
    /// From the first tick at or after one second, up to another second.
    pub(super) fn new(zone: Tz, tick: i64, (from, to): (i64, i64)) -> Self {
        let first = from + (-from).rem_euclid(tick);
        let mut clock = Self { first, tick, shown: Vec::new() };
        let mut hour = first;
        while hour < to {
            let next = to.min(hour + 3600);
            let (before, after) = (ahead(zone, hour), ahead(zone, next));
            for second in (hour..next).step_by(usize::try_from(tick).unwrap()) {
                // No clock is changed to and fro within an hour.
                let ahead = if before == after { before } else { ahead(zone, second) };
                assert_eq!((second + ahead) % tick, 0, "{zone} at {second}");
                clock.shown.push(second + ahead);
            }
            hour += 3600;
        }
        clock
    }

    /// What they show at a tick.
    pub(super) fn at(&self, second: i64) -> i64 {
        self.shown[self.index(second)]
    }

    /// The number of a tick.
    pub(super) fn index(&self, second: i64) -> usize {
        usize::try_from((second - self.first) / self.tick).unwrap()
    }

    /// All ticks.
    pub(super) fn ticks(&self) -> impl Iterator<Item = i64> {
        (self.first..).step_by(usize::try_from(self.tick).unwrap()).take(self.shown.len())
    }

    /// The ticks, by number, of a window from one wall-clock time to another: from the first at
    /// which clocks have come so far, to the last that they call the end, or to where they jump
    /// over it.
    pub(super) fn window(&self, from: i64, to: i64) -> std::ops::Range<usize> {
        let opens = self.shown.iter().position(|shown| *shown >= from);
        let called = self.shown.iter().rposition(|shown| *shown == to);
        let before = || self.shown.iter().rposition(|shown| *shown < to).map_or(0, |last| last + 1);
        opens.unwrap_or(self.shown.len())..called.unwrap_or_else(before)
    }

    /// In which ways clocks are changed.
    pub(super) fn changes(&self) -> impl Iterator<Item = &'static str> {
        let steps = self.shown.windows(2).map(|two| two[1] - two[0] - self.tick);
        steps.filter(|step| *step != 0).map(|step| match step {
            ..0 if step % 3600 == 0 => "set back by hours",
            ..0 => "set back by minutes",
            86_400.. => "a date is skipped",
            _ if step % 60 != 0 => "set forward by seconds",
            _ if step % 3600 == 0 => "set forward by hours",
            _ => "set forward by minutes",
        })
    }

    /// The first and the last date shown, as days since 1970-01-01.
    pub(super) fn dates(&self) -> (i64, i64) {
        let dates = || self.shown.iter().map(|shown| shown.div_euclid(86_400));
        (dates().min().unwrap(), dates().max().unwrap())
    }
}
