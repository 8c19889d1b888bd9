//! Keys of rows, and their encoding.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use uuid::Uuid;

/// The key of a row: realm, partition, sort.
///
/// All rows of a partition can be kept together (a shard, a Dynamo partition); a scan by range
/// never leaves one. The realm separates deployments that share one store.
///
/// # Encoding
/// Partition and sort are lists of parts, written one after the other so that comparing bytes
/// compares lists, part by part:
/// * text: its UTF-8 bytes, each `00` followed by `FF`, then `00 01`;
/// * a number: 8 bytes, big-endian, with the sign bit flipped;
/// * a UUID: its 16 bytes.
///
/// A list is a prefix of another exactly if its bytes are. The encoding is stable: it is part of
/// what is stored.
///
/// Clones share it.
#[derive(Clone, Eq, PartialEq)]
pub struct Key {
    realm: Arc<str>,
    /// The sort, then the partition: so they are put together.
    parts: Arc<[u8]>,
    /// Where the partition begins.
    partition: usize,
}

impl Key {
    /// Puts a key together again that a store has taken apart.
    #[must_use]
    pub fn from_parts(realm: String, partition: Vec<u8>, sort: Vec<u8>) -> Self {
        Self::join(realm.into(), &sort, &partition)
    }

    pub(crate) fn new(realm: Arc<str>, sort: Parts, partition: impl Fn(Parts) -> Parts) -> Self {
        let at = sort.0.len();
        Self { realm, parts: partition(sort).0.into(), partition: at }
    }

    fn join(realm: Arc<str>, sort: &[u8], partition: &[u8]) -> Self {
        Self { realm, parts: [sort, partition].concat().into(), partition: sort.len() }
    }

    /// The deployment.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// What is kept together.
    #[must_use]
    pub fn partition(&self) -> &[u8] {
        self.parts.get(self.partition..).unwrap_or_default()
    }

    /// The place within the partition.
    #[must_use]
    pub fn sort(&self) -> &[u8] {
        self.parts.get(..self.partition).unwrap_or_default()
    }

    /// The first key after all those whose sort begins with this key's.
    pub(crate) fn end_of_prefix(self) -> Self {
        let mut sort = self.sort().to_vec();
        while let Some(last) = sort.pop() {
            if let Some(next) = last.checked_add(1) {
                sort.push(next);
                return self.with_sort(&sort);
            }
        }
        // A prefix of nothing but FF bytes. Ours begin with a word, so this is never reached.
        self.with_sort(&[u8::MAX; 2])
    }

    fn with_sort(&self, sort: &[u8]) -> Self {
        Self::join(self.realm.clone(), sort, self.partition())
    }

    pub(crate) fn len(&self) -> usize {
        self.realm.len() + self.parts.len()
    }
}

/// Keys that meet in one table are of one realm, as a rule: it tells nothing.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

/// By realm, then partition, then sort.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        // Keys of one scheduler share the text of their realm.
        let realm = if Arc::ptr_eq(&self.realm, &other.realm) {
            Ordering::Equal
        } else {
            self.realm.cmp(&other.realm)
        };
        realm.then_with(|| {
            self.partition().cmp(other.partition()).then_with(|| self.sort().cmp(other.sort()))
        })
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What kind of row it is, and no more: parts of keys are personal.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = |part: &[u8]| {
            let word = part.split(|byte| *byte == 0).next().unwrap_or_default();
            word.escape_ascii().to_string()
        };
        let (partition, sort) = (self.partition(), self.sort());
        write!(
            f,
            "Key({} {} bytes, {} {} bytes)",
            kind(partition),
            partition.len(),
            kind(sort),
            sort.len()
        )
    }
}

/// Writes the parts of a key.
#[derive(Clone, Debug)]
pub(crate) struct Parts(Vec<u8>);

/// Room for most keys.
const PARTS_BYTES: usize = 128;

impl Default for Parts {
    fn default() -> Self {
        Self(Vec::with_capacity(PARTS_BYTES))
    }
}

impl Parts {
    pub(crate) fn text(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let Some(zero) = rest.iter().position(|byte| *byte == 0) {
            let (part, after) = rest.split_at(zero.saturating_add(1));
            self.0.extend_from_slice(part);
            self.0.push(u8::MAX);
            rest = after;
        }
        self.0.extend_from_slice(rest);
        self.0.extend_from_slice(&[0, 1]);
        self
    }

    pub(crate) fn number(mut self, number: i64) -> Self {
        let flipped = number.cast_unsigned() ^ (1 << 63);
        self.0.extend_from_slice(&flipped.to_be_bytes());
        self
    }

    pub(crate) fn uuid(mut self, uuid: Uuid) -> Self {
        self.0.extend_from_slice(uuid.as_bytes());
        self
    }

    pub(crate) fn then(mut self, more: &Self) -> Self {
        self.0.extend_from_slice(&more.0);
        self
    }

    /// Reads again what was written.
    pub(crate) const fn read(written: &[u8]) -> Written<'_> {
        Written(written)
    }
}

/// Parts that were written, to be read in their order. `None`: it is no such part.
#[derive(Debug)]
pub(crate) struct Written<'a>(&'a [u8]);

impl Written<'_> {
    pub(crate) fn text(&mut self) -> Option<String> {
        let mut text = Vec::new();
        let mut bytes = self.0.iter();
        loop {
            match bytes.next()? {
                0 => match bytes.next()? {
                    1 => break,
                    &u8::MAX => text.push(0),
                    _ => return None,
                },
                byte => text.push(*byte),
            }
        }
        self.0 = bytes.as_slice();
        String::from_utf8(text).ok()
    }

    pub(crate) fn number(&mut self) -> Option<i64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some((u64::from_be_bytes(*number) ^ (1 << 63)).cast_signed())
    }

    pub(crate) fn uuid(&mut self) -> Option<Uuid> {
        let (uuid, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(Uuid::from_bytes(*uuid))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(text: &str, number: i64) -> Vec<u8> {
        Parts::default().text(text).number(number).text("end").0.to_vec()
    }

    proptest! {
        #[test]
        fn comparing_bytes_compares_parts(
            a in "[\0\u{1}a-c\u{ff}]{0,3}", b in "[\0\u{1}a-c\u{ff}]{0,3}", m: i64, n: i64,
        ) {
            prop_assert_eq!(pair(&a, m).cmp(&pair(&b, n)), (&a, m).cmp(&(&b, n)));
        }

        #[test]
        fn what_was_written_is_read(text in "[\0\u{1}a-cé☎]{0,4}", number: i64, uuid: u128) {
            let uuid = Uuid::from_u128(uuid);
            let written = Parts::default().text(&text).number(number).uuid(uuid).0;
            let mut parts = Parts::read(&written);
            let read = (parts.text(), parts.number(), parts.uuid(), parts.text());
            prop_assert_eq!(read, (Some(text), Some(number), Some(uuid), None));
        }
    }

    #[test]
    fn the_end_of_a_prefix_lies_after_all_that_begins_with_it() {
        let key = |sort: Vec<u8>| Key::from_parts("r".into(), vec![1], sort);
        let end = key(vec![1, 255]).end_of_prefix();
        assert_eq!(end.sort(), [2]);
        assert!(key(vec![1, 255, 255, 9]) < end);
        assert!(end < key(vec![2, 0]));
    }
}
