//! A booking without the services: the same calls of the store, with ready-made bytes.

use slotlink::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Page, Scan, Store, Version,
};
use slotlink::words::ChangeSetId;

use crate::recording::Call;
use crate::{Clients, Outcome};

/// A read, ready to be made.
#[derive(Clone, Debug)]
enum Read {
    Get(Vec<Key>),
    Scan(Scan, Page),
}

/// Which row of which read says what version an operation expects.
type Place = (usize, usize);

/// The calls that the services made for one booking: reads, one commit, and reads after it.
#[derive(Clone, Debug)]
pub struct BareBooking {
    before: Vec<Read>,
    id: ChangeSetId,
    /// With ready-made keys and rows.
    operations: Vec<Operation>,
    /// Where each of the operations finds its version; `None` if nobody read the row: it is new.
    versions: Vec<Option<Place>>,
    after: Vec<Read>,
}

impl BareBooking {
    /// From what was recorded.
    ///
    /// # Errors
    /// If these are not the calls of one booking.
    pub(crate) fn of(calls: Vec<Call>) -> Outcome<Self> {
        let (mut before, mut after, mut commit) = (Vec::new(), Vec::new(), None);
        for call in calls {
            let reads = if commit.is_none() { &mut before } else { &mut after };
            match call {
                Call::Get(keys) => reads.push(Read::Get(keys)),
                Call::Scan(scan, page) => reads.push(Read::Scan(scan, page)),
                Call::Commit(change) if commit.is_none() => commit = Some(change),
                Call::Commit(_) => return Err("a booking is one commit".into()),
            }
        }
        let change = commit.ok_or("a booking is one commit")?;
        let operations = change.operations().to_vec();
        let versions = operations.iter().map(|operation| place(&before, &operation.key)).collect();
        Ok(Self { before, id: change.id(), operations, versions, after })
    }

    /// The change set of these versions.
    fn change(&self, versions: &[Vec<Option<Version>>]) -> Outcome<ChangeSet> {
        let mut operations = self.operations.clone();
        for (operation, place) in operations.iter_mut().zip(&self.versions) {
            let version = place.and_then(|(read, row)| *versions.get(read)?.get(row)?);
            operation.expect = version.map_or(Expect::Absent, Expect::At);
        }
        Ok(ChangeSet::new(self.id, operations)?)
    }

    /// How often the store is asked.
    #[must_use]
    pub const fn round_trips(&self) -> usize {
        self.before.len() + 1 + self.after.len()
    }

    /// How many rows are read.
    #[must_use]
    pub fn rows_read(&self) -> usize {
        let keys = |read: &Read| match read {
            Read::Get(keys) => keys.len(),
            Read::Scan(..) => 0,
        };
        self.before.iter().chain(&self.after).map(keys).sum()
    }

    /// How many rows are written or checked.
    #[must_use]
    pub const fn operations(&self) -> usize {
        self.operations.len()
    }
}

fn place(reads: &[Read], key: &Key) -> Option<Place> {
    reads.iter().enumerate().find_map(|(at, read)| match read {
        Read::Get(keys) => Some((at, keys.iter().position(|read| read == key)?)),
        Read::Scan(..) => None,
    })
}

/// The bare loop, over some store.
#[derive(Clone, Copy)]
pub(crate) struct Bare<'a>(pub(crate) &'a dyn Store);

impl Bare<'_> {
    /// Books: reads, then commits with the versions that were read; begins anew for as long as others
    /// are faster. Answers with how often it had to.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn book(self, booking: &BareBooking) -> Outcome<u64> {
        let mut contended = 0;
        loop {
            let versions = self.read(&booking.before).await?;
            match self.0.commit(&booking.change(&versions)?).await? {
                CommitOutcome::Conflict { .. } => contended += 1,
                outcome => {
                    Clients::committed(&outcome)?;
                    self.read(&booking.after).await?;
                    return Ok(contended);
                }
            }
        }
    }

    async fn read(self, reads: &[Read]) -> Outcome<Vec<Vec<Option<Version>>>> {
        let mut versions = Vec::with_capacity(reads.len());
        for read in reads {
            versions.push(match read {
                Read::Get(keys) => {
                    let rows = self.0.get(keys).await?;
                    rows.iter().map(|row| row.as_ref().map(|row| row.version)).collect()
                }
                Read::Scan(scan, page) => {
                    self.0.scan(scan, page).await?;
                    Vec::new()
                }
            });
        }
        Ok(versions)
    }
}
