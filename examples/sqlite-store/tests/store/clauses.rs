//! The clauses of the contract, proved by the suite.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use libtest_mimic::Trial;
use slotlink::ports::Store;
use slotlink::testkit::conformance::{BoxedCause, Clause, Place, StoreBuilder};
use sqlite_store::SqliteStore;
use tempfile::TempDir;

use crate::rows::block_on;

struct Files;

#[async_trait]
impl StoreBuilder for Files {
    async fn place(&self) -> Result<Box<dyn Place>, BoxedCause> {
        Ok(Box::new(Folder(tempfile::tempdir()?)))
    }
}

struct Folder(TempDir);

impl Folder {
    fn file(&self) -> PathBuf {
        self.0.path().join("rows.db")
    }
}

#[async_trait]
impl Place for Folder {
    async fn open(&self) -> Result<Arc<dyn Store>, BoxedCause> {
        Ok(Arc::new(SqliteStore::open(self.file())?))
    }
}

pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    Clause::ALL.into_iter().map(|clause| {
        Trial::test(format!("clause {clause}"), move || Ok(block_on(clause.prove(&Files))?))
    })
}
