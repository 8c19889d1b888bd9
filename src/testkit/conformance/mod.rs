//! The conformance suite of the [`Store`] port: proves each clause of its contract, and names the
//! one that is broken.
//!
//! A host says how its store is opened, and runs the clauses on whatever runtime its store needs;
//! the suite itself needs none.
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

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

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

/// A clause of the contract of [`Store`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Clause {
    /// ST-1: whole or not at all, and durable.
    St1,
}

impl Clause {
    /// All of them, in order.
    pub const ALL: [Self; 1] = [Self::St1];

    /// Proves the clause of the stores that the builder opens.
    ///
    /// # Errors
    /// [`Broken`] says which clause is broken, by which case, and what was seen.
    pub async fn prove(self, builder: &dyn StoreBuilder) -> Result<(), Broken> {
        let opened = async { builder.place().await?.open().await };
        let broken =
            |cause: BoxedCause| Broken { clause: self, case: "opening", seen: cause.to_string() };
        opened.await.map(|_| ()).map_err(broken)
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ST-1")
    }
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
