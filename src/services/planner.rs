//! Collects what a change read and what it writes, and makes the change set of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::keys::{Keys, RowKey};
use super::records::{ReceiptRow, Record};
use super::retention::Retention;
use super::shapes;
use crate::error::{Fault, InvalidInput, Refusal, StoreCall};
use crate::ports::{
    ChangeSet, Expect, InvalidChangeSet, Key, MAX_ROW_BYTES, Operation, Row, Store, Version,
    Versioned, Write,
};
use crate::words::ChangeSetId;

/// A row may be so large when it is written from what a caller gave. It has room to grow: what could
/// be booked can also be moved and cancelled.
const MAX_INPUT_BYTES: usize = MAX_ROW_BYTES - (8 << 10);

/// One attempt at one change.
///
/// Every row that is loaded must still be the same when the change is committed. A row that is
/// only peeked at need not, unless it is written: a decision may rest on it only if a stale value
/// does no harm.
pub(crate) struct Planner<'a> {
    store: &'a dyn Store,
    pub(crate) keys: &'a Keys,
    pub(crate) id: ChangeSetId,
    pub(crate) now: DateTime<Utc>,
    pub(crate) retention: &'a Retention,
    seen: BTreeMap<Key, Seen>,
    messages: u32,
}

struct Seen {
    found: Option<Versioned>,
    checked: bool,
    write: Option<Write>,
}

impl Seen {
    fn version(&self) -> Option<Version> {
        self.found.as_ref().map(|found| found.version)
    }
}

impl<'a> Planner<'a> {
    pub(crate) const fn new(
        store: &'a dyn Store,
        keys: &'a Keys,
        id: ChangeSetId,
        now: DateTime<Utc>,
        retention: &'a Retention,
    ) -> Self {
        Self { store, keys, id, now, retention, seen: BTreeMap::new(), messages: 0 }
    }

    /// Reads a row that the decision rests on.
    pub(crate) async fn load<R: Record>(&mut self, row: &RowKey<R>) -> Result<Option<R>, Fault> {
        let found = self.peek(row).await?;
        if let Some(seen) = self.seen.get_mut(&row.key) {
            seen.checked = true;
        }
        Ok(found)
    }

    /// Reads a row that may be stale.
    pub(crate) async fn peek<R: Record>(&mut self, row: &RowKey<R>) -> Result<Option<R>, Fault> {
        self.fetch(vec![row.key.clone()]).await?;
        self.read(row)
    }

    /// Reads rows that may be stale, all in one call of the store.
    pub(crate) async fn peek_all<R: Record>(
        &mut self,
        rows: &[RowKey<R>],
    ) -> Result<Vec<Option<R>>, Fault> {
        self.fetch(rows.iter().map(|row| row.key.clone()).collect()).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    async fn fetch(&mut self, mut keys: Vec<Key>) -> Result<(), Fault> {
        keys.retain(|key| !self.seen.contains_key(key));
        if keys.is_empty() {
            return Ok(());
        }
        for (key, found) in get(self.store, keys).await? {
            self.seen.insert(key, Seen { found, checked: false, write: None });
        }
        Ok(())
    }

    /// The row as this change leaves it: reads see what was written before.
    fn read<R: Record>(&self, row: &RowKey<R>) -> Result<Option<R>, Fault> {
        let current = self.seen.get(&row.key).and_then(|seen| match &seen.write {
            Some(Write::Put(written)) => Some(written),
            Some(Write::Delete) => None,
            _ => seen.found.as_ref().map(|found| &found.row),
        });
        current.map(|current| decode(&row.key, current)).transpose()
    }

    /// Writes a row. One that was neither loaded nor peeked at must not exist yet.
    pub(crate) fn put<R: Record>(&mut self, row: &RowKey<R>, record: &R) -> Result<(), Fault> {
        self.put_due(row, record, record.due(self.retention))
    }

    /// Writes a row that is to be removed then.
    pub(crate) fn put_until<R: Record>(
        &mut self,
        row: &RowKey<R>,
        record: &R,
        until: DateTime<Utc>,
    ) -> Result<(), Fault> {
        self.put_due(row, record, Some(until))
    }

    fn put_due<R: Record>(
        &mut self,
        row: &RowKey<R>,
        record: &R,
        due: Option<DateTime<Utc>>,
    ) -> Result<(), Fault> {
        let json = serde_json::to_vec(record).map_err(Fault::Unwritable)?;
        self.write(&row.key, Write::Put(Row::new(R::SCHEMA, json).with_due(due)));
        Ok(())
    }

    /// Writes a row whose size is the caller's doing.
    pub(crate) fn put_input<R: Record>(
        &mut self,
        row: &RowKey<R>,
        record: &R,
    ) -> Result<(), crate::Error> {
        self.put(row, record)?;
        let given = match self.seen.get(&row.key).and_then(|seen| seen.write.as_ref()) {
            Some(Write::Put(written)) => row.key.len().saturating_add(written.json.len()),
            _ => 0,
        };
        let allowed = MAX_INPUT_BYTES;
        if given > allowed {
            let too_large = InvalidInput::TooLarge { given, allowed };
            return Err(Refusal::from(too_large).into());
        }
        Ok(())
    }

    /// Reads rows as they are stored, whatever they hold; absent ones are left out.
    pub(crate) async fn stored(&mut self, keys: &[Key]) -> Result<Vec<(Key, Row)>, Fault> {
        self.fetch(keys.to_vec()).await?;
        let found =
            |key: &Key| Some((key.clone(), self.seen.get(key)?.found.as_ref()?.row.clone()));
        Ok(keys.iter().filter_map(found).collect())
    }

    /// Removes a row that was loaded.
    pub(crate) fn delete<R>(&mut self, row: &RowKey<R>) {
        self.write(&row.key, Write::Delete);
    }

    fn write(&mut self, key: &Key, write: Write) {
        let new = Seen { found: None, checked: false, write: None };
        self.seen.entry(key.clone()).or_insert(new).write = Some(write);
    }

    /// The number of the next message of this change set.
    pub(crate) const fn next_message(&mut self) -> u32 {
        self.messages = self.messages.saturating_add(1);
        self.messages
    }

    /// The change set: all writes, a check of all that was loaded, and the receipt.
    pub(crate) fn into_change_set(mut self) -> Result<ChangeSet, Fault> {
        let receipt = self.keys.receipt(self.id);
        self.put(&receipt, &ReceiptRow { at: self.now })?;
        let operations = self.seen.into_iter().filter_map(|(key, seen)| {
            let expect = seen.version().map_or(Expect::Absent, Expect::At);
            let write = match seen.write {
                // Deleting what is not there: only the expectation is left.
                Some(Write::Delete) if expect == Expect::Absent => Write::Check,
                Some(write) => write,
                None if seen.checked => Write::Check,
                None => return None,
            };
            Some(Operation::new(key, expect, write))
        });
        ChangeSet::new(self.id, operations.collect()).map_err(InvalidChangeSet::into)
    }
}

/// Reads rows, strongly.
pub(crate) async fn get(
    store: &dyn Store,
    keys: Vec<Key>,
) -> Result<Vec<(Key, Option<Versioned>)>, Fault> {
    let doing = StoreCall::Get;
    let found = store.get(&keys).await.map_err(|source| Fault::Store { doing, source })?;
    if found.len() != keys.len() {
        return Err(Fault::Inconsistent("the store answered for other keys than it was asked for"));
    }
    Ok(keys.into_iter().zip(found).collect())
}

/// Reads what a row holds.
pub(crate) fn decode<R: Record>(key: &Key, row: &Row) -> Result<R, Fault> {
    shapes::read(key, row)
}

/// An id of random bits.
pub(crate) fn mint(entropy: &dyn crate::ports::Entropy) -> Result<Uuid, Fault> {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;
    use crate::ports::CommitOutcome;
    use crate::services::records::QuotaRow;
    use crate::testkit::block_on;
    use crate::words::ZoomAccountId;

    /// Plans to write one row after reading another one, which somebody writes meanwhile.
    fn outcome(loads: bool) -> CommitOutcome {
        let (store, keys) = (MemoryStore::new(), Keys::new("r".to_owned()));
        let zoom = ZoomAccountId::new("z").unwrap();
        let (read, written) = (keys.quota(&zoom, 1), keys.quota(&zoom, 2));
        let kept = Retention::default();
        let planner = |id: u128| {
            let id = ChangeSetId::from_uuid(Uuid::from_u128(id));
            Planner::new(&store, &keys, id, DateTime::UNIX_EPOCH, &kept)
        };
        let mut first = planner(1);
        let seen = if loads { block_on(first.load(&read)) } else { block_on(first.peek(&read)) };
        assert!(seen.unwrap().is_none());
        first.put(&written, &QuotaRow::default()).unwrap();
        let mut other = planner(2);
        other.put(&read, &QuotaRow::default()).unwrap();
        let commit = |planner: Planner<'_>| {
            block_on(store.commit(&planner.into_change_set().unwrap())).unwrap()
        };
        assert_eq!(commit(other), CommitOutcome::Committed);
        commit(first)
    }

    #[test]
    fn what_was_loaded_must_still_be_so_and_what_was_peeked_at_need_not() {
        assert!(matches!(outcome(true), CommitOutcome::Conflict { .. }));
        assert_eq!(outcome(false), CommitOutcome::Committed);
    }

    #[test]
    fn reads_see_what_the_same_change_has_written() {
        let (store, keys) = (MemoryStore::new(), Keys::new("r".to_owned()));
        let row = keys.quota(&ZoomAccountId::new("z").unwrap(), 1);
        let id = ChangeSetId::from_uuid(Uuid::nil());
        let kept = Retention::default();
        let mut planner = Planner::new(&store, &keys, id, DateTime::UNIX_EPOCH, &kept);
        planner.put(&row, &QuotaRow { used: 7, exhausted: false }).unwrap();
        assert_eq!(block_on(planner.load(&row)).unwrap().map(|quota| quota.used), Some(7));
        planner.delete(&row);
        assert!(block_on(planner.load(&row)).unwrap().is_none());
    }
}
