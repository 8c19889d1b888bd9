//! Which starts a host can take a new slot at: a row of bits, from their hours down.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::bits::{self, Eraser};
use super::super::grid::Grid;
use super::super::host_times::HostTimes;
use super::super::open_time::hours_on_clock;
use super::super::slot_rules::SlotRules;
use super::super::spans::Span;
use super::super::wall_clock::WallClock;
use crate::words::{
    DateRange, EARLIEST_SECOND, Interval, LATEST_SECOND, Occupancy, WeeklyHours, Window, Zone,
};

/// Hours without time off: what many hosts have in common.
type Schedule<'a> = (Zone, &'a WeeklyHours, &'a BTreeMap<NaiveDate, Vec<Window>>);

/// For how many schedules a row is kept. If hosts have more, theirs are made anew each time: that takes
/// longer, but neither memory nor the search grows with them.
const KEPT_SCHEDULES: usize = 64;

/// The starts of one question, and what is the same for many hosts.
pub(super) struct Sheet<'a> {
    rules: &'a SlotRules,
    range: Interval,
    grid: Grid,
    words: usize,
    /// Seconds of a slot, and of its buffers.
    length: i64,
    before: i64,
    after: i64,
    /// The starts that notice, window and the calendar's limits let be booked.
    admitted: Vec<u64>,
    clocks: BTreeMap<Zone, WallClock>,
    /// Where the row of a schedule begins in `open`.
    schedules: BTreeMap<Schedule<'a>, usize>,
    /// For each schedule, the admitted starts whose slot lies in one open interval.
    open: Vec<u64>,
    eraser: Eraser,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(rules: &'a SlotRules, range: Interval, now: DateTime<Utc>) -> Self {
        let grid = Grid::new(rules.zone(), rules.slot(), range.into());
        let words = bits::words(grid.len());
        let mut sheet = Self {
            rules,
            range,
            grid,
            words,
            length: rules.slot().length().elapsed().num_seconds(),
            before: rules.slot().before().elapsed().num_seconds(),
            after: rules.slot().after().elapsed().num_seconds(),
            admitted: vec![0; words],
            clocks: BTreeMap::new(),
            schedules: BTreeMap::new(),
            open: Vec::new(),
            eraser: Eraser::new(words),
        };
        sheet.admit(now);
        sheet
    }

    fn admit(&mut self, now: DateTime<Utc>) {
        let (rules, grid) = (self.rules, &self.grid);
        // With its buffers a slot lies in the years that the crate works with.
        let first = rules.first_with_notice(now).max(EARLIEST_SECOND + self.before);
        let end = rules.end_of_window(now).min(LATEST_SECOND - self.length - self.after + 1);
        let (first, end) = (grid.first_from(first), grid.first_from(end));
        match rules.window_dates() {
            None => bits::set_all(&mut self.admitted, first..end),
            Some(dates) => {
                for on in grid.on(dates) {
                    bits::set_all(&mut self.admitted, on.start.max(first)..on.end.min(end));
                }
            }
        }
        for full in rules.full_dates().iter().flat_map(|dates| grid.on(*dates)) {
            self.eraser.clear(&mut self.admitted, full.start, full.end);
        }
        self.eraser.finish(&mut self.admitted);
    }

    pub(super) const fn words(&self) -> usize {
        self.words
    }

    pub(super) fn admitted(&self) -> &[u64] {
        &self.admitted
    }

    pub(super) fn into_grid(self) -> Grid {
        self.grid
    }

    /// Fills a row with the starts at which a host can take a new slot: it lies inside one open
    /// interval, and with its buffers it meets nothing else.
    pub(super) fn fill(&mut self, host: &HostTimes<'a>, row: &mut [u64]) {
        let Some(busy) = host.busy().filter(|_| host.takes_new_slots()) else {
            return row.fill(0);
        };
        self.open(host, row);
        let Self { grid, eraser, length, .. } = self;
        for full in host.full_dates().iter().flat_map(|dates| grid.on(*dates)) {
            eraser.clear(row, full.start, full.end);
        }
        // A slot that starts at `t` meets `[s, e)` if `t < e` and `s < t + length`, without or
        // with buffers.
        for off in host.hours().time_off() {
            let (start, end) = (*off).into();
            eraser.clear(row, grid.first_from(start - *length + 1), grid.first_from(end));
        }
        self.block(row, busy.iter().copied());
        self.block(row, host.occupied().iter().map(Occupancy::padded));
        self.eraser.finish(row);
    }

    /// Clears the starts whose slot, with its buffers, meets one of the intervals.
    fn block(&mut self, row: &mut [u64], blocked: impl Iterator<Item = Interval>) {
        let (reach, before) = (self.length + self.after - 1, self.before);
        let met = blocked.map(move |blocked| {
            let (start, end) = blocked.into();
            (start - reach, end + before)
        });
        self.grid.each_between(met, |from, to| self.eraser.clear(row, from, to));
    }

    /// Fills a row with the admitted starts whose slot lies in one open interval, before time off.
    fn open(&mut self, host: &HostTimes<'a>, row: &mut [u64]) {
        let hours = host.hours();
        let schedule = (hours.zone(), hours.weekly(), hours.overrides());
        let known = self.schedules.get(&schedule);
        if let Some(known) = known.and_then(|at| self.open.get(*at..at + self.words)) {
            return row.copy_from_slice(known);
        }
        let (from, to) = self.range.into();
        let to = to + self.length;
        let clock = self.clocks.entry(hours.zone());
        let clock = clock.or_insert_with(|| WallClock::new(hours.zone(), from, to));
        row.fill(0);
        for open in hours_on_clock(clock, hours, Span { start: from, end: to }) {
            let first = self.grid.first_from(open.start);
            bits::set_all(row, first..self.grid.first_from(open.end - self.length + 1).max(first));
        }
        row.iter_mut().zip(&self.admitted).for_each(|(open, admitted)| *open &= admitted);
        if self.schedules.len() < KEPT_SCHEDULES {
            self.schedules.insert(schedule, self.open.len());
            self.open.extend_from_slice(row);
        }
    }

    /// The slots of the calendar on the grid that a host sits in, whatever else they do then: which
    /// start, and the occupancy. Those that notice, window or the calendar's limits keep from being
    /// booked are left out.
    pub(super) fn sits_in<'h>(
        &self,
        host: &'h HostTimes<'_>,
    ) -> impl Iterator<Item = (usize, &'h Occupancy)> {
        let (from, to) = self.range.into();
        let sits = move |held: &&Occupancy| {
            let (start, end) = held.core().into();
            let fits = from <= start && start < to && end - start == self.length;
            fits && held.calendar() == self.rules.calendar()
        };
        host.occupied().iter().filter(sits).filter_map(|held| {
            let (start, _) = held.core().into();
            let at = self.grid.first_from(start);
            let on_grid = self.grid.start(at) == Some(start);
            (on_grid && bits::has(&self.admitted, at)).then_some((at, held))
        })
    }

    /// Whether a limit of the host's keeps a start from being booked.
    pub(super) fn is_full(&self, host: &HostTimes<'_>, at: usize) -> bool {
        let on = |dates: &DateRange| self.grid.on(*dates).any(|stretch| stretch.contains(&at));
        host.full_dates().iter().any(on)
    }
}
