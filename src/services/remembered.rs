//! What an instance remembers of rows that it read. Every read still happens, and nobody can see the
//! difference: what is remembered is used only if the rows are the same.

use std::collections::HashMap;
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Weighter};

use super::decoded::{Decoded, say_the_same, weight};
use super::setup::Setup;
use super::under_way::UnderWay;
use crate::ports::{Key, Row, Versioned};
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
    pub(crate) setup: Arc<Setup>,
    rows: Vec<(Key, Option<Row>)>,
    places: HashMap<Key, usize, DefaultHashBuilder>,
}

impl Known {
    pub(crate) fn new(setup: Arc<Setup>, rows: Vec<(Key, Option<Row>)>) -> Self {
        let places = rows.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        Self { setup, rows, places }
    }

    pub(crate) fn rows(&self) -> &[(Key, Option<Row>)] {
        &self.rows
    }

    pub(crate) fn has(&self, key: &Key) -> bool {
        self.places.contains_key(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.rows.iter().map(|(key, _)| key)
    }
}

/// The rows of a set-up, as they were found again: most changes look at none of them once they know
/// that all are the same.
pub(crate) struct FoundAgain {
    known: Arc<Known>,
    rows: Vec<Option<Versioned>>,
    /// All of them say what they said before.
    pub(crate) is_same: bool,
}

impl FoundAgain {
    /// The rows in the order of the set-up's.
    pub(crate) fn new(known: Arc<Known>, rows: Vec<Option<Versioned>>) -> Self {
        let same =
            |(found, (_, before)): (&Option<Versioned>, &(Key, Option<Row>))| match (found, before)
            {
                (Some(found), Some(before)) => say_the_same(&found.row, before),
                (None, None) => true,
                _ => false,
            };
        let is_same = rows.len() == known.rows.len() && rows.iter().zip(&known.rows).all(same);
        Self { known, rows, is_same }
    }

    pub(crate) fn is_of(&self, known: &Arc<Known>) -> bool {
        Arc::ptr_eq(&self.known, known)
    }

    /// `None`: it is none of these rows.
    pub(crate) fn get(&self, key: &Key) -> Option<&Option<Versioned>> {
        self.rows.get(*self.known.places.get(key)?)
    }
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
