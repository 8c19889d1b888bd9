//! The days of hosts that one change looks at and writes.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::keys::{Keys, RowKey};
use super::planner::Planner;
use super::retention::may_be_gone;
use crate::bugs::bug;
use crate::error::Fault;
use crate::rules::host_day::{Broken, HostDay, days_touched};
use crate::rules::slot::SlotKey;
use crate::words::{Interval, Occupancy, Occupant};

/// Days of hosts as they will be after the change, by host and number.
#[derive(Default)]
pub(crate) struct Days(Vec<Day>);

/// One day of one host.
struct Day {
    host: Occupant,
    number: i64,
    row: RowKey<HostDay>,
    /// `None`: it was not read yet.
    held: Option<Arc<HostDay>>,
    is_changed: bool,
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
        self.want(planner.keys, occupants, interval);
        self.read(planner).await
    }

    /// Reads the days that are wanted, like [`peek`](Self::peek).
    pub(crate) async fn read(&mut self, planner: &mut Planner<'_>) -> Result<(), Fault> {
        let found = planner.share_all(self.unread()).await?;
        let unread = self.0.iter_mut().filter(|day| day.held.is_none());
        for (day, found) in unread.zip(found) {
            day.held = Some(found.unwrap_or_default());
        }
        Ok(())
    }

    /// The days that an interval touches will be peeked at.
    pub(crate) fn want(&mut self, keys: &Keys, occupants: &[Occupant], interval: Interval) {
        let (numbers, known) = (days_touched(interval), self.0.len());
        self.0.reserve(occupants.len());
        for host in occupants {
            for number in numbers.clone() {
                if find(self.0.get(..known).unwrap_or_default(), host, number).is_none() {
                    self.0.push(Day::new(keys, host, number));
                }
            }
        }
        if self.0.len() > known {
            self.0.sort_by(|a, b| a.place().cmp(&b.place()));
        }
    }

    /// The rows that will be peeked at and were not read yet.
    pub(crate) fn unread(&self) -> impl Iterator<Item = &RowKey<HostDay>> + Clone {
        self.0.iter().filter(|day| day.held.is_none()).map(|day| &day.row)
    }

    /// What each host has given away of an interval, by host: each slot once, and perhaps more of the
    /// same day.
    pub(crate) fn occupied(
        &self,
        within: Interval,
    ) -> impl Iterator<Item = (&Occupant, Cow<'_, [Occupancy]>)> {
        let hosts = self.0.chunk_by(|a, b| a.host == b.host);
        hosts.filter_map(move |days| Some((&days.first()?.host, occupied(days, within))))
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
            for number in days_touched(padded) {
                let at = find(&self.0, host, number).ok_or(Broken::NoSuchSlot)?;
                let day = self.0.get_mut(at).ok_or(Broken::NoSuchSlot)?;
                let held = day.held.as_mut().ok_or(Broken::NoSuchSlot)?;
                change(number, Arc::make_mut(held))?;
                day.is_changed = true;
            }
        }
        Ok(())
    }

    /// Writes the days that changed; each must still be as it was read.
    pub(crate) fn write(&self, planner: &mut Planner<'_>) -> Result<(), Fault> {
        let mut before = None;
        for day in self.0.iter().filter(|day| day.is_changed) {
            let is_second = before.replace(&day.host) == Some(&day.host);
            if is_second && bug!(SecondDayForgotten) {
                continue;
            }
            match &day.held {
                Some(held) if !held.is_empty() => {
                    let until = planner.retention.host_day_until(day.number);
                    planner.put_shared(&day.row, held.clone(), Some(until))?;
                }
                _ => planner.delete(&day.row),
            }
        }
        Ok(())
    }
}

impl Day {
    fn new(keys: &Keys, host: &Occupant, number: i64) -> Self {
        let row = keys.host_day(host, number);
        Self { host: host.clone(), number, row, held: None, is_changed: false }
    }

    const fn place(&self) -> (&Occupant, i64) {
        (&self.host, self.number)
    }
}

fn find(days: &[Day], host: &Occupant, number: i64) -> Option<usize> {
    days.binary_search_by(|day| day.place().cmp(&(host, number))).ok()
}

/// What the days of one host say.
fn occupied(days: &[Day], within: Interval) -> Cow<'_, [Occupancy]> {
    let days = days.iter().filter_map(|day| day.held.as_deref()).map(HostDay::occupancies);
    let mut days = days.filter(|day| !day.is_empty());
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
