//! Stores that read wrongly.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use slotlink::ports::{ChangeSet, CommitOutcome, Key, Row, StoreError, Version, Versioned, Write};

use super::defect::{Defect, Found, Sound};

/// Reads otherwise.
pub(crate) struct Reads(pub(crate) fn(Sound<'_>, &[Key]) -> Result<Found, StoreError>);

#[async_trait]
impl Defect for Reads {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        self.0(sound, keys)
    }
}

fn all(sound: Sound<'_>, keys: &[Key]) -> Found {
    keys.iter().map(|key| sound.read(key)).collect()
}

pub(crate) fn in_key_order(sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
    let mut keys = keys.to_vec();
    keys.sort();
    Ok(all(sound, &keys))
}

pub(crate) fn each_key_once(sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
    let is_first = |at: usize| !keys[..at].contains(&keys[at]);
    Ok(keys.iter().enumerate().map(|(at, key)| sound.read(key).filter(|_| is_first(at))).collect())
}

pub(crate) fn what_is_there_only(sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
    Ok(all(sound, keys).into_iter().filter(Option::is_some).collect())
}

pub(crate) fn some_key_at_least(sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
    if keys.is_empty() {
        return Err(StoreError::new("syntax error near `IN ()`"));
    }
    Ok(all(sound, keys))
}

pub(crate) fn a_hundred_keys(sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
    let found = all(sound, keys).into_iter().enumerate();
    Ok(found.map(|(at, found)| found.filter(|_| at < 100)).collect())
}

pub(crate) fn one_version_for_all(sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
    let found = all(sound, keys);
    let first = found.iter().flatten().map(|found| found.version).next();
    let first = first.unwrap_or(Version::new(0));
    Ok(found.into_iter().map(|found| Some(Versioned::new(first, found?.row))).collect())
}

pub(crate) fn never(_: Sound<'_>, _: &[Key]) -> Result<Found, StoreError> {
    Err(StoreError::new("no connection"))
}

/// All instances but the first so many read what was there before the last change.
pub(crate) struct Stale {
    sound: usize,
    before: Mutex<BTreeMap<Key, Option<Versioned>>>,
}

impl Stale {
    pub(crate) fn but_for(sound: usize) -> Self {
        Self { sound, before: Mutex::default() }
    }
}

#[async_trait]
impl Defect for Stale {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        let before = self.before.lock().unwrap();
        let old = |key: &Key| before.get(key).filter(|_| sound.instance >= self.sound).cloned();
        Ok(keys.iter().map(|key| old(key).unwrap_or_else(|| sound.read(key))).collect())
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let keys = change.operations().iter().map(|is| is.key.clone());
        let before = keys.map(|key| (key.clone(), sound.read(&key))).collect();
        let told = sound.commit(change);
        if told == CommitOutcome::Committed {
            *self.before.lock().unwrap() = before;
        }
        Ok(told)
    }
}

/// Each instance keeps what it has read, and forgets of it only what it writes itself.
#[derive(Default)]
pub(crate) struct Caches(Mutex<BTreeMap<(usize, Key), Option<Versioned>>>);

#[async_trait]
impl Defect for Caches {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        let mut kept = self.0.lock().unwrap();
        let mut found = Vec::new();
        for key in keys {
            let kept = kept.entry((sound.instance, key.clone()));
            found.push(kept.or_insert_with(|| sound.read(key)).clone());
        }
        Ok(found)
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        // After a conflict it looks again, so that writers get on.
        for operation in change.operations() {
            self.0.lock().unwrap().remove(&(sound.instance, operation.key.clone()));
        }
        Ok(sound.commit(change))
    }
}

/// Leaves an empty row where one was deleted.
#[derive(Default)]
pub(crate) struct ShowsDeleted(Mutex<BTreeMap<Key, Version>>);

#[async_trait]
impl Defect for ShowsDeleted {
    async fn get(&self, sound: Sound<'_>, keys: &[Key]) -> Result<Found, StoreError> {
        let deleted = self.0.lock().unwrap();
        let trace = |key| Some(Versioned::new(*deleted.get(key)?, Row::new(0, Vec::new())));
        Ok(keys.iter().map(|key| sound.read(key).or_else(|| trace(key))).collect())
    }

    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let told = sound.commit(change);
        for operation in change.operations() {
            if operation.write == Write::Delete && told == CommitOutcome::Committed {
                self.0.lock().unwrap().insert(operation.key.clone(), Version::new(0));
            }
        }
        Ok(told)
    }
}
