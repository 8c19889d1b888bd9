//! Bookings per second through the services, beside the bare loop.
//!
//! `cargo bench -p booking-load --bench ratios -- memory copying sqlite postgres`. Both take turns, so that
//! whatever else the machine does slows both of them; medians are compared.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the workloads are fixed, and what is measured is shown"
)]

use std::time::Duration;

use booking_load::{Outcome, Run, Stores, Tally, Workload};
use tokio::runtime::Runtime;

/// Hosts, days that were booked before, days that are booked.
const IN_MEMORY: [Workload; 3] =
    [Workload::new(1, 30, 30), Workload::new(10, 30, 5), Workload::new(100, 30, 1)];
/// Less was booked before: each run fills a store of its own.
const ON_DISK: [Workload; 3] =
    [Workload::new(1, 10, 30), Workload::new(10, 3, 5), Workload::new(100, 1, 1)];

/// Bookings per second.
fn speed((took, tally): (Duration, Tally)) -> f64 {
    tally.booked as f64 / took.as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare(name: &str, stores: &Stores, workload: Workload, rounds: usize) -> Outcome {
    let runtime = Runtime::new()?;
    let history = runtime.block_on(workload.record())?;
    let run = Run::new(stores, &history, &runtime);
    let (mut ours, mut bare, mut overtaken) = (Vec::new(), Vec::new(), (0, 0));
    for _ in 0..rounds {
        let (services, floor) = (run.services()?, run.bare()?);
        overtaken = (services.1.contended, floor.1.contended);
        ours.push(speed(services));
        bare.push(speed(floor));
    }
    let (ours, bare) = (median(ours), median(bare));
    let last = history.bare.last().unwrap();
    println!(
        "| {name} | {} | {ours:.0} | {bare:.0} | {:.2} | {} | {} | {} | {} / {} |",
        workload.hosts,
        ours / bare,
        last.round_trips(),
        last.rows_read(),
        last.operations(),
        overtaken.0,
        overtaken.1,
    );
    Ok(())
}

fn main() {
    let said: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let names: Vec<&str> = said.iter().map(String::as_str).collect();
    let names =
        if names.is_empty() { vec!["memory", "copying", "sqlite", "postgres"] } else { names };
    println!(
        "| store | hosts | services, bookings/s | bare loop, bookings/s | ratio | calls of the store | \
         rows read | operations | began anew |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for name in names {
        let stores = Stores::named(name).unwrap();
        let (workloads, rounds) = if matches!(stores, Stores::Memory | Stores::Copying) {
            (IN_MEMORY, 11)
        } else {
            (ON_DISK, 5)
        };
        for workload in workloads {
            compare(name, &stores, workload, rounds).unwrap();
        }
    }
}
