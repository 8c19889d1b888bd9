//! Starts instances, kills some, and looks at what is left.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use slotlink::ports::Store;
use slotlink::testkit::audit;
use slotlink::words::{AccountId, AppointmentFilter, ListPage, PageSize};
use tokio::time::{Instant, sleep_until};

use crate::Failure;
use crate::arguments::Plan;
use crate::client::stands;
use crate::journal::{self, Stands};
use crate::place::Ground;
use crate::verdict::{Count, Verdict, judge};
use crate::world::{self, ACCOUNTS};

/// Whether nothing was violated.
pub(crate) async fn run(plan: &Plan) -> Result<bool, Failure> {
    let ground = Ground::new(plan.kind)?;
    let store = ground.place.open().await?;
    world::set_up(store.clone()).await?;
    let ended = Stage { plan, ground: &ground, instances: Vec::new() }.play().await?;
    let stored = stored(store.clone()).await?;
    let journals: Vec<_> =
        ended.journals.iter().map(|path| journal::read(path)).collect::<Result<_, _>>()?;
    let mut verdict = judge(&journals, &stored);
    verdict.violations.extend(audited(store).await?);
    report(plan, &ended, stored.len(), &verdict);
    Ok(verdict.violations.is_empty())
}

/// What happened to the instances.
struct Ended {
    journals: Vec<PathBuf>,
    kills: u32,
    restarts: u32,
}

struct Stage<'a> {
    plan: &'a Plan,
    ground: &'a Ground,
    /// Those that work, by number; a killed one leaves its place to a new one.
    instances: Vec<Child>,
}

impl Stage<'_> {
    /// Kills at even distances, each time another instance; restarts the server in the middle.
    async fn play(&mut self) -> Result<Ended, Failure> {
        let (start, plan) = (Instant::now(), self.plan);
        let mut ended = Ended { journals: Vec::new(), kills: 0, restarts: 0 };
        for _ in 0..plan.instances {
            let instance = self.start(&mut ended, plan.lasts)?;
            self.instances.push(instance);
        }
        let pause = plan.lasts / (plan.kills.saturating_add(1));
        for kill in 0..plan.kills {
            if kill == plan.kills / 2 {
                sleep_until(start + pause * kill + pause / 2).await;
                ended.restarts = u32::from(self.ground.crash()?);
            }
            let at = start + pause * (kill.saturating_add(1));
            sleep_until(at).await;
            self.replace(kill, &mut ended, plan.lasts.saturating_sub(start.elapsed()))?;
        }
        for instance in &mut self.instances {
            if !instance.wait()?.success() {
                return Err("an instance failed".into());
            }
        }
        Ok(ended)
    }

    /// SIGKILL: nothing is tidied up.
    fn replace(&mut self, kill: u32, ended: &mut Ended, lasts: Duration) -> Result<(), Failure> {
        let at = kill as usize % self.instances.len().max(1);
        let next = self.start(ended, lasts)?;
        let Some(instance) = self.instances.get_mut(at) else { return Ok(()) };
        let mut killed = std::mem::replace(instance, next);
        let is_killed = killed.kill();
        killed.wait()?;
        is_killed?;
        ended.kills = ended.kills.saturating_add(1);
        Ok(())
    }

    fn start(&self, ended: &mut Ended, lasts: Duration) -> Result<Child, Failure> {
        let number = ended.journals.len();
        let journal = self.ground.folder.path().join(format!("{number}.journal"));
        let plan = self.plan;
        let child = Command::new(std::env::current_exe()?)
            .args(["instance", &self.ground.place.to_string()])
            .arg(&journal)
            .arg(number.to_string())
            .args(["--clients", &plan.clients.to_string()])
            .args(["--seconds", &lasts.as_secs_f64().to_string()])
            .args(["--seed", &plan.seed.to_string()])
            .spawn()?;
        ended.journals.push(journal);
        Ok(child)
    }
}

/// All appointments, as callers see them.
async fn stored(store: Arc<dyn Store>) -> Result<Vec<Stands>, Failure> {
    let (scheduler, _zoom) = world::scheduler(store)?;
    let mut all = Vec::new();
    for account in ACCOUNTS {
        let (caller, filter) = (world::caller(account)?, AppointmentFilter::new());
        let mut page = ListPage::default();
        loop {
            let found = scheduler.appointments(&caller, &filter, &page).await?;
            all.extend(found.appointments.iter().map(stands));
            match found.next {
                Some(next) => page = ListPage::after(next, PageSize::default()),
                None => break,
            }
        }
    }
    Ok(all)
}

/// What the rows themselves say: I1 and I2, with the days of hosts.
async fn audited(store: Arc<dyn Store>) -> Result<Vec<String>, Failure> {
    let (scheduler, _zoom) = world::scheduler(store)?;
    let accounts: Vec<AccountId> =
        ACCOUNTS.iter().map(|id| AccountId::new(*id)).collect::<Result<_, _>>()?;
    let breaches = audit(&scheduler, &accounts).await?;
    Ok(breaches.iter().map(ToString::to_string).collect())
}

fn report(plan: &Plan, ended: &Ended, stored: usize, verdict: &Verdict) {
    let Plan { kind, lasts, instances, clients, seed, .. } = plan;
    println!("{kind:?}: {instances} instances of {clients} clients, {lasts:?}, seed {seed}");
    println!("killed with SIGKILL: {}, server restarted: {}", ended.kills, ended.restarts);
    println!("{:15}{:>8}{:>8}{:>8}{:>8}{:>9}", "", "tried", "won", "lost", "failed", "unknown");
    let line = |name: &str, count: &Count| {
        let Count { tried, won, lost, failed, unknown } = count;
        println!("{name:15}{tried:>8}{won:>8}{lost:>8}{failed:>8}{unknown:>9}");
    };
    line("bookings", &verdict.bookings);
    line("moves", &verdict.moves);
    line("cancellations", &verdict.cancellations);
    println!("appointments stored: {stored}");
    for violation in &verdict.violations {
        println!("{violation}");
    }
    println!("violations of I1, I2, I5: {}", verdict.violations.len());
}
