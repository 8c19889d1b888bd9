//! What all processes of a simulation stand on: one store, one Zoom, one true time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::chance::Chance;
use super::fate::Fates;
use super::late::{Late, What};
use super::probe::{Probe, Probes};
use super::trace::Trace;
use super::watch::Watch;
use crate::MemoryStore;
use crate::ports::{
    ChangeSet, Clock, CommitOutcome, HttpRequest, HttpResponse, HttpSend, SendError, Store,
    ZoomCall,
};
use crate::testkit::{ManualClock, SimulatedZoom, block_on};

/// Names a call of the front door that is being run.
pub(super) type TaskId = u32;

pub(super) struct Ground {
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Arc<MemoryStore>,
    pub(super) zoom: Arc<SimulatedZoom>,
    state: Mutex<State>,
}

/// What changes.
pub(super) struct State {
    pub(super) chance: Chance,
    pub(super) fates: Fates,
    pub(super) trace: Trace,
    pub(super) probes: Probes,
    pub(super) watch: Watch,
    pub(super) late: Vec<Late>,
    /// Who is being polled.
    pub(super) task: TaskId,
    /// Calls of ports that have begun and have had no effect yet.
    pub(super) flights: BTreeMap<TaskId, Flight>,
    pub(super) figures: Counts,
}

/// A call of a port that has begun.
#[derive(Clone)]
pub(super) struct Flight {
    pub(super) what: What,
    /// It has had its effect.
    pub(super) is_done: bool,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) store_calls: u64,
    pub(super) zoom_calls: u64,
    pub(super) faults: u64,
}

impl Ground {
    pub(super) fn new(now: DateTime<Utc>, state: State) -> Arc<Self> {
        let clock = Arc::new(ManualClock::new(now));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let store = Arc::new(MemoryStore::new());
        Arc::new(Self { clock, store, zoom, state: Mutex::new(state) })
    }

    /// Nothing panics while it holds the lock.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Applies a change set now, and watches it.
    pub(super) fn apply(&self, change: &ChangeSet) -> CommitOutcome {
        let outcome = block_on(self.store.commit(change)).unwrap_or(CommitOutcome::Unknown);
        let mut state = self.state();
        if outcome == CommitOutcome::Committed {
            let State { watch, probes, .. } = &mut *state;
            watch.applied(change, probes);
        }
        outcome
    }

    /// A request arrives at Zoom now.
    pub(super) fn deliver(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        self.state().watch.arrives(&request);
        let is_create =
            matches!(SimulatedZoom::call_of(&request), Some((ZoomCall::CreateMeeting, _)));
        let answer = block_on(self.zoom.send(request, DateTime::<Utc>::MAX_UTC));
        let arrived = self.zoom.arrived();
        let meetings = if is_create { self.zoom.meetings() } else { Vec::new() };
        let mut state = self.state();
        state.watch.counted(arrived);
        state.watch.made(&meetings);
        drop(state);
        answer
    }

    /// What is due to land by now lands.
    pub(super) fn land(&self) {
        let now = self.now();
        loop {
            let next = self.state().next_late(now);
            let Some(late) = next else { return };
            match late.what {
                What::Commit(change) => {
                    let outcome = self.apply(&change);
                    self.state().landed(&outcome, late.was_dropped);
                }
                What::Request(request, call) => {
                    let _nobody_listens = self.deliver(*request);
                    self.state().landed_at_zoom(call, late.was_dropped);
                }
            }
        }
    }
}

impl State {
    pub(super) fn new(seed: u64, fates: Fates, trace: Trace, watch: Watch) -> Self {
        Self {
            chance: Chance::new(seed),
            fates,
            trace,
            probes: Probes::default(),
            watch,
            late: Vec::new(),
            task: 0,
            flights: BTreeMap::new(),
            figures: Counts::default(),
        }
    }

    /// A call of a port begins.
    pub(super) fn begins(&mut self, what: What) -> TaskId {
        let task = self.task;
        self.flights.insert(task, Flight { what, is_done: false });
        task
    }

    /// It has had its effect, or never will.
    pub(super) fn is_done(&mut self, task: TaskId) {
        if let Some(flight) = self.flights.get_mut(&task) {
            flight.is_done = true;
        }
    }

    pub(super) fn fault(&mut self, probe: Probe) {
        self.figures.faults = self.figures.faults.saturating_add(1);
        self.probes.hit(probe);
    }

    pub(super) fn later(&mut self, what: What, now: DateTime<Utc>, by: TimeDelta, dropped: bool) {
        self.late.push(Late { at: now + by, what, was_dropped: dropped });
    }

    /// When the next thing lands that is late.
    pub(super) fn next_landing(&self) -> Option<DateTime<Utc>> {
        self.late.iter().map(|late| late.at).min()
    }

    fn next_late(&mut self, now: DateTime<Utc>) -> Option<Late> {
        let earliest = self.next_landing().filter(|at| *at <= now)?;
        let at = self.late.iter().position(|late| late.at == earliest)?;
        Some(self.late.remove(at))
    }

    fn landed(&mut self, outcome: &CommitOutcome, was_dropped: bool) {
        let is_applied = *outcome == CommitOutcome::Committed;
        self.trace.event(&[7, u64::from(is_applied)]);
        self.trace.line(format_args!("        a late commit lands: {outcome:?}"));
        self.probes.hit(match is_applied {
            true => Probe::LateCommitLanded,
            false => Probe::LateCommitDead,
        });
        if was_dropped && is_applied {
            self.probes.hit(Probe::LandedAfterDrop);
        }
    }

    fn landed_at_zoom(&mut self, call: ZoomCall, was_dropped: bool) {
        self.trace.event(&[8]);
        self.trace.line(format_args!("        a late request lands: {call:?}"));
        self.probes.hit(match call {
            ZoomCall::CreateMeeting => Probe::LateCreateLanded,
            _ => Probe::LateRequestLanded,
        });
        if was_dropped {
            self.probes.hit(Probe::LandedAfterDrop);
        }
    }
}
