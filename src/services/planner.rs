//! Collects what a change read and what it writes, and makes the change set of it.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use quick_cache::DefaultHashBuilder;

use super::audit::Audited;
use super::caller::Actor;
use super::decoded::Value;
use super::keys::{Keys, RowKey};
use super::records::{AuditRow, ReceiptRow, Record};
use super::remembered::{FoundAgain, Known, Remembered};
use super::retention::Retention;
use super::shapes;
use super::under_way::{Turn, Turns};
use crate::bugs::bug;
use crate::error::{Fault, InvalidInput, Refusal, StoreCall};
use crate::ports::{
    ChangeSet, Expect, Key, MAX_ROW_BYTES, Operation, Row, Store, Version, Versioned, Write,
};
use crate::words::{AccountId, CalendarRef, ChangeSetId, UserId};

/// A row may be so large when it is written from what a caller gave. It has room to grow: what could
/// be booked can also be moved and cancelled.
const MAX_INPUT_BYTES: usize = MAX_ROW_BYTES - (8 << 10);

/// Room for the operations of most changes.
const OPERATIONS: usize = 16;

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
    pub(crate) remembered: &'a Remembered,
    pub(crate) retention: &'a Retention,
    seen: HashMap<Key, Seen, DefaultHashBuilder>,
    /// Rows that were read and that nobody has checked or written yet.
    found_again: Option<FoundAgain>,
    /// Turns of others that were under way before rows were read.
    before: Turns,
    turn: Option<Turn<'a>>,
    messages: u32,
    /// Where rows are written before their size is known.
    scratch: Vec<u8>,
    /// Who changes the account in another's name.
    audited: Option<(AccountId, Actor)>,
}

/// What one attempt came to.
pub(crate) struct Planned<'a> {
    pub(crate) change: ChangeSet,
    /// Values of rows that will be shared.
    pub(crate) values: Vec<(Key, Value)>,
    /// Is under way until the change is committed.
    pub(crate) turn: Option<Turn<'a>>,
}

struct Seen {
    found: Option<Versioned>,
    checked: bool,
    write: Option<Write>,
    /// What is written, for those who read it next.
    value: Option<Value>,
}

impl Seen {
    const fn of(found: Option<Versioned>) -> Self {
        Self { found, checked: false, write: None, value: None }
    }
}

impl<'a> Planner<'a> {
    pub(crate) fn new(
        store: &'a dyn Store,
        keys: &'a Keys,
        remembered: &'a Remembered,
        id: ChangeSetId,
        now: DateTime<Utc>,
        retention: &'a Retention,
    ) -> Self {
        Self {
            store,
            keys,
            id,
            now,
            remembered,
            retention,
            seen: HashMap::default(),
            found_again: None,
            before: Turns::new(),
            turn: None,
            messages: 0,
            scratch: Vec::new(),
            audited: None,
        }
    }

    /// Reads a row that the decision rests on.
    pub(crate) async fn load<R: Record>(&mut self, row: &RowKey<R>) -> Result<Option<R>, Fault> {
        let found = self.peek(row).await?;
        self.seen(&row.key).checked = true;
        Ok(found)
    }

    /// Reads a row that may be stale.
    pub(crate) async fn peek<R: Record>(&mut self, row: &RowKey<R>) -> Result<Option<R>, Fault> {
        self.fetch([&row.key]).await?;
        self.read(row)
    }

    /// Reads rows that may be stale, all in one call of the store.
    pub(crate) async fn peek_all<R: Record>(
        &mut self,
        rows: &[RowKey<R>],
    ) -> Result<Vec<Option<R>>, Fault> {
        self.fetch(rows.iter().map(|row| &row.key)).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Like [`peek`](Self::peek), of a row that is read often and written seldom or by ourselves: its
    /// JSON is not read again as long as the row is the same.
    pub(crate) async fn share<R: Record>(
        &mut self,
        row: &RowKey<R>,
    ) -> Result<Option<Arc<R>>, Fault> {
        self.fetch([&row.key]).await?;
        self.read_shared(row)
    }

    /// Like [`share`](Self::share), all in one call of the store.
    pub(crate) async fn share_all<R: Record>(
        &mut self,
        rows: impl Iterator<Item = &RowKey<R>> + Clone + Send,
    ) -> Result<Vec<Option<Arc<R>>>, Fault> {
        self.fetch(rows.clone().map(|row| &row.key)).await?;
        rows.map(|row| self.read_shared(row)).collect()
    }

    /// Reads rows in one call of the store that will be asked for one after the other.
    pub(crate) async fn read_ahead(&mut self, keys: &[Key]) -> Result<(), Fault> {
        self.fetch(keys).await
    }

    /// Like [`read_ahead`](Self::read_ahead), with the rows of a set-up that is known, and what its
    /// hosts were given if they are compared.
    pub(crate) async fn read_known(
        &mut self,
        known: &Arc<Known>,
        compares: bool,
        others: impl Iterator<Item = Key> + Send,
    ) -> Result<(), Fault> {
        let known_keys = known.keys(compares);
        let mut keys = Vec::with_capacity(known_keys.len().saturating_mul(2));
        keys.extend_from_slice(known_keys);
        keys.extend(others.filter(|key| !self.seen.contains_key(key)));
        let mut found = rows(self.store, &keys).await?;
        let others = found.split_off(known_keys.len());
        let others = others.into_iter().map(Seen::of);
        self.seen.reserve(others.len().saturating_add(OPERATIONS));
        self.seen.extend(keys.into_iter().skip(known_keys.len()).zip(others));
        self.found_again = Some(FoundAgain::new(known.clone(), found));
        Ok(())
    }

    /// Whether all rows of a set-up were read and say what they said. `None`: they were not read with
    /// it.
    pub(crate) fn finds(&self, known: &Arc<Known>) -> Option<bool> {
        self.found_again.as_ref().filter(|again| again.is_of(known)).map(|again| again.is_same)
    }

    /// Rows that were read, as they were found.
    pub(crate) fn found(&self, rows: Vec<Key>) -> Vec<(Key, Option<Row>)> {
        let row = |key: &Key| Some(self.last_found(key)??.row.clone());
        rows.into_iter().map(|key| (row(&key), key)).map(|(row, key)| (key, row)).collect()
    }

    /// A row as it was found. `None`: it was not read.
    fn last_found(&self, key: &Key) -> Option<Option<&Versioned>> {
        match self.seen.get(key) {
            Some(seen) => Some(seen.found.as_ref()),
            None => self.again(key),
        }
    }

    fn again(&self, key: &Key) -> Option<Option<&Versioned>> {
        self.found_again.as_ref()?.get(key)
    }

    /// A row that is checked or written.
    fn seen(&mut self, key: &Key) -> &mut Seen {
        let again = || self.found_again.as_ref()?.get(key)?.cloned();
        self.seen.entry(key.clone()).or_insert_with(|| Seen::of(again()))
    }

    /// Notes which turns of a calendar others are about to give, before rows are read.
    pub(crate) fn note_turns(&mut self, calendar: &CalendarRef) {
        self.before = self.remembered.under_way.of(calendar);
    }

    /// Chooses a host of a round robin, by the turns that others are about to give.
    pub(crate) fn choose<T>(
        &mut self,
        calendar: &CalendarRef,
        choose: impl FnOnce(&Turns) -> Option<T>,
        host: impl FnOnce(&T) -> Option<&UserId>,
    ) -> Option<T> {
        // Whoever was chosen before gets no turn after all.
        self.turn = None;
        let under_way = &self.remembered.under_way;
        let (chosen, turn) = under_way.choose(calendar, &self.before, choose, host)?;
        self.turn = turn;
        Some(chosen)
    }

    /// Whether all rows that were loaded are still the same. Others may have changed, as for a commit.
    pub(crate) async fn holds(&self) -> Result<bool, Fault> {
        let loaded = self.seen.iter().filter(|(_, seen)| seen.checked);
        let (keys, before): (Vec<Key>, Vec<_>) =
            loaded.map(|(key, seen)| (key.clone(), version(seen.found.as_ref()))).unzip();
        if keys.is_empty() {
            return Ok(true);
        }
        let now = rows(self.store, &keys).await?;
        Ok(now.iter().map(Option::as_ref).map(version).eq(before))
    }

    async fn fetch(&mut self, keys: impl IntoIterator<Item = &Key> + Send) -> Result<(), Fault> {
        let new = |key: &&Key| self.last_found(key).is_none();
        let keys: Vec<Key> = keys.into_iter().filter(new).cloned().collect();
        if keys.is_empty() {
            return Ok(());
        }
        let found = rows(self.store, &keys).await?;
        self.seen.reserve(keys.len().saturating_add(OPERATIONS));
        self.seen.extend(keys.into_iter().zip(found.into_iter().map(Seen::of)));
        Ok(())
    }

    /// The row as this change leaves it: reads see what was written before.
    fn read<R: Record>(&self, row: &RowKey<R>) -> Result<Option<R>, Fault> {
        let current = match self.seen.get(&row.key) {
            Some(Seen { write: Some(Write::Put(written)), .. }) => Some(written),
            Some(Seen { write: Some(Write::Delete), .. }) => None,
            Some(seen) => seen.found.as_ref().map(|found| &found.row),
            None => self.again(&row.key).flatten().map(|found| &found.row),
        };
        current.map(|current| decode(&row.key, current)).transpose()
    }

    fn read_shared<R: Record>(&self, row: &RowKey<R>) -> Result<Option<Arc<R>>, Fault> {
        let found = match self.seen.get(&row.key) {
            Some(Seen { write: Some(_), .. }) => return Ok(self.read(row)?.map(Arc::new)),
            Some(seen) => seen.found.as_ref(),
            None => self.again(&row.key).flatten(),
        };
        found.map(|found| self.remembered.decoded.value(row, found)).transpose()
    }

    /// Writes a row that will be shared.
    pub(crate) fn put_shared<R: Record>(
        &mut self,
        row: &RowKey<R>,
        record: Arc<R>,
        due: Option<DateTime<Utc>>,
    ) -> Result<(), Fault> {
        self.put_due(row, record.as_ref(), due)?;
        if let Some(seen) = self.seen.get_mut(&row.key) {
            seen.value = Some(record);
        }
        Ok(())
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
        let json = record.json(&mut self.scratch).map_err(Fault::Unwritable)?;
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
        self.fetch(keys).await?;
        let found = |key: &Key| Some((key.clone(), self.last_found(key)??.row.clone()));
        Ok(keys.iter().filter_map(found).collect())
    }

    /// Removes a row that was loaded.
    pub(crate) fn delete<R>(&mut self, row: &RowKey<R>) {
        self.write(&row.key, Write::Delete);
    }

    fn write(&mut self, key: &Key, write: Write) {
        let seen = self.seen(key);
        (seen.write, seen.value) = (Some(write), None);
    }

    /// The number of the next message of this change set.
    pub(crate) const fn next_message(&mut self) -> u32 {
        self.messages = self.messages.saturating_add(1);
        self.messages
    }

    /// Whatever this changes in the account is audited (R4).
    pub(crate) fn audit_call(&mut self, account: &AccountId, by: &Actor) {
        self.audited = Some((account.clone(), by.clone()));
    }

    fn put_audit(&mut self, call: &'static str) -> Result<(), Fault> {
        let Some((account, by)) = self.audited.take() else { return Ok(()) };
        let row = self.keys.audit_of_account(&account, self.id);
        let what = Audited::Call { name: call.to_owned() };
        self.put(&row, &AuditRow { at: self.now, by, what })
    }

    /// The change set: all writes, a check of all that was loaded, and the receipt.
    pub(crate) fn into_change_set(mut self, call: &'static str) -> Result<Planned<'a>, Fault> {
        self.put_audit(call)?;
        let receipt = self.keys.receipt(self.id);
        if !bug!(NoReceipt) {
            self.put(&receipt, &ReceiptRow { at: self.now })?;
        }
        let (mut operations, mut values) = (Vec::with_capacity(OPERATIONS), Vec::new());
        for (key, seen) in self.seen {
            let version = seen.found.map(|found| found.version);
            let expect = version.map_or(Expect::Absent, Expect::At);
            values.extend(seen.value.map(|value| (key.clone(), value)));
            let write = match seen.write {
                // Deleting what is not there: only the expectation is left.
                Some(Write::Delete) if expect == Expect::Absent => Write::Check,
                Some(write) => write,
                None if seen.checked => Write::Check,
                None => continue,
            };
            operations.push(Operation::new(key, expect, write));
        }
        let change = ChangeSet::new(self.id, operations)?;
        Ok(Planned { change, values, turn: self.turn })
    }
}

fn version(found: Option<&Versioned>) -> Option<Version> {
    found.map(|found| found.version)
}

/// Reads rows, strongly.
pub(crate) async fn get(
    store: &dyn Store,
    keys: Vec<Key>,
) -> Result<Vec<(Key, Option<Versioned>)>, Fault> {
    let found = rows(store, &keys).await?;
    Ok(keys.into_iter().zip(found).collect())
}

/// Reads rows, in the order of the keys.
async fn rows(store: &dyn Store, keys: &[Key]) -> Result<Vec<Option<Versioned>>, Fault> {
    let doing = StoreCall::Get;
    let found = store.get(keys).await.map_err(|source| Fault::Store { doing, source })?;
    if found.len() != keys.len() {
        return Err(Fault::Inconsistent("the store answered for other keys than it was asked for"));
    }
    Ok(found)
}

/// Reads what a row holds.
pub(crate) fn decode<R: Record>(key: &Key, row: &Row) -> Result<R, Fault> {
    shapes::read(key, row)
}

#[cfg(test)]
mod tests;
