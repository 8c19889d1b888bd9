//! Bookings under load: how many a second, and is each there exactly once?

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Failure;
use crate::arguments::Plan;
use crate::arrivals::Waits;
use crate::service::Process;
use crate::verdict::{Booked, Verdict, addresses};
use crate::visitor::{Slot, Told, Visitors};

/// How far ahead visitors book, in days: so far that few find their slot full.
const AHEAD: i64 = 59;
/// Numbers of visitors who have booked before begin at nought.
const FIRST: u64 = 1_000_000;

pub(crate) struct Outcome {
    done: usize,
    time: Duration,
    pub(crate) is_right: bool,
}

impl Outcome {
    pub(crate) fn per_second(&self) -> f64 {
        // Counts here are far below 2^52.
        u32::try_from(self.done).map_or(0.0, f64::from) / self.time.as_secs_f64()
    }
}

/// What clients were told.
#[derive(Default)]
struct Heard {
    booked: Vec<Booked>,
    lost: usize,
    waits: Vec<Duration>,
}

pub(crate) async fn measure(plan: &Plan, service: &Process) -> Result<Outcome, Failure> {
    let visitors = Visitors::new(service);
    let before = addresses(&visitors.stored(service.key).await?);
    let slots: Arc<Vec<Slot>> = Arc::new(visitors.slots(AHEAD).await?);
    let begun = Instant::now();
    let asking = visitors.clone();
    let heard = clients(plan, move |number, random| {
        let (visitors, slots) = (asking.clone(), slots.clone());
        let slot = random.choice(slots.as_slice()).cloned();
        async move {
            let slot = slot.ok_or("there are no slots")?;
            visitors.book(&slot.start, number).await
        }
    })
    .await?;
    let time = begun.elapsed();
    let stored = visitors.stored(service.key).await?;
    let verdict = Verdict::of(plan.bookings, &heard.booked, heard.lost, &before, &stored);
    println!("{} appointments are stored: {verdict}", stored.len());
    let outcome = Outcome { done: heard.booked.len(), time, is_right: verdict.is_right() };
    println!(
        "{} clients: {} booked, {} lost to others: {:.0} bookings a second, 99 % within {:.1} ms",
        plan.clients,
        heard.booked.len(),
        heard.lost,
        outcome.per_second(),
        Waits::of(heard.waits).at(990).as_secs_f64() * 1000.0,
    );
    Ok(outcome)
}

/// The same clients, to the handler that only inserts.
pub(crate) async fn measure_bare(plan: &Plan, bare: &Process) -> Result<Outcome, Failure> {
    let visitors = Visitors::new(bare);
    let begun = Instant::now();
    let heard = clients(plan, move |number, _| {
        let visitors = visitors.clone();
        async move {
            visitors.insert(number).await?;
            let address = number.to_string();
            Ok(Told::Booked(Booked { address, start: String::new(), asked: String::new() }))
        }
    })
    .await?;
    let outcome = Outcome { done: heard.booked.len(), time: begun.elapsed(), is_right: true };
    println!(
        "the bare handler: {} rows: {:.0} a second, 99 % within {:.1} ms",
        heard.booked.len(),
        outcome.per_second(),
        Waits::of(heard.waits).at(990).as_secs_f64() * 1000.0,
    );
    Ok(outcome)
}

/// So many clients, each of which asks again as soon as it is answered, until all has been asked.
async fn clients<F>(
    plan: &Plan,
    ask: impl Fn(u64, &mut fastrand::Rng) -> F + Clone + Send + 'static,
) -> Result<Heard, Failure>
where
    F: Future<Output = Result<Told, Failure>> + Send + 'static,
{
    let (end, numbers) = (FIRST + plan.bookings, Arc::new(AtomicU64::new(FIRST)));
    let mut all = JoinSet::new();
    for client in 0..plan.clients {
        let (ask, numbers) = (ask.clone(), numbers.clone());
        let seed = plan.seed.wrapping_add(u64::try_from(client)?);
        all.spawn(async move {
            let (mut random, mut heard) = (fastrand::Rng::with_seed(seed), Heard::default());
            loop {
                let (number, asked) = (numbers.fetch_add(1, Ordering::Relaxed), Instant::now());
                if number >= end {
                    return Ok::<_, Failure>(heard);
                }
                let told = ask(number, &mut random).await?;
                heard.waits.push(asked.elapsed());
                match told {
                    Told::Booked(booked) => heard.booked.push(booked),
                    Told::Lost => heard.lost += 1,
                }
            }
        });
    }
    let mut sum = Heard::default();
    while let Some(heard) = all.join_next().await {
        let heard = heard??;
        sum.booked.extend(heard.booked);
        sum.waits.extend(heard.waits);
        sum.lost += heard.lost;
    }
    Ok(sum)
}
