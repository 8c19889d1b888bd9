//! Stores whose versions repeat.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use async_trait::async_trait;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Row, StoreError, Version, Versioned, Write,
};

use super::defect::{Defect, Found, Sound, with};

/// What a version is made of.
pub(crate) struct Put<'a> {
    row: &'a Row,
    /// The version before, if there was a row.
    before: Option<u64>,
    /// How many rows the instance has put, this one included.
    of_instance: u64,
    /// How many all have put.
    of_all: u64,
}

pub(crate) const fn counts_from_one_when_made_anew(put: &Put<'_>) -> u64 {
    match put.before {
        Some(before) => before + 1,
        None => 1,
    }
}

pub(crate) fn hashes_the_row(put: &Put<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    put.row.json.hash(&mut hasher);
    hasher.finish()
}

pub(crate) const fn counts_by_instance(put: &Put<'_>) -> u64 {
    put.of_instance
}

/// Two commits in a row are of one second.
pub(crate) const fn is_the_second(put: &Put<'_>) -> u64 {
    put.of_all / 2
}

/// Rows have versions of another making than the sound store's.
pub(crate) struct Renumbered {
    number: fn(&Put<'_>) -> u64,
    numbers: Mutex<Numbers>,
}

#[derive(Default)]
struct Numbers {
    versions: BTreeMap<Key, u64>,
    by_instance: BTreeMap<usize, u64>,
    all: u64,
}

impl Renumbered {
    pub(crate) fn by(number: fn(&Put<'_>) -> u64) -> Self {
        Self { number, numbers: Mutex::default() }
    }
}

impl Numbers {
    /// The operation as the sound store has to see it.
    fn translated(&self, sound: Sound<'_>, mut operation: Operation) -> Operation {
        if let Expect::At(expected) = operation.expect {
            let is_so = self.versions.get(&operation.key) == Some(&expected.number());
            let found = sound.read(&operation.key).filter(|_| is_so);
            let never = Version::new(u64::MAX);
            operation.expect = Expect::At(found.map_or(never, |found| found.version));
        }
        operation
    }

    fn written(&mut self, instance: usize, operation: &Operation, number: fn(&Put<'_>) -> u64) {
        match &operation.write {
            Write::Put(row) => {
                let of_instance = self.by_instance.entry(instance).or_default();
                *of_instance += 1;
                self.all += 1;
                let before = self.versions.get(&operation.key).copied();
                let put = Put { row, before, of_instance: *of_instance, of_all: self.all };
                self.versions.insert(operation.key.clone(), number(&put));
            }
            Write::Delete => drop(self.versions.remove(&operation.key)),
            Write::Check => {}
        }
    }
}

#[async_trait]
impl Defect for Renumbered {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        let numbers = self.numbers.lock().unwrap();
        let renumbered = |key: &Key| {
            let found = sound.read(key)?;
            Some(Versioned::new(Version::new(numbers.versions[key]), found.row))
        };
        Ok(keys.iter().map(renumbered).collect())
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let mut numbers = self.numbers.lock().unwrap();
        let operations = change.operations().iter().cloned();
        let operations = operations.map(|is| numbers.translated(sound, is)).collect();
        let told = sound.commit(&with(change, operations));
        if told == CommitOutcome::Committed {
            for operation in change.operations() {
                numbers.written(sound.instance, operation, self.number);
            }
        }
        Ok(told)
    }
}
