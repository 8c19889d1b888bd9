//! Stores that are sound but for one defect.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use async_trait::async_trait;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Page, Scan, ScanPage, Store, StoreError,
    Versioned,
};
use slotlink::testkit::conformance::{BoxedCause, Place, StoreBuilder};

pub(crate) type Found = Vec<Option<Versioned>>;

/// The sound store of a place, and which instance over it is asked.
#[derive(Clone, Copy)]
pub(crate) struct Sound<'a> {
    pub(crate) store: &'a MemoryStore,
    pub(crate) instance: usize,
}

impl Sound<'_> {
    /// Whether an expectation holds now.
    pub(crate) fn holds(&self, operation: &Operation) -> bool {
        let version = self.read(&operation.key).map(|found| found.version);
        match operation.expect {
            Expect::Absent => version.is_none(),
            Expect::At(expected) => version == Some(expected),
        }
    }

    pub(crate) fn read(&self, key: &Key) -> Option<Versioned> {
        waited(self.store.get(std::slice::from_ref(key))).unwrap().remove(0)
    }

    pub(crate) fn commit(&self, change: &ChangeSet) -> CommitOutcome {
        waited(self.store.commit(change)).unwrap()
    }

    /// Applies operations, whatever they expect.
    pub(crate) fn force(&self, operations: &[Operation]) {
        for operation in operations {
            let mut operation = operation.clone();
            let found = self.read(&operation.key);
            operation.expect = found.map_or(Expect::Absent, |found| Expect::At(found.version));
            self.commit(&anew(vec![operation]));
        }
    }
}

/// The operations as a change set of their own. The sound store does not look at its id.
pub(crate) fn anew(operations: Vec<Operation>) -> ChangeSet {
    let id = slotlink::words::ChangeSetId::from_uuid(uuid::Uuid::nil());
    ChangeSet::new(id, operations).unwrap()
}

/// The same change set with other operations.
pub(crate) fn with(change: &ChangeSet, operations: Vec<Operation>) -> ChangeSet {
    ChangeSet::new(change.id(), operations).unwrap()
}

/// What is wrong with a store. Whatever is not said here is sound.
#[async_trait]
pub(crate) trait Defect: Send + Sync {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        sound.store.get(keys).await
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        sound.store.commit(change).await
    }

    async fn scan(
        &self,
        sound: Sound<'_>,
        scan: &Scan,
        page: &Page,
    ) -> Result<ScanPage, StoreError> {
        sound.store.scan(scan, page).await
    }
}

/// Nothing is wrong.
pub(crate) struct Nothing;

impl Defect for Nothing {}

/// Builds stores with a defect, whose state the instances of a place share.
pub(crate) struct With<D>(pub(crate) fn() -> D);

#[async_trait]
impl<D: Defect + 'static> StoreBuilder for With<D> {
    async fn place(&self) -> Result<Box<dyn Place>, BoxedCause> {
        let (store, defect) = (Arc::default(), Arc::new((self.0)()));
        Ok(Box::new(Flawed { store, defect, instance: AtomicUsize::new(0) }))
    }
}

/// A place, and the instances over it.
struct Flawed<D> {
    store: Arc<MemoryStore>,
    defect: Arc<D>,
    /// Of a place, how many were opened; of an instance, its number.
    instance: AtomicUsize,
}

#[async_trait]
impl<D: Defect + 'static> Place for Flawed<D> {
    async fn open(&self) -> Result<Arc<dyn Store>, BoxedCause> {
        let instance = self.instance.fetch_add(1, Ordering::Relaxed).into();
        Ok(Arc::new(Self { store: self.store.clone(), defect: self.defect.clone(), instance }))
    }
}

impl<D> Flawed<D> {
    fn sound(&self) -> Sound<'_> {
        Sound { store: &self.store, instance: self.instance.load(Ordering::Relaxed) }
    }
}

#[async_trait]
impl<D: Defect> Store for Flawed<D> {
    async fn get(&self, keys: &[Key]) -> Result<Found, StoreError> {
        self.defect.get(self.sound(), keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.defect.commit(self.sound(), change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.defect.scan(self.sound(), scan, page).await
    }
}

/// Lets the others go first.
pub(crate) async fn turn() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end; sleeps while it waits, since stores that hang make the suite wait.
pub(crate) fn waited<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}
