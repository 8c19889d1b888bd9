//! Making the counters of a calendar that has new limits, in the background, and removing old ones.

use async_trait::async_trait;
use chrono::{DateTime, Days, TimeDelta, Utc};
use uuid::Uuid;

use super::booked_on::booked_on;
use super::core::{Command, Core, Plan};
use super::counters::CounterRow;
use super::counting::{CounterRows, CountingRow, write};
use super::keys::RowKey;
use super::planner::Planner;
use crate::error::{Conflict, Error, Fault};
use crate::ports::Key;
use crate::rules::limits::last_date;
use crate::words::CalendarRef;

/// How often counters of periods that are over are removed.
const CLEANED_EVERY: TimeDelta = TimeDelta::days(30);
/// A scan may miss some: until none is found, it is looked again so soon.
const LOOKED_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// Counters written or removed by one commit: with the other rows they are below the bound.
const BATCH: usize = 80;
/// How often it is counted anew, since appointments came or went meanwhile, before it is left for
/// later.
const MOST_COUNTS: u32 = 8;

/// Does what is due on a calendar's counting.
pub(crate) async fn work_on(core: &Core, calendar: &CalendarRef) -> Result<(), Error> {
    match peek(core, calendar).await? {
        None => Ok(()),
        Some(counting) if counting.counters.is_none() => make(core, counting).await,
        Some(counting) => clean(core, &counting).await,
    }
}

async fn peek(core: &Core, calendar: &CalendarRef) -> Result<Option<CountingRow>, Fault> {
    core.planner()?.peek(&core.keys.counting(calendar)).await
}

/// Counts, and writes the counters. They count from the last commit on, which holds only if no
/// appointment came or went since the count.
///
/// If some did, only what differs from the counters already written is written again: so little is
/// done between the last count and the last commit that a calendar must be very busy to outrun it.
async fn make(core: &Core, mut counting: CountingRow) -> Result<(), Error> {
    let name = core.mint()?;
    let mut written = CounterRows::new();
    for _ in 0..MOST_COUNTS {
        let counted = count(core, &counting, core.now()).await?;
        let changed = differing(&written, &counted);
        let (first, last) = changed.split_at(changed.len().saturating_sub(BATCH));
        for rows in first.chunks(BATCH) {
            if !core.run(&WriteCounters { counting: &counting, name, rows }).await? {
                return Ok(());
            }
        }
        if core.run(&Finish { counting: &counting, name, rows: last }).await? {
            return Ok(());
        }
        for row in first {
            written.insert(row.counter.clone(), row.clone());
        }
        match peek(core, &counting.calendar).await? {
            Some(now) if counting.is_still_counted(&now) => counting = now,
            _ => return Ok(()),
        }
    }
    Err(Conflict::Contended { tries: MOST_COUNTS }.into())
}

/// The counters to be made: of periods that are not over.
async fn count(
    core: &Core,
    counting: &CountingRow,
    now: DateTime<Utc>,
) -> Result<CounterRows, Fault> {
    let today = counting.zone.date(now);
    // Where the clock is behind, somebody may still book on the day before.
    let earliest = counting.earliest(today.pred_opt().unwrap_or(today));
    let booked = booked_on(core, &counting.calendar, earliest, None).await?;
    Ok(counting.rows(&counting.counts(&booked)))
}

/// The rows to be written where others were: those that count nothing any more are empty.
fn differing(written: &CounterRows, counted: &CounterRows) -> Vec<CounterRow> {
    let gone = written.keys().filter(|counter| !counted.contains_key(counter));
    let gone = gone.map(|counter| CounterRow::new(counter.clone()));
    let changed = counted.iter().filter(|(counter, row)| written.get(counter) != Some(row));
    gone.chain(changed.map(|(_, row)| row.clone())).collect()
}

impl CountingRow {
    /// Whether counters that are being made for this row are still wanted, though appointments came
    /// or went.
    fn is_still_counted(&self, now: &Self) -> bool {
        Self { revision: self.revision, ..now.clone() } == *self
    }
}

/// Removes all counters of the calendar but those that count: of its present limits, and of periods
/// that are not over.
async fn clean(core: &Core, counting: &CountingRow) -> Result<(), Error> {
    let old = old_counters(core, counting).await?;
    for old in old.chunks(BATCH) {
        if !core.run(&Remove { counting, old }).await? {
            return Ok(());
        }
    }
    let next = if old.is_empty() { CLEANED_EVERY } else { LOOKED_AGAIN };
    let done = CountingRow { due: Some(core.now() + next), ..counting.clone() };
    let is_over = old.is_empty() && counting.kinds.is_empty();
    core.run(&Replace { counting, by: (!is_over).then_some(&done) }).await.map(|_| ())
}

/// Where counters stand that count no longer. All are looked for before any is removed: a scan that
/// goes on among rows that go may miss some.
async fn old_counters(
    core: &Core,
    counting: &CountingRow,
) -> Result<Vec<RowKey<CounterRow>>, Fault> {
    let mut all = core.scan_keyed(&core.keys.all_counters(&counting.calendar)).await?;
    all.retain(|(key, row)| !counts_still(core, counting, key, row));
    Ok(all.into_iter().map(|(key, _)| RowKey::of(key)).collect())
}

fn counts_still(core: &Core, counting: &CountingRow, key: &Key, row: &CounterRow) -> bool {
    let of = |name| core.keys.counter(&counting.calendar, name, &row.counter);
    let is_current = counting.counters.is_some_and(|name| of(name).key == *key);
    let today = counting.zone.date(core.now());
    let last = last_date(row.counter.period, row.counter.first);
    // Nobody books in the past; a date more, since clocks of instances differ.
    let ends = last.and_then(|last| last.checked_add_days(Days::new(1)));
    is_current && ends.is_none_or(|ends| today <= ends)
}

/// How counting stands now, as far as the work that began with `counting` is concerned.
async fn load(
    planner: &mut Planner<'_>,
    counting: &CountingRow,
) -> Result<Option<CountingRow>, Fault> {
    planner.load(&planner.keys.counting(&counting.calendar)).await
}

/// Writes counters that do not count yet. `false` if they are no longer wanted.
struct WriteCounters<'a> {
    counting: &'a CountingRow,
    name: Uuid,
    rows: &'a [CounterRow],
}

#[async_trait]
impl Command for WriteCounters<'_> {
    type Done = bool;
    const NAME: &'static str = "write_counters";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<bool>, Error> {
        let now = load(planner, self.counting).await?;
        if !now.is_some_and(|now| self.counting.is_still_counted(&now)) {
            return Ok(Plan::Nothing(false));
        }
        put_all(planner, self.counting, self.name, self.rows).await?;
        Ok(Plan::Commit(true))
    }
}

async fn put_all(
    planner: &mut Planner<'_>,
    counting: &CountingRow,
    name: Uuid,
    rows: &[CounterRow],
) -> Result<(), Fault> {
    let key = |row: &CounterRow| planner.keys.counter(&counting.calendar, name, &row.counter);
    let keys: Vec<_> = rows.iter().map(key).collect();
    planner.peek_all(&keys).await?;
    keys.iter().zip(rows).try_for_each(|(key, row)| write(planner, key, row))
}

/// Writes the last counters, and makes all of them count. `false` if they are too late.
struct Finish<'a> {
    counting: &'a CountingRow,
    name: Uuid,
    rows: &'a [CounterRow],
}

#[async_trait]
impl Command for Finish<'_> {
    type Done = bool;
    const NAME: &'static str = "finish";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<bool>, Error> {
        let counting = self.counting;
        if load(planner, counting).await?.as_ref() != Some(counting) {
            return Ok(Plan::Nothing(false));
        }
        put_all(planner, counting, self.name, self.rows).await?;
        // Once more, to remove what earlier tries and earlier limits left.
        let due = Some(planner.now);
        let made = CountingRow { counters: Some(self.name), due, ..counting.clone() };
        planner.put(&planner.keys.counting(&counting.calendar), &made)?;
        Ok(Plan::Commit(true))
    }
}

/// Removes counters that count no longer. `false` if limits changed: others see to it.
struct Remove<'a> {
    counting: &'a CountingRow,
    old: &'a [RowKey<CounterRow>],
}

#[async_trait]
impl Command for Remove<'_> {
    type Done = bool;
    const NAME: &'static str = "remove";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<bool>, Error> {
        if load(planner, self.counting).await?.as_ref() != Some(self.counting) {
            return Ok(Plan::Nothing(false));
        }
        planner.peek_all(self.old).await?;
        self.old.iter().for_each(|row| planner.delete(row));
        Ok(Plan::Commit(true))
    }
}

/// The row that says how a calendar is counted changes, or goes, unless limits changed.
struct Replace<'a> {
    counting: &'a CountingRow,
    by: Option<&'a CountingRow>,
}

#[async_trait]
impl Command for Replace<'_> {
    type Done = bool;
    const NAME: &'static str = "replace";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<bool>, Error> {
        if load(planner, self.counting).await?.as_ref() != Some(self.counting) {
            return Ok(Plan::Nothing(false));
        }
        let row = planner.keys.counting(&self.counting.calendar);
        match self.by {
            Some(by) => planner.put(&row, by)?,
            None => planner.delete(&row),
        }
        Ok(Plan::Commit(true))
    }
}
