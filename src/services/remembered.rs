//! What an instance remembers of rows that it read. Every read still happens, and nobody can see the
//! difference: what is remembered is used only if the rows are the same.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::decoded::Decoded;
use super::setup::Setup;
use super::under_way::UnderWay;
use crate::ports::{Key, Version};
use crate::words::CalendarRef;

/// The most rows that set-ups are remembered of: three for each host.
const MOST_ROWS: u64 = 60_000;
/// How many set-ups are made room for at first.
const SETUPS: usize = 100;

/// What one instance remembers.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(crate) decoded: Decoded,
    pub(crate) setups: Setups,
    pub(crate) under_way: UnderWay,
}

/// A set-up, and the rows that it was put together from.
pub(crate) struct Known {
    pub(crate) rows: Vec<(Key, Option<Version>)>,
    pub(crate) setup: Arc<Setup>,
}

/// The last set-ups, within [`MOST_ROWS`].
pub(crate) struct Setups(Cache<CalendarRef, Arc<Known>, ByRows>);

#[derive(Clone)]
struct ByRows;

impl Weighter<CalendarRef, Arc<Known>> for ByRows {
    fn weight(&self, _: &CalendarRef, known: &Arc<Known>) -> u64 {
        u64::try_from(known.rows.len()).unwrap_or(u64::MAX)
    }
}

impl Default for Setups {
    fn default() -> Self {
        Self(Cache::with_weighter(SETUPS, MOST_ROWS, ByRows))
    }
}

impl Setups {
    /// The set-up of a calendar as it was last.
    pub(crate) fn get(&self, calendar: &CalendarRef) -> Option<Arc<Known>> {
        self.0.get(calendar)
    }

    pub(crate) fn insert(&self, calendar: &CalendarRef, known: Known) {
        self.0.insert(calendar.clone(), Arc::new(known));
    }
}
