//! Flows that are cut off at every await, and whose every call meets every fault.

use slotlink::testkit::simulator::{Broken, Flow};

/// Runs it for all flows; answers with how many runs that were.
fn all(every: fn(Flow) -> Result<u32, Box<Broken>>) -> u32 {
    let runs = |flow: &Flow| every(*flow).unwrap_or_else(|broken| panic!("{broken}"));
    Flow::ALL.iter().map(runs).sum()
}

#[test]
fn whatever_is_dropped_at_any_await_is_made_good() {
    let runs = all(Flow::every_crash);
    assert!(runs > 500, "{runs} awaits");
}

#[test]
fn whatever_fault_any_call_meets_is_made_good() {
    let runs = all(Flow::every_fault);
    assert!(runs > 800, "{runs} faults");
}

#[test]
fn whatever_is_dropped_twice_is_made_good() {
    let pairs =
        Flow::BookMoveCancel.every_two_crashes().unwrap_or_else(|broken| panic!("{broken}"));
    assert!(pairs > 2_000, "{pairs} pairs");
}
