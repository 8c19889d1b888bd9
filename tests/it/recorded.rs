//! A store whose rows can be looked at, and loaded from a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Cursor, Expect, Key, Operation, Page, Row, Scan, ScanPage, Store,
    StoreError, Versioned, Write,
};
use slotlink::testkit::block_on;
use slotlink::words::ChangeSetId;

use crate::row_file::FiledRow;

/// Keeps a copy of all rows. Finds due rows with cursors that do not shift, and without reading those
/// before.
#[derive(Default)]
pub(crate) struct Recorded {
    store: MemoryStore,
    rows: Mutex<BTreeMap<Key, Row>>,
    due: Mutex<BTreeSet<(DateTime<Utc>, Key)>>,
    /// Where pages ended; a cursor is the place in this list.
    ends: Mutex<Vec<(DateTime<Utc>, Key)>>,
    pub(crate) commits: AtomicU32,
    pub(crate) pages: AtomicU32,
}

#[async_trait]
impl Store for Recorded {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let outcome = self.store.commit(change).await?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        if outcome == CommitOutcome::Committed {
            change.operations().iter().for_each(|operation| self.note(operation));
        }
        Ok(outcome)
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        match scan {
            Scan::Due { until, .. } => self.due_until(*until, page).await,
            Scan::Range { .. } => self.store.scan(scan, page).await,
        }
    }
}

impl Recorded {
    fn note(&self, operation: &Operation) {
        let (mut rows, mut due) = (self.rows.lock().unwrap(), self.due.lock().unwrap());
        let key = &operation.key;
        if matches!(operation.write, Write::Check) {
            return;
        }
        if let Some(at) = rows.remove(key).and_then(|old| old.due) {
            due.remove(&(at, key.clone()));
        }
        if let Write::Put(row) = &operation.write {
            rows.insert(key.clone(), row.clone());
            due.extend(row.due.map(|at| (at, key.clone())));
        }
    }

    async fn due_until(&self, until: DateTime<Utc>, page: &Page) -> Result<ScanPage, StoreError> {
        let number = |cursor: &Cursor| usize::from_le_bytes(cursor.as_bytes().try_into().unwrap());
        let after =
            page.after.as_ref().map(|cursor| self.ends.lock().unwrap()[number(cursor)].clone());
        let found: Vec<_> = {
            let due = self.due.lock().unwrap();
            let rest = due.iter().filter(|_| after.is_none()).chain(
                after
                    .iter()
                    .flat_map(|after| due.range(after.clone()..).filter(move |at| *at != after)),
            );
            let rest = rest.take_while(|(at, _)| *at <= until);
            rest.take(usize::from(page.limit) + 1).cloned().collect()
        };
        let (given, more) = found.split_at(found.len().min(page.limit.into()));
        let keys: Vec<Key> = given.iter().map(|(_, key)| key.clone()).collect();
        let rows = self.store.get(&keys).await?;
        let next = given.last().filter(|_| !more.is_empty()).map(|end| {
            let mut ends = self.ends.lock().unwrap();
            ends.push(end.clone());
            Cursor::new((ends.len() - 1).to_le_bytes().to_vec())
        });
        let rows = keys.into_iter().zip(rows).filter_map(|(key, row)| Some((key, row?)));
        Ok(ScanPage::new(rows.collect(), next))
    }

    /// Rows as they stand in a file.
    pub(crate) fn load(&self, rows: &[FiledRow]) {
        let operations: Vec<Operation> = rows
            .iter()
            .map(|row| {
                let (partition, sort) = (row.partition.clone(), row.sort.clone());
                let key = Key::from_parts("default".to_owned(), partition, sort);
                let due = row.due.as_ref().map(|due| due.parse().unwrap());
                let new = Row::new(row.schema, row.json.clone().into_bytes()).with_due(due);
                Operation::new(key, Expect::Absent, Write::Put(new))
            })
            .collect();
        for operations in operations.chunks(96) {
            let id = ChangeSetId::from_uuid(uuid::Uuid::nil());
            let change = ChangeSet::new(id, operations.to_vec()).unwrap();
            assert_eq!(block_on(self.commit(&change)).unwrap(), CommitOutcome::Committed);
        }
    }

    /// The rows of a kind, as they are stored.
    pub(crate) fn stored(&self, wanted: &str) -> Vec<(Key, Row)> {
        let rows = self.rows.lock().unwrap();
        let found = rows.iter().filter(|(key, _)| kind(key) == wanted);
        found.map(|(key, row)| (key.clone(), row.clone())).collect()
    }

    pub(crate) fn count(&self, wanted: &str) -> usize {
        self.stored(wanted).len()
    }

    /// What rows of a kind hold.
    pub(crate) fn values(&self, wanted: &str) -> Vec<Value> {
        let rows = self.stored(wanted).into_iter();
        rows.map(|(_, row)| serde_json::from_slice(&row.json).unwrap()).collect()
    }

    /// The kinds of rows in whose key or value a text stands, in small or capital letters.
    pub(crate) fn kinds_with(&self, text: &str) -> BTreeSet<String> {
        let text = text.to_lowercase();
        let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase().contains(&text);
        let rows = self.rows.lock().unwrap();
        let found = rows
            .iter()
            .filter(|(key, row)| holds(&row.json) || holds(key.sort()) || holds(key.partition()));
        found.map(|(key, _)| kind(key)).collect()
    }

    /// I1 and I2, from the rows alone: what users give of their days is what appointments take, and
    /// nothing of it overlaps. Days before `from` may be gone.
    pub(crate) fn assert_sound(&self, from: DateTime<Utc>) {
        let from = from.timestamp();
        let mut taken: BTreeMap<(String, String, i64), i64> = BTreeMap::new();
        for row in self.values("appointment") {
            let booked = &row["kept"];
            if booked.is_null() || booked["status"] == "cancelled" {
                continue;
            }
            let start = booked["slot"]["core"][0].as_i64().unwrap();
            let calendar = booked["slot"]["calendar"]["calendar"].to_string();
            let users = booked["occupants"].as_array().unwrap().iter();
            for user in users.filter_map(|one| one["user"].as_str()) {
                if start >= from {
                    *taken.entry((user.to_owned(), calendar.clone(), start)).or_default() += 1;
                }
            }
        }
        let mut given = BTreeMap::new();
        for (key, row) in self.stored("day") {
            let Some(user) = text_after(key.partition(), "user") else { continue };
            let day: Value = serde_json::from_slice(&row.json).unwrap();
            let mut last_end = i64::MIN;
            for slot in day["slots"].as_array().unwrap() {
                let number = |at: usize| slot[at].as_i64().unwrap();
                let whose = usize::try_from(number(0)).unwrap();
                let calendar = day["whose"][whose][0]["calendar"].to_string();
                let (from_padded, to_padded) = (number(1) - number(3), number(2) + number(4));
                assert!(last_end <= from_padded, "I1: {user} is taken twice: {day}");
                last_end = to_padded;
                if number(1) >= from {
                    given.insert((user.clone(), calendar, number(1)), number(5));
                }
            }
        }
        assert_eq!(taken, given, "I2");
    }
}

fn kind(key: &Key) -> String {
    let word = key.sort().split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(word).into_owned()
}

/// The second text of a partition, if the first is this one.
fn text_after(partition: &[u8], first: &str) -> Option<String> {
    let mut parts = partition.split(|byte| *byte == 0);
    let is_first = parts.next()? == first.as_bytes();
    let second = parts.next()?.strip_prefix(&[1])?;
    is_first.then(|| String::from_utf8_lossy(second).into_owned())
}
