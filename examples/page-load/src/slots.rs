//! How long visitors wait for a month of slots.

use std::time::Duration;

use crate::Failure;
use crate::arguments::Plan;
use crate::arrivals::arrive;
use crate::service::Process;
use crate::visitor::{Told, Visitors};

/// The goal, at the 99th percentile.
const GOAL: Duration = Duration::from_millis(20);
/// In days.
const MONTH: i64 = 30;
/// So many appointments are there already, for each host.
const BOOKED_PER_HOST: u64 = 80;

pub(crate) async fn measure(plan: &Plan, service: &Process) -> Result<(), Failure> {
    let visitors = Visitors::new(service);
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let booked = fill(plan, &visitors, &mut random).await?;
    let found = visitors.slots(MONTH).await?.len();
    println!(
        "a month of {found} slots of {} hosts with {booked} appointments, for {} s each:\n",
        plan.hosts,
        plan.time.as_secs()
    );
    println!("| | visitors/s | answers | 50 % | 99 % | 99.9 % | longest |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (name, address) in [("JSON", visitors.days(MONTH)), ("page", visitors.page())] {
        let mut highest = None;
        for rate in &plan.rates {
            let visit = || {
                let (visitors, address) = (visitors.clone(), address.clone());
                async move { visitors.get(&address).await.map(drop) }
            };
            let waits = match arrive(*rate, plan.time, &mut random, visit).await {
                Ok(waits) => waits,
                // More visitors wait than there can be connections.
                Err(error) => {
                    println!("| {name} | {rate} | too many: {error} | | | | |");
                    break;
                }
            };
            let [half, most, nearly, all] =
                [500, 990, 999, 1000].map(|at| waits.at(at).as_secs_f64() * 1000.0);
            println!(
                "| {name} | {rate} | {} | {half:.1} ms | {most:.1} ms | {nearly:.1} ms | {all:.1} ms |",
                waits.count()
            );
            if waits.at(990) >= GOAL {
                break;
            }
            highest = Some(*rate);
        }
        match highest {
            Some(rate) => println!("| {name} | **{rate}** is the highest below 20 ms | | | | | |"),
            None => println!("| {name} | none is below 20 ms | | | | | |"),
        }
    }
    println!();
    Ok(())
}

/// Books here and there in the month.
async fn fill(
    plan: &Plan,
    visitors: &Visitors,
    random: &mut fastrand::Rng,
) -> Result<u64, Failure> {
    let slots = visitors.slots(MONTH).await?;
    let mut booked = 0;
    for number in 0..BOOKED_PER_HOST * u64::from(plan.hosts) {
        let slot = random.choice(&slots).ok_or("there are no slots")?;
        if let Told::Booked(_) = visitors.book(&slot.start, number).await? {
            booked += 1;
        }
    }
    Ok(booked)
}
