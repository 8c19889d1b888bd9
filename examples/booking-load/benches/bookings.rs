//! The same as `ratios`, by criterion: `cargo bench -p booking-load --bench bookings -- memory`.
#![expect(clippy::unwrap_used, reason = "the workloads are fixed")]

use std::time::Duration;

use booking_load::{Outcome, Run, Stores, Tally, Workload};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;

const WORKLOADS: [Workload; 3] =
    [Workload::new(1, 10, 10), Workload::new(10, 3, 2), Workload::new(100, 1, 1)];

/// The time of so many runs, each on a store of its own that was filled before.
fn sum(times: u64, run: impl Fn() -> Outcome<(Duration, Tally)>) -> Duration {
    (0..times).map(|_| run().unwrap().0).sum()
}

fn bookings(criterion: &mut Criterion) {
    let wanted: Vec<String> = std::env::args().collect();
    let is_wanted = |name: &str| {
        let mut stores = ["memory", "sqlite", "postgres"].into_iter();
        let all = !stores.any(|store| wanted.iter().any(|word| word.contains(store)));
        all || wanted.iter().any(|word| word.contains(name))
    };
    let runtime = Runtime::new().unwrap();
    for name in ["memory", "sqlite", "postgres"].into_iter().filter(|name| is_wanted(name)) {
        let stores = Stores::named(name).unwrap();
        for workload in WORKLOADS {
            let history = runtime.block_on(workload.record()).unwrap();
            let run = Run::new(&stores, &history, &runtime);
            let mut group = criterion.benchmark_group(format!("{name}, hosts: {}", workload.hosts));
            group.sampling_mode(SamplingMode::Flat).sample_size(10);
            group.warm_up_time(Duration::from_millis(1));
            group.throughput(Throughput::Elements(workload.bookings().into()));
            group.bench_function("services", |bench| {
                bench.iter_custom(|times| sum(times, || run.services()));
            });
            group.bench_function("bare loop", |bench| {
                bench.iter_custom(|times| sum(times, || run.bare()));
            });
            group.finish();
        }
    }
}

criterion_group!(benches, bookings);
criterion_main!(benches);
