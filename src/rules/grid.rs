//! The grid of starts: wall-clock times in the calendar's zone.

use chrono::{DateTime, Timelike, Utc};

use super::wall_clock::{DAY, Steady, WallClock};
use crate::words::{DateRange, EARLIEST_SECOND, LATEST_SECOND, SlotSettings, Zone, check_instant};

/// The starts of the grid in `[from, to)`, sorted, each once, from 1970 until
/// 2200-01-01T00:00:00Z.
///
/// A start is an instant at which clocks in the calendar's zone show `offset + k × every` minutes
/// after midnight. A wall-clock time that is repeated is a start twice, one that is skipped never.
/// The number of starts is bounded by the caller's choice of range.
#[must_use]
pub fn starts(
    zone: Zone,
    slot: &SlotSettings,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    // An instant between two seconds is no start: the first second after it may be.
    let whole = |at: DateTime<Utc>| {
        let begun = i64::from(at.timestamp_subsec_nanos() > 0);
        at.timestamp().saturating_add(begun).clamp(EARLIEST_SECOND, LATEST_SECOND + 1)
    };
    let grid = Grid::new(zone, slot, (whole(from), whole(to)));
    grid.starts().filter_map(|second| DateTime::from_timestamp(second, 0)).collect()
}

/// Whether an instant is a start of the grid: exactly if [`starts`] would list it.
#[must_use]
pub fn is_start(zone: Zone, slot: &SlotSettings, instant: DateTime<Utc>) -> bool {
    let local = zone.local(instant);
    let minute = local.hour() * 60 + local.minute();
    check_instant(instant).is_ok()
        && local.second() == 0
        && minute
            .checked_sub(slot.offset().minutes().into())
            .is_some_and(|after| after % u32::from(slot.every().minutes()) == 0)
}

/// Starts at one distance from each other.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: i64,
    /// Where the start after the last would be.
    end: i64,
    /// The number of the first start.
    index: usize,
}

impl Run {
    /// The number of the first start at or after a second; that after the last, if none is.
    #[inline]
    fn first_from(self, second: i64, step: Step) -> usize {
        self.index + step.up(second.min(self.end).max(self.first).abs_diff(self.first))
    }
}

/// The distance between starts.
#[derive(Clone, Copy, Debug)]
struct Step {
    seconds: u64,
    /// 2⁶⁴ / `seconds`, rounded up: to divide by multiplying.
    inverse: u64,
}

impl Step {
    fn new(seconds: u64) -> Self {
        Self { seconds, inverse: u64::MAX / seconds.max(2) + 1 }
    }

    /// How many steps are needed to come so far. Exact below 2⁴⁷ seconds, since a step is at most a
    /// day.
    #[inline]
    fn up(self, seconds: u64) -> usize {
        let steps = (u128::from(seconds + self.seconds - 1) * u128::from(self.inverse)) >> 64;
        usize::try_from(steps).unwrap_or(usize::MAX)
    }
}

/// The starts of a range, numbered from 0 in order.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    clock: WallClock,
    every: i64,
    step: Step,
    runs: Vec<Run>,
    len: usize,
}

impl Grid {
    /// The starts in `[from, to)`, in Unix seconds.
    pub(super) fn new(zone: Zone, slot: &SlotSettings, (from, to): (i64, i64)) -> Self {
        let every = i64::from(slot.every().minutes()) * 60;
        let mut grid = Self {
            clock: WallClock::new(zone, from, to),
            every,
            step: Step::new(every.unsigned_abs()),
            runs: Vec::with_capacity(4),
            len: 0,
        };
        let steady = grid.clock.steady().to_vec();
        for steady in steady {
            let inside =
                Steady { start: steady.start.max(from), end: steady.end.min(to), ..steady };
            grid.extend(inside, i64::from(slot.offset().minutes()) * 60);
        }
        grid
    }

    /// Adds the starts of a time in which clocks are steady.
    fn extend(&mut self, steady: Steady, offset: i64) {
        if steady.end <= steady.start {
            return;
        }
        // A grid that goes on over midnight as it came is one run, however many days it has.
        if DAY % self.every == 0 && offset < self.every {
            return self.push(offset - steady.ahead, steady.start, steady.end);
        }
        let days = |second: i64| (second + steady.ahead).div_euclid(DAY);
        for day in days(steady.start)..=days(steady.end) {
            let midnight = day * DAY - steady.ahead;
            let next = (midnight + DAY).min(steady.end);
            self.push(midnight + offset, steady.start.max(midnight + offset), next);
        }
    }

    /// Adds the starts in `[from, to)` that lie a multiple of the step from `anchor`.
    fn push(&mut self, anchor: i64, from: i64, to: i64) {
        let first = from + (anchor - from).rem_euclid(self.every);
        if first >= to {
            return;
        }
        let count = (to - 1 - first) / self.every + 1;
        let end = first + count * self.every;
        match self.runs.last_mut() {
            // Clocks that shift by some steps go on with the grid as it was.
            Some(last) if last.end == first => last.end = end,
            _ => self.runs.push(Run { first, end, index: self.len }),
        }
        self.len = self.len.saturating_add(usize::try_from(count).unwrap_or(0));
    }

    /// How many starts there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// All starts, in Unix seconds, in order.
    pub(super) fn starts(&self) -> impl Iterator<Item = i64> {
        let step = usize::try_from(self.every).unwrap_or(1);
        self.runs.iter().flat_map(move |run| (run.first..run.end).step_by(step))
    }

    /// The start of a number.
    pub(super) fn start(&self, index: usize) -> Option<i64> {
        let after = self.runs.partition_point(|run| run.index <= index);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let after = i64::try_from(index - run.index).ok()?;
        (index < self.len).then(|| run.first + after * self.every)
    }

    /// The number of the first start at or after a second; how many there are, if none is.
    pub(super) fn first_from(&self, second: i64) -> usize {
        run_at(&self.runs, second).map_or(0, |run| run.first_from(second, self.step))
    }

    /// Gives for each `[from, to)` the numbers of the starts in it.
    #[inline]
    pub(super) fn each_between(
        &self,
        times: impl Iterator<Item = (i64, i64)>,
        mut then: impl FnMut(usize, usize),
    ) {
        // What nearly all calendars have is asked once, not for each time.
        if let [run] = *self.runs.as_slice() {
            let step = self.step;
            for (from, to) in times {
                then(run.first_from(from, step), run.first_from(to, step));
            }
        } else {
            times.for_each(|(from, to)| then(self.first_from(from), self.first_from(to)));
        }
    }

    /// The numbers of the starts that lie on dates of the zone. More than one stretch if clocks
    /// shift then.
    pub(super) fn on(&self, dates: DateRange) -> impl Iterator<Item = std::ops::Range<usize>> {
        let midnight = |date: chrono::NaiveDate| date.and_time(chrono::NaiveTime::MIN).and_utc();
        let from = midnight(dates.from()).timestamp();
        let to = midnight(dates.to()).timestamp().saturating_add(DAY);
        self.clock.readings(from, to).map(|(from, to)| self.first_from(from)..self.first_from(to))
    }
}

/// The last run that has begun at a second; if none has, the first.
///
/// Where there are many runs, each is a day: so it is found by a guess, which is wrong by as many runs
/// at most as clocks have shifted since the first.
fn run_at(runs: &[Run], second: i64) -> Option<&Run> {
    let first = runs.first()?.first;
    let days = second.max(first).abs_diff(first) / DAY.unsigned_abs();
    let mut at = usize::try_from(days).unwrap_or(usize::MAX).min(runs.len() - 1);
    while at > 0 && runs.get(at).is_some_and(|run| second < run.first) {
        at -= 1;
    }
    while runs.get(at + 1).is_some_and(|next| next.first <= second) {
        at += 1;
    }
    runs.get(at)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::words::{GridOffset, GridStep, SlotLength};

    fn slot(every: u16, offset: u16) -> SlotSettings {
        let length = SlotLength::new(30).unwrap();
        SlotSettings::new(length, GridStep::new(every).unwrap())
            .with_offset(GridOffset::new(offset).unwrap())
    }

    fn utc(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::new(name).unwrap()
    }

    #[track_caller]
    fn assert_starts(name: &str, slot: SlotSettings, from: &str, to: &str, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|text| utc(text)).collect();
        assert_eq!(starts(zone(name), &slot, utc(from), utc(to)), expected);
    }

    #[test]
    fn the_grid_begins_anew_at_every_local_midnight() {
        assert_starts(
            "Asia/Kolkata",
            slot(7 * 60, 30),
            "2026-11-01T00:00",
            "2026-11-02T00:00",
            // 07:30, 14:30 and 21:30, then 00:30 of the next date.
            &["2026-11-01T02:00", "2026-11-01T09:00", "2026-11-01T16:00", "2026-11-01T19:00"],
        );
    }

    #[test]
    fn a_query_takes_its_first_instant_and_not_its_last() {
        assert_starts(
            "UTC",
            slot(30, 0),
            "2026-11-01T09:00",
            "2026-11-01T09:30",
            &["2026-11-01T09:00"],
        );
        assert_starts("UTC", slot(30, 0), "2026-11-01T09:00", "2026-11-01T09:00", &[]);
    }

    #[test]
    fn both_readings_of_a_repeated_time_are_starts() {
        assert_starts(
            "America/New_York",
            slot(60, 30),
            "2026-11-01T04:00",
            "2026-11-01T08:00",
            &["2026-11-01T04:30", "2026-11-01T05:30", "2026-11-01T06:30", "2026-11-01T07:30"],
        );
    }

    #[test]
    fn skipped_times_are_no_starts() {
        assert_starts(
            "Australia/Lord_Howe",
            slot(15, 0),
            "2026-10-03T15:15",
            "2026-10-03T15:45",
            // 01:45, then 02:30: 02:00 and 02:15 are skipped.
            &["2026-10-03T15:15", "2026-10-03T15:30"],
        );
        assert_starts("Africa/Cairo", slot(1440, 0), "2026-04-23T00:00", "2026-04-24T12:00", &[]);
        assert_starts(
            "Pacific/Apia",
            slot(720, 0),
            "2011-12-29T12:00",
            "2011-12-31T00:00",
            // Noon of the 29th is 22:00 UTC; midnight of the 31st follows that of the 30th at once.
            &["2011-12-29T22:00", "2011-12-30T10:00", "2011-12-30T22:00"],
        );
    }

    #[test]
    fn the_list_and_the_question_agree_at_every_minute() {
        for (name, from) in [
            ("America/Havana", "2026-10-31T00:00"),
            ("America/Sao_Paulo", "2018-02-16T00:00"),
            ("Africa/Monrovia", "1972-01-06T00:00"),
            ("Pacific/Apia", "2011-12-29T00:00"),
            ("Asia/Kathmandu", "2026-05-01T00:00"),
        ] {
            for slot in [slot(15, 0), slot(50, 20), slot(1, 1439), slot(1440, 30)] {
                let (from, zone) = (utc(from), zone(name));
                let to = from + TimeDelta::days(3);
                let listed = starts(zone, &slot, from, to);
                let half_minutes = (0..3 * 2880).map(|half| from + TimeDelta::seconds(half * 30));
                let asked: Vec<_> = half_minutes.filter(|at| is_start(zone, &slot, *at)).collect();
                assert_eq!(listed, asked, "{name}");
            }
        }
    }

    #[test]
    fn starts_are_found_by_second_as_by_looking_through_all() {
        let from = utc("2026-03-01T05:20").timestamp();
        let range = (from, from + 300 * DAY);
        for name in ["UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"] {
            for slot in [slot(15, 0), slot(50, 10), slot(60, 0), slot(1440, 0), slot(1440, 90)] {
                let grid = Grid::new(zone(name), &slot, range);
                let all: Vec<_> = grid.starts().collect();
                assert!(all.is_sorted() && all.len() == grid.len(), "{name}");
                for second in (from - DAY..range.1 + DAY).step_by(997) {
                    let number = grid.first_from(second);
                    assert_eq!(number, all.partition_point(|at| *at < second), "{name} {second}");
                    assert_eq!(grid.start(number), all.get(number).copied(), "{name} {second}");
                }
            }
        }
        // Where quarters of hours go on over shifts of clocks, one run is all.
        let quarters = Grid::new(zone("America/New_York"), &slot(15, 0), range);
        assert_eq!((quarters.runs.len(), quarters.clock.steady().len()), (1, 3));
    }

    #[test]
    fn any_instant_can_be_asked_about() {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let slot = slot(1440, 0);
        assert!(!is_start(Zone::UTC, &slot, first) && !is_start(Zone::UTC, &slot, last));
        let all = starts(Zone::UTC, &slot, first, last);
        assert_eq!(all.len(), 84_007);
        assert!(all.iter().all(|start| is_start(Zone::UTC, &slot, *start)));
        assert!(!is_start(Zone::UTC, &slot, utc("2026-11-01T00:00") + TimeDelta::nanoseconds(1)));
    }
}
