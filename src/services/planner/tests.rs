use async_trait::async_trait;
use uuid::Uuid;

use super::*;
use crate::ports::CommitOutcome;
use crate::services::core::{Command, Core, Plan};
use crate::services::records::QuotaRow;
use crate::testkit::{ManualClock, SeededEntropy, SimulatedZoom, block_on};
use crate::words::{Secret, ZoomAccountId};
use crate::zoom::{ZoomApp, ZoomClient};
use crate::{Error, MemoryStore, Scheduler};

/// Plans to write one row after reading another one, which somebody writes meanwhile.
fn outcome(loads: bool) -> CommitOutcome {
    let (store, keys) = (MemoryStore::new(), Keys::new("r".to_owned()));
    let remembered = Remembered::default();
    let zoom = ZoomAccountId::new("z").unwrap();
    let (read, written) = (keys.quota(&zoom, 1), keys.quota(&zoom, 2));
    let kept = Retention::default();
    let planner = |id: u128| {
        let id = ChangeSetId::from_uuid(Uuid::from_u128(id));
        Planner::new(&store, &keys, &remembered, id, DateTime::UNIX_EPOCH, &kept)
    };
    let mut first = planner(1);
    let seen = if loads { block_on(first.load(&read)) } else { block_on(first.peek(&read)) };
    assert!(seen.unwrap().is_none());
    first.put(&written, &QuotaRow::default()).unwrap();
    let mut other = planner(2);
    other.put(&read, &QuotaRow::default()).unwrap();
    let commit = |planner: Planner<'_>| {
        block_on(store.commit(&planner.into_change_set("test").unwrap().change)).unwrap()
    };
    assert_eq!(commit(other), CommitOutcome::Committed);
    commit(first)
}

#[test]
fn what_was_loaded_must_still_be_so_and_what_was_peeked_at_need_not() {
    assert!(matches!(outcome(true), CommitOutcome::Conflict { .. }));
    assert_eq!(outcome(false), CommitOutcome::Committed);
}

#[test]
fn reads_see_what_the_same_change_has_written() {
    let (store, keys) = (MemoryStore::new(), Keys::new("r".to_owned()));
    let remembered = Remembered::default();
    let row = keys.quota(&ZoomAccountId::new("z").unwrap(), 1);
    let id = ChangeSetId::from_uuid(Uuid::nil());
    let kept = Retention::default();
    let mut planner = Planner::new(&store, &keys, &remembered, id, DateTime::UNIX_EPOCH, &kept);
    planner.put(&row, &QuotaRow { used: 7, exhausted: false }).unwrap();
    assert_eq!(block_on(planner.load(&row)).unwrap().map(|quota| quota.used), Some(7));
    planner.delete(&row);
    assert!(block_on(planner.load(&row)).unwrap().is_none());
}

fn row(keys: &Keys) -> RowKey<QuotaRow> {
    keys.quota(&ZoomAccountId::new("z").unwrap(), 1)
}

type Writes = fn(&mut Planner<'_>, &RowKey<QuotaRow>) -> Result<(), Fault>;

/// A change that writes a row so.
struct Change(Writes);

#[async_trait]
impl Command for Change {
    type Done = ();
    const NAME: &'static str = "change";

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        (self.0)(planner, &row(&core.keys))?;
        Ok(Plan::Commit(()))
    }
}

/// What others share of the row once a change has written it.
fn shared_after(writes: Writes) -> Option<u32> {
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
    let app = ZoomApp::new("client", Secret::new("secret"));
    let zoom = Arc::new(ZoomClient::new(app, Arc::new(SimulatedZoom::new(clock.clone()))));
    let scheduler = Scheduler::builder(Arc::new(MemoryStore::new()), zoom).clock(clock);
    let scheduler = scheduler.entropy(Arc::new(SeededEntropy::new(1))).build().unwrap();
    let core = scheduler.core();
    block_on(core.run(&Change(writes))).unwrap();
    let mut next = core.planner().unwrap();
    block_on(next.share(&row(&core.keys))).unwrap().map(|quota| quota.used)
}

fn used(number: u32) -> QuotaRow {
    QuotaRow { used: number, exhausted: false }
}

#[test]
fn what_is_written_last_is_what_is_shared() {
    let put_last = shared_after(|planner, row| {
        planner.put_shared(row, Arc::new(used(1)), None)?;
        planner.put(row, &used(2))
    });
    assert_eq!(put_last, Some(2));
    let shared_last = shared_after(|planner, row| {
        planner.put(row, &used(1))?;
        planner.put_shared(row, Arc::new(used(2)), None)
    });
    assert_eq!(shared_last, Some(2));
    let deleted_last = shared_after(|planner, row| {
        planner.put_shared(row, Arc::new(used(1)), None)?;
        planner.delete(row);
        Ok(())
    });
    assert_eq!(deleted_last, None);
}
