//! How long the whole slot query takes on the workloads of the tests, beside a floor and two crates.
//!
//! `cargo bench --bench slots`. Every contender's answers are compared with those of the brute-force
//! solver before it is timed. Input is given in each contender's own types.
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

use answers::{Listed, digest, expected};
use contenders::Mode;
use contenders::chrono_slots::ChronoSlots;
use contenders::floor::Floor;
use contenders::ours::Ours;
use contenders::pidge::Pidge;
use generate::workload;

const WORKLOADS: [(&str, usize, u64); 4] =
    [("W1", 1, 31), ("W2", 10, 31), ("W3", 100, 31), ("W4", 1000, 90)];

fn assert_right(contender: &str, workload: &str, ask: &dyn Fn(Mode) -> Listed) {
    let digest = digest(&ask(Mode::RoundRobin), &ask(Mode::Collective));
    let expected = expected(workload);
    for (what, value) in digest.as_object().unwrap() {
        assert_eq!(*value, expected[what], "{contender}, {workload}: {what}");
    }
}

fn race(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, ask: [(&str, &dyn Fn(Mode) -> Listed); 4]) {
    for (contender, ask) in ask {
        assert_right(contender, name, ask);
    }
    for mode in [Mode::RoundRobin, Mode::Collective] {
        for (contender, ask) in ask {
            let id = BenchmarkId::new(contender, format!("{name}/{mode:?}"));
            group.bench_function(id, |bencher| bencher.iter(|| black_box(ask(mode))));
        }
    }
}

fn slots(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("slots");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for ((name, hosts, days), seed) in WORKLOADS.into_iter().zip(1..) {
        group.sample_size(if hosts < 1000 { 50 } else { 20 });
        let work = workload(hosts, days, seed);
        let (ours, floor) = (Ours::new(&work), Floor::new(&work));
        let (chrono_slots, pidge) = (ChronoSlots::new(&work), Pidge::new(&work));
        race(
            &mut group,
            name,
            [
                ("slotlink", &|mode| ours.ask(mode)),
                ("floor", &|mode| floor.ask(mode)),
                ("chrono-slots", &|mode| chrono_slots.ask(mode)),
                ("pidge-core", &|mode| pidge.ask(mode)),
            ],
        );
    }
    group.finish();
}

criterion_group!(benches, slots);
criterion_main!(benches);
