//! The days of hosts that one change looks at and writes.

use std::borrow::Cow;
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
    days: BTreeMap<Occupant, BTreeMap<i64, Arc<HostDay>>>,
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
        let mut found = found.into_iter();
        for host in occupants {
            let known = self.days.entry(host.clone()).or_default();
            for (day, found) in days_touched(interval).zip(&mut found) {
                // One that was changed stays so.
                known.entry(day).or_insert_with(|| found.unwrap_or_default());
            }
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

    /// What a host has given away of an interval, each slot once, and perhaps more of the same day.
    pub(crate) fn occupied(&self, occupant: &Occupant, within: Interval) -> Cow<'_, [Occupancy]> {
        let days = self.days.get(occupant).into_iter().flatten();
        let mut days = days.map(|(_, day)| day.occupancies()).filter(|day| !day.is_empty());
        let (Some(first), second) = (days.next(), days.next()) else { return Cow::default() };
        if second.is_none() {
            return Cow::Borrowed(first);
        }
        let all = [first].into_iter().chain(second).chain(days).flatten();
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
                let known = self.days.entry(host.clone()).or_default();
                change(day, Arc::make_mut(known.entry(day).or_default()))?;
                self.changed.insert((host.clone(), day));
            }
        }
        Ok(())
    }

    /// Writes the days that changed; each must still be as it was read.
    pub(crate) fn write(&self, planner: &mut Planner<'_>) -> Result<(), Fault> {
        for (host, number) in &self.changed {
            let Some(day) = self.days.get(host).and_then(|days| days.get(number)) else {
                continue;
            };
            let row = planner.keys.host_day(host, *number);
            if day.is_empty() {
                planner.delete(&row);
            } else {
                let until = planner.retention.host_day_until(*number);
                planner.put_shared(&row, day.clone(), Some(until))?;
            }
        }
        Ok(())
    }
}
