//! The thread that writes.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use slotlink::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Row, StoreError, Version, Write,
};
use tokio::sync::{mpsc, oneshot};

/// The most change sets of one transaction.
pub(crate) const MAX_BATCH: usize = 128;

const VERSION: &str =
    "SELECT version FROM slotlink_rows WHERE realm = ?1 AND partition = ?2 AND sort = ?3";
const NEXT_VERSION: &str =
    "UPDATE slotlink_last_version SET version = version + 1 WHERE only = 1 RETURNING version";
const PUT: &str = "
    INSERT INTO slotlink_rows (realm, partition, sort, version, schema, json, due)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT DO UPDATE SET version = excluded.version, schema = excluded.schema,
        json = excluded.json, due = excluded.due";
const DELETE: &str = "DELETE FROM slotlink_rows WHERE realm = ?1 AND partition = ?2 AND sort = ?3";

/// A change set that waits, and where its answer goes.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) change: ChangeSet,
    pub(crate) answer: oneshot::Sender<Result<CommitOutcome, StoreError>>,
}

/// Commits what waits until nobody can send any more.
///
/// Whatever waits is one transaction: one sync of the disk for all of it.
pub(crate) fn write(mut connection: Connection, mut orders: mpsc::Receiver<Order>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while orders.blocking_recv_many(&mut batch, MAX_BATCH) > 0 {
        let outcomes = commit(&mut connection, &batch);
        answer(batch.drain(..), outcomes);
        if !connection.is_autocommit() {
            // The rollback failed. Closing the connection makes up for it; whoever still waits
            // is told `Unknown`, and whoever comes is told that there is nobody here.
            return;
        }
    }
}

/// Nobody is told anything before all of it is durable: conflicts, too, may have been with a change
/// set of the same batch. An error means that nothing was applied.
fn commit(
    connection: &mut Connection,
    batch: &[Order],
) -> Result<Vec<CommitOutcome>, rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = batch.iter().map(|order| apply(&transaction, &order.change));
    // What returns early drops the transaction, and that rolls it back.
    let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
    match transaction.commit() {
        Ok(()) => Ok(outcomes),
        // It may stand in the log or not, and be found there after a crash. Log the error here.
        Err(_) => Ok(vec![CommitOutcome::Unknown; batch.len()]),
    }
}

fn answer(
    batch: impl Iterator<Item = Order>,
    outcomes: Result<Vec<CommitOutcome>, rusqlite::Error>,
) {
    // Whoever dropped the future does not want to know.
    match outcomes {
        Ok(outcomes) => {
            for (order, outcome) in batch.zip(outcomes) {
                order.answer.send(Ok(outcome)).ok();
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for order in batch {
                order.answer.send(Err(StoreError::new(error.clone()))).ok();
            }
        }
    }
}

/// Writes only if all expectations hold, so that a conflict leaves nothing to undo.
fn apply(transaction: &Transaction, change: &ChangeSet) -> Result<CommitOutcome, rusqlite::Error> {
    let mut keys = Vec::new();
    for operation in change.operations() {
        if !holds(transaction, operation)? {
            keys.push(operation.key.clone());
        }
    }
    if !keys.is_empty() {
        return Ok(CommitOutcome::Conflict { keys });
    }
    // A change set names a key once: its rows can share a version.
    let version: i64 = transaction.prepare_cached(NEXT_VERSION)?.query_one([], |row| row.get(0))?;
    for Operation { key, write, .. } in change.operations() {
        match write {
            Write::Put(row) => put(transaction, key, version, row)?,
            Write::Delete => delete(transaction, key)?,
            Write::Check => {}
        }
    }
    Ok(CommitOutcome::Committed)
}

fn holds(transaction: &Transaction, operation: &Operation) -> Result<bool, rusqlite::Error> {
    let key = (operation.key.realm(), operation.key.partition(), operation.key.sort());
    let mut statement = transaction.prepare_cached(VERSION)?;
    let found: Option<i64> = statement.query_row(key, |row| row.get(0)).optional()?;
    Ok(match operation.expect {
        Expect::Absent => found.is_none(),
        Expect::At(version) => {
            found.is_some_and(|found| Version::new(found.cast_unsigned()) == version)
        }
    })
}

fn put(
    transaction: &Transaction,
    key: &Key,
    version: i64,
    row: &Row,
) -> Result<(), rusqlite::Error> {
    let due = row.due.map(|due| due.timestamp());
    let (realm, partition, sort) = (key.realm(), key.partition(), key.sort());
    let values = params![realm, partition, sort, version, row.schema, row.json, due];
    transaction.prepare_cached(PUT)?.execute(values)?;
    Ok(())
}

fn delete(transaction: &Transaction, key: &Key) -> Result<(), rusqlite::Error> {
    transaction.prepare_cached(DELETE)?.execute((key.realm(), key.partition(), key.sort()))?;
    Ok(())
}
