//! The storage port: three methods over rows with versions.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::http::BoxedCause;
use super::key::Key;
use crate::words::ChangeSetId;

/// The most operations of one change set, its receipt included.
pub const MAX_OPERATIONS: usize = 96;
/// The most bytes of one change set, keys and rows together.
pub const MAX_CHANGE_SET_BYTES: usize = 1 << 20;
/// The most bytes of one row.
pub const MAX_ROW_BYTES: usize = 64 << 10;

/// Keeps rows.
///
/// # Contract
/// With feature `testkit`, `testkit::conformance` proves each clause of any store, and names the
/// clause that is broken.
/// * **ST-1** A change set is applied whole or not at all, ever, whatever crashes. `Committed`
///   means durable: every instance over the same rows sees it, also those opened later.
/// * **ST-2** All expectations of a change set hold at one instant, at which all its writes
///   appear: commits are strictly serializable over the keys that they name.
/// * **ST-3** Versions of a key never repeat, not even after the row was deleted and made anew. Where a
///   database is set back to an earlier state, stop all instances before and start them after it.
/// * **ST-4** `Conflict` and `Err` mean: not applied, and never will be by this call. Whatever is
///   doubtful (a timeout, a lost answer to COMMIT) is `Unknown`. What was expected wrongly is a
///   `Conflict` that names at least one of the keys that were not as expected, and no others. A store
///   that gave way to others (a deadlock, a serialization failure) names the keys it was to write.
/// * **ST-5** A change set that is sent again is not applied again: it carries a receipt that it
///   expects to be absent, so once applied it conflicts, and the receipt is found by `get`.
/// * **ST-6** `get` answers with what the last commit wrote, from whatever instance; rows come in
///   the order of the keys, each with its own version. Several rows need not be of one instant.
/// * **ST-7** A call whose future is dropped is harmless; a commit that was dropped may have been
///   applied, whole, or will be soon. The store goes on working.
/// * **ST-8** `scan` finds rows in order, page by page, and nothing outside of what was asked for.
///   It may lag, miss or repeat rows; a committed row appears eventually.
/// * **ST-9** Whatever [`ChangeSet::new`] accepts can be stored, and comes back byte for byte:
///   rows of any bytes, any schema version, due instants in whole seconds of the years 1 to 9999;
///   keys of any text without U+0000 as realm, up to 128 bytes, and of any bytes as partition and
///   as sort, up to 1 KiB each.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads rows, in the order of the keys; absent ones are `None`. Any number of keys.
    ///
    /// # Errors
    /// [`StoreError`] if any of them could not be read.
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError>;

    /// Applies a change set if all its expectations hold.
    ///
    /// # Errors
    /// [`StoreError`] if it was certainly not applied (ST-4).
    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError>;

    /// Finds rows: by key, or by the instant at which they are due.
    ///
    /// # Errors
    /// [`StoreError`] if the page could not be read.
    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError>;
}

/// The version of a row: opaque, equal or not.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version(u64);

impl Version {
    /// A version of the store's own making.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What a key holds. `Debug` shows how long it is, not what it says: rows hold join links and
/// personal data.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The version of the row's shape, so that new code reads old rows.
    pub schema: u16,
    /// The value, as JSON. Clones share it.
    pub json: Arc<[u8]>,
    /// When background work is due on it, if any is: a whole second.
    pub due: Option<DateTime<Utc>>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schema, json, due } = self;
        write!(f, "Row(schema {schema}, {} bytes, due {due:?})", json.len())
    }
}

impl Row {
    /// A row on which no work is due.
    #[must_use]
    pub fn new(schema: u16, json: impl Into<Arc<[u8]>>) -> Self {
        Self { schema, json: json.into(), due: None }
    }

    /// With an instant at which work is due, cut to the second.
    #[must_use]
    pub fn with_due(mut self, due: Option<DateTime<Utc>>) -> Self {
        self.due = due.and_then(|due| DateTime::from_timestamp(due.timestamp(), 0));
        self
    }
}

/// A row and its version.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Versioned {
    /// The version that a commit has to expect.
    pub version: Version,
    /// The row.
    pub row: Row,
}

impl Versioned {
    /// A row at a version.
    #[must_use]
    pub const fn new(version: Version, row: Row) -> Self {
        Self { version, row }
    }
}

/// What must be true of a key for a change set to be applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every store has to handle every expectation")]
pub enum Expect {
    /// There is no row.
    Absent,
    /// The row has this version.
    At(Version),
}

/// What a change set does to a key.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every store has to handle every write")]
pub enum Write {
    /// Writes the row.
    Put(Row),
    /// Removes the row.
    Delete,
    /// Changes nothing: only the expectation counts.
    Check,
}

/// One line of a change set.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// Which row.
    pub key: Key,
    /// What must be true of it.
    pub expect: Expect,
    /// What happens to it.
    pub write: Write,
}

impl Operation {
    /// An operation on a key.
    #[must_use]
    pub const fn new(key: Key, expect: Expect, write: Write) -> Self {
        Self { key, expect, write }
    }

    fn bytes(&self) -> usize {
        let row = match &self.write {
            Write::Put(row) => row.json.len(),
            Write::Delete | Write::Check => 0,
        };
        self.key.len().saturating_add(row)
    }
}

/// A change that is applied whole or not at all. Sending the same one again is harmless.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangeSet {
    id: ChangeSetId,
    operations: Vec<Operation>,
}

/// Operations do not make a change set.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChangeSet {
    /// Two operations on one key.
    #[error("a change set names a key once")]
    KeyTwice,
    /// More than 96 operations.
    #[error("a change set has at most {MAX_OPERATIONS} operations, not {given}")]
    #[non_exhaustive]
    TooManyOperations {
        /// How many were given.
        given: usize,
    },
    /// More than 1 MiB.
    #[error("a change set has at most {MAX_CHANGE_SET_BYTES} bytes, not {given}")]
    #[non_exhaustive]
    TooManyBytes {
        /// How many were given.
        given: usize,
    },
    /// A row of more than 64 KiB.
    #[error("a row has at most {MAX_ROW_BYTES} bytes, not {given}")]
    #[non_exhaustive]
    RowTooLong {
        /// How many were given.
        given: usize,
    },
}

impl ChangeSet {
    /// Checks the bounds that every store can meet. Operations are kept sorted by key, so that a
    /// store which locks rows locks them in one order.
    ///
    /// # Errors
    /// [`InvalidChangeSet`] if a key stands there twice, or a bound is passed.
    pub fn new(id: ChangeSetId, mut operations: Vec<Operation>) -> Result<Self, InvalidChangeSet> {
        if operations.len() > MAX_OPERATIONS {
            return Err(InvalidChangeSet::TooManyOperations { given: operations.len() });
        }
        operations.sort_by(|a, b| a.key.cmp(&b.key));
        if operations.windows(2).any(|pair| matches!(pair, [a, b] if a.key == b.key)) {
            return Err(InvalidChangeSet::KeyTwice);
        }
        let longest = operations.iter().map(Operation::bytes).max().unwrap_or(0);
        if longest > MAX_ROW_BYTES {
            return Err(InvalidChangeSet::RowTooLong { given: longest });
        }
        let given = operations.iter().map(Operation::bytes).sum();
        if given > MAX_CHANGE_SET_BYTES {
            return Err(InvalidChangeSet::TooManyBytes { given });
        }
        Ok(Self { id, operations })
    }

    /// Its id, which also names its receipt.
    #[must_use]
    pub const fn id(&self) -> ChangeSetId {
        self.id
    }

    /// The operations, sorted by key.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

/// What became of a change set.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the core has to handle every outcome")]
pub enum CommitOutcome {
    /// All of it is durable.
    Committed,
    /// Nothing of it was applied: these keys were not as expected.
    Conflict {
        /// At least one of them.
        keys: Vec<Key>,
    },
    /// Nobody knows. The core sends the same change set again.
    Unknown,
}

/// What to look for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every store has to handle every scan")]
pub enum Scan {
    /// Rows with `from <= key < to`, sorted by key. Both lie in one partition.
    Range {
        /// The first key.
        from: Key,
        /// The key after the last.
        to: Key,
    },
    /// Rows of the realm that are due at this instant or before it, sorted by due instant.
    Due {
        /// The realm, as in [`Key::realm`].
        realm: String,
        /// The last instant.
        until: DateTime<Utc>,
    },
}

/// Which part of a scan's result is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// Where the page before this one ended.
    pub after: Option<Cursor>,
    /// The most rows, at least 1.
    pub limit: u16,
}

impl Page {
    /// The first rows.
    #[must_use]
    pub const fn first(limit: u16) -> Self {
        Self { after: None, limit }
    }

    /// The rows after a cursor.
    #[must_use]
    pub const fn after(cursor: Cursor, limit: u16) -> Self {
        Self { after: Some(cursor), limit }
    }
}

/// Where a page ended: the store's own bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// Bytes that the store will understand.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A page of a scan.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ScanPage {
    /// The rows.
    pub rows: Vec<(Key, Versioned)>,
    /// Where the next page starts; `None` if this one is the last. The last one may be empty, no
    /// other.
    pub next: Option<Cursor>,
}

impl ScanPage {
    /// A page.
    #[must_use]
    pub const fn new(rows: Vec<(Key, Versioned)>, next: Option<Cursor>) -> Self {
        Self { rows, next }
    }
}

/// The store could not do it, and certainly did not.
#[derive(Debug, thiserror::Error)]
#[error("the store is unavailable")]
pub struct StoreError(#[source] BoxedCause);

impl StoreError {
    /// Wraps the adapter's own error. What it says may be logged: no rows, and no secrets.
    #[must_use]
    pub fn new(cause: impl Into<BoxedCause>) -> Self {
        Self(cause.into())
    }
}
