//! A change set as the server is told it, and what its answer means.

use slotlink::ports::{ChangeSet, CommitOutcome, Expect, Key, Operation, Row, StoreError, Write};
use tokio_postgres::types::ToSql;

use crate::failed::Failed;

/// The function is explained in `migrations/V1__rows.sql`.
pub(crate) const COMMIT: &str = "SELECT slotlink_commit($1, $2, $3, $4, $5, $6, $7, $8)";

/// A change set in columns, an entry of each for each operation.
#[derive(Default)]
pub(crate) struct Told<'a> {
    realms: Vec<&'a [u8]>,
    partitions: Vec<&'a [u8]>,
    sorts: Vec<&'a [u8]>,
    expected: Vec<Option<i64>>,
    put: Vec<Option<bool>>,
    schemas: Vec<Option<i32>>,
    jsons: Vec<Option<&'a [u8]>>,
    dues: Vec<Option<i64>>,
}

impl<'a> Told<'a> {
    pub(crate) fn of(change: &'a ChangeSet) -> Self {
        let mut told = Self::default();
        for operation in change.operations() {
            told.add(operation);
        }
        told
    }

    fn add(&mut self, Operation { key, expect, write, .. }: &'a Operation) {
        self.realms.push(key.realm().as_bytes());
        self.partitions.push(key.partition());
        self.sorts.push(key.sort());
        self.expected.push(match expect {
            Expect::Absent => None,
            Expect::At(version) => Some(version.number().cast_signed()),
        });
        let (put, row): (_, Option<&Row>) = match (write, expect) {
            (Write::Put(row), _) => (Some(true), Some(row)),
            // There is nothing to delete: only the expectation counts.
            (Write::Check, _) | (Write::Delete, Expect::Absent) => (None, None),
            (Write::Delete, Expect::At(_)) => (Some(false), None),
        };
        self.put.push(put);
        self.schemas.push(row.map(|row| row.schema.into()));
        self.jsons.push(row.map(|row| &*row.json));
        self.dues.push(row.and_then(|row| row.due).map(|due| due.timestamp()));
    }

    pub(crate) fn parameters(&self) -> [&(dyn ToSql + Sync); 8] {
        [
            &self.realms,
            &self.partitions,
            &self.sorts,
            &self.expected,
            &self.put,
            &self.schemas,
            &self.jsons,
            &self.dues,
        ]
    }
}

/// What became of a change set that was sent.
pub(crate) fn outcome(
    answer: Result<Vec<tokio_postgres::Row>, Failed>,
    change: &ChangeSet,
) -> Result<CommitOutcome, StoreError> {
    let rows = match answer {
        Ok(rows) => rows,
        Err(Failed::Contended(_)) => return Ok(CommitOutcome::Conflict { keys: written(change) }),
        Err(Failed::Doubtful(_)) => return Ok(CommitOutcome::Unknown),
        Err(refused) => return Err(StoreError::new(refused)),
    };
    let Some(broken) = rows.first().and_then(|row| row.try_get::<_, Vec<i64>>(0).ok()) else {
        // It answered, but not as the function does that this program knows.
        return Ok(CommitOutcome::Unknown);
    };
    if broken.is_empty() {
        return Ok(CommitOutcome::Committed);
    }
    let numbered = (1..).zip(change.operations());
    let broken = numbered.filter(|(position, _)| broken.contains(position));
    Ok(CommitOutcome::Conflict { keys: broken.map(|(_, broken)| broken.key.clone()).collect() })
}

/// The keys that a change set writes, or all of them if it only checks.
fn written(change: &ChangeSet) -> Vec<Key> {
    let (written, checked): (Vec<_>, Vec<_>) =
        change.operations().iter().partition(|operation| operation.write != Write::Check);
    let named = if written.is_empty() { checked } else { written };
    named.into_iter().map(|operation| operation.key.clone()).collect()
}
