//! How long the slot query's pure function takes on the workloads W1 to W3 of the tests.
//!
//! `cargo bench --bench slots`
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "the workloads are fixed")]

use std::collections::BTreeSet;
use std::hint::black_box;

use chrono::DateTime;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use slotlink::rules::{Group, slots as find};

#[path = "../tests/it/workloads/generate.rs"]
mod generate;

use generate::{rules, user, workload};

fn slots(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("slots");
    for (name, hosts, seed) in [("W1", 1, 1), ("W2", 10, 2), ("W3", 100, 3)] {
        let work = workload(hosts, 31, seed);
        let hosts = work.hosts();
        let together = Group::Collective { primary: user(0), optional: BTreeSet::new() };
        for (mode, rules) in
            [("round robin", rules(Group::RoundRobin)), ("collective", rules(together))]
        {
            let ask = || {
                let (from, to) = (work.range.start(), work.range.end());
                find(&rules, &hosts, from, to, DateTime::UNIX_EPOCH).unwrap()
            };
            group.bench_function(BenchmarkId::new(mode, name), |bencher| {
                bencher.iter(|| black_box(ask()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, slots);
criterion_main!(benches);
