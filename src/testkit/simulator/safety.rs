//! The first phase: everything at once, and nothing may ever break.

use chrono::{DateTime, TimeDelta, Utc};

use super::Built;
use super::deed::Deed;
use super::fate::Fates;
use super::ground::TaskId;
use super::probe::Probe;
use super::run::Run;
use super::swarm::FaultClass;
use crate::testkit::Breach;

/// A process dies more rarely than a call is dropped.
const DEATHS: u64 = 6;
/// A minute before midnight is where days are mixed up.
const AROUND_MIDNIGHT: i64 = 150;

impl Run {
    /// So many steps: each lets one task go on, or moves time, or does something else to the world.
    pub(super) fn be_unsafe(&mut self, steps: u64) -> Result<(), Breach> {
        self.ground.state().fates = Fates::drawn(self.swarm.clone());
        self.set_clocks();
        for _ in 0..steps {
            self.step = self.step.saturating_add(1);
            self.one_step().map_err(super::set_up_failed)?;
            self.check()?;
        }
        Ok(())
    }

    fn one_step(&mut self) -> Built<()> {
        let has_room = self.tasks.len() < self.swarm.most_tasks;
        match self.chance.below(200) {
            0..16 if has_room => self.client()?,
            16..24 if has_room => self.worker(),
            24..28 => self.time(),
            28..30 => self.at_zoom(),
            30..33 => self.post(),
            _ => self.go_on()?,
        }
        Ok(())
    }

    pub(super) fn any_process(&self) -> usize {
        let count = u64::try_from(self.processes.len()).unwrap_or_default();
        usize::try_from(self.chance.below(count)).unwrap_or_default()
    }

    fn client(&mut self) -> Built<()> {
        let (deed, guest) = self.clients.draw(&self.world, &self.swarm, &self.chance)?;
        let process = self.any_process();
        self.begin(process, deed, guest);
        Ok(())
    }

    fn worker(&mut self) {
        let process = self.any_process();
        let limit = if self.chance.one_in(3) { 1 } else { 100 };
        self.begin(process, Deed::RunDue(limit), None);
    }

    /// A task goes on, unless it is dropped, or its process dies.
    fn go_on(&mut self) -> Built<()> {
        let Some(id) = self.who_goes_on() else { return self.client() };
        if self.swarm.strikes(FaultClass::CallDropped, &self.chance) && !self.tasks.is_work(id) {
            self.drop_task(id);
            return Ok(());
        }
        if self.swarm.strikes(FaultClass::ProcessDies, &self.chance) && self.chance.one_in(DEATHS) {
            return self.dies();
        }
        self.poll(id);
        Ok(())
    }

    /// The same as before for a while, then any.
    fn who_goes_on(&mut self) -> Option<TaskId> {
        let same = self.at_work.filter(|id| self.tasks.has(*id));
        if same.is_none() || self.chance.one_in(self.swarm.burst) {
            self.at_work = self.tasks.any(&self.chance);
        }
        self.at_work
    }

    fn dies(&mut self) -> Built<()> {
        let process = self.any_process();
        for id in self.tasks.of(process) {
            self.drop_task(id);
        }
        self.hit(Probe::ProcessDied);
        self.note(&format!("p{process} DIES"));
        let skew = self.swarm.skew(&self.chance);
        if let Some(process) = self.processes.get_mut(process) {
            process.begin_anew()?;
            process.lines.clock.set(skew);
        }
        Ok(())
    }

    fn set_clocks(&self) {
        for process in &self.processes {
            process.lines.clock.set(self.swarm.skew(&self.chance));
        }
    }

    /// Time goes on: mostly seconds, at times hours, at times to midnight.
    fn time(&mut self) {
        if self.swarm.strikes(FaultClass::ClockStep, &self.chance) {
            self.step_clock();
        }
        let now = self.now();
        let to = match self.chance.below(40) {
            0..24 => now + TimeDelta::seconds(self.chance.between(1, 12)),
            24..35 => now + TimeDelta::minutes(self.chance.between(1, 5)),
            35..38 => now + TimeDelta::minutes(self.chance.between(20, 180)),
            _ => self.around_midnight(now),
        };
        self.move_to(to);
    }

    fn around_midnight(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let day = now.date_naive().succ_opt().unwrap_or_default();
        let midnight = day.and_hms_opt(0, 0, 0).map_or(now, |midnight| midnight.and_utc());
        let by = self.chance.between(-AROUND_MIDNIGHT, AROUND_MIDNIGHT);
        (midnight + TimeDelta::seconds(by)).max(now)
    }

    /// A clock is set while nothing depends on it, unless no bound holds anyway: a deadline is told by
    /// the clock that it was made with.
    fn step_clock(&self) {
        let process = self.any_process();
        let is_idle = self.tasks.of(process).is_empty();
        if !is_idle && !self.swarm.has(FaultClass::BeyondBound) {
            return;
        }
        if let Some(process) = self.processes.get(process) {
            process.lines.clock.set(self.swarm.skew(&self.chance));
            self.hit(Probe::ClockStepped);
        }
    }
}
