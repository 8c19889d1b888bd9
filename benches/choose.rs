//! How long it takes to choose one of 1,000 hosts who are all free, from ready-made counters.
//!
//! `cargo bench --bench choose`
#![expect(clippy::unwrap_used, reason = "the hosts are fixed")]

use std::hint::black_box;

use chrono::DateTime;
use criterion::{Criterion, criterion_group, criterion_main};
use slotlink::rules::{Standing, Standings, choose};
use slotlink::words::{Distribution, RoundRobinHost, UserId, Weight};

/// Hosts who differ in weight, count and last assignment; or whom nothing but the id tells apart.
fn hosts(differ: bool) -> Standings {
    let host = |number: u16| {
        let weight = if differ { 50 + number * 7 % 100 } else { 100 };
        let user = UserId::new(format!("host-{number:04}")).unwrap();
        let host = RoundRobinHost::new(user).with_weight(Weight::new(weight).unwrap());
        let mut standing = Standing::new(&host);
        if differ {
            standing.assigned = u32::from(number * 31 % 40);
            standing.last_assigned = DateTime::from_timestamp(i64::from(number) * 977 % 86_400, 0);
        }
        standing
    };
    Standings::new((0..1000).map(host).collect())
}

fn choosing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("choose one of 1,000 hosts");
    for (name, differ) in [("who differ", true), ("who tie", false)] {
        let hosts = hosts(differ);
        for distribution in [Distribution::Availability, Distribution::Equal] {
            group.bench_function(format!("{distribution:?}, {name}"), |bencher| {
                bencher.iter(|| choose(distribution, black_box(hosts.as_slice())));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, choosing);
criterion_main!(benches);
