//! A simulation that is running.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Built;
use super::chance::Chance;
use super::clients::Clients;
use super::deed::{Answer, Deed};
use super::fate::Fates;
use super::ground::{Ground, State, TaskId};
use super::people::People;
use super::probe::Probe;
use super::process::Process;
use super::swarm::Swarm;
use super::tasks::{Polled, Task, Tasks};
use super::told::{Guest, Told};
use super::trace::{Keep, Trace};
use super::watch::{Strictness, Watch, breach};
use super::world::{World, begin};
use crate::Error;
use crate::testkit::{Breach, block_on};

pub(super) struct Run {
    pub(super) ground: Arc<Ground>,
    pub(super) world: World,
    pub(super) processes: Vec<Process>,
    pub(super) tasks: Tasks,
    pub(super) told: Told,
    pub(super) clients: Clients,
    pub(super) people: People,
    pub(super) swarm: Arc<Swarm>,
    /// Of what is done next; what calls meet is drawn from another stream.
    pub(super) chance: Chance,
    pub(super) strict: Strictness,
    pub(super) step: u64,
    /// Who went on last.
    pub(super) at_work: Option<TaskId>,
}

/// Two streams of one seed.
const OF_PORTS: u64 = 0x5DEE_CE66;

impl Run {
    /// A world that is set up, in which nothing has gone wrong yet.
    pub(super) fn new(seed: u64, swarm: Swarm, processes: u64, keep: Keep) -> Built<Self> {
        let chance = Chance::new(seed);
        let swarm = Arc::new(swarm);
        let strict = strictness(&swarm);
        let world = World::new()?;
        let watch = Watch::new(world.seats(), strict);
        let state = State::new(seed ^ OF_PORTS, Fates::Calm, Trace::new(keep), watch);
        let ground = Ground::new(begin(), state);
        let new = |number| Process::new(&ground, number, seed, strict.quota_cap);
        let processes: Built<Vec<_>> = (0..processes).map(new).collect();
        let processes = processes?;
        if let Some(first) = processes.first() {
            block_on(world.put(&first.scheduler, &ground.zoom))?;
        }
        Ok(Self {
            ground,
            clients: Clients::new(&world),
            people: People::default(),
            world,
            processes,
            tasks: Tasks::default(),
            told: Told::default(),
            swarm,
            chance,
            strict,
            step: 0,
            at_work: None,
        })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.ground.now()
    }

    pub(super) fn hit(&self, probe: Probe) {
        self.ground.state().probes.hit(probe);
    }

    /// A process is asked for something.
    pub(super) fn begin(&mut self, process: usize, deed: Deed, guest: Option<Guest>) {
        let Some(scheduler) = self.processes.get(process).map(|one| one.scheduler.clone()) else {
            return;
        };
        let asked = guest.and_then(|guest| self.told.asks(guest, &deed, self.step));
        let account = deed.account().cloned();
        let running = deed.clone().run(scheduler, self.ground.zoom.clone());
        let line = format!("{deed:?}");
        let id = self.tasks.begin(Task { process, asked, deed, running, polls: 0 });
        let mut state = self.ground.state();
        state.watch.accounts.extend(account.map(|account| (id, account)));
        state.trace.event(&[4, id.into()]);
        state.trace.line(format_args!("{id:>4} p{process} BEGINS {line}"));
    }

    /// A task goes on to its next await.
    pub(super) fn poll(&mut self, id: TaskId) {
        self.ground.state().trace.event(&[5, id.into()]);
        match self.tasks.poll(&self.ground, id) {
            Polled::GoesOn | Polled::Nobody => {}
            Polled::Panicked => {
                let seen = format!("task {id} panicked");
                self.ground.state().watch.breaks(Some(breach("I15", "no call panics", seen)));
            }
            Polled::Ended(task, answer) => self.ended(id, *task, &answer),
        }
        self.ground.state().task = 0;
    }

    fn ended(&mut self, id: TaskId, task: Task, answer: &Result<Answer, Error>) {
        let line = match answer {
            Ok(Answer::Appointment(seen)) => format!("{:?} {:?}", seen.id, seen.location),
            Ok(Answer::Ran(report)) => format!("{report:?}"),
            Ok(Answer::Taken(taken)) => format!("taken: {taken}"),
            Ok(Answer::Done) => "done".to_owned(),
            Err(error) => format!("{}: {error}", error.kind()),
        };
        {
            let mut held = self.ground.state();
            let state = &mut *held;
            state.trace.event(&[6, id.into(), answer.is_ok().into()]);
            state.trace.line(format_args!("{id:>4} p{} ENDS {line}", task.process));
            if let Err(error) = answer {
                state.watch.told(error, &mut state.probes);
            }
        }
        if let Some(asked) = task.asked {
            self.told.hears(asked, answer, self.step);
        }
        match answer {
            Ok(Answer::Taken(true)) => self.hit(Probe::WebhookTaken),
            Ok(Answer::Taken(false)) => self.people.comes_back(task.deed),
            Ok(Answer::Appointment(seen)) if self.clients.knows(&task.deed, seen) => {
                self.hit(Probe::RepeatAnswered);
            }
            _ => {}
        }
    }

    /// A task is dropped.
    pub(super) fn drop_task(&mut self, id: TaskId) {
        let Some(task) = self.tasks.drop_at_await(&self.ground, id) else { return };
        {
            let mut state = self.ground.state();
            state.trace.event(&[9, id.into()]);
            state.trace.line(format_args!("{id:>4} p{} IS DROPPED", task.process));
        }
        self.people.comes_back(task.deed);
    }

    /// True time goes on; what is late lands on the way.
    pub(super) fn move_to(&self, to: DateTime<Utc>) {
        loop {
            let next = self.ground.state().next_landing().filter(|at| *at <= to);
            let Some(next) = next else { break };
            self.ground.clock.set(next.max(self.now()));
            self.ground.land();
        }
        self.ground.clock.set(to.max(self.now()));
        let mut state = self.ground.state();
        state.trace.event(&[10, to.timestamp().cast_unsigned()]);
        state.trace.line(format_args!("        it is {to}"));
    }

    /// What was seen to be broken by now.
    pub(super) fn check(&self) -> Result<(), Breach> {
        self.ground.state().watch.breach().cloned().map_or(Ok(()), Err)
    }
}

fn strictness(swarm: &Swarm) -> Strictness {
    use super::swarm::FaultClass::{BeyondBound, ClockSkew, ClockStep, PeopleAtZoom};
    let is_beyond = swarm.has(BeyondBound);
    let clocks_agree = !is_beyond && !swarm.has(ClockSkew) && !swarm.has(ClockStep);
    Strictness {
        within_guard: !is_beyond,
        clocks_agree,
        settles: clocks_agree && !swarm.has(PeopleAtZoom),
        nothing_kills: !swarm.kills_tokens(),
        quota_cap: swarm.quota_cap,
    }
}
