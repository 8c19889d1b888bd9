//! Short words for rows and change sets.

use slotlink::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Row, Store, Version, Versioned, Write,
};
use slotlink::words::ChangeSetId;
use uuid::Uuid;

pub(crate) fn key(sort: &str) -> Key {
    Key::from_parts("realm".to_owned(), b"partition".to_vec(), sort.as_bytes().to_vec())
}

pub(crate) fn row(json: &str) -> Row {
    Row::new(1, json.as_bytes().to_vec())
}

pub(crate) fn put(sort: &str, expect: Expect, json: &str) -> Operation {
    Operation::new(key(sort), expect, Write::Put(row(json)))
}

pub(crate) fn new(sort: &str, json: &str) -> Operation {
    put(sort, Expect::Absent, json)
}

pub(crate) fn check(sort: &str, expect: Expect) -> Operation {
    Operation::new(key(sort), expect, Write::Check)
}

pub(crate) fn change(operations: Vec<Operation>) -> ChangeSet {
    ChangeSet::new(ChangeSetId::from_uuid(Uuid::nil()), operations).unwrap()
}

pub(crate) fn conflict(sorts: &[&str]) -> CommitOutcome {
    CommitOutcome::Conflict { keys: sorts.iter().map(|sort| key(sort)).collect() }
}

pub(crate) async fn read(store: &dyn Store, sort: &str) -> Option<Versioned> {
    store.get(&[key(sort)]).await.unwrap().remove(0)
}

pub(crate) async fn version(store: &dyn Store, sort: &str) -> Version {
    read(store, sort).await.unwrap().version
}

/// Commits what must be committed.
pub(crate) async fn commit(store: &dyn Store, operations: Vec<Operation>) {
    assert_eq!(store.commit(&change(operations)).await.unwrap(), CommitOutcome::Committed);
}
