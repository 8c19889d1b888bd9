//! The rows in which counters stand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::records::Record;
use crate::rules::limits::{Counter, Counts};
use crate::words::Period;

/// A counter, and those that are kept with it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CounterRow {
    pub(crate) counter: Counter,
    count: u32,
    /// Single days of the period, if days are limited, too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    days: BTreeMap<NaiveDate, u32>,
}

impl Record for CounterRow {}

/// An appointment comes or goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Up,
    Down,
}

impl CounterRow {
    pub(crate) const fn new(counter: Counter) -> Self {
        Self { counter, count: 0, days: BTreeMap::new() }
    }

    /// Sets one of the counters that are kept here.
    pub(crate) fn set(&mut self, counter: &Counter, count: u32) {
        if *counter == self.counter {
            self.count = count;
        } else if count == 0 {
            self.days.remove(&counter.first);
        } else {
            self.days.insert(counter.first, count);
        }
    }

    /// Counts on one of the counters that are kept here.
    pub(crate) fn step(&mut self, counter: &Counter, step: Step) {
        let of_day = || self.days.get(&counter.first).copied().unwrap_or_default();
        let held = if *counter == self.counter { self.count } else { of_day() };
        let count = match step {
            Step::Up => held.saturating_add(1),
            // Of periods that were over when counters were made, not all was counted.
            Step::Down => held.saturating_sub(1),
        };
        self.set(counter, count);
    }

    /// What the counters say.
    pub(crate) fn counts(&self) -> Counts {
        let host = &self.counter.host;
        let of_day = |(first, count): (&NaiveDate, &u32)| {
            (Counter { period: Period::Day, first: *first, host: host.clone() }, *count)
        };
        let own = (self.counter.clone(), self.count);
        self.days.iter().map(of_day).chain([own]).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0 && self.days.is_empty()
    }
}
