//! Four fixed workloads whose answers a brute-force solver in another language has given.
//!
//! Each is drawn from one SplitMix64 stream in a fixed order, so the data need not be stored;
//! `tests/data/workloads.json` holds the answers. Slots of 30 minutes every 15 minutes on a UTC
//! grid, without buffers, notice and limits; hosts in four zones, two of which shift in the range.

mod answers;
mod generate;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::rules::{Group, Slot, offer_at, slots};
use slotlink::words::Zone;

use answers::{digest, expected};
use generate::{Workload, rules, user, workload};

fn solve(work: &Workload) -> serde_json::Value {
    let (from, to) = (work.range.start(), work.range.end());
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let hosts = work.hosts();
    let ask = |group| slots(&rules(group), &hosts, from, to, now).unwrap();
    let any = ask(Group::RoundRobin);
    let all = ask(Group::Collective { primary: user(0), optional: BTreeSet::new() });
    // One seat each: as many as hosts are free.
    let free = |slot: Slot<'_>| slot.seats_left();
    let line = |slot: Slot<'_>| (slot.interval().start().timestamp(), free(slot));
    assert!(
        any.iter().step_by(97).all(|slot| u32::try_from(slot.hosts().count()) == Ok(free(slot)))
    );
    let grid = slotlink::rules::starts(Zone::UTC, rules(Group::RoundRobin).slot(), from, to);
    let half_hour = TimeDelta::minutes(30);
    let mut solved = digest(&any.iter().map(line).collect(), &all.iter().map(line).collect());
    solved["hosts"] = hosts.len().into();
    solved["grid"] = grid.iter().filter(|start| **start + half_hour <= to).count().into();
    solved["busy"] = work.busy.iter().map(Vec::len).sum::<usize>().into();
    solved
}

#[test]
fn w1_one_host_of_a_month() {
    assert_eq!(solve(&workload(1, 31, 1)), expected("W1"));
}

#[test]
fn w2_ten_hosts_in_four_zones() {
    assert_eq!(solve(&workload(10, 31, 2)), expected("W2"));
}

#[test]
fn w3_a_hundred_hosts() {
    assert_eq!(solve(&workload(100, 31, 3)), expected("W3"));
}

#[test]
fn w4_a_thousand_hosts_over_three_months() {
    assert_eq!(solve(&workload(1000, 90, 4)), expected("W4"));
}

#[test]
fn each_start_alone_gets_the_same_answer_as_in_the_list() {
    let work = workload(10, 31, 2);
    let now = work.range.start() + TimeDelta::days(3);
    let rules = rules(Group::RoundRobin);
    let hosts = work.hosts();
    let listed = slots(&rules, &hosts, work.range.start(), work.range.end(), now).unwrap();
    let starts =
        slotlink::rules::starts(Zone::UTC, rules.slot(), work.range.start(), work.range.end());
    let one_by_one: Vec<_> =
        starts.into_iter().filter_map(|start| offer_at(&rules, &hosts, start, now)).collect();
    let listed: Vec<_> = listed.iter().map(Slot::offer).collect();
    assert!(listed == one_by_one && !listed.is_empty());
}
