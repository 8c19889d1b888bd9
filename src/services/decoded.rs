//! Values of rows that were read or written a moment ago, so that the same JSON is not read twice.
//!
//! Every read of a row still happens. Only what its bytes mean is remembered: versions never repeat
//! (ST-3), so a row of the same key and version says the same. Nobody can see the difference.

use std::any::Any;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::keys::RowKey;
use super::planner::decode;
use super::records::Record;
use crate::error::Fault;
use crate::ports::{Key, Row, Version, Versioned};

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
    of: Of,
    bytes: usize,
    value: Value,
}

/// The row that was decoded.
#[derive(Clone)]
enum Of {
    Read(Version),
    /// We wrote it, and have not heard its version yet.
    Written(Arc<Row>),
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Known> for ByBytes {
    fn weight(&self, key: &Key, known: &Known) -> u64 {
        let bytes = known.bytes.saturating_add(key.len()).saturating_add(ENTRY_BYTES);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Default for Decoded {
    fn default() -> Self {
        Self(Cache::with_weighter(ROWS, MOST_BYTES, ByBytes))
    }
}

impl Decoded {
    /// What a row says.
    pub(crate) fn value<R: Record>(
        &self,
        row: &RowKey<R>,
        found: &Versioned,
    ) -> Result<Arc<R>, Fault> {
        let known = self.0.get(&row.key).filter(|known| known.is(found));
        let is_new = known.as_ref().is_none_or(|known| matches!(known.of, Of::Written(_)));
        let value = match known.and_then(|known| known.value.downcast::<R>().ok()) {
            Some(value) => value,
            None => Arc::new(decode(&row.key, &found.row)?),
        };
        if is_new {
            let of = Of::Read(found.version);
            self.insert(&row.key, Known { of, bytes: found.row.json.len(), value: value.clone() });
        }
        Ok(value)
    }

    /// A row was written.
    pub(crate) fn written(&self, key: &Key, row: &Row, value: Value) {
        let of = Of::Written(Arc::new(row.clone()));
        // Its bytes are kept, too.
        self.insert(key, Known { of, bytes: row.json.len().saturating_mul(2), value });
    }

    fn insert(&self, key: &Key, known: Known) {
        self.0.insert(key.clone(), known);
    }
}

impl Known {
    fn is(&self, found: &Versioned) -> bool {
        match &self.of {
            Of::Read(version) => *version == found.version,
            Of::Written(row) => **row == found.row,
        }
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

    fn says(decoded: &Decoded, version: u64, number: u32) -> u32 {
        let found = Versioned::new(Version::new(version), used(number));
        decoded.value(&row(), &found).unwrap().used
    }

    #[test]
    fn st_3_what_a_row_says_is_known_by_its_version() {
        let decoded = Decoded::default();
        assert_eq!(says(&decoded, 1, 5), 5);
        // Other bytes under the same version: no store gives these, and they show what is remembered.
        assert_eq!(says(&decoded, 1, 6), 5);
        assert_eq!(says(&decoded, 2, 6), 6);
        assert_eq!(says(&decoded, 1, 7), 7, "the version before is forgotten");
    }

    #[test]
    fn what_was_written_is_taken_only_for_the_same_bytes() {
        let decoded = Decoded::default();
        let written = || -> Value { Arc::new(QuotaRow { used: 99, exhausted: false }) };
        decoded.written(&row().key, &used(5), written());
        assert_eq!(says(&decoded, 3, 6), 6, "somebody else wrote after us");
        decoded.written(&row().key, &used(5), written());
        assert_eq!(says(&decoded, 4, 5), 99, "our own bytes need not be read");
        assert_eq!(says(&decoded, 4, 8), 99, "and now the version is known");
    }
}
