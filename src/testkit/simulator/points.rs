//! Every point at which a flow can be cut off, and every fault that each of its calls can meet.

use chrono::TimeDelta;

use super::fate::Fates;
use super::fate::Script;
use super::ground::Counts;
use super::run::Run;
use super::swarm::Swarm;
use super::trace::Keep;
use super::{Breach, Broken, Built, PointFault, set_up_failed};
use flows::Do;

mod flows;

pub use flows::Flow;
pub(super) use flows::Step;

/// Flows have no chance in them; ids and tokens come from here.
const SEED: u64 = 1;
const PROCESSES: u64 = 2;

/// Where a flow is cut off, counted in awaits, or what a call of it meets.
#[derive(Clone, Debug, Default)]
struct Trouble {
    crashes: Vec<u32>,
    fault: Option<(u32, PointFault)>,
}

impl Trouble {
    const fn is_none(&self) -> bool {
        self.crashes.is_empty() && self.fault.is_none()
    }
}

/// How long a flow is when nothing happens to it.
#[derive(Clone, Copy, Debug, Default)]
struct Length {
    awaits: u32,
    calls: u32,
}

impl Flow {
    /// Runs the flow once for each of its awaits, and drops there what is running; then another process
    /// finishes, and everything must be as it was told. Answers with how many awaits there are.
    ///
    /// # Errors
    /// [`Broken`]: what was dropped there is not made good.
    pub fn every_crash(self) -> Result<u32, Box<Broken>> {
        let length = self.try_with(&Trouble::default())?;
        for at in 0..length.awaits {
            self.try_with(&Trouble { crashes: vec![at], fault: None })?;
        }
        Ok(length.awaits)
    }

    /// The same for each two of its awaits.
    ///
    /// # Errors
    /// As [`every_crash`](Self::every_crash).
    pub fn every_two_crashes(self) -> Result<u32, Box<Broken>> {
        let length = self.try_with(&Trouble::default())?;
        let mut pairs = 0;
        for first in 0..length.awaits {
            for second in first.saturating_add(1)..length.awaits {
                self.try_with(&Trouble { crashes: vec![first, second], fault: None })?;
                pairs = u32::saturating_add(pairs, 1);
            }
        }
        Ok(pairs)
    }

    /// Runs the flow once for each call of a port and each fault that it can meet. Answers with how many
    /// runs that were.
    ///
    /// # Errors
    /// As [`every_crash`](Self::every_crash).
    pub fn every_fault(self) -> Result<u32, Box<Broken>> {
        let length = self.try_with(&Trouble::default())?;
        for at in 0..length.calls {
            for fault in PointFault::ALL {
                self.try_with(&Trouble { crashes: Vec::new(), fault: Some((at, fault)) })?;
            }
        }
        Ok(length.calls.saturating_mul(3))
    }

    /// Runs the flow once, and nothing happens to it.
    ///
    /// # Errors
    /// [`Broken`]: it does not even work by itself.
    pub fn undisturbed(self) -> Result<(), Box<Broken>> {
        self.try_with(&Trouble::default()).map(|_| ())
    }

    fn try_with(self, trouble: &Trouble) -> Result<Length, Box<Broken>> {
        let once = |keep| {
            let mut run = Run::new(SEED, Swarm::calm(self.quota_cap()), PROCESSES, keep);
            let outcome = match &mut run {
                Ok(run) => self.run(run, trouble),
                Err(error) => Err(set_up_failed(error)),
            };
            outcome.map_err(|breach| {
                let lines = run.map(|run| run.ground.state().trace.take_lines());
                let seen = format!("{self:?} with {trouble:?}: {}", breach.seen);
                Box::new(Broken { lines: lines.unwrap_or_default(), seen, ..Broken::of(breach) })
            })
        };
        once(Keep::Hash).map_err(|broken| once(Keep::AllLines).err().unwrap_or(broken))
    }

    fn run(self, run: &mut Run, trouble: &Trouble) -> Result<Length, Breach> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| set_up_failed(error);
        // A refresh that is cut off can cost the connection.
        run.strict.nothing_kills &= trouble.is_none();
        let mut awaits = 0;
        for step in self.before() {
            run.take(step, &mut 0, &[]).map_err(failed)?;
        }
        let before = run.ground.state().figures;
        if let Some((at, fault)) = trouble.fault {
            run.ground.state().fates = Fates::Scripted(Script { at, fault, seen: 0 });
        }
        for step in self.steps() {
            run.take(step, &mut awaits, &trouble.crashes).map_err(failed)?;
            run.check()?;
        }
        let after = run.ground.state().figures;
        run.settle()?;
        run.at_rest()?;
        Ok(Length { awaits, calls: calls(after).saturating_sub(calls(before)) })
    }
}

fn calls(counts: Counts) -> u32 {
    u32::try_from(counts.store_calls.saturating_add(counts.zoom_calls)).unwrap_or(u32::MAX)
}

impl Run {
    /// Takes a step of a flow, to its end or to where it is cut off.
    fn take(&mut self, step: Step, awaits: &mut u32, crashes: &[u32]) -> Built<()> {
        self.step = self.step.saturating_add(1);
        let Some(wanted) = self.wanted(step)? else { return Ok(()) };
        // Whatever was cut off, others go on.
        let process = usize::from(self.step.is_multiple_of(2));
        self.begin(process, wanted.0, wanted.1);
        while let Some(id) = self.tasks.ids().first().copied() {
            if crashes.contains(awaits) {
                self.drop_task(id);
            } else {
                self.poll(id);
            }
            *awaits = awaits.saturating_add(1);
        }
        Ok(())
    }

    /// What a step asks for; nothing if there is nothing to ask for any more, or only time goes on.
    fn wanted(&mut self, step: Step) -> Built<Option<Do>> {
        match step {
            Step::Wait(minutes) => {
                self.move_to(self.now() + TimeDelta::minutes(minutes));
                Ok(None)
            }
            step => self.clients.of_flow(step, &self.world),
        }
    }
}
