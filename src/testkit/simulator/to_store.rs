//! The line to the store, with its faults.

use async_trait::async_trait;

use super::fate::{CommitFate, ReadFate};
use super::ground::TaskId;
use super::late::What;
use super::lines::{Lines, Pause};
use super::probe::Probe;
use crate::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};

/// One in so many rows is left out of a stale scan.
const LEFT_OUT: u64 = 3;

#[async_trait]
impl Store for Lines {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.reads(keys);
        Pause::new().await;
        let fails = self.read_fate(false) == ReadFate::Fails;
        let answer = if fails { Err(down()) } else { self.ground.store.get(keys).await };
        self.read(keys.len(), answer.is_ok());
        Pause::new().await;
        answer
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let task = self.commits(change);
        Pause::new().await;
        let answer = self.commit_now(change);
        self.committed(task, change, &answer);
        Pause::new().await;
        self.ground.state().flights.remove(&task);
        answer
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.scans(scan);
        Pause::new().await;
        let fate = self.read_fate(true);
        let mut answer = match fate {
            ReadFate::Fails => Err(down()),
            ReadFate::Fine | ReadFate::Stale => self.ground.store.scan(scan, page).await,
        };
        if let (ReadFate::Stale, Ok(page)) = (fate, &mut answer) {
            self.leave_out(page);
        }
        let rows = answer.as_ref().map_or(0, |page| page.rows.len());
        self.read(rows, answer.is_ok());
        Pause::new().await;
        answer
    }
}

fn down() -> StoreError {
    StoreError::new("simulated: no connection")
}

impl Lines {
    fn reads(&self, keys: &[Key]) {
        let mut state = self.ground.state();
        let task = state.task;
        state.figures.store_calls = state.figures.store_calls.saturating_add(1);
        state.watch.touches(task, keys.iter());
        state.trace.line(format_args!("{task:>4} p{} get {keys:?}", self.process));
    }

    fn scans(&self, scan: &Scan) {
        let mut state = self.ground.state();
        let task = state.task;
        state.figures.store_calls = state.figures.store_calls.saturating_add(1);
        if let Scan::Range { from, .. } = scan {
            state.watch.touches(task, std::iter::once(from));
        }
        state.trace.line(format_args!("{task:>4} p{} scan {scan:?}", self.process));
    }

    fn read_fate(&self, is_scan: bool) -> ReadFate {
        let mut held = self.ground.state();
        let state = &mut *held;
        let fate = state.fates.of_read(&state.chance, is_scan);
        match (fate, is_scan) {
            (ReadFate::Fine, _) => {}
            (ReadFate::Fails, false) => state.fault(Probe::ReadFailed),
            (ReadFate::Fails, true) => state.fault(Probe::ScanFailed),
            (ReadFate::Stale, _) => state.fault(Probe::ScanStale),
        }
        fate
    }

    fn read(&self, rows: usize, is_fine: bool) {
        let mut state = self.ground.state();
        let (task, rows) = (state.task, u64::try_from(rows).unwrap_or_default());
        state.trace.event(&[1, self.process, task.into(), rows, is_fine.into()]);
        let what = if is_fine { "read" } else { "reading failed" };
        state.trace.line(format_args!("{task:>4} p{}   {what}: {rows} rows", self.process));
    }

    /// A page that has a next one is never empty (ST-8).
    fn leave_out(&self, page: &mut ScanPage) {
        let state = self.ground.state();
        let all = page.rows.clone();
        page.rows.retain(|_| !state.chance.one_in(LEFT_OUT));
        if page.rows.is_empty() && page.next.is_some() {
            page.rows = all;
        }
    }

    fn commits(&self, change: &ChangeSet) -> TaskId {
        let mut state = self.ground.state();
        state.figures.store_calls = state.figures.store_calls.saturating_add(1);
        let task = state.begins(What::Commit(change.clone()));
        let keys = change.operations().iter().map(|operation| &operation.key);
        state.watch.touches(task, keys);
        let operations = change.operations();
        state.trace.line(format_args!("{task:>4} p{} commit {operations:?}", self.process));
        task
    }

    fn commit_now(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let fate = {
            let mut held = self.ground.state();
            let state = &mut *held;
            state.fates.of_commit(&state.chance)
        };
        let now = self.ground.now();
        match fate {
            CommitFate::Fine => {
                let outcome = self.ground.apply(change);
                if let CommitOutcome::Conflict { .. } = outcome {
                    self.ground.state().probes.hit(Probe::CommitConflict);
                }
                Ok(outcome)
            }
            CommitFate::Fails => {
                self.ground.state().fault(Probe::CommitFailed);
                Err(down())
            }
            CommitFate::ReplyLost => {
                let outcome = self.ground.apply(change);
                let mut state = self.ground.state();
                if outcome == CommitOutcome::Committed {
                    state.fault(Probe::CommitUnknownApplied);
                }
                Ok(CommitOutcome::Unknown)
            }
            CommitFate::Lost => {
                self.ground.state().fault(Probe::CommitUnknownLost);
                Ok(CommitOutcome::Unknown)
            }
            CommitFate::Late(by) => {
                let mut state = self.ground.state();
                state.figures.faults = state.figures.faults.saturating_add(1);
                state.later(What::Commit(change.clone()), now, by, false);
                Ok(CommitOutcome::Unknown)
            }
        }
    }

    fn committed(
        &self,
        task: TaskId,
        change: &ChangeSet,
        answer: &Result<CommitOutcome, StoreError>,
    ) {
        let mut state = self.ground.state();
        state.is_done(task);
        let code = match answer {
            Ok(CommitOutcome::Committed) => 0,
            Ok(CommitOutcome::Conflict { .. }) => 1,
            Ok(CommitOutcome::Unknown) => 2,
            Err(_) => 3,
        };
        let (first, second) = change.id().as_uuid().as_u64_pair();
        state.trace.event(&[2, self.process, task.into(), first, second, code]);
        state.trace.line(format_args!("{task:>4} p{}   {answer:?}", self.process));
    }
}
