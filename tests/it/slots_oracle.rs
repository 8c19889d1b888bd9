//! The slot rules against a slow, obvious solver that looks at every minute by itself.
//!
//! The solver shares nothing with the rules but words: it merges, sorts and subtracts no
//! intervals, and maps no wall-clock time to an instant. It knows what clocks show at each minute.
//!
//! `SLOTLINK_CASES` says how many cases are tried, 20,000 unless set: a million take some minutes.
//! A failure names a seed; with `PROPTEST_RNG_SEED` set to it, the same cases come first.

mod clock;
mod given;
mod met;
mod places;
mod solver;
mod world;

use std::collections::BTreeMap;
use std::env;
use std::hash::{BuildHasher, RandomState};

use chrono::DateTime;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use slotlink::rules::{HostTimes, SlotRules, is_start, offer_at, slots as find};

use given::{answer, host_times, hours, rules, unknown};
use met::Met;
use solver::{Solver, slots};
use world::{COLLECTIVE, ROUND_ROBIN, UNASSIGNED, World, long_world, world};

fn at(second: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn check(world: &World, met: &Met) -> Result<(), TestCaseError> {
    let slots = slots(world);
    let rules = rules(world);
    let hours: Vec<_> = world.hosts.iter().map(|host| hours(world, host)).collect();
    let hosts = host_times(world, &slots, &hours);
    let (from, to) = (at(world.range.0), at(world.range.1));
    let found = find(&rules, &hosts, from, to, world.now()).unwrap();
    prop_assert_eq!(found.busy_unknown().cloned().collect::<Vec<_>>(), unknown(world));

    let starts: Vec<_> = found.iter().map(|slot| slot.interval().start().timestamp()).collect();
    prop_assert!(starts.is_sorted_by(|one, next| one < next));
    prop_assert!(starts.iter().all(|start| (world.range.0..world.range.1).contains(start)));
    prop_assert_eq!((found.len(), found.is_empty()), (starts.len(), starts.is_empty()));
    for watch in &world.watched {
        let solver = Solver::new(world, &slots, *watch, met);
        let inside = found.iter().zip(&starts).filter(|(_, at)| (watch.0..watch.1).contains(at));
        let mut offers = BTreeMap::new();
        for (slot, start) in inside {
            let offer = slot.offer();
            prop_assert!(slot.hosts().eq(offer.hosts()));
            prop_assert_eq!(slot.seats_left(), offer.seats_left());
            prop_assert_eq!(slot.interval().length().num_minutes(), i64::from(world.length));
            offers.insert(*start, offer);
        }
        // Starts by themselves: about twenty, and some instants beside the grid.
        let some = solver.ticks().filter(|at| solver.is_grid(*at)).count() / 20 + 1;
        let mut grid = 0;
        for (number, second) in solver.ticks().enumerate() {
            let start = at(second);
            let expected = solver.answer(second);
            let in_list = offers.remove(&second);
            prop_assert_eq!(&answer(world, in_list.as_ref()), &expected, "at {}", start);
            let is_grid = solver.is_grid(second);
            prop_assert_eq!(is_start(rules.zone(), rules.slot(), start), is_grid, "at {}", start);
            grid += usize::from(is_grid);
            if is_grid && grid.is_multiple_of(some) || number % 97 == 0 {
                alone(&rules, &hosts, second, (world, &expected))?;
            }
        }
        prop_assert!(offers.is_empty(), "beside the grid: {:?}", offers);
    }
    Ok(())
}

/// A start asked about by itself.
fn alone(
    rules: &SlotRules,
    hosts: &[HostTimes<'_>],
    second: i64,
    (world, expected): (&World, &solver::Answer),
) -> Result<(), TestCaseError> {
    let offer = offer_at(rules, hosts, at(second), world.now());
    prop_assert_eq!(&answer(world, offer.as_ref()), expected, "alone at {}", at(second));
    Ok(())
}

/// One in so many of all cases, tried in blocks with a seed each.
fn try_cases(one_in: u32, worlds: impl Strategy<Value = World>, least: &[(&str, u32)]) {
    const BLOCK: u32 = 1_000;
    let all = env::var("SLOTLINK_CASES").map_or(20_000, |cases| cases.parse().unwrap());
    let cases: u32 = (all / one_in).max(1);
    let defaults = Config::default();
    let first = match defaults.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(()),
    };
    let met = Met::default();
    for block in 0..cases.div_ceil(BLOCK) {
        let seed = first.wrapping_add(block.into());
        let config = Config {
            cases: BLOCK.min(cases - block * BLOCK),
            rng_seed: RngSeed::Fixed(seed),
            failure_persistence: None,
            ..defaults.clone()
        };
        let tried = TestRunner::new(config).run(&worlds, |world| check(&world, &met));
        tried.unwrap_or_else(|failure| panic!("PROPTEST_RNG_SEED={seed}: {failure}"));
    }
    if cases >= BLOCK {
        met.assert_enough(cases, least);
    }
}

/// What is met in ten thousand cases about three times as often, whatever the group.
const USUAL: [(&str, u32); 16] = [
    ("two with the same hours", 300),
    ("closed", 30_000),
    ("occupied", 4_000),
    ("busy", 1_500),
    ("busy unknown", 1_000),
    ("host full", 400),
    ("calendar full", 1_500),
    ("notice", 4_000),
    ("window", 10_000),
    ("too late a year", 5),
    ("set back by hours", 250),
    ("set back by minutes", 25),
    ("set forward by hours", 250),
    ("set forward by minutes", 25),
    ("set forward by seconds", 5),
    ("a date is skipped", 25),
];

#[test]
fn slots_of_one_host_agree_with_a_look_at_every_minute() {
    let least = [
        ("joined", 500),
        ("joined unknown", 60),
        ("no seat left", 1_000),
        ("no seat of a full host", 20),
        ("one", 10_000),
        ("some", 3_000),
        ("many", 60),
    ];
    let worlds = world(&[ROUND_ROBIN, ROUND_ROBIN, UNASSIGNED]);
    try_cases(2, worlds, &[&USUAL[..], &least].concat());
}

#[test]
fn collective_slots_agree_with_a_look_at_every_minute() {
    let least = [
        ("alone", 1_500),
        ("all together", 200),
        ("without optional hosts", 300),
        ("without a full optional host", 50),
        ("frozen", 300),
        ("frozen, no seat", 1_000),
        ("frozen, member full", 40),
        ("frozen, member unknown", 100),
        ("frozen, optional member full", 10),
        ("frozen, owner gone", 80),
    ];
    try_cases(2, world(&[COLLECTIVE]), &[&USUAL[..], &least].concat());
}

#[test]
fn long_ranges_agree_with_a_look_at_some_hours() {
    let least = [
        ("closed", 10_000),
        ("occupied", 2_000),
        ("busy", 1_000),
        ("host full", 300),
        ("window", 8_000),
        ("joined", 100),
        ("one", 2_000),
        ("some", 500),
        ("alone", 100),
        ("frozen", 50),
        ("set back by hours", 100),
        ("set forward by hours", 100),
    ];
    try_cases(10, long_world(), &least);
}
