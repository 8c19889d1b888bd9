//! How long it takes to say what is bookable in a month, of hosts who are booked out for ten days of it.
//!
//! `cargo bench -p booking-load --bench month -- memory sqlite postgres`. One client, medians of 51.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the workload is fixed, and what is measured is shown"
)]

use std::time::{Duration, Instant};

use booking_load::{Crm, Stores, Workload};
use tokio::runtime::Runtime;

const ROUNDS: usize = 51;

fn main() {
    let said = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let names: Vec<String> = said.collect();
    let runtime = Runtime::new().unwrap();
    println!("| store | hosts | starts | milliseconds |");
    println!("| --- | --- | --- | --- |");
    for name in names {
        let stores = Stores::named(&name).unwrap();
        for hosts in [1, 20, 100] {
            let workload = Workload::new(hosts, 10, 0);
            let fresh = stores.fresh(&runtime).unwrap();
            let history = runtime.block_on(workload.record()).unwrap();
            runtime.block_on(history.fill(fresh.store().as_ref())).unwrap();
            let crm = Crm::start(fresh.store(), 2).unwrap();
            let mut took = Vec::with_capacity(ROUNDS);
            let mut starts = 0;
            for _ in 0..ROUNDS {
                let since = Instant::now();
                starts = runtime.block_on(crm.month(workload.begins())).unwrap();
                took.push(since.elapsed());
            }
            took.sort();
            let median: Duration = took[ROUNDS / 2];
            println!("| {name} | {hosts} | {starts} | {:.2} |", median.as_secs_f64() * 1e3);
        }
    }
}
