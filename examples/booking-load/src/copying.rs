//! A store in memory that keeps bytes of its own, as a database does.

use async_trait::async_trait;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Operation, Page, Row, Scan, ScanPage, Store, StoreError,
    Versioned, Write,
};

/// `MemoryStore` shares rows with those who write and read them. This one copies them, both ways.
#[derive(Default)]
pub(crate) struct Copying(MemoryStore);

fn copied(row: &mut Row) {
    row.json = (&*row.json).into();
}

#[async_trait]
impl Store for Copying {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        let mut found = self.0.get(keys).await?;
        found.iter_mut().flatten().for_each(|found| copied(&mut found.row));
        Ok(found)
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let mut operations: Vec<Operation> = change.operations().to_vec();
        for operation in &mut operations {
            if let Write::Put(row) = &mut operation.write {
                copied(row);
            }
        }
        let change = ChangeSet::new(change.id(), operations).map_err(StoreError::new)?;
        self.0.commit(&change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let mut found = self.0.scan(scan, page).await?;
        found.rows.iter_mut().for_each(|(_, found)| copied(&mut found.row));
        Ok(found)
    }
}
