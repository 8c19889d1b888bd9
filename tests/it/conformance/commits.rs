//! Stores that commit otherwise than they should, or say otherwise than they did.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use slotlink::ports::{ChangeSet, CommitOutcome, Expect, Operation, Store, StoreError, Write};
use slotlink::words::ChangeSetId;

use super::defect::{Defect, Sound, anew, turn, with};

type Answer = Result<CommitOutcome, StoreError>;

/// Commits all in one go, without waiting for anything.
pub(crate) struct AtOnce(pub(crate) fn(Sound<'_>, &ChangeSet) -> CommitOutcome);

#[async_trait]
impl Defect for AtOnce {
    async fn commit(&self, sound: Sound<'_>, change: &ChangeSet) -> Answer {
        Ok(self.0(sound, change))
    }
}

fn conflict(operations: &[Operation]) -> CommitOutcome {
    CommitOutcome::Conflict { keys: operations.iter().map(|is| is.key.clone()).collect() }
}

fn broken(sound: Sound<'_>, change: &ChangeSet) -> Vec<Operation> {
    change.operations().iter().filter(|is| !sound.holds(is)).cloned().collect()
}

pub(crate) fn applies_what_comes_before(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    for operation in change.operations() {
        let told = sound.commit(&anew(vec![operation.clone()]));
        if told != CommitOutcome::Committed {
            return told;
        }
    }
    CommitOutcome::Committed
}

pub(crate) fn applies_what_is_as_expected(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    let broken = broken(sound, change);
    let good = change.operations().iter().filter(|is| !broken.contains(is));
    sound.commit(&anew(good.cloned().collect()));
    if broken.is_empty() { CommitOutcome::Committed } else { conflict(&broken) }
}

pub(crate) fn applies_sixty_four(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    let some = change.operations().iter().take(64).cloned().collect();
    sound.commit(&with(change, some))
}

pub(crate) fn checks_twenty_five(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    let looked_at = change.operations().iter().take(25);
    let broken: Vec<_> = looked_at.filter(|is| !sound.holds(is)).cloned().collect();
    if !broken.is_empty() {
        return conflict(&broken);
    }
    sound.force(change.operations());
    CommitOutcome::Committed
}

pub(crate) fn leaves_out_large_changes(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    let bytes = |is: &Operation| if let Write::Put(row) = &is.write { row.json.len() } else { 0 };
    if change.operations().iter().map(bytes).sum::<usize>() > 512 << 10 {
        return CommitOutcome::Committed;
    }
    sound.commit(change)
}

pub(crate) fn names_all_keys(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    match sound.commit(change) {
        CommitOutcome::Conflict { .. } => conflict(change.operations()),
        told => told,
    }
}

pub(crate) fn names_no_key(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    match sound.commit(change) {
        CommitOutcome::Conflict { .. } => conflict(&[]),
        told => told,
    }
}

pub(crate) fn names_the_first_key(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    match sound.commit(change) {
        CommitOutcome::Conflict { .. } => conflict(&change.operations()[..1]),
        told => told,
    }
}

pub(crate) fn says_committed_of_conflicts(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    sound.commit(change);
    CommitOutcome::Committed
}

pub(crate) fn applies_conflicts(sound: Sound<'_>, change: &ChangeSet) -> CommitOutcome {
    let told = sound.commit(change);
    if told != CommitOutcome::Committed {
        sound.force(change.operations());
    }
    told
}

pub(crate) fn never_knows(_: Sound<'_>, _: &ChangeSet) -> CommitOutcome {
    CommitOutcome::Unknown
}

/// Does it at each n-th commit, counted from one.
pub(crate) struct EachNth {
    nth: usize,
    commits: AtomicUsize,
    does: fn(Sound<'_>, &ChangeSet) -> Answer,
}

impl EachNth {
    pub(crate) fn of(nth: usize, does: fn(Sound<'_>, &ChangeSet) -> Answer) -> Self {
        Self { nth, commits: AtomicUsize::new(1), does }
    }
}

#[async_trait]
impl Defect for EachNth {
    async fn commit(&self, sound: Sound<'_>, change: &ChangeSet) -> Answer {
        if self.commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.nth) {
            return (self.does)(sound, change);
        }
        sound.store.commit(change).await
    }
}

pub(crate) fn is_lost(_: Sound<'_>, _: &ChangeSet) -> Answer {
    Ok(CommitOutcome::Committed)
}

pub(crate) fn is_unknown(_: Sound<'_>, _: &ChangeSet) -> Answer {
    Ok(CommitOutcome::Unknown)
}

pub(crate) fn is_applied_but_unknown(sound: Sound<'_>, change: &ChangeSet) -> Answer {
    sound.commit(change);
    Ok(CommitOutcome::Unknown)
}

pub(crate) fn fails(_: Sound<'_>, _: &ChangeSet) -> Answer {
    Err(StoreError::new("no connection"))
}

pub(crate) fn fails_though_applied(sound: Sound<'_>, change: &ChangeSet) -> Answer {
    sound.commit(change);
    Err(StoreError::new("no connection"))
}

/// Looks at these expectations first, and at the others when it applies the change set.
pub(crate) struct LooksFirst(pub(crate) fn(&Operation) -> bool);

#[async_trait]
impl Defect for LooksFirst {
    async fn commit(&self, sound: Sound<'_>, change: &ChangeSet) -> Answer {
        let broken = broken(sound, change);
        turn().await;
        if !broken.is_empty() {
            return Ok(conflict(&broken));
        }
        let operations = change.operations().iter().cloned().map(|mut is| {
            if (self.0)(&is) {
                let found = sound.read(&is.key);
                is.expect = found.map_or(Expect::Absent, |found| Expect::At(found.version));
            }
            is
        });
        sound.store.commit(&with(change, operations.collect())).await
    }
}

pub(crate) fn at_all(_: &Operation) -> bool {
    true
}

pub(crate) fn at_checks(is: &Operation) -> bool {
    is.write == Write::Check
}

pub(crate) fn at_absence(is: &Operation) -> bool {
    is.write == Write::Check && is.expect == Expect::Absent
}

pub(crate) fn at_what_is_new(is: &Operation) -> bool {
    is.expect == Expect::Absent && is.write != Write::Check
}

/// Looks first at all, but only if there are more than three operations.
pub(crate) struct LooksFirstAtMany;

#[async_trait]
impl Defect for LooksFirstAtMany {
    async fn commit(&self, sound: Sound<'_>, change: &ChangeSet) -> Answer {
        if change.operations().len() > 3 {
            return LooksFirst(at_all).commit(sound, change).await;
        }
        sound.store.commit(change).await
    }
}

/// Looks at all expectations at once, then writes row by row.
pub(crate) struct RowByRow;

#[async_trait]
impl Defect for RowByRow {
    async fn commit(&self, sound: Sound<'_>, change: &ChangeSet) -> Answer {
        let broken = broken(sound, change);
        if !broken.is_empty() {
            return Ok(conflict(&broken));
        }
        for operation in change.operations() {
            if operation.write != Write::Check {
                sound.force(std::slice::from_ref(operation));
                turn().await;
            }
        }
        Ok(CommitOutcome::Committed)
    }
}

/// Keeps what conflicts, and applies it when it no longer does.
#[derive(Default)]
pub(crate) struct TriesAgain(Mutex<Vec<ChangeSet>>);

#[async_trait]
impl Defect for TriesAgain {
    async fn commit(&self, sound: Sound<'_>, change: &ChangeSet) -> Answer {
        let told = sound.commit(change);
        let mut kept = self.0.lock().unwrap();
        if told == CommitOutcome::Committed {
            kept.retain(|kept| sound.commit(kept) != CommitOutcome::Committed);
        } else {
            kept.push(change.clone());
        }
        Ok(told)
    }
}

/// Knows by its id what it has applied, and says so again.
#[derive(Default)]
pub(crate) struct RemembersIds(Mutex<BTreeSet<ChangeSetId>>);

#[async_trait]
impl Defect for RemembersIds {
    async fn commit(&self, sound: Sound<'_>, change: &ChangeSet) -> Answer {
        let mut known = self.0.lock().unwrap();
        if known.contains(&change.id()) {
            return Ok(CommitOutcome::Committed);
        }
        let told = sound.commit(change);
        if told == CommitOutcome::Committed {
            known.insert(change.id());
        }
        Ok(told)
    }
}
