//! One instance of the store under test, and what cases do with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use super::Place;
use super::rows::receipt;
use super::seen::{Seen, ensure, shown, shown_key, shown_keys};
use super::time::{Boxed, Patience};
use crate::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Row, Store, StoreError, Version, Versioned,
    Write,
};
use crate::words::ChangeSetId;

/// A case at work: the place that it was given.
pub(super) struct Trial {
    place: Box<dyn Place>,
    /// Change sets are numbered, so that each has an id of its own and a run can be repeated.
    change_sets: Arc<AtomicU64>,
}

impl Trial {
    pub(super) fn new(place: Box<dyn Place>) -> Self {
        Self { place, change_sets: Arc::default() }
    }

    pub(super) async fn open(&self) -> Result<Instance, Seen> {
        let store = self.place.open().await?;
        Ok(Instance { store, change_sets: self.change_sets.clone() })
    }

    pub(super) async fn open_two(&self) -> Result<(Instance, Instance), Seen> {
        Ok((self.open().await?, self.open().await?))
    }
}

pub(super) struct Instance {
    pub(super) store: Arc<dyn Store>,
    change_sets: Arc<AtomicU64>,
}

/// What became of a change set, when nothing is in doubt any more.
pub(super) enum Told {
    Committed,
    Conflict(Vec<Key>),
}

/// What was said of a change set before it was said what became of it.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Doubt {
    None,
    /// Only that it was not applied.
    Failed,
    Unknown,
}

impl Told {
    pub(super) const fn is_committed(&self) -> bool {
        matches!(self, Self::Committed)
    }
}

impl Instance {
    /// A change set with its receipt, as the core makes them.
    pub(super) fn change(&self, mut operations: Vec<Operation>) -> Result<ChangeSet, Seen> {
        let number = self.change_sets.fetch_add(1, Ordering::Relaxed);
        let id = ChangeSetId::from_uuid(Uuid::from_u128(number.into()));
        let kept = Row::new(1, b"{}".to_vec());
        operations.push(Operation::new(receipt(id), Expect::Absent, Write::Put(kept)));
        Ok(ChangeSet::new(id, operations)?)
    }

    /// Sends a change set until the store says something definite, and says what it said before.
    async fn answer(&self, change: &ChangeSet) -> Result<(Told, Doubt), Seen> {
        let (mut doubt, mut patience) = (Doubt::None, Patience::default());
        loop {
            let last = match self.store.commit(change).await {
                Ok(CommitOutcome::Committed) => return Ok((Told::Committed, doubt)),
                Ok(CommitOutcome::Conflict { keys }) => return Ok((Told::Conflict(keys), doubt)),
                Ok(CommitOutcome::Unknown) => {
                    doubt = Doubt::Unknown;
                    "Unknown".to_owned()
                }
                Err(error) => {
                    doubt = doubt.max(Doubt::Failed);
                    Seen::from(error).to_string()
                }
            };
            patience.or_fail(|| format!("commit never says what became of it: {last}")).await?;
        }
    }

    /// Sends a new change set until it is known what became of it (ST-5).
    pub(super) async fn send(&self, change: &ChangeSet) -> Result<Told, Seen> {
        let (told, doubt) = self.answer(change).await?;
        if told.is_committed() || doubt == Doubt::None {
            return Ok(told);
        }
        let is_applied = self.read(&receipt(change.id())).await?.is_some();
        ensure(!is_applied || doubt == Doubt::Unknown, || {
            "an error, though it was applied (ST-4)".to_owned()
        })?;
        Ok(if is_applied { Told::Committed } else { told })
    }

    /// Sends a change set that may have been applied before.
    pub(super) async fn send_again(&self, change: &ChangeSet) -> Result<Told, Seen> {
        Ok(self.answer(change).await?.0)
    }

    pub(super) async fn commit(&self, operations: Vec<Operation>) -> Result<Told, Seen> {
        self.send(&self.change(operations)?).await
    }

    /// Commits what has to be committed.
    pub(super) async fn apply(&self, operations: Vec<Operation>) -> Result<(), Seen> {
        match self.commit(operations).await? {
            Told::Committed => Ok(()),
            Told::Conflict(keys) => {
                Err(Seen::new(format!("conflict over {} that is none", shown_keys(&keys))))
            }
        }
    }

    /// Commits rows, however many, that are not there yet.
    pub(super) async fn fill(&self, rows: &[(Key, Row)]) -> Result<(), Seen> {
        for rows in rows.chunks(90) {
            let put = |(key, row): &(Key, Row)| {
                Operation::new(key.clone(), Expect::Absent, Write::Put(row.clone()))
            };
            self.apply(rows.iter().map(put).collect()).await?;
        }
        Ok(())
    }

    /// Sends what has to conflict, new or not. Answers with the keys that were named.
    pub(super) async fn refused(&self, change: &ChangeSet) -> Result<Vec<Key>, Seen> {
        match self.send_again(change).await? {
            Told::Conflict(keys) => Ok(keys),
            Told::Committed => Err(Seen::new("committed, though not all was as expected")),
        }
    }

    pub(super) async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, Seen> {
        let found = again(|| self.store.get(keys)).await?;
        let (asked, answered) = (keys.len(), found.len());
        ensure(asked == answered, || format!("{answered} answers to {asked} keys"))?;
        Ok(found)
    }

    pub(super) async fn read(&self, key: &Key) -> Result<Option<Versioned>, Seen> {
        Ok(self.get(std::slice::from_ref(key)).await?.pop().flatten())
    }

    /// The version of a row that has to be there.
    pub(super) async fn version(&self, key: &Key) -> Result<Version, Seen> {
        let found = self.read(key).await?.map(|found| found.version);
        found.ok_or_else(|| Seen::new(format!("{} is not there", shown_key(key))))
    }

    /// Puts a row over whatever is there, and answers with its version.
    pub(super) async fn put(&self, key: &Key, row: Row) -> Result<Version, Seen> {
        let expect = self.read(key).await?.map_or(Expect::Absent, |is| Expect::At(is.version));
        self.apply(vec![Operation::new(key.clone(), expect, Write::Put(row))]).await?;
        self.version(key).await
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), Seen> {
        let expect = Expect::At(self.version(key).await?);
        self.apply(vec![Operation::new(key.clone(), expect, Write::Delete)]).await
    }

    /// Checks what rows there are.
    pub(super) async fn holds(&self, rows: &[(Key, Option<Row>)]) -> Result<(), Seen> {
        let keys: Vec<Key> = rows.iter().map(|(key, _)| key.clone()).collect();
        for ((key, row), found) in rows.iter().zip(self.get(&keys).await?) {
            ensure(found.as_ref().map(|found| &found.row) == row.as_ref(), || {
                let wanted = row.clone().map(|row| Versioned::new(Version::new(0), row));
                let (found, wanted) = (shown(found.as_ref()), shown(wanted.as_ref()));
                format!("{} is {found}, not {wanted} at any version", shown_key(key))
            })?;
        }
        Ok(())
    }

    /// Checks that rows are what they were, their versions too.
    pub(super) async fn still(
        &self,
        keys: &[Key],
        before: &[Option<Versioned>],
    ) -> Result<(), Seen> {
        for ((key, before), now) in keys.iter().zip(before).zip(self.get(keys).await?) {
            ensure(*before == now, || {
                let (before, now) = (shown(before.as_ref()), shown(now.as_ref()));
                format!("{} was {before} and is {now}", shown_key(key))
            })?;
        }
        Ok(())
    }
}

/// Asks again while the store is unavailable.
pub(super) async fn again<'a, T>(
    ask: impl Fn() -> Boxed<'a, Result<T, StoreError>>,
) -> Result<T, Seen> {
    let mut patience = Patience::default();
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => patience.or_fail(|| Seen::from(error).to_string()).await?,
        }
    }
}
