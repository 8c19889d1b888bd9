//! The in-memory store: for tests, examples and prototypes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::ports::{
    ChangeSet, CommitOutcome, Cursor, Expect, Key, Operation, Page, Row, Scan, ScanPage, Store,
    StoreError, Version, Versioned, Write,
};

/// Keeps rows in memory, for as long as it lives. Share it in an `Arc`.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    rows: BTreeMap<Key, Versioned>,
    /// By realm.
    due: BTreeMap<String, BTreeSet<Due>>,
    /// One counter for all keys, so that versions never repeat (ST-3).
    last_version: u64,
}

/// A place in the index of the due rows of a realm, which is sorted by these, in this order.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Due {
    at: DateTime<Utc>,
    key: Key,
}

impl Due {
    fn new(at: DateTime<Utc>, key: &Key) -> Self {
        Self { at, key: key.clone() }
    }

    fn cursor(&self) -> Result<Cursor, StoreError> {
        let place = (self.at, self.key.partition(), self.key.sort());
        serde_json::to_vec(&place).map(Cursor::new).map_err(StoreError::new)
    }

    fn at_cursor(realm: &str, cursor: &Cursor) -> Result<Self, StoreError> {
        let place = serde_json::from_slice(cursor.as_bytes()).map_err(StoreError::new)?;
        let (at, partition, sort) = place;
        Ok(Self::new(at, &Key::from_parts(realm.to_owned(), partition, sort)))
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No code panics while it holds the lock, and every change is made after all checks: a
    /// poisoned lock still guards whole rows.
    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn holds(&self, operation: &Operation) -> bool {
        match (operation.expect, self.rows.get(&operation.key)) {
            (Expect::Absent, None) => true,
            (Expect::At(version), Some(found)) => found.version == version,
            _ => false,
        }
    }

    fn remove(&mut self, key: &Key) {
        let before = self.rows.remove(key);
        self.forget_due(key, before);
    }

    /// A row is not as it was before any more.
    fn forget_due(&mut self, key: &Key, before: Option<Versioned>) {
        if let Some(due) = before.and_then(|before| before.row.due)
            && let Some(places) = self.due.get_mut(key.realm())
        {
            places.remove(&Due::new(due, key));
        }
    }

    fn put(&mut self, key: &Key, row: &Row) {
        self.last_version = self.last_version.saturating_add(1);
        let versioned = Versioned::new(Version::new(self.last_version), row.clone());
        let before = self.rows.insert(key.clone(), versioned);
        self.forget_due(key, before);
        if let Some(due) = row.due {
            let due = Due::new(due, key);
            match self.due.get_mut(key.realm()) {
                Some(places) => places.insert(due),
                None => self.due.entry(key.realm().to_owned()).or_default().insert(due),
            };
        }
    }

    fn found(&self, key: &Key) -> Option<(Key, Versioned)> {
        self.rows.get(key).map(|versioned| (key.clone(), versioned.clone()))
    }

    /// The cursor is the last key's place in the partition.
    fn range(&self, from: &Key, to: &Key, page: &Page) -> Result<ScanPage, StoreError> {
        let after = page.after.as_ref().map(|cursor| {
            let sort = cursor.as_bytes().to_vec();
            Key::from_parts(from.realm().to_owned(), from.partition().to_vec(), sort)
        });
        let start = after.as_ref().map_or(Included(from), Excluded);
        // A range that ends before it starts makes `BTreeMap::range` panic.
        if from >= to || after.as_ref().is_some_and(|after| after >= to) {
            return Ok(ScanPage::new(Vec::new(), None));
        }
        let (found, last) = cut(self.rows.range((start, Excluded(to))), page.limit);
        let rows = found.into_iter().map(|(key, versioned)| (key.clone(), versioned.clone()));
        let next = last.map(|(key, _)| Cursor::new(key.sort().to_vec()));
        Ok(ScanPage::new(rows.collect(), next))
    }

    /// The cursor is the last row's place in the index.
    fn due(&self, realm: &str, until: DateTime<Utc>, page: &Page) -> Result<ScanPage, StoreError> {
        let start = match &page.after {
            Some(cursor) => Excluded(Due::at_cursor(realm, cursor)?),
            None => Unbounded,
        };
        let Some(places) = self.due.get(realm) else { return Ok(ScanPage::new(Vec::new(), None)) };
        let places = places.range((start, Unbounded));
        let (places, last) = cut(places.take_while(|due| due.at <= until), page.limit);
        let rows = places.into_iter().filter_map(|due| self.found(&due.key)).collect();
        Ok(ScanPage::new(rows, last.map(Due::cursor).transpose()?))
    }
}

/// What fits on a page, and the last of it if more comes after it.
fn cut<T: Clone>(found: impl Iterator<Item = T>, limit: u16) -> (Vec<T>, Option<T>) {
    let mut found = found.fuse();
    let page: Vec<T> = found.by_ref().take(usize::from(limit.max(1))).collect();
    let last = found.next().and_then(|_| page.last().cloned());
    (page, last)
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        let held = self.lock();
        Ok(keys.iter().map(|key| held.rows.get(key).cloned()).collect())
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let mut held = self.lock();
        let broken = change.operations().iter().filter(|operation| !held.holds(operation));
        let keys: Vec<Key> = broken.map(|operation| operation.key.clone()).collect();
        if !keys.is_empty() {
            return Ok(CommitOutcome::Conflict { keys });
        }
        for operation in change.operations() {
            match &operation.write {
                Write::Put(row) => held.put(&operation.key, row),
                Write::Delete => held.remove(&operation.key),
                Write::Check => {}
            }
        }
        Ok(CommitOutcome::Committed)
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let held = self.lock();
        match scan {
            Scan::Range { from, to } => held.range(from, to, page),
            Scan::Due { realm, until } => held.due(realm, *until, page),
        }
    }
}

/// What the contract asks is proved by the conformance suite.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::block_on;

    #[test]
    fn a_cursor_of_another_store_is_no_row_and_no_panic() {
        let store = MemoryStore::new();
        let page = Page::after(Cursor::new(b"?".to_vec()), 1);
        let key = |sort: &[u8]| Key::from_parts("r".into(), b"p".to_vec(), sort.to_vec());
        let range = Scan::Range { from: key(b""), to: key(b"!") };
        assert!(block_on(store.scan(&range, &page)).unwrap().rows.is_empty());
        let due = Scan::Due { realm: "r".into(), until: DateTime::<Utc>::MAX_UTC };
        assert!(block_on(store.scan(&due, &page)).is_err());
    }
}
