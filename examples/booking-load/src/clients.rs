//! Clients who book at the same time.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use slotlink::ports::{CommitOutcome, Store};

use crate::Outcome;
use crate::bare::{Bare, BareBooking};
use crate::crm::Crm;
use crate::workload::Wanted;

/// So many clients, each of whom takes the next booking once theirs is made.
#[derive(Clone, Copy, Debug)]
pub struct Clients(usize);

/// What the clients did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Tally {
    /// Bookings that were made.
    pub booked: u64,
    /// How often somebody had to begin anew since others were faster, as far as clients see it.
    pub contended: u64,
}

impl Tally {
    const fn add(&mut self, contended: u64) {
        self.booked += 1;
        self.contended += contended;
    }
}

impl Clients {
    /// So many.
    #[must_use]
    pub const fn new(clients: usize) -> Self {
        Self(clients)
    }

    /// Nothing but a commit is enough.
    pub(crate) fn committed(outcome: &CommitOutcome) -> Outcome {
        match outcome {
            CommitOutcome::Committed => Ok(()),
            other => Err(format!("not committed: {other:?}").into()),
        }
    }

    /// All bookings, through the services.
    ///
    /// # Errors
    /// The first error of a client.
    pub async fn through_services(
        self,
        crm: Arc<Crm>,
        wanted: &Arc<Vec<Wanted>>,
    ) -> Outcome<Tally> {
        let next = Arc::new(AtomicUsize::new(0));
        let client = || {
            let (crm, wanted, next) = (crm.clone(), wanted.clone(), next.clone());
            async move {
                let mut tally = Tally::default();
                while let Some(booking) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    tally.add(crm.book(booking).await?);
                }
                Ok(tally)
            }
        };
        self.all(client).await
    }

    /// All bookings, by the bare loop.
    ///
    /// # Errors
    /// The first error of a client.
    pub async fn bare(
        self,
        store: Arc<dyn Store>,
        bookings: &Arc<Vec<BareBooking>>,
    ) -> Outcome<Tally> {
        let next = Arc::new(AtomicUsize::new(0));
        let client = || {
            let (store, bookings, next) = (store.clone(), bookings.clone(), next.clone());
            async move {
                let mut tally = Tally::default();
                while let Some(booking) = bookings.get(next.fetch_add(1, Ordering::Relaxed)) {
                    tally.add(Bare(store.as_ref()).book(booking).await?);
                }
                Ok(tally)
            }
        };
        self.all(client).await
    }

    /// One client needs no runtime.
    async fn all<F>(self, client: impl Fn() -> F) -> Outcome<Tally>
    where
        F: Future<Output = Outcome<Tally>> + Send + 'static,
    {
        if self.0 == 1 {
            return client().await;
        }
        let tasks: Vec<_> = (0..self.0).map(|_| tokio::spawn(client())).collect();
        let mut all = Tally::default();
        for task in tasks {
            let tally = task.await??;
            all.booked += tally.booked;
            all.contended += tally.contended;
        }
        Ok(all)
    }
}
