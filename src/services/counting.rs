//! Counting appointments against limits: rows that exist only where a limit does.
//!
//! A calendar with limits has one row that says what is counted and whether the counters are made.
//! Every change of an appointment checks that row, so none can miss that counting began. Once the
//! counters are made, each appointment writes those it counts in, and two that want the last place
//! meet there. Until then the calendar is counted by reading, and each change writes the one row:
//! they come one after the other, and the count that is being made is noticed to be old.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::booked_on::booked_on;
use super::core::Core;
use super::counters::CounterRow;
pub(crate) use super::counters::Step;
use super::keys::RowKey;
use super::planner::Planner;
use super::records::{Booked, Record};
use super::retention::Retention;
use crate::error::{Conflict, Error, Fault};
use crate::rules::limits::{
    Counter, Counts, FullDates, Kind, counters, first_date, full_dates, keeper, kept_alone, kinds,
    last_date,
};
use crate::words::{
    AppointmentId, Calendar, CalendarRef, Interval, MAX_COLLECTIVE_HOSTS_WITH_LIMITS, UserId, Zone,
};

/// Rows of counters, by the counter that the others are kept with.
pub(crate) type CounterRows = BTreeMap<Counter, CounterRow>;

/// What is counted of a calendar's appointments.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountingRow {
    pub(crate) calendar: CalendarRef,
    /// In each sort of period, by local dates of `zone`.
    pub(crate) kinds: BTreeSet<Kind>,
    pub(crate) zone: Zone,
    /// Names the counters. `None`: they are not made yet.
    pub(crate) counters: Option<Uuid>,
    /// Changes with every change of an appointment while the counters are not made.
    pub(crate) revision: Uuid,
    /// When the counters are to be made, or old ones to be removed.
    pub(crate) due: Option<DateTime<Utc>>,
}

impl Record for CountingRow {
    fn due(&self, _: &Retention) -> Option<DateTime<Utc>> {
        self.due
    }
}

/// A calendar is written: its appointments are counted by its new limits, from now on or as soon as
/// the counters are made.
pub(crate) async fn set_limits(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    is_new: bool,
) -> Result<(), Fault> {
    let id = calendar.as_ref();
    let (row, kinds) = (planner.keys.counting(&id), kinds(&calendar.limits_in_force()));
    // If nothing changes nobody else has to wait; if it does, the row is written, and so checked.
    match planner.peek(&row).await? {
        None if kinds.is_empty() => return Ok(()),
        Some(known) if known.kinds == kinds && known.zone == calendar.zone => return Ok(()),
        _ => {}
    }
    let revision = planner.id.as_uuid();
    // Where nothing is booked yet, or nothing is to be counted, there is nothing to make.
    let is_made = is_new || kinds.is_empty();
    let counting = CountingRow {
        calendar: id,
        kinds,
        zone: calendar.zone,
        counters: is_made.then_some(revision),
        revision,
        due: Some(planner.now),
    };
    planner.put(&row, &counting)
}

/// Counts an appointment against the limits of its calendar, or no longer.
pub(crate) async fn count(
    planner: &mut Planner<'_>,
    booked: &Booked,
    step: Step,
) -> Result<(), Fault> {
    let row = planner.keys.counting(booked.calendar());
    let Some(mut counting) = planner.load(&row).await? else { return Ok(()) };
    let Some(name) = counting.counters else {
        counting.revision = planner.id.as_uuid();
        return planner.put(&row, &counting);
    };
    let mut kept: BTreeMap<Counter, Vec<Counter>> = BTreeMap::new();
    for counter in counting.of(booked) {
        kept.entry(keeper(&counting.kinds, &counter)).or_default().push(counter);
    }
    let key = |keeper| planner.keys.counter(booked.calendar(), name, keeper);
    let keys: Vec<_> = kept.keys().map(key).collect();
    let found = planner.peek_all(&keys).await?;
    for ((key, found), (keeper, counters)) in keys.iter().zip(found).zip(kept) {
        let mut row = found.unwrap_or_else(|| CounterRow::new(keeper));
        counters.iter().for_each(|counter| row.step(counter, step));
        write(planner, key, &row)?;
    }
    Ok(())
}

/// Writes a counter that was peeked at; one that counts nothing goes.
pub(crate) fn write(
    planner: &mut Planner<'_>,
    key: &RowKey<CounterRow>,
    row: &CounterRow,
) -> Result<(), Fault> {
    if row.is_empty() {
        planner.delete(key);
        return Ok(());
    }
    planner.put(key, row)
}

impl CountingRow {
    /// What an appointment counts in.
    ///
    /// One that was made when the calendar had more hosts than may have limits counts for none of
    /// them: their counters would not fit into the one change that moves it.
    pub(crate) fn of(&self, booked: &Booked) -> Vec<Counter> {
        let mut hosts: Vec<UserId> = booked.hosts().cloned().collect();
        if hosts.len() > MAX_COLLECTIVE_HOSTS_WITH_LIMITS {
            hosts.clear();
        }
        counters(&self.kinds, &hosts, self.zone.date(booked.interval().start())).collect()
    }

    /// How often each thing was counted, of appointments that were read.
    pub(crate) fn counts<'b>(&self, booked: impl IntoIterator<Item = &'b Booked>) -> Counts {
        let mut counts = Counts::new();
        for counter in booked.into_iter().flat_map(|booked| self.of(booked)) {
            let count = counts.entry(counter).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    /// The rows in which these counts are kept.
    pub(crate) fn rows(&self, counts: &Counts) -> CounterRows {
        let mut rows = CounterRows::new();
        for (counter, count) in counts {
            let keeper = keeper(&self.kinds, counter);
            let row = rows.entry(keeper.clone()).or_insert_with(|| CounterRow::new(keeper));
            row.set(counter, *count);
        }
        rows
    }

    /// Reads the live appointments of all periods that some of these dates lie in.
    async fn read(
        &self,
        core: &Core,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Result<Vec<Booked>, Fault> {
        let lasts = self.kinds.iter().filter_map(|kind| last_date(kind.period, last));
        // A day more: where clocks are set back over midnight, a date ends twice.
        let end = lasts.max().and_then(|last| last.checked_add_days(Days::new(2)));
        let end = end.map(|end| self.midnight(end));
        booked_on(core, &self.calendar, self.earliest(first), end).await
    }

    /// The first instant of the earliest period that a date lies in.
    pub(crate) fn earliest(&self, date: NaiveDate) -> DateTime<Utc> {
        let firsts = self.kinds.iter().map(|kind| first_date(kind.period, date));
        self.midnight(firsts.min().unwrap_or(date))
    }

    fn midnight(&self, date: NaiveDate) -> DateTime<Utc> {
        self.zone.opening(date.and_time(NaiveTime::MIN))
    }
}

/// How a calendar's appointments are counted, if they are.
///
/// A conflict means that the calendar is being changed at this moment.
async fn state(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
) -> Result<Option<CountingRow>, Error> {
    let counting = planner.load(&planner.keys.counting(&calendar.as_ref())).await?;
    let wanted = kinds(&calendar.limits_in_force());
    let fits = match &counting {
        Some(row) => row.kinds == wanted && row.zone == calendar.zone,
        None => wanted.is_empty(),
    };
    if fits { Ok(counting) } else { Err(Conflict::Contended { tries: 1 }.into()) }
}

/// Whether limits of a calendar let somebody be booked at a start: for the calendar, and for these
/// hosts. `moved` does not count; if there are counters, it was taken out of them before.
pub(crate) async fn full_at(
    core: &Core,
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    hosts: &[UserId],
    (start, moved): (DateTime<Utc>, Option<AppointmentId>),
) -> Result<FullDates, Error> {
    let Some(counting) = state(planner, calendar).await? else { return Ok(FullDates::default()) };
    let date = calendar.zone.date(start);
    let Some(name) = counting.counters else {
        let mut booked = counting.read(core, (date, date)).await?;
        booked.retain(|booked| Some(booked.id) != moved);
        return Ok(full_dates(&calendar.limits_in_force(), &counting.counts(&booked)));
    };
    let keepers: BTreeSet<Counter> = counters(&counting.kinds, hosts, date)
        .map(|counter| keeper(&counting.kinds, &counter))
        .collect();
    let key = |keeper| planner.keys.counter(&counting.calendar, name, keeper);
    let rows: Vec<_> = keepers.iter().map(key).collect();
    let found = planner.peek_all(&rows).await?;
    let counts = found.into_iter().flatten().flat_map(|row| row.counts()).collect();
    Ok(full_dates(&calendar.limits_in_force(), &counts))
}

/// The dates on which limits of a calendar let nobody book any more, of those on which starts of a
/// range lie. A stale read is caught by the commit of the booking.
pub(crate) async fn full_in(
    core: &Core,
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    starts: Interval,
) -> Result<FullDates, Error> {
    let Some(counting) = state(planner, calendar).await? else { return Ok(FullDates::default()) };
    let (first, last) = (calendar.zone.date(starts.start()), calendar.zone.date(starts.end()));
    // Where clocks are set back over midnight, they show the date before the first once more.
    let dates = (first.pred_opt().unwrap_or(first), last.succ_opt().unwrap_or(last));
    let Some(name) = counting.counters else {
        let booked = counting.read(core, dates).await?;
        return Ok(full_dates(&calendar.limits_in_force(), &counting.counts(&booked)));
    };
    let mut counts = Counts::new();
    for kind in kept_alone(&counting.kinds) {
        let scan = core.keys.counters_in(&counting.calendar, name, kind, dates);
        let rows: Vec<CounterRow> = core.scan_all(&scan).await?;
        counts.extend(rows.iter().flat_map(CounterRow::counts));
    }
    Ok(full_dates(&calendar.limits_in_force(), &counts))
}
