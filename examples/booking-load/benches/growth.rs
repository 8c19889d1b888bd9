//! What one booking costs when more and more is stored.
//!
//! `cargo bench -p booking-load --bench growth`. Ten hosts are booked out for more and more days, on one
//! store, and nothing is ever removed; the last 500 bookings before each mark are timed. `-- sqlite`
//! asks for another store, `-- sqlite 100000` for another end.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the workload is fixed, and what is measured is shown"
)]

use std::time::Instant;

use booking_load::{Stores, Workload};
use tokio::runtime::Runtime;

const TIMED: u32 = 500;

fn main() {
    let said: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let name = said.first().map_or("memory", String::as_str);
    let most: u32 = said.get(1).map_or(1_000_000, |most| most.parse().unwrap());
    let (stores, runtime) = (Stores::named(name).unwrap(), Runtime::new().unwrap());
    let (fresh, workload) = (stores.fresh(&runtime).unwrap(), Workload::new(10, 0, 0));
    let crm = runtime.block_on(workload.set_up(fresh.store())).unwrap();
    println!("| store | appointments stored | microseconds per booking | beside the first |");
    println!("| --- | --- | --- | --- |");
    // Warm caches, as in all later marks.
    runtime.block_on(workload.book(&crm, 0..TIMED)).unwrap();
    let (mut stored, mut first) = (TIMED, None);
    for mark in [1_000, 10_000, 100_000, 1_000_000].into_iter().filter(|mark| *mark <= most) {
        runtime.block_on(workload.book(&crm, stored..mark - TIMED)).unwrap();
        let since = Instant::now();
        runtime.block_on(workload.book(&crm, mark - TIMED..mark)).unwrap();
        let each = since.elapsed().as_secs_f64() * 1e6 / f64::from(TIMED);
        println!("| {name} | {mark} | {each:.1} | {:.2} |", each / *first.get_or_insert(each));
        stored = mark;
    }
}
