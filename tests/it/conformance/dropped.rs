//! Stores that suffer when futures are dropped.

use std::future::poll_fn;
use std::sync::Mutex;
use std::task::{Poll, Waker};

use async_trait::async_trait;
use slotlink::ports::{ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError};

use super::defect::{Defect, Found, Sound, turn};

/// Looks at all expectations, and writes in two halves. Others wait until it has, unless it is
/// dropped in between.
#[derive(Default)]
pub(crate) struct Halves {
    backwards: bool,
}

impl Halves {
    pub(crate) const fn backwards() -> Self {
        Self { backwards: true }
    }
}

#[async_trait]
impl Defect for Halves {
    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let operations = change.operations();
        let broken = operations.iter().filter(|is| !sound.holds(is));
        let keys: Vec<Key> = broken.map(|is| is.key.clone()).collect();
        if !keys.is_empty() {
            return Ok(CommitOutcome::Conflict { keys });
        }
        let mut halves = <[_; 2]>::from(operations.split_at(operations.len() / 2));
        if self.backwards {
            halves.reverse();
        }
        sound.force(halves[0]);
        turn().await;
        sound.force(halves[1]);
        Ok(CommitOutcome::Committed)
    }
}

/// Works with so many connections, and loses one with each call of a kind that is dropped.
pub(crate) struct Leaks {
    by: Call,
    pool: Mutex<Pool>,
}

#[derive(Default)]
struct Pool {
    free: usize,
    waiting: Vec<Waker>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Call {
    Commit,
    Get,
    Scan,
}

impl Leaks {
    pub(crate) fn of(connections: usize, by: Call) -> Self {
        Self { by, pool: Mutex::new(Pool { free: connections, ..Pool::default() }) }
    }

    /// Takes a connection, works a while with it, and gives it back.
    async fn work(&self, call: Call) {
        if call != self.by {
            return;
        }
        poll_fn(|context| {
            let mut pool = self.pool.lock().unwrap();
            if let Some(free) = pool.free.checked_sub(1) {
                pool.free = free;
                return Poll::Ready(());
            }
            pool.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
        turn().await;
        let mut pool = self.pool.lock().unwrap();
        pool.free += 1;
        pool.waiting.drain(..).for_each(Waker::wake);
    }
}

#[async_trait]
impl Defect for Leaks {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        self.work(Call::Get).await;
        sound.store.get(keys).await
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        self.work(Call::Commit).await;
        sound.store.commit(change).await
    }

    async fn scan(
        &self,
        sound: Sound<'_>,
        scan: &Scan,
        page: &Page,
    ) -> Result<ScanPage, StoreError> {
        self.work(Call::Scan).await;
        sound.store.scan(scan, page).await
    }
}
