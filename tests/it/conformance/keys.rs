//! Stores that take one key for another.

use std::collections::BTreeMap;

use async_trait::async_trait;
use slotlink::ports::{ChangeSet, CommitOutcome, Key, Operation, Store, StoreError};

use super::defect::{Defect, Found, Sound, with};

/// Keeps rows under other keys.
pub(crate) struct Rekeyed(pub(crate) fn(&Key) -> Key);

#[async_trait]
impl Defect for Rekeyed {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        let keys: Vec<Key> = keys.iter().map(self.0).collect();
        sound.store.get(&keys).await
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        // Of two that become one the last counts.
        let mut operations = BTreeMap::new();
        for operation in change.operations() {
            let Operation { expect, write, .. } = operation.clone();
            let key = (self.0)(&operation.key);
            operations.insert(key.clone(), Operation::new(key, expect, write));
        }
        sound.store.commit(&with(change, operations.into_values().collect())).await
    }
}

fn parts(key: &Key, each: impl Fn(&[u8]) -> Vec<u8>) -> Key {
    Key::from_parts(key.realm().to_owned(), each(key.partition()), each(key.sort()))
}

pub(crate) fn ends_at_zero(key: &Key) -> Key {
    parts(key, |bytes| bytes.iter().copied().take_while(|byte| *byte != 0).collect())
}

pub(crate) fn ends_at_255_bytes(key: &Key) -> Key {
    parts(key, |bytes| bytes.iter().copied().take(255).collect())
}

pub(crate) fn is_text(key: &Key) -> Key {
    parts(key, |bytes| String::from_utf8_lossy(bytes).into_owned().into())
}

pub(crate) fn has_no_case(key: &Key) -> Key {
    parts(key, <[u8]>::to_ascii_lowercase)
}

pub(crate) fn is_joined(key: &Key) -> Key {
    let joined = [key.partition(), key.sort()].concat();
    Key::from_parts(key.realm().to_owned(), joined, Vec::new())
}

pub(crate) fn has_no_realm(key: &Key) -> Key {
    Key::from_parts(String::new(), key.partition().to_vec(), key.sort().to_vec())
}

pub(crate) fn trims_the_realm(key: &Key) -> Key {
    let realm = key.realm().trim().to_owned();
    Key::from_parts(realm, key.partition().to_vec(), key.sort().to_vec())
}
