//! The days of hosts that one change looks at and writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::keys::{Keys, RowKey};
use super::planner::Planner;
use super::retention::may_be_gone;
use crate::error::Fault;
use crate::ports::Key;
use crate::rules::host_day::{Broken, HostDay, days_touched};
use crate::rules::slot::SlotKey;
use crate::words::{Interval, Occupancy, Occupant};

/// Days of hosts as they will be after the change.
#[derive(Default)]
pub(crate) struct Days {
    days: BTreeMap<(Occupant, i64), Arc<HostDay>>,
    ahead: Option<Ahead>,
    changed: BTreeSet<(Occupant, i64)>,
}

/// Rows whose keys were made to be read ahead.
struct Ahead {
    occupants: Vec<Occupant>,
    interval: Interval,
    rows: Vec<RowKey<HostDay>>,
}

fn rows(keys: &Keys, occupants: &[Occupant], interval: Interval) -> Vec<RowKey<HostDay>> {
    let of = |host| days_touched(interval).map(move |day| keys.host_day(host, day));
    occupants.iter().flat_map(of).collect()
}

fn each_day(host: &Occupant, interval: Interval) -> impl Iterator<Item = (Occupant, i64)> {
    days_touched(interval).map(|day| (host.clone(), day))
}

impl Days {
    /// Reads the days that an interval touches. Not checked, unless they are written: of all the
    /// hosts that could take a slot, only those who get it must still be free.
    pub(crate) async fn peek(
        &mut self,
        planner: &mut Planner<'_>,
        occupants: &[Occupant],
        interval: Interval,
    ) -> Result<(), Fault> {
        let ahead = self.ahead.take();
        let ahead =
            ahead.filter(|ahead| ahead.interval == interval && ahead.occupants == occupants);
        let rows =
            ahead.map_or_else(|| rows(planner.keys, occupants, interval), |ahead| ahead.rows);
        let found = planner.share_all(&rows).await?;
        let wanted = occupants.iter().flat_map(|host| each_day(host, interval));
        for (day, found) in wanted.zip(found) {
            // One that was changed stays so.
            self.days.entry(day).or_insert_with(|| found.unwrap_or_default());
        }
        Ok(())
    }

    /// The rows that will be peeked at, to be read ahead.
    pub(crate) fn ahead(
        &mut self,
        keys: &Keys,
        occupants: Vec<Occupant>,
        interval: Interval,
    ) -> impl Iterator<Item = &Key> {
        let rows = rows(keys, &occupants, interval);
        let ahead = self.ahead.insert(Ahead { occupants, interval, rows });
        ahead.rows.iter().map(|row| &row.key)
    }

    /// What a host has given away of an interval, each slot once.
    pub(crate) fn occupied(&self, occupant: &Occupant, within: Interval) -> Vec<Occupancy> {
        let days = self.days.range((occupant.clone(), i64::MIN)..=(occupant.clone(), i64::MAX));
        let all = days.flat_map(|(_, day)| day.occupancies());
        let mut all: Vec<&Occupancy> = all.filter(|one| one.padded().overlaps(within)).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().cloned().collect()
    }

    /// Gives a seat of the slot away, on all days of all its hosts.
    pub(crate) fn take(
        &mut self,
        slot: &SlotKey,
        occupants: &[Occupant],
        padded: Interval,
    ) -> Result<(), Broken> {
        self.change(occupants, padded, |_, day| day.take(slot, padded))
    }

    /// Takes a seat of the slot back. Days that are gone by age had nothing more to tell.
    pub(crate) fn leave(
        &mut self,
        slot: &SlotKey,
        occupants: &[Occupant],
        padded: Interval,
        now: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let is_gone = |number, day: &HostDay| day.is_empty() && may_be_gone(number, now);
        let leave = |number, day: &mut HostDay| {
            if is_gone(number, day) { Ok(()) } else { day.leave(slot) }
        };
        self.change(occupants, padded, leave)
    }

    fn change(
        &mut self,
        occupants: &[Occupant],
        padded: Interval,
        change: impl Fn(i64, &mut HostDay) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        for host in occupants {
            for day in days_touched(padded) {
                let key = (host.clone(), day);
                change(day, Arc::make_mut(self.days.entry(key.clone()).or_default()))?;
                self.changed.insert(key);
            }
        }
        Ok(())
    }

    /// Writes the days that changed; each must still be as it was read.
    pub(crate) fn write(&self, planner: &mut Planner<'_>) -> Result<(), Fault> {
        for changed in &self.changed {
            let Some(day) = self.days.get(changed) else {
                continue;
            };
            let row = planner.keys.host_day(&changed.0, changed.1);
            if day.is_empty() {
                planner.delete(&row);
            } else {
                let until = planner.retention.host_day_until(changed.1);
                planner.put_shared(&row, day.clone(), Some(until))?;
            }
        }
        Ok(())
    }
}
