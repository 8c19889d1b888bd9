//! Keys, rows and operations that the cases work with.

use crate::ports::{Expect, Key, Operation, Row, Version, Write};
use crate::words::ChangeSetId;

pub(super) const REALM: &str = "conformance";

/// A key of the partition in which most cases work.
pub(super) fn key(sort: &str) -> Key {
    at(REALM, b"rows", sort.as_bytes())
}

pub(super) fn at(realm: &str, partition: &[u8], sort: &[u8]) -> Key {
    Key::from_parts(realm.to_owned(), partition.to_vec(), sort.to_vec())
}

/// Where the receipt of a change set stands: before or after other rows, as the case may be.
pub(super) fn receipt(id: ChangeSetId) -> Key {
    let partition: &[u8] =
        if id.as_uuid().as_u128().is_multiple_of(2) { b"a receipt" } else { b"z receipt" };
    at(REALM, partition, id.as_uuid().as_bytes())
}

pub(super) fn row(text: &str) -> Row {
    Row::new(1, format!("\"{text}\"").into_bytes())
}

pub(super) fn number(number: usize) -> Row {
    Row::new(1, number.to_string().into_bytes())
}

pub(super) fn put(key: &Key, expect: Expect, row: Row) -> Operation {
    Operation::new(key.clone(), expect, Write::Put(row))
}

/// Puts a row that must not be there yet.
pub(super) fn make(key: &Key, row: Row) -> Operation {
    put(key, Expect::Absent, row)
}

pub(super) fn delete(key: &Key, version: Version) -> Operation {
    Operation::new(key.clone(), Expect::At(version), Write::Delete)
}

pub(super) fn check(key: &Key, expect: Expect) -> Operation {
    Operation::new(key.clone(), expect, Write::Check)
}
