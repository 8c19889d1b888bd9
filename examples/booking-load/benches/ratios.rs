//! Bookings per second through the services, beside the bare loop.
//!
//! `cargo bench -p booking-load --bench ratios`. Both take turns, so that whatever else the machine does
//! slows both of them; medians are compared. `-- memory 10` asks for one store and number of hosts, `-- memory 10 21`
//! for so many rounds.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the workloads are fixed, and what is measured is shown"
)]

use std::sync::Arc;
use std::time::Instant;

use booking_load::{Clients, Crm, History, Tally, Workload};
use slotlink::MemoryStore;
use slotlink::ports::Store;
use slotlink::testkit::block_on;

const WORKLOADS: [Workload; 3] =
    [Workload::new(1, 30, 30), Workload::new(10, 30, 5), Workload::new(100, 30, 1)];

fn filled(history: &History) -> Arc<dyn Store> {
    let store = Arc::new(MemoryStore::new());
    block_on(history.fill(store.as_ref())).unwrap();
    store
}

/// Bookings per second.
fn speed(tally: Tally, since: Instant) -> f64 {
    tally.booked as f64 / since.elapsed().as_secs_f64()
}

fn services(history: &History) -> f64 {
    let crm = Arc::new(Crm::start(filled(history), 2).unwrap());
    let since = Instant::now();
    speed(block_on(Clients::new(1).through_services(crm, &history.wanted)).unwrap(), since)
}

fn bare(history: &History) -> f64 {
    let store = filled(history);
    let since = Instant::now();
    speed(block_on(Clients::new(1).bare(store, &history.bare)).unwrap(), since)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let mut wanted = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let hosts: Option<u16> = wanted.next().map(|hosts| hosts.parse().unwrap());
    let rounds: usize = wanted.next().map_or(11, |rounds| rounds.parse().unwrap());
    println!(
        "| hosts | services, bookings/s | bare loop, bookings/s | ratio | round trips | rows read | operations |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for workload in WORKLOADS {
        if hosts.is_some_and(|hosts| hosts != workload.hosts) {
            continue;
        }
        let history = block_on(workload.record()).unwrap();
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(services(&history));
            floor.push(bare(&history));
        }
        let best = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        println!("best {:.0} {:.0} {:.3}", best(&ours), best(&floor), best(&ours) / best(&floor));
        let (ours, floor) = (median(ours), median(floor));
        let last = history.bare.last().unwrap();
        println!(
            "| {} | {ours:.0} | {floor:.0} | {:.2} | {} | {} | {} |",
            workload.hosts,
            ours / floor,
            last.round_trips(),
            last.rows_read(),
            last.operations()
        );
    }
}
