//! A slotlink store on one SQLite file: host code to copy.
//!
//! Any number of instances, in any number of processes of one machine, can work on the same file.

mod commit;
mod open;
mod read;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use async_trait::async_trait;
use rusqlite::Connection;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use tokio::sync::{mpsc, oneshot};

use commit::{MAX_BATCH, Order};
pub use open::OpenError;
use read::{Read, ReadError};

/// How many reads run at once.
const READERS: usize = 4;
/// How many calls wait in a queue before callers wait in front of it.
const WAITING: usize = 2 * MAX_BATCH;

/// Keeps rows in an SQLite file.
///
/// Commits run on a thread of their own, reads on a few others: its futures need no runtime. When
/// it is dropped the threads are let go: each finishes what was handed to it, closes its
/// connection, and ends.
pub struct SqliteStore {
    orders: mpsc::Sender<Order>,
    reads: mpsc::Sender<Read>,
}

/// The thread has ended, or never got to it.
#[derive(Debug, thiserror::Error)]
#[error("the thread of the SQLite store has ended")]
struct Gone;

impl SqliteStore {
    /// Opens the file, or makes it. Blocks while it is migrated.
    ///
    /// # Errors
    /// [`OpenError`]: mend what it names, then open again.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = open::prepare(path.as_ref())?;
        let (orders, waiting) = mpsc::channel(WAITING);
        let writer = open::connect(&path)?;
        spawn("writer", move || commit::write(writer, waiting))?;
        let (reads, waiting) = mpsc::channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..READERS {
            let (reader, waiting) = (open::connect(&path)?, waiting.clone());
            spawn("reader", move || read::serve(reader, &waiting))?;
        }
        Ok(Self { orders, reads })
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let read = move |connection: &mut Connection| {
            // Whoever dropped the future does not want to know.
            answer.send(read(connection)).ok();
        };
        self.reads.send(Box::new(read)).await.map_err(|_| StoreError::new(Gone))?;
        let result = answered.await.map_err(|_| StoreError::new(Gone))?;
        result.map_err(StoreError::new)
    }
}

fn spawn(role: &str, run: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
    thread::Builder::new().name(format!("sqlite-store {role}")).spawn(run)?;
    Ok(())
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        let keys = keys.to_vec();
        self.read(move |connection| read::get(connection, &keys)).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let (answer, answered) = oneshot::channel();
        let order = Order { change: change.clone(), answer };
        // Never handed over: certainly not applied.
        self.orders.send(order).await.map_err(|_| StoreError::new(Gone))?;
        // Handed over, and the thread ended without a word.
        answered.await.unwrap_or(Ok(CommitOutcome::Unknown))
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let (scan, page) = (scan.clone(), page.clone());
        self.read(move |connection| read::scan(connection, &scan, &page)).await
    }
}

#[cfg(test)]
mod tests {
    use slotlink::testkit::block_on;
    use slotlink::words::ChangeSetId;
    use uuid::Uuid;

    use super::*;

    /// A store whose threads run these functions instead.
    fn store(
        write: fn(mpsc::Receiver<Order>),
        read: fn(mpsc::Receiver<Read>),
    ) -> Result<SqliteStore, OpenError> {
        let (orders, waiting_orders) = mpsc::channel(1);
        let (reads, waiting_reads) = mpsc::channel(1);
        spawn("writer", move || write(waiting_orders))?;
        spawn("reader", move || read(waiting_reads))?;
        Ok(SqliteStore { orders, reads })
    }

    fn change() -> ChangeSet {
        ChangeSet::new(ChangeSetId::from_uuid(Uuid::nil()), Vec::new()).unwrap()
    }

    #[test]
    fn st_4_what_was_handed_over_and_not_answered_is_unknown() {
        let store = store(|mut orders| drop(orders.blocking_recv()), drop).unwrap();
        assert_eq!(block_on(store.commit(&change())).unwrap(), CommitOutcome::Unknown);
    }

    #[test]
    fn st_4_what_nobody_takes_is_an_error() {
        let store = store(drop, |mut reads| drop(reads.blocking_recv())).unwrap();
        // The other thread may have to be waited for.
        block_on(store.orders.closed());
        assert!(block_on(store.commit(&change())).is_err());
        assert!(block_on(store.get(&[])).is_err());
        assert!(block_on(store.get(&[])).is_err());
    }
}
