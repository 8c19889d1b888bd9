//! Values of rows that were read or written a moment ago, so that the same JSON is not read twice.
//!
//! Every read of a row still happens. Only what its bytes mean is remembered, and used for the same
//! bytes. Nobody can see the difference.

use std::any::Any;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::keys::RowKey;
use super::planner::decode;
use super::records::Record;
use crate::error::Fault;
use crate::ports::{Key, Row};

/// The most bytes of JSON whose values are remembered: the hosts and the days of a busy instance.
const MOST_BYTES: u64 = 32 << 20;
/// What an entry costs beside its JSON.
const ENTRY_BYTES: usize = 200;
/// How many rows are made room for at first.
const ROWS: usize = 1000;

/// The value of a row, of whatever type.
pub(crate) type Value = Arc<dyn Any + Send + Sync>;

/// Remembers what rows say, within [`MOST_BYTES`].
pub(crate) struct Decoded(Cache<Key, Known, ByBytes>);

#[derive(Clone)]
struct Known {
    row: Row,
    value: Value,
}

/// Whether two rows say the same. A store in memory gives back the very bytes that it was given.
pub(crate) fn say_the_same(one: &Row, other: &Row) -> bool {
    let same_bytes = Arc::ptr_eq(&one.json, &other.json) || one.json == other.json;
    one.schema == other.schema && same_bytes
}

/// What it costs to keep a row and its value.
pub(crate) fn weight(key: &Key, row: Option<&Row>) -> u64 {
    let json = row.map_or(0, |row| row.json.len());
    let bytes = json.saturating_mul(2).saturating_add(key.len()).saturating_add(ENTRY_BYTES);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Known> for ByBytes {
    fn weight(&self, key: &Key, known: &Known) -> u64 {
        weight(key, Some(&known.row))
    }
}

impl Default for Decoded {
    fn default() -> Self {
        Self(Cache::with_weighter(ROWS, MOST_BYTES, ByBytes))
    }
}

impl Decoded {
    /// What a row says.
    pub(crate) fn value<R: Record>(&self, key: &RowKey<R>, row: &Row) -> Result<Arc<R>, Fault> {
        let known = self.0.get(&key.key).filter(|known| say_the_same(&known.row, row));
        if let Some(value) = known.and_then(|known| known.value.downcast::<R>().ok()) {
            return Ok(value);
        }
        let value = Arc::new(decode::<R>(&key.key, row)?);
        self.insert(&key.key, row, value.clone());
        Ok(value)
    }

    /// A row was read or written, and this is what it says.
    pub(crate) fn insert(&self, key: &Key, row: &Row, value: Value) {
        self.0.insert(key.clone(), Known { row: row.clone(), value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::keys::Keys;
    use crate::services::records::QuotaRow;
    use crate::words::ZoomAccountId;

    fn row() -> RowKey<QuotaRow> {
        Keys::new("r".to_owned()).quota(&ZoomAccountId::new("z").unwrap(), 1)
    }

    fn used(number: u32) -> Row {
        let row = QuotaRow { used: number, exhausted: false };
        Row::new(1, serde_json::to_vec(&row).unwrap())
    }

    fn says(decoded: &Decoded, number: u32) -> u32 {
        decoded.value(&row(), &used(number)).unwrap().used
    }

    #[test]
    fn what_is_remembered_is_taken_only_for_the_same_bytes() {
        let decoded = Decoded::default();
        let other: Value = Arc::new(QuotaRow { used: 99, exhausted: false });
        decoded.insert(&row().key, &used(5), other);
        assert_eq!(says(&decoded, 5), 99, "it is not read again");
        assert_eq!(says(&decoded, 6), 6, "somebody else wrote after us");
        assert_eq!(says(&decoded, 5), 5, "only the last one is remembered");
    }

    #[test]
    fn a_row_of_another_schema_says_something_else() {
        let decoded = Decoded::default();
        let newer = Row { schema: 2, ..used(5) };
        decoded.insert(&row().key, &newer, Arc::new(QuotaRow { used: 99, exhausted: false }));
        assert_eq!(says(&decoded, 5), 5);
        let unknown = decoded.value(&row(), &newer).map(|_| ());
        assert!(matches!(unknown, Err(Fault::NewerRow { .. })), "{unknown:?}");
    }
}
