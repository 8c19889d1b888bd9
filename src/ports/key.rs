//! Keys of rows, and their encoding.

use std::fmt;

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
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    realm: String,
    partition: Vec<u8>,
    sort: Vec<u8>,
}

impl Key {
    /// Puts a key together again that a store has taken apart.
    #[must_use]
    pub const fn from_parts(realm: String, partition: Vec<u8>, sort: Vec<u8>) -> Self {
        Self { realm, partition, sort }
    }

    /// The deployment.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// What is kept together.
    #[must_use]
    pub fn partition(&self) -> &[u8] {
        &self.partition
    }

    /// The place within the partition.
    #[must_use]
    pub fn sort(&self) -> &[u8] {
        &self.sort
    }

    /// The first key after all those whose sort begins with this key's.
    pub(crate) fn end_of_prefix(mut self) -> Self {
        while let Some(last) = self.sort.pop() {
            if let Some(next) = last.checked_add(1) {
                self.sort.push(next);
                return self;
            }
        }
        // A prefix of nothing but FF bytes. Ours begin with a word, so this is never reached.
        self.sort = vec![u8::MAX; 2];
        self
    }

    pub(crate) const fn len(&self) -> usize {
        self.realm.len() + self.partition.len() + self.sort.len()
    }
}

/// What kind of row it is, and no more: parts of keys are personal.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = |part: &[u8]| {
            let word = part.split(|byte| *byte == 0).next().unwrap_or_default();
            word.escape_ascii().to_string()
        };
        let (partition, sort) = (kind(&self.partition), kind(&self.sort));
        write!(
            f,
            "Key({partition} {} bytes, {sort} {} bytes)",
            self.partition.len(),
            self.sort.len()
        )
    }
}

/// Writes the parts of a key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts(Vec<u8>);

impl Parts {
    pub(crate) fn text(mut self, text: &str) -> Self {
        for byte in text.bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(u8::MAX);
            }
        }
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

    pub(crate) fn then(mut self, more: Self) -> Self {
        self.0.extend_from_slice(&more.0);
        self
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(text: &str, number: i64) -> Vec<u8> {
        Parts::default().text(text).number(number).text("end").into_bytes()
    }

    proptest! {
        #[test]
        fn comparing_bytes_compares_parts(
            a in "[\0\u{1}a-c\u{ff}]{0,3}", b in "[\0\u{1}a-c\u{ff}]{0,3}", m: i64, n: i64,
        ) {
            prop_assert_eq!(pair(&a, m).cmp(&pair(&b, n)), (&a, m).cmp(&(&b, n)));
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
