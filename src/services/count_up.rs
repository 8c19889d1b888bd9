//! Making the counters of a calendar that has new limits, in the background, and removing old ones.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::booked_on::booked_on;
use super::core::{Command, Core, Plan};
use super::counting::{CounterRow, CountingRow};
use super::keys::RowKey;
use super::planner::{Planner, decode};
use crate::error::{Conflict, Error, Fault};
use crate::ports::{Key, Page};
use crate::rules::limits::{Counts, last_date};
use crate::words::CalendarRef;

/// How often counters of periods that are over are removed.
const CLEANED_EVERY: TimeDelta = TimeDelta::days(30);
/// Counters written or removed by one commit: with the other rows they are below the bound.
const BATCH: u16 = 80;

/// Does what is due on a calendar's counting. If appointments come and go so fast that no count is
/// ever up to date, this is a conflict, and tried again later.
pub(crate) async fn work_on(core: &Core, calendar: &CalendarRef) -> Result<(), Error> {
    let row = core.planner()?.peek(&core.keys.counting(calendar)).await?;
    match row {
        None => Ok(()),
        Some(counting) if counting.counters.is_none() => make(core, &counting).await,
        Some(counting) => clean(core, &counting).await,
    }
}

/// Counts, and writes the counters. They hold only if no appointment changed meanwhile: each
/// commit checks that, the last one makes them count.
async fn make(core: &Core, counting: &CountingRow) -> Result<(), Error> {
    let name = core.mint()?;
    let counts = count(core, counting, core.now()).await?;
    let rows: Vec<CounterRow> =
        counts.into_iter().map(|(counter, count)| CounterRow { counter, count }).collect();
    for rows in rows.chunks(BATCH.into()) {
        core.run(&WriteCounters { counting, name, rows }).await?;
    }
    // Once more, to remove what earlier tries and earlier limits left.
    let made = CountingRow { counters: Some(name), due: Some(core.now()), ..counting.clone() };
    core.run(&Replace { counting, by: Some(&made) }).await
}

async fn count(core: &Core, counting: &CountingRow, now: DateTime<Utc>) -> Result<Counts, Fault> {
    let earliest = counting.earliest(counting.zone.date(now));
    let booked = booked_on(core, &counting.calendar, earliest, None).await?;
    Ok(counting.counts(&booked))
}

/// Removes all counters of the calendar but those that count: of its present limits, and of periods
/// that are not over.
async fn clean(core: &Core, counting: &CountingRow) -> Result<(), Error> {
    let mut page = Page::first(BATCH);
    loop {
        let answer = core.scan(&core.keys.all_counters(&counting.calendar), &page).await?;
        let mut old = Vec::new();
        for (key, row) in &answer.rows {
            if !counts_still(core, counting, key, &decode(key, &row.row)?) {
                old.push(RowKey::of(key.clone()));
            }
        }
        if !old.is_empty() {
            core.run(&Remove { counting, old: &old }).await?;
        }
        match answer.next {
            Some(cursor) => page = Page::after(cursor, BATCH),
            None => break,
        }
    }
    let done = CountingRow { due: Some(core.now() + CLEANED_EVERY), ..counting.clone() };
    let by = (!done.kinds.is_empty()).then_some(&done);
    core.run(&Replace { counting, by }).await
}

fn counts_still(core: &Core, counting: &CountingRow, key: &Key, row: &CounterRow) -> bool {
    let of = |name| core.keys.counter(&counting.calendar, name, &row.counter);
    let is_current = counting.counters.is_some_and(|name| of(name).key == *key);
    let today = counting.zone.date(core.now());
    let last = last_date(row.counter.period, row.counter.first);
    // Nobody books in the past; a date more, since clocks of instances differ.
    is_current && last.and_then(|last| last.succ_opt()).is_none_or(|last| today <= last)
}

/// Whether counting stands as it did when this began. If not, others will see to it.
async fn check(planner: &mut Planner<'_>, counting: &CountingRow) -> Result<(), Error> {
    let row = planner.load(&planner.keys.counting(&counting.calendar)).await?;
    if row.as_ref() == Some(counting) {
        return Ok(());
    }
    Err(Conflict::Contended { tries: 1 }.into())
}

struct WriteCounters<'a> {
    counting: &'a CountingRow,
    name: Uuid,
    rows: &'a [CounterRow],
}

#[async_trait]
impl Command for WriteCounters<'_> {
    type Done = ();

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        check(planner, self.counting).await?;
        for row in self.rows {
            let key = planner.keys.counter(&self.counting.calendar, self.name, &row.counter);
            planner.put(&key, row)?;
        }
        Ok(Plan::Commit(()))
    }
}

struct Remove<'a> {
    counting: &'a CountingRow,
    old: &'a [RowKey<CounterRow>],
}

#[async_trait]
impl Command for Remove<'_> {
    type Done = ();

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        check(planner, self.counting).await?;
        planner.peek_all(self.old).await?;
        self.old.iter().for_each(|row| planner.delete(row));
        Ok(Plan::Commit(()))
    }
}

/// The row that says how a calendar is counted changes, or goes.
struct Replace<'a> {
    counting: &'a CountingRow,
    by: Option<&'a CountingRow>,
}

#[async_trait]
impl Command for Replace<'_> {
    type Done = ();

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        check(planner, self.counting).await?;
        let row = planner.keys.counting(&self.counting.calendar);
        match self.by {
            Some(by) => planner.put(&row, by)?,
            None => planner.delete(&row),
        }
        Ok(Plan::Commit(()))
    }
}
