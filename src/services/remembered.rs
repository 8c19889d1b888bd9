//! What an instance remembers of rows that it read. Every read still happens, and nobody can see the
//! difference: what is remembered is used only if the rows are the same.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::decoded::{Decoded, weight};
use super::setup::Setup;
use super::under_way::UnderWay;
use crate::ports::{Key, Row};
use crate::words::CalendarRef;

/// The most bytes of rows that set-ups are remembered of.
const MOST_BYTES: u64 = 32 << 20;
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
    pub(crate) rows: Vec<(Key, Option<Row>)>,
    pub(crate) setup: Arc<Setup>,
}

/// The last set-ups, within [`MOST_BYTES`].
pub(crate) struct Setups(Cache<CalendarRef, Arc<Known>, ByBytes>);

#[derive(Clone)]
struct ByBytes;

impl Weighter<CalendarRef, Arc<Known>> for ByBytes {
    fn weight(&self, _: &CalendarRef, known: &Arc<Known>) -> u64 {
        known.rows.iter().map(|(key, row)| weight(key, row.as_ref())).sum()
    }
}

impl Default for Setups {
    fn default() -> Self {
        Self(Cache::with_weighter(SETUPS, MOST_BYTES, ByBytes))
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
