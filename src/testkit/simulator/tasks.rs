//! The executor: one thread, and by chance which task goes on next.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use super::chance::Chance;
use super::deed::{Answer, Deed, Running};
use super::ground::{Flight, Ground, TaskId};
use super::late::What;
use super::probe::Probe;
use super::swarm::FaultClass;
use crate::Error;

/// A call of the front door that has begun.
pub(super) struct Task {
    pub(super) process: usize,
    /// Which entry of what was asked for it is.
    pub(super) asked: Option<usize>,
    /// What it does.
    pub(super) deed: Deed,
    pub(super) running: Running,
    pub(super) polls: u32,
}

/// What became of a poll.
pub(super) enum Polled {
    GoesOn,
    Ended(Box<Task>, Result<Answer, Error>),
    Panicked,
    /// There is no such task.
    Nobody,
}

#[derive(Default)]
pub(super) struct Tasks {
    all: BTreeMap<TaskId, Task>,
    begun: TaskId,
}

impl Tasks {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn has(&self, id: TaskId) -> bool {
        self.all.contains_key(&id)
    }

    pub(super) fn begin(&mut self, task: Task) -> TaskId {
        self.begun = self.begun.saturating_add(1);
        self.all.insert(self.begun, task);
        self.begun
    }

    pub(super) fn ids(&self) -> Vec<TaskId> {
        self.all.keys().copied().collect()
    }

    /// The tasks of a process.
    pub(super) fn of(&self, process: usize) -> Vec<TaskId> {
        let theirs = self.all.iter().filter(|(_, task)| task.process == process);
        theirs.map(|(id, _)| *id).collect()
    }

    pub(super) fn any(&self, chance: &Chance) -> Option<TaskId> {
        let at = chance.below(u64::try_from(self.all.len()).unwrap_or_default());
        self.all.keys().nth(usize::try_from(at).unwrap_or_default()).copied()
    }

    pub(super) fn polls(&self, id: TaskId) -> u32 {
        self.all.get(&id).map_or(0, |task| task.polls)
    }

    pub(super) fn is_work(&self, id: TaskId) -> bool {
        self.all.get(&id).is_some_and(|task| task.deed.is_work())
    }

    /// Lets a task go on to its next await.
    pub(super) fn poll(&mut self, ground: &Ground, id: TaskId) -> Polled {
        ground.state().task = id;
        let Some(task) = self.all.get_mut(&id) else { return Polled::Nobody };
        task.polls = task.polls.saturating_add(1);
        let mut context = Context::from_waker(Waker::noop());
        let polled = catch_unwind(AssertUnwindSafe(|| task.running.as_mut().poll(&mut context)));
        let answer = match polled {
            Ok(Poll::Pending) => return Polled::GoesOn,
            Ok(Poll::Ready(answer)) => answer,
            Err(_) => return Polled::Panicked,
        };
        gone(ground, id);
        self.all.remove(&id).map_or(Polled::Nobody, |task| Polled::Ended(Box::new(task), answer))
    }

    /// A task is dropped where it stands. What it had begun may be done nevertheless.
    pub(super) fn drop_at_await(&mut self, ground: &Ground, id: TaskId) -> Option<Task> {
        let task = self.all.remove(&id)?;
        if let Some(flight) = gone(ground, id) {
            cut_off(ground, flight);
        }
        Some(task)
    }
}

/// Nobody waits for the answer of what a task had begun.
fn gone(ground: &Ground, id: TaskId) -> Option<Flight> {
    let mut state = ground.state();
    state.watch.ended(id);
    state.flights.remove(&id)
}

fn cut_off(ground: &Ground, flight: Flight) {
    let now = ground.now();
    let mut held = ground.state();
    let state = &mut *held;
    state.probes.hit(match (&flight.what, flight.is_done) {
        (What::Commit(_), false) => Probe::DroppedBeforeCommit,
        (What::Commit(_), true) => Probe::DroppedAfterCommit,
        (What::Request(..), false) => Probe::DroppedBeforeSend,
        (What::Request(..), true) => Probe::DroppedAfterSend,
    });
    let Some(swarm) = state.fates.swarm() else { return };
    // Every other one that may be.
    let lands = swarm.has(FaultClass::LandsAfterDrop) && state.chance.one_in(2);
    if lands && !flight.is_done {
        let by = swarm.late_by(&state.chance);
        state.later(flight.what, now, by, true);
    }
}
