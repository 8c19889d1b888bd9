//! How long the whole slot query takes on the workloads of the tests, beside a floor and two crates.
//!
//! `cargo bench --bench slots`. On a machine that others use too, `cargo bench --bench ratios` compares
//! more fairly.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "the workloads are fixed")]

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};

#[path = "../tests/it/workloads/answers.rs"]
mod answers;
mod contenders;
#[path = "../tests/it/workloads/generate.rs"]
mod generate;

use contenders::{Ask, Mode, WORKLOADS, race};

fn slots(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("slots");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for workload in WORKLOADS {
        group.sample_size(if workload.hosts < 1000 { 50 } else { 20 });
        race(workload, |mode, contenders| time(&mut group, (workload.name, mode), contenders));
    }
    group.finish();
}

fn time(
    group: &mut BenchmarkGroup<'_, WallTime>,
    (workload, mode): (&str, Mode),
    contenders: &[(&str, Ask<'_>)],
) {
    for (contender, ask) in contenders {
        let id = BenchmarkId::new(*contender, format!("{workload}/{mode:?}"));
        group.bench_function(id, |bencher| bencher.iter(|| black_box(ask(mode))));
    }
}

criterion_group!(benches, slots);
criterion_main!(benches);
