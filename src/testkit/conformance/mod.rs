//! The conformance suite of the [`Store`] port: proves each clause of its contract, and names the
//! one that is broken.
//!
//! A host says how its store is opened, and runs the clauses on whatever runtime its store needs;
//! the suite itself needs none. Calls run at once by being polled in turn within one task, in an
//! order that a seed decides, so far as the store answers without waiting for anything.
//!
//! * What the contract leaves open, the suite does not ask for. An `Err` or `Unknown` is settled by
//!   sending the same change set again, and scans may lag. What stays undone or unseen for 500
//!   tries in five seconds is broken; so is what makes a case take five minutes.
//! * A wait is a sleeping thread's: the suite reads no clock, and starts a thread only when the
//!   store makes it wait.
//! * Crashes and lost connections cannot be provoked from outside. That rows survive them, and that
//!   `Err` is not said of what may have been applied (ST-4), is for the adapter's own tests.
//!
//! ```
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use slotlink::MemoryStore;
//! use slotlink::ports::Store;
//! use slotlink::testkit::block_on;
//! use slotlink::testkit::conformance::{BoxedCause, Clause, Place, StoreBuilder};
//!
//! /// Places for rows in memory: all instances of one share it.
//! struct InMemory;
//!
//! #[async_trait]
//! impl StoreBuilder for InMemory {
//!     async fn place(&self) -> Result<Box<dyn Place>, BoxedCause> {
//!         Ok(Box::new(Shared(Arc::new(MemoryStore::new()))))
//!     }
//! }
//!
//! struct Shared(Arc<MemoryStore>);
//!
//! #[async_trait]
//! impl Place for Shared {
//!     async fn open(&self) -> Result<Arc<dyn Store>, BoxedCause> {
//!         Ok(self.0.clone())
//!     }
//! }
//!
//! for clause in Clause::ALL {
//!     block_on(clause.prove(&InMemory))?;
//! }
//! # Ok::<(), slotlink::testkit::conformance::Broken>(())
//! ```

mod cases;
mod clause;
mod history;
mod instance;
mod rows;
mod scanning;
mod seen;
mod time;

use std::sync::Arc;

use async_trait::async_trait;

pub use self::clause::{Case, Clause};
pub use crate::ports::BoxedCause;
use crate::ports::Store;

/// Makes places for rows. Each case of the suite asks for one of its own.
#[async_trait]
pub trait StoreBuilder: Send + Sync {
    /// A place that holds no rows: a new file, database or schema. Whatever it holds may go when it
    /// is dropped.
    ///
    /// # Errors
    /// Whatever hinders; the case then fails with it.
    async fn place(&self) -> Result<Box<dyn Place>, BoxedCause>;
}

/// Where rows are kept.
#[async_trait]
pub trait Place: Send + Sync {
    /// One more instance over the rows of this place, as another process of the host would open it.
    ///
    /// # Errors
    /// Whatever hinders; the case then fails with it.
    async fn open(&self) -> Result<Arc<dyn Store>, BoxedCause>;
}

/// A store does not keep the contract.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{clause} is broken ({case}): {seen}")]
#[non_exhaustive]
pub struct Broken {
    /// Which clause.
    pub clause: Clause,
    /// Which case shows it.
    pub case: &'static str,
    /// What was seen.
    pub seen: String,
}
