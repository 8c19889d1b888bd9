//! All bookings of a history, once, on a store of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::clients::Clients;
use crate::crm::Crm;
use crate::stores::{Fresh, Stores};
use crate::workload::History;
use crate::{Outcome, Tally};

/// Runs of one history on stores of one kind.
#[derive(Debug)]
pub struct Run<'a> {
    stores: &'a Stores,
    history: &'a History,
    runtime: &'a Runtime,
}

impl<'a> Run<'a> {
    /// Of these.
    #[must_use]
    pub const fn new(stores: &'a Stores, history: &'a History, runtime: &'a Runtime) -> Self {
        Self { stores, history, runtime }
    }

    fn filled(&self) -> Outcome<Fresh> {
        let fresh = self.stores.fresh(self.runtime)?;
        self.runtime.block_on(self.history.fill(fresh.store().as_ref()))?;
        Ok(fresh)
    }

    /// How long it takes through the services.
    ///
    /// # Errors
    /// If something cannot be booked.
    pub fn services(&self) -> Outcome<(Duration, Tally)> {
        let fresh = self.filled()?;
        let crm = Arc::new(Crm::start(fresh.store(), 2)?);
        let clients = Clients::new(self.stores.clients());
        timed(|| self.runtime.block_on(clients.through_services(crm, &self.history.wanted)))
    }

    /// How long it takes the bare loop.
    ///
    /// # Errors
    /// If the store fails.
    pub fn bare(&self) -> Outcome<(Duration, Tally)> {
        let fresh = self.filled()?;
        let clients = Clients::new(self.stores.clients());
        timed(|| self.runtime.block_on(clients.bare(fresh.store(), &self.history.bare)))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is what is measured")]
fn timed(run: impl FnOnce() -> Outcome<Tally>) -> Outcome<(Duration, Tally)> {
    let since = Instant::now();
    let tally = run()?;
    Ok((since.elapsed(), tally))
}
