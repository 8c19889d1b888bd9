//! The second phase: nothing goes wrong any more, and all work gets done (I9).

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::fate::Fates;
use super::run::Run;
use super::watch::breach;
use crate::testkit::{Breach, ZoomVisit, block_on};
use crate::words::{UserId, ZoomAccountId};
use crate::{ConnectionState, Scheduler};

/// No call goes on for longer, with nobody in its way.
const MOST_POLLS: u32 = 20_000;
/// How long is worked on: over the next reset of the quota, with all margins.
const A_WHILE: TimeDelta = TimeDelta::minutes(20);
const LONG_ENOUGH: TimeDelta = TimeDelta::hours(26);
/// How often work is called at one instant, before it is taken for stuck.
const MOST_ROUNDS: u32 = 60;
/// How often time is moved.
const MOST_MOVES: u32 = 1500;
/// After that, nobody looks every hour: whoever was away for hours finds the same work.
const IN_SMALL_STEPS: TimeDelta = TimeDelta::minutes(90);
const LEAP: TimeDelta = TimeDelta::hours(5);
const WORK: u32 = 1000;

/// What a round of work came to.
struct Round {
    next: Option<DateTime<Utc>>,
    failed: u32,
    is_active: bool,
}

impl Run {
    /// All faults end, and all work is done that is due over the next day.
    pub(super) fn settle(&mut self) -> Result<(), Breach> {
        self.ground.state().fates = Fates::Calm;
        for process in &self.processes {
            process.lines.clock.set(TimeDelta::zero());
        }
        self.let_land();
        self.finish_tasks()?;
        self.let_land();
        // What is dead is noticed when it is used; then people are told.
        self.work(A_WHILE)?;
        self.nobody_was_cut_off()?;
        self.leaked().map_or(Ok(()), Err)?;
        self.reconnect();
        self.work(LONG_ENOUGH)
    }

    fn let_land(&self) {
        let last = self.ground.state().late.iter().map(|late| late.at).max();
        self.move_to(last.unwrap_or_else(|| self.now()).max(self.now()));
    }

    /// Every call that was begun ends.
    fn finish_tasks(&mut self) -> Result<(), Breach> {
        while self.tasks.len() > 0 {
            for id in self.tasks.ids() {
                self.poll(id);
                if self.tasks.polls(id) > MOST_POLLS {
                    let seen = format!("task {id} was polled {MOST_POLLS} times");
                    return Err(breach("I9", "every call ends", seen));
                }
            }
            self.check()?;
        }
        Ok(())
    }

    fn scheduler(&self, at: usize) -> Option<Arc<Scheduler>> {
        self.processes.get(at).map(|process| process.scheduler.clone())
    }

    /// Zoom tells what it has to tell; it tries more often than we drop.
    fn take_mail(&mut self) {
        let mut mail = std::mem::take(&mut self.people.mail);
        mail.extend(self.ground.zoom.webhooks());
        for webhook in mail {
            if let Some(scheduler) = self.scheduler(0) {
                block_on(scheduler.receive_webhook(&webhook.headers, &webhook.body));
            }
        }
    }

    /// I10: who did nothing, and whose tokens nothing cost, is still connected.
    fn nobody_was_cut_off(&self) -> Result<(), Breach> {
        let is_cut_off =
            |user| matches!(self.connection(user), Some(ConnectionState::NeedsReconnect { .. }));
        let mut cut_off = self.world.people.iter().filter(|host| is_cut_off(&host.user.id));
        cut_off.next().filter(|_| self.strict.nothing_kills).map_or(Ok(()), |host| {
            let seen = format!("{} has to connect again", host.user.id);
            Err(breach("I10", "tokens do not die by themselves", seen))
        })
    }

    /// Everybody who has to connect again does, as they are told; if they cannot, they leave it.
    fn reconnect(&self) {
        let Some(scheduler) = self.scheduler(0) else { return };
        for host in &self.world.people {
            let user = &host.user.id;
            let _they_may_be_there = block_on(scheduler.put_user(&host.user));
            if let Some(zoom) = self.zoom_to_connect(user, &host.zoom) {
                let visit = ZoomVisit::new(&scheduler, &self.ground.zoom);
                let _taken_by_another = block_on(visit.connect(user, &zoom));
            }
        }
    }

    fn work(&mut self, time: TimeDelta) -> Result<(), Breach> {
        let (begin, end) = (self.now(), self.now() + time);
        let mut rounds = 0;
        for _ in 0..MOST_MOVES {
            self.take_mail();
            let round = self.round()?;
            self.check()?;
            let now = self.now();
            match round.next {
                Some(next) if next > end => return Ok(()),
                None => return Ok(()),
                Some(next) if next > now => {
                    rounds = 0;
                    let leap = if now > begin + IN_SMALL_STEPS { LEAP } else { TimeDelta::zero() };
                    self.move_to(next.max(now + leap));
                }
                Some(_) => rounds = u32::saturating_add(rounds, 1),
            }
            if rounds > MOST_ROUNDS || (rounds > 1 && !round.is_active) {
                let seen = format!("work is due at {now}, and does not get done");
                return Err(breach("I9", "all work gets done", seen));
            }
            if round.failed > 0 {
                let seen = format!("{} steps failed at {now}, with no fault", round.failed);
                return Err(breach("I9", "work does not fail by itself", seen));
            }
        }
        let seen = format!("at {} there was still work to be done", self.now());
        Err(breach("I9", "all work gets done", seen))
    }

    /// All processes work, one after the other.
    fn round(&self) -> Result<Round, Breach> {
        let mut all = Round { next: None, failed: 0, is_active: false };
        for process in &self.processes {
            let ran = block_on(process.scheduler.run_due(WORK));
            let report = ran.map_err(|error| {
                breach("I9", "work does not fail by itself", format!("{error}: {error:?}"))
            })?;
            all.failed = all.failed.saturating_add(report.failed);
            all.is_active |= report.done > 0;
            all.next = report.next;
        }
        let mut state = self.ground.state();
        let next = all.next.map_or(0, |next| next.timestamp().cast_unsigned());
        state.trace.event(&[12, next]);
        state.trace.line(format_args!("        work: next {:?}", all.next));
        drop(state);
        Ok(all)
    }

    /// The Zoom account that a user has to connect, if they are not connected.
    fn zoom_to_connect(&self, user: &UserId, own: &ZoomAccountId) -> Option<ZoomAccountId> {
        match self.connection(user)? {
            ConnectionState::Connected { .. } => None,
            ConnectionState::NeedsReconnect { zoom, .. } => Some(zoom),
            ConnectionState::None => Some(own.clone()),
        }
    }
}
