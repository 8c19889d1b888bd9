//! Many callers want one slot at the same moment: what does it cost?

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use slotlink::ports::{
    ChangeSet, Clock as _, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError,
    SystemClock, Versioned,
};
use slotlink::words::{
    AccountId, Calendar, CalendarId, CalendarKind, CalendarRef, GridStep, Name, Participant,
    RoundRobinHost, RoundRobinHosts, Seats, SlotLength, SlotSettings, UserId, Zone,
};
use slotlink::{BookRequest, Error, MemoryStore, Scheduler};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::Failure;
use crate::arguments::RushPlan;
use crate::place::{Ground, Kind};
use crate::world::{self, caller, put_host};

const ACCOUNT: &str = "abc";

/// Rushes on three calendars, one after the other.
pub(crate) async fn rush(plan: &RushPlan) -> Result<(), Failure> {
    let ground = (plan.kind != Kind::Memory).then(|| Ground::new(plan.kind)).transpose()?;
    let store: Arc<dyn Store> = match &ground {
        None => Arc::new(MemoryStore::new()),
        Some(ground) => ground.place.open().await?,
    };
    println!("{:?}, {} callers on one slot", plan.kind, plan.callers);
    let counting = Arc::new(Counting::new(store));
    world::set_up(counting.clone()).await?;
    let (scheduler, zoom) = world::scheduler(counting.clone())?;
    let hosts: Vec<String> = (0..plan.callers).map(|number| format!("host-{number}")).collect();
    for host in &hosts {
        put_host(&scheduler, &zoom, host).await?;
    }
    let door = Semaphore::new(plan.at_once.min(Semaphore::MAX_PERMITS));
    let host = Arc::new(Host { scheduler, door });
    let seats = u16::try_from(plan.callers)?;
    let only = hosts.get(..1).unwrap_or_default();
    let rushes =
        [("one seat", only, 1), ("a seat for each", only, seats), ("a host for each", &hosts, 1)];
    for (day, (name, hosts, seats)) in (0..).zip(rushes) {
        host.scheduler.put_calendar(&caller(ACCOUNT)?, &calendar(name, hosts, seats)?).await?;
        counting.reset();
        let start = world::first_day(SystemClock.now()) + TimeDelta::days(day);
        let rush = all_at_once(&host, plan.callers, name, start).await?;
        print(name, &rush, &counting);
    }
    Ok(())
}

fn calendar(name: &str, hosts: &[String], seats: u16) -> Result<Calendar, Failure> {
    let hosts: Vec<RoundRobinHost> = hosts
        .iter()
        .map(|host| Ok(RoundRobinHost::new(UserId::new(host.as_str())?)))
        .collect::<Result<_, Failure>>()?;
    let kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts)?);
    let slot =
        SlotSettings::new(SlotLength::new(30)?, GridStep::new(30)?).with_seats(Seats::new(seats)?);
    let id = CalendarRef::new(AccountId::new(ACCOUNT)?, CalendarId::new(name)?);
    Ok(Calendar::new(id, Name::new(name)?, kind, Zone::UTC, slot))
}

/// An application that lets so many calls in at once.
struct Host {
    scheduler: Scheduler,
    door: Semaphore,
}

/// What one caller went through.
struct Story {
    is_won: bool,
    /// Calls that were overtaken by others, and made again at once.
    overtaken: u32,
    took: Duration,
}

struct Rush {
    stories: Vec<Story>,
    took: Duration,
}

async fn all_at_once(
    host: &Arc<Host>,
    callers: u32,
    calendar: &str,
    start: DateTime<Utc>,
) -> Result<Rush, Failure> {
    let began = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|number| {
            let (host, calendar) = (host.clone(), calendar.to_owned());
            tokio::spawn(async move { one(&host, &calendar, start, number).await })
        })
        .collect();
    let mut stories = Vec::new();
    for task in tasks {
        stories.push(task.await??);
    }
    Ok(Rush { stories, took: began.elapsed() })
}

/// Asks until it is told yes or no.
async fn one(
    host: &Host,
    calendar: &str,
    start: DateTime<Utc>,
    number: u32,
) -> Result<Story, Failure> {
    let invitee = Participant::new(Name::new(format!("Pat {number}"))?);
    let request = BookRequest::new(CalendarId::new(calendar)?, start, invitee);
    let (caller, began, mut overtaken) = (caller(ACCOUNT)?, Instant::now(), 0);
    let is_won = loop {
        let _inside = host.door.acquire().await?;
        match host.scheduler.book(&caller, &request).await {
            Ok(_) => break true,
            Err(Error::Refused(_)) => break false,
            Err(Error::Conflict(_)) => overtaken += 1,
            Err(error) => return Err(error.into()),
        }
    };
    Ok(Story { is_won, overtaken, took: began.elapsed() })
}

fn print(name: &str, rush: &Rush, counting: &Counting) {
    let mut took: Vec<Duration> = rush.stories.iter().map(|story| story.took).collect();
    took.sort();
    let at = |share: usize| took.get(took.len() * share / 100).copied().unwrap_or_default();
    let won = rush.stories.iter().filter(|story| story.is_won).count();
    let again = rush.stories.iter().filter(|story| story.overtaken > 0).count();
    let overtaken: u32 = rush.stories.iter().map(|story| story.overtaken).sum();
    let (commits, conflicts) = counting.count();
    println!(
        "{name:16} won {won}, lost {}, all told in {:?}; median {:?}, 95 % {:?}, last {:?}",
        rush.stories.len() - won,
        rush.took,
        at(50),
        at(95),
        took.last().copied().unwrap_or_default(),
    );
    println!(
        "{:16} commits sent {commits}, of these conflicts {conflicts}; \
         callers who were told `contended` {again}, so often {overtaken}",
        ""
    );
}

/// Counts commits and conflicts.
struct Counting {
    store: Arc<dyn Store>,
    commits: AtomicU64,
    conflicts: AtomicU64,
}

impl Counting {
    fn new(store: Arc<dyn Store>) -> Self {
        Self { store, commits: AtomicU64::new(0), conflicts: AtomicU64::new(0) }
    }

    fn reset(&self) {
        self.commits.store(0, Ordering::Relaxed);
        self.conflicts.store(0, Ordering::Relaxed);
    }

    fn count(&self) -> (u64, u64) {
        (self.commits.load(Ordering::Relaxed), self.conflicts.load(Ordering::Relaxed))
    }
}

#[async_trait]
impl Store for Counting {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let outcome = self.store.commit(change).await?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        if matches!(outcome, CommitOutcome::Conflict { .. }) {
            self.conflicts.fetch_add(1, Ordering::Relaxed);
        }
        Ok(outcome)
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}
