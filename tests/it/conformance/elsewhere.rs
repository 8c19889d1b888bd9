//! A sound store that makes its callers wait, as a database does.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use slotlink::ports::{ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError};

use super::defect::{Defect, Found, Sound, waited};

/// Answers from other threads, after a while. What has begun goes on when its future is dropped.
pub(crate) struct Elsewhere;

/// What a thread answers, and who waits for it.
struct Answer<T> {
    ready: Option<T>,
    waiting: Option<Waker>,
}

async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let answer = Arc::new(Mutex::new(Answer { ready: None, waiting: None }));
    let told = answer.clone();
    thread::spawn(move || {
        let ready = work();
        let mut told = told.lock().unwrap();
        told.ready = Some(ready);
        told.waiting.take().map(Waker::wake)
    });
    poll_fn(move |context| {
        let mut answer = answer.lock().unwrap();
        answer.waiting = Some(context.waker().clone());
        answer.ready.take().map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// On the way there and on the way back.
async fn travelled() {
    elsewhere(|| thread::sleep(Duration::from_micros(50))).await;
}

#[async_trait]
impl Defect for Elsewhere {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        let (store, keys) = (sound.store.clone(), keys.to_vec());
        travelled().await;
        let found = elsewhere(move || waited(store.get(&keys))).await;
        travelled().await;
        found
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let (store, change) = (sound.store.clone(), change.clone());
        travelled().await;
        let told = elsewhere(move || waited(store.commit(&change))).await;
        travelled().await;
        told
    }

    async fn scan(
        &self,
        sound: Sound<'_>,
        scan: &Scan,
        page: &Page,
    ) -> Result<ScanPage, StoreError> {
        let (store, scan, page) = (sound.store.clone(), scan.clone(), page.clone());
        travelled().await;
        let found = elsewhere(move || waited(store.scan(&scan, &page))).await;
        travelled().await;
        found
    }
}
