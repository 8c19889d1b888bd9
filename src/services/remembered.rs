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
    rows: Vec<Option<Row>>,
    /// Of these rows, and then of what the hosts were given: that changes with each booking.
    keys: Vec<Key>,
    places: HashMap<Key, usize, DefaultHashBuilder>,
}

impl Known {
    pub(crate) fn new(setup: Arc<Setup>, rows: Vec<(Key, Option<Row>)>) -> Self {
        let (mut keys, rows): (Vec<Key>, Vec<_>) = rows.into_iter().unzip();
        keys.extend(setup.assignments.iter().map(|row| row.key.clone()));
        let places = keys.iter().enumerate().map(|(at, key)| (key.clone(), at)).collect();
        Self { setup, rows, keys, places }
    }

    /// Whether the set-up was put together from this row.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.places.get(key).is_some_and(|at| *at < self.rows.len())
    }

    /// What is to be read, with what the hosts were given if they are compared.
    pub(crate) fn keys(&self, compares: bool) -> &[Key] {
        let count = if compares { self.keys.len() } else { self.rows.len() };
        self.keys.get(..count).unwrap_or_default()
    }
}

/// The rows of a set-up, as they were found again, and what its hosts were given, if that was read:
/// most changes look at few of them once they know that the set-up is the same.
pub(crate) struct FoundAgain {
    known: Arc<Known>,
    rows: Vec<Option<Versioned>>,
    /// The set-up's say what they said before.
    pub(crate) is_same: bool,
}

impl FoundAgain {
    /// The rows in the order of the [`keys`](Known::keys).
    pub(crate) fn new(known: Arc<Known>, rows: Vec<Option<Versioned>>) -> Self {
        let same = |(found, before): (&Option<Versioned>, &Option<Row>)| match (found, before) {
            (Some(found), Some(before)) => say_the_same(&found.row, before),
            (None, None) => true,
            _ => false,
        };
        let is_same = rows.len() >= known.rows.len() && rows.iter().zip(&known.rows).all(same);
        Self { known, rows, is_same }
    }

    pub(crate) fn is_of(&self, known: &Arc<Known>) -> bool {
        Arc::ptr_eq(&self.known, known)
    }

    /// `None`: it is none of these rows.
    pub(crate) fn get(&self, key: &Key) -> Option<Option<&Versioned>> {
        self.rows.get(*self.known.places.get(key)?).map(Option::as_ref)
    }
}

/// The last set-ups, within [`MOST_BYTES`].
pub(crate) struct Setups(Cache<CalendarRef, Arc<Known>, ByBytes>);

#[derive(Clone)]
struct ByBytes;

impl Weighter<CalendarRef, Arc<Known>> for ByBytes {
    fn weight(&self, _: &CalendarRef, known: &Arc<Known>) -> u64 {
        let rows = known.rows.iter().map(Option::as_ref).chain(std::iter::repeat(None));
        known.keys.iter().zip(rows).map(|(key, row)| weight(key, row)).sum()
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
