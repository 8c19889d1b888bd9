//! Running futures await by await: every call of the store and of Zoom is a place to stop.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, HttpRequest, HttpResponse, HttpSend, Key, Page, Scan, ScanPage,
    SendError, Store, StoreError, Versioned,
};
use slotlink::testkit::SimulatedZoom;

/// Not ready when it is first asked, ready then.
struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Pauses before and after every call.
pub(crate) struct Stepping<T>(pub(crate) Arc<T>);

impl<T> Stepping<T> {
    async fn around<R>(&self, call: impl Future<Output = R>) -> R {
        Pause(false).await;
        let answer = call.await;
        Pause(false).await;
        answer
    }
}

#[async_trait]
impl<T: Store> Store for Stepping<T> {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.around(self.0.get(keys)).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.around(self.0.commit(change)).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.around(self.0.scan(scan, page)).await
    }
}

#[async_trait]
impl HttpSend for Stepping<SimulatedZoom> {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        self.around(self.0.send(request, deadline)).await
    }
}

/// A future that is run step by step, and its answer once it is done.
pub(crate) struct Run<'a, T> {
    future: Pin<Box<dyn Future<Output = T> + Send + 'a>>,
    pub(crate) answer: Option<T>,
}

impl<'a, T> Run<'a, T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'a) -> Self {
        Self { future: Box::pin(future), answer: None }
    }

    /// Runs to the next await. `false` if it is done.
    pub(crate) fn step(&mut self) -> bool {
        if self.answer.is_some() {
            return false;
        }
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(answer) = self.future.as_mut().poll(&mut context) {
            self.answer = Some(answer);
        }
        self.answer.is_none()
    }

    /// Runs a number of steps; says whether there were so many.
    pub(crate) fn steps(&mut self, count: usize) -> bool {
        (0..count).all(|_| self.step())
    }

    pub(crate) fn finish(mut self) -> T {
        while self.step() {}
        self.answer.unwrap()
    }
}

/// What a store does with its n-th commit instead of answering.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// Applied, but nobody knows.
    UnknownApplied,
    /// Not applied, and nobody knows.
    UnknownLost,
    /// Certainly not applied.
    Unavailable,
}

/// A store that has trouble once.
pub(crate) struct TroubledStore {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) trouble: Trouble,
    /// How many commits go well before. Set it high to have none.
    pub(crate) before: AtomicU32,
}

#[async_trait]
impl Store for TroubledStore {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        if self.before.fetch_sub(1, Ordering::Relaxed) != 0 {
            return self.store.commit(change).await;
        }
        match self.trouble {
            Trouble::UnknownApplied => {
                self.store.commit(change).await?;
                Ok(CommitOutcome::Unknown)
            }
            Trouble::UnknownLost => Ok(CommitOutcome::Unknown),
            Trouble::Unavailable => Err(StoreError::new("no connection")),
        }
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}
