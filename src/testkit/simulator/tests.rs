//! Mistakes that were made again on purpose: each has to be noticed.

use super::{Broken, Flow, Simulation};
use crate::bugs::{Bug, with};

const STEPS: u64 = 400;
/// Most are noticed by the first few seeds.
const MOST_SEEDS: u64 = 4_000;

/// What noticed a mistake: its row of the table.
fn notice(bug: Bug) -> Option<String> {
    with(bug, || {
        let row = |how: String, broken: &Broken| format!("{how} | {}", broken.invariant);
        let by_flow = |flow: &Flow| {
            let broken = flow.undisturbed().err()?;
            Some(row(format!("{flow:?} by itself"), &broken))
        };
        let by_seed = |seed: u64| {
            let broken = Simulation::of_seed(seed).steps(STEPS).run().err()?;
            Some(row(format!("{} seeds", seed.saturating_add(1)), &broken))
        };
        let by_fault = |flow: &Flow| {
            let broken = flow.every_fault().err()?;
            Some(row(format!("{flow:?}, a fault at every call"), &broken))
        };
        let flows = || Flow::ALL.iter();
        let found = flows().find_map(by_flow).or_else(|| (0..MOST_SEEDS).find_map(by_seed));
        found.or_else(|| flows().find_map(by_fault))
    })
}

/// Mistakes of one half: the two run beside each other.
#[expect(clippy::print_stdout, reason = "the table is for whoever reads what tests print")]
fn all_of(half: usize) {
    let mut missed = Vec::new();
    for (_, bug) in Bug::ALL.iter().enumerate().filter(|(at, _)| at % 2 == half) {
        match notice(*bug) {
            Some(row) => println!("| {bug:?} | {row} |"),
            None => missed.push(*bug),
        }
    }
    assert_eq!(missed, [], "not noticed");
}

#[test]
fn every_mistake_is_noticed() {
    all_of(0);
}

#[test]
fn every_other_mistake_is_noticed() {
    all_of(1);
}

#[test]
fn without_a_mistake_nothing_is_noticed() {
    for flow in Flow::ALL {
        flow.undisturbed().unwrap();
    }
    for seed in 0..50 {
        Simulation::of_seed(seed).steps(STEPS).run().unwrap();
    }
}
