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
    row: Row,
    /// `None`: we wrote it, and have not heard its version yet.
    version: Option<Version>,
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
    pub(crate) fn value<R: Record>(
        &self,
        key: &RowKey<R>,
        found: &Versioned,
    ) -> Result<Arc<R>, Fault> {
        let known = self.0.get(&key.key).filter(|known| known.says::<R>(found));
        let (version, known) =
            known.map_or((None, None), |known| (known.version, Some(known.value)));
        let value = match known.and_then(|value| value.downcast::<R>().ok()) {
            Some(value) => value,
            None => Arc::new(decode::<R>(&key.key, &found.row)?),
        };
        if version != Some(found.version) {
            self.insert(&key.key, &found.row, Some(found.version), value.clone());
        }
        Ok(value)
    }

    /// A row was written, and this is what it says.
    pub(crate) fn written(&self, key: &Key, row: &Row, value: Value) {
        self.insert(key, row, None, value);
    }

    fn insert(&self, key: &Key, row: &Row, version: Option<Version>, value: Value) {
        self.0.insert(key.clone(), Known { row: row.clone(), version, value });
    }
}

impl Known {
    /// Comparing bytes needs no trust in anybody. Versions of a key never repeat (ST-3), unless a
    /// database was set back while we ran.
    fn says<R: Record>(&self, found: &Versioned) -> bool {
        if R::KNOWN_BY_VERSION && self.version.is_some() {
            return self.version == Some(found.version);
        }
        say_the_same(&self.row, &found.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Assignments;
    use crate::services::keys::Keys;
    use crate::services::records::QuotaRow;
    use crate::words::{AccountId, CalendarId, CalendarRef, UserId, ZoomAccountId};

    fn calendar() -> CalendarRef {
        CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new("demo").unwrap())
    }

    fn row() -> RowKey<QuotaRow> {
        Keys::new("r".to_owned()).quota(&ZoomAccountId::new("z").unwrap(), 1)
    }

    fn used(number: u32) -> Row {
        let row = QuotaRow { used: number, exhausted: false };
        Row::new(1, serde_json::to_vec(&row).unwrap())
    }

    fn says(decoded: &Decoded, number: u32) -> u32 {
        let found = Versioned::new(Version::new(1), used(number));
        decoded.value(&row(), &found).unwrap().used
    }

    #[test]
    fn what_is_remembered_is_taken_only_for_the_same_bytes() {
        let decoded = Decoded::default();
        let other: Value = Arc::new(QuotaRow { used: 99, exhausted: false });
        decoded.written(&row().key, &used(5), other);
        assert_eq!(says(&decoded, 5), 99, "it is not read again");
        assert_eq!(says(&decoded, 6), 6, "somebody else wrote after us");
        assert_eq!(says(&decoded, 5), 5, "only the last one is remembered");
    }

    #[test]
    fn long_rows_are_known_by_their_version() {
        let key = Keys::new("r".to_owned()).assignments(&calendar(), &UserId::new("a").unwrap());
        let decoded = Decoded::default();
        let found = |version: u64, json: &[u8]| {
            let found = Versioned::new(Version::new(version), Row::new(2, json));
            decoded.value(&key, &found).unwrap().to_json().unwrap()
        };
        let (one, other) = (br#"{"given":[1,2]}"#, br#"{"given":[3,4]}"#);
        assert_eq!(*found(1, one), *one);
        // No store gives other bytes under the same version: they show what is remembered.
        assert_eq!(*found(1, other), *one);
        assert_eq!(*found(2, other), *other);
        assert_eq!(*found(1, one), *one);
        let json = Row::new(2, one.as_slice());
        decoded.written(&key.key, &json, Arc::new(Assignments::default()));
        assert_eq!(*found(3, other), *other, "somebody else wrote after us");
    }

    #[test]
    fn a_row_of_another_schema_says_something_else() {
        let decoded = Decoded::default();
        let newer = Row { schema: 2, ..used(5) };
        decoded.written(&row().key, &newer, Arc::new(QuotaRow { used: 99, exhausted: false }));
        assert_eq!(says(&decoded, 5), 5);
        let newer = Versioned::new(Version::new(2), newer);
        let unknown = decoded.value(&row(), &newer).map(|_| ());
        assert!(matches!(unknown, Err(Fault::NewerRow { .. })), "{unknown:?}");
    }
}
