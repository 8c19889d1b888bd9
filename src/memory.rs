//! The in-memory store: for tests, examples and prototypes.

use std::collections::{BTreeMap, BTreeSet};
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
    due: BTreeSet<(DateTime<Utc>, Key)>,
    /// One counter for all keys, so that versions never repeat (ST-3).
    last_version: u64,
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
        if let Some(due) = self.rows.remove(key).and_then(|found| found.row.due) {
            self.due.remove(&(due, key.clone()));
        }
    }

    fn put(&mut self, key: &Key, row: &Row) {
        self.remove(key);
        self.last_version = self.last_version.saturating_add(1);
        if let Some(due) = row.due {
            self.due.insert((due, key.clone()));
        }
        let versioned = Versioned::new(Version::new(self.last_version), row.clone());
        self.rows.insert(key.clone(), versioned);
    }

    fn found(&self, key: &Key) -> Option<(Key, Versioned)> {
        self.rows.get(key).map(|versioned| (key.clone(), versioned.clone()))
    }
}

/// The rows after the cursor, which counts those already given, and the cursor after them.
///
/// Rows that come or go between two pages shift the count: a scan may miss or repeat (ST-8).
fn cut(found: impl Iterator<Item = (Key, Versioned)>, page: &Page) -> ScanPage {
    let count = |cursor: &Cursor| cursor.as_bytes().try_into().map_or(0, u64::from_le_bytes);
    let skipped = usize::try_from(page.after.as_ref().map_or(0, count)).unwrap_or(usize::MAX);
    let limit = usize::from(page.limit.max(1));
    let mut rest = found.skip(skipped);
    let rows: Vec<_> = rest.by_ref().take(limit).collect();
    let given = (skipped as u64).saturating_add(rows.len() as u64);
    let next = rest.next().map(|_| Cursor::new(given.to_le_bytes().to_vec()));
    ScanPage::new(rows, next)
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
        Ok(match scan {
            Scan::Range { from, to } if from >= to => ScanPage::new(Vec::new(), None),
            Scan::Range { from, to } => {
                let range = held.rows.range(from..to);
                cut(range.map(|(key, versioned)| (key.clone(), versioned.clone())), page)
            }
            Scan::Due { realm, until } => {
                let due = held.due.iter().take_while(|(due, _)| due <= until);
                let here = due.filter(|(_, key)| key.realm() == realm);
                cut(here.filter_map(|(_, key)| held.found(key)), page)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testkit::block_on;
    use crate::words::ChangeSetId;

    fn key(sort: &str) -> Key {
        Key::from_parts("r".into(), b"p".to_vec(), sort.as_bytes().to_vec())
    }

    fn put(sort: &str, expect: Expect, due: Option<i64>) -> Operation {
        let due = due.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        Operation::new(key(sort), expect, Write::Put(Row::new(1, b"{}".to_vec()).with_due(due)))
    }

    fn commit(store: &MemoryStore, operations: Vec<Operation>) -> CommitOutcome {
        let change = ChangeSet::new(ChangeSetId::from_uuid(Uuid::nil()), operations).unwrap();
        block_on(store.commit(&change)).unwrap()
    }

    fn get(store: &MemoryStore, sort: &str) -> Option<Versioned> {
        block_on(store.get(&[key(sort)])).unwrap().remove(0)
    }

    #[test]
    fn st_1_one_broken_expectation_stops_the_whole_change_set() {
        let store = MemoryStore::new();
        commit(&store, vec![put("b", Expect::Absent, None)]);
        let both = vec![put("a", Expect::Absent, None), put("b", Expect::Absent, None)];
        assert_eq!(commit(&store, both), CommitOutcome::Conflict { keys: vec![key("b")] });
        assert_eq!(get(&store, "a"), None);
    }

    #[test]
    fn st_3_a_row_made_anew_has_a_new_version() {
        let store = MemoryStore::new();
        commit(&store, vec![put("a", Expect::Absent, None)]);
        let first = get(&store, "a").unwrap().version;
        let gone = Operation::new(key("a"), Expect::At(first), Write::Delete);
        assert_eq!(commit(&store, vec![gone]), CommitOutcome::Committed);
        commit(&store, vec![put("a", Expect::Absent, None)]);
        assert_ne!(get(&store, "a").unwrap().version, first);
    }

    #[test]
    fn due_rows_come_in_order_and_page_by_page() {
        let store = MemoryStore::new();
        let rows =
            [("a", Some(30)), ("b", Some(10)), ("c", None), ("d", Some(20)), ("e", Some(99))];
        let puts = rows.map(|(sort, due)| put(sort, Expect::Absent, due));
        commit(&store, puts.to_vec());
        let until = DateTime::from_timestamp(30, 0).unwrap();
        let scan = Scan::Due { realm: "r".into(), until };
        let first = block_on(store.scan(&scan, &Page::first(2))).unwrap();
        let sorts = |page: &ScanPage| page.rows.iter().map(|(k, _)| k.clone()).collect::<Vec<_>>();
        assert_eq!(sorts(&first), [key("b"), key("d")]);
        let second = block_on(store.scan(&scan, &Page::after(first.next.unwrap(), 2))).unwrap();
        assert_eq!(sorts(&second), [key("a")]);
        assert_eq!(second.next, None);
    }

    #[test]
    fn a_range_leaves_out_its_end() {
        let store = MemoryStore::new();
        commit(&store, ["a", "b", "c"].map(|sort| put(sort, Expect::Absent, None)).to_vec());
        let scan = Scan::Range { from: key("a"), to: key("c") };
        assert_eq!(block_on(store.scan(&scan, &Page::first(9))).unwrap().rows.len(), 2);
    }
}
