//! How much memory a question about a thousand hosts over three months takes, beside what is given.
//! Not in the binary of the other tests, since whatever counts allocations counts all of them.

// It is only ever built for tests; this tells clippy that helpers beside the tests may unwrap, too.
#![cfg(test)]

use std::collections::BTreeSet;

use allocation_counter::{AllocationInfo, measure};
use chrono::DateTime;
use slotlink::rules::{Group, SlotRules, slots};

#[path = "it/workloads/generate.rs"]
mod generate;

use generate::{rules, user, workload};

#[track_caller]
fn assert_small(mode: &str, rules: &SlotRules) {
    let work = workload(1000, 90, 4);
    let hosts = work.hosts();
    let (from, to) = (work.range.start(), work.range.end());
    let mut found = 0;
    let AllocationInfo { count_total, count_current, bytes_max, .. } = measure(|| {
        let slots = slots(rules, &hosts, from, to, DateTime::UNIX_EPOCH).unwrap();
        found = slots.iter().filter(|slot| slot.seats_left() > 0).count();
    });
    #[expect(clippy::print_stdout, reason = "shown by `cargo test --test memory -- --nocapture`")]
    {
        println!("{mode}: {found} slots, at most {bytes_max} bytes, {count_total} allocations");
    }
    assert!(found > 0 && count_current == 0);
    assert!(bytes_max < 2_000_000, "{mode}: {bytes_max} bytes");
    assert!(count_total < 100, "{mode}: {count_total} allocations");
}

#[test]
fn a_round_robin_of_a_thousand_hosts_is_kept_in_two_megabytes() {
    assert_small("round robin", &rules(Group::RoundRobin));
}

#[test]
fn a_collective_calendar_of_a_thousand_hosts_is_kept_in_two_megabytes() {
    let together = Group::Collective { primary: user(0), optional: BTreeSet::new() };
    assert_small("collective", &rules(together));
    // A row is kept for each optional host.
    let optional = (1..1000).map(user).collect();
    assert_small("collective, optional", &rules(Group::Collective { primary: user(0), optional }));
}
