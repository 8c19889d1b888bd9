//! A store that writes down what it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Row, Scan, ScanPage, Store, StoreError, Versioned, Write,
};

/// One call of a store.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// Rows were read.
    Get(Vec<Key>),
    /// Rows were looked for.
    Scan(Scan, Page),
    /// Rows were written.
    Commit(ChangeSet),
}

/// Passes every call on, and remembers it, and the rows that were written.
pub(crate) struct Recording {
    store: Arc<dyn Store>,
    calls: Mutex<Vec<Call>>,
    rows: Mutex<BTreeMap<Key, Row>>,
}

/// Nothing panics while it holds the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recording {
    /// Over an empty store.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, calls: Mutex::default(), rows: Mutex::default() }
    }

    /// The calls since this was asked last.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut lock(&self.calls))
    }

    /// All rows as they are now.
    pub(crate) fn rows(&self) -> Vec<(Key, Row)> {
        lock(&self.rows).iter().map(|(key, row)| (key.clone(), row.clone())).collect()
    }

    fn note(&self, call: Call) {
        lock(&self.calls).push(call);
    }

    fn apply(&self, change: &ChangeSet) {
        let mut rows = lock(&self.rows);
        for operation in change.operations() {
            match &operation.write {
                Write::Put(row) => _ = rows.insert(operation.key.clone(), row.clone()),
                Write::Delete => _ = rows.remove(&operation.key),
                Write::Check => {}
            }
        }
    }
}

#[async_trait]
impl Store for Recording {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.note(Call::Get(keys.to_vec()));
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.note(Call::Commit(change.clone()));
        let outcome = self.store.commit(change).await?;
        if outcome == CommitOutcome::Committed {
            self.apply(change);
        }
        Ok(outcome)
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.note(Call::Scan(scan.clone(), page.clone()));
        self.store.scan(scan, page).await
    }
}
