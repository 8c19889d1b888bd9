//! One seed, from beginning to end.

use super::broken::Broken;
use super::chance::Chance;
use super::probe::Probes;
use super::run::Run;
use super::swarm::{DeedClass, FaultClass, Swarm};
use super::trace::Keep;
use super::{Breach, set_up_failed};

/// The steps of the first phase, if nobody says otherwise.
const STEPS: u64 = 500;
/// The choice of what a seed has in it is a stream of its own.
const OF_SWARM: u64 = 0x005E_ED0F_5A4A;

/// A simulation of one seed.
#[derive(Clone, Copy, Debug)]
pub struct Simulation {
    seed: u64,
    steps: u64,
    keep: Keep,
}

/// What happened in a simulation in which nothing broke.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The steps of the first phase.
    pub steps: u64,
    /// A hash of all that happened, in order: the same seed has the same.
    pub hash: u64,
    /// Calls of the store.
    pub store_calls: u64,
    /// Requests to Zoom.
    pub zoom_calls: u64,
    /// Faults of ports that calls met.
    pub faults: u64,
    /// Appointments that there were at the end.
    pub appointments: u64,
    /// Meetings that there were at Zoom at the end.
    pub meetings: u64,
    /// The most operations of a change set.
    pub most_operations: usize,
    /// The longest row, in bytes.
    pub longest_row: usize,
    /// What occurred, how often.
    pub probes: Probes,
    /// What happened, one line each, if it was traced.
    pub lines: Vec<String>,
}

impl Simulation {
    /// The simulation of a seed.
    #[must_use]
    pub const fn of_seed(seed: u64) -> Self {
        Self { seed, steps: STEPS, keep: Keep::Hash }
    }

    /// With another number of steps in the first phase; 500 by default.
    #[must_use]
    pub const fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// With every line of what happened.
    #[must_use]
    pub const fn traced(mut self) -> Self {
        self.keep = Keep::AllLines;
        self
    }

    /// The faults and the calls that this seed has in it.
    #[must_use]
    pub fn classes(&self) -> (Vec<FaultClass>, Vec<DeedClass>) {
        let swarm = self.swarm();
        (swarm.faults(), swarm.deeds())
    }

    /// Runs it.
    ///
    /// # Errors
    /// [`Broken`] if an invariant does not hold: with the last of what happened, and how to see it again.
    pub fn run(&self) -> Result<Report, Box<Broken>> {
        match (self.once(self.keep), self.keep) {
            // What happened is written down only if somebody wants to read it: the same again.
            (Err(broken), Keep::Hash) => Err(self.once(Keep::LastLines).err().unwrap_or(broken)),
            (outcome, _) => outcome,
        }
    }

    fn swarm(&self) -> Swarm {
        Swarm::draw(&Chance::new(self.seed ^ OF_SWARM))
    }

    fn once(&self, keep: Keep) -> Result<Report, Box<Broken>> {
        let swarm = self.swarm();
        let (faults, deeds) = (swarm.faults(), swarm.deeds());
        let processes = self.seed.rem_euclid(2).saturating_add(2);
        let broken =
            |breach| Box::new(Broken { seed: self.seed, steps: self.steps, ..Broken::of(breach) });
        let run = Run::new(self.seed, swarm, processes, keep);
        let mut run = run.map_err(|error| broken(set_up_failed(error)))?;
        let outcome = self.phases(&mut run);
        let at = (run.step < self.steps).then_some(run.step);
        outcome.map_err(|breach| {
            let lines = run.ground.state().trace.take_lines();
            Box::new(Broken { at, faults, deeds, lines, ..*broken(breach) })
        })?;
        run.report(self.steps).map_err(broken)
    }

    fn phases(&self, run: &mut Run) -> Result<(), Breach> {
        run.be_unsafe(self.steps)?;
        run.settle()?;
        run.at_rest()
    }
}

impl Run {
    fn report(&self, steps: u64) -> Result<Report, Breach> {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let appointments = count(self.inspect()?.appointments.len());
        let meetings = count(self.ground.zoom.meetings().len());
        let mut state = self.ground.state();
        let (most_operations, longest_row) = state.watch.most;
        Ok(Report {
            steps,
            hash: state.trace.hash(),
            store_calls: state.figures.store_calls,
            zoom_calls: state.figures.zoom_calls,
            faults: state.figures.faults,
            appointments,
            meetings,
            most_operations,
            longest_row,
            probes: state.probes.clone(),
            lines: state.trace.take_lines(),
        })
    }
}
