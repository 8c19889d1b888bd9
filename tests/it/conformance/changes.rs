//! Stores that do not do what a change set says.

use async_trait::async_trait;
use slotlink::ports::{ChangeSet, CommitOutcome, Expect, Operation, Row, Store, StoreError, Write};

use super::defect::{Defect, Sound, with};

/// Changes each operation before it is committed, or leaves it out.
pub(crate) struct Operations(pub(crate) fn(Sound<'_>, Operation) -> Option<Operation>);

#[async_trait]
impl Defect for Operations {
    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let operations = change.operations().iter().cloned();
        let operations = operations.filter_map(|operation| self.0(sound, operation));
        sound.store.commit(&with(change, operations.collect())).await
    }
}

/// What is expected becomes what is.
fn indulged(sound: Sound<'_>, mut operation: Operation) -> Operation {
    let found = sound.read(&operation.key);
    operation.expect = found.map_or(Expect::Absent, |found| Expect::At(found.version));
    operation
}

/// Expects nothing of the operations that it is told about.
const fn indulging(which: fn(&Operation) -> bool) -> impl Fn(Sound<'_>, Operation) -> Operation {
    move |sound, operation| if which(&operation) { indulged(sound, operation) } else { operation }
}

fn is_receipt(operation: &Operation) -> bool {
    operation.key.partition().ends_with(b"receipt")
}

pub(crate) fn ignores_checks(sound: Sound<'_>, is: Operation) -> Option<Operation> {
    Some(indulging(|is| is.write == Write::Check)(sound, is))
}

pub(crate) fn ignores_checks_of_absence(sound: Sound<'_>, is: Operation) -> Option<Operation> {
    let which = |is: &Operation| is.write == Write::Check && is.expect == Expect::Absent;
    Some(indulging(which)(sound, is))
}

pub(crate) fn deletes_whatever_is_there(sound: Sound<'_>, is: Operation) -> Option<Operation> {
    Some(indulging(|is| is.write == Write::Delete)(sound, is))
}

pub(crate) fn puts_over_other_versions(sound: Sound<'_>, is: Operation) -> Option<Operation> {
    let which = |is: &Operation| matches!((&is.write, is.expect), (Write::Put(_), Expect::At(_)));
    Some(indulging(which)(sound, is))
}

/// A row must be no older than expected.
pub(crate) fn expects_a_version_at_least(sound: Sound<'_>, is: Operation) -> Option<Operation> {
    match (is.expect, sound.read(&is.key)) {
        (Expect::At(version), Some(found)) if found.version > version => Some(indulged(sound, is)),
        _ => Some(is),
    }
}

pub(crate) fn puts_over_what_is_there(sound: Sound<'_>, is: Operation) -> Option<Operation> {
    let which = |is: &Operation| matches!((&is.write, is.expect), (Write::Put(_), Expect::Absent));
    Some(indulging(which)(sound, is))
}

pub(crate) fn leaves_out_receipts(_: Sound<'_>, is: Operation) -> Option<Operation> {
    Some(is).filter(|is| !is_receipt(is))
}

pub(crate) fn puts_over_receipts(sound: Sound<'_>, is: Operation) -> Option<Operation> {
    Some(indulging(is_receipt)(sound, is))
}

pub(crate) fn checks_by_writing(sound: Sound<'_>, mut is: Operation) -> Option<Operation> {
    if is.write == Write::Check
        && let Some(found) = sound.read(&is.key)
    {
        is.write = Write::Put(found.row);
    }
    Some(is)
}

pub(crate) fn finds_nothing_to_delete(_: Sound<'_>, mut is: Operation) -> Option<Operation> {
    if is.write == Write::Delete && is.expect == Expect::Absent {
        is.expect = Expect::At(slotlink::ports::Version::new(u64::MAX));
    }
    Some(is)
}

/// Changes each row that is put.
fn rewritten(mut is: Operation, change: impl FnOnce(&mut Row)) -> Option<Operation> {
    if let Write::Put(row) = &mut is.write {
        change(row);
    }
    Some(is)
}

pub(crate) fn cuts_rows_at_32_kib(_: Sound<'_>, is: Operation) -> Option<Operation> {
    rewritten(is, |row| row.json = row.json.iter().take(32 << 10).copied().collect())
}

pub(crate) fn normalises_json(_: Sound<'_>, is: Operation) -> Option<Operation> {
    rewritten(is, |row| {
        if let Ok(value) = serde_json::from_slice::<serde_json::Value>(&row.json) {
            row.json = value.to_string().into_bytes().into();
        }
    })
}

pub(crate) fn keeps_text_only(_: Sound<'_>, is: Operation) -> Option<Operation> {
    rewritten(is, |row| row.json = row.json.iter().copied().filter(u8::is_ascii).collect())
}

pub(crate) fn keeps_a_byte_of_the_schema(_: Sound<'_>, is: Operation) -> Option<Operation> {
    rewritten(is, |row| row.schema &= 0xff)
}

pub(crate) fn knows_no_instant_before_1970(_: Sound<'_>, is: Operation) -> Option<Operation> {
    rewritten(is, |row| row.due = row.due.filter(|due| due.timestamp() >= 0))
}

pub(crate) fn counts_seconds_in_32_bits(_: Sound<'_>, is: Operation) -> Option<Operation> {
    rewritten(is, |row| row.due = row.due.filter(|due| i32::try_from(due.timestamp()).is_ok()))
}

pub(crate) fn has_no_instants(_: Sound<'_>, is: Operation) -> Option<Operation> {
    rewritten(is, |row| row.due = None)
}
