//! Who answers the workloads, each from input in their own types.

pub(crate) mod chrono_slots;
pub(crate) mod floor;
pub(crate) mod ours;
pub(crate) mod pidge;

use super::answers::Listed;
use super::generate::{PROFILES, Workload};

/// A way to put several hosts on one calendar.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    RoundRobin,
    Collective,
}

/// Seconds of a slot, and from one start to the next; there are no buffers.
const LENGTH: i64 = 30 * 60;
const STEP: i64 = 15 * 60;

/// Zone, opening and closing minute of a host's working days.
fn profile(host: usize) -> (&'static str, u16, u16) {
    PROFILES[host % PROFILES.len()]
}

fn range(work: &Workload) -> (i64, i64) {
    work.range.into()
}

/// Turns gaps into counted starts: what crates that find gaps leave to their callers.
struct Tally {
    from: i64,
    counts: Vec<u32>,
}

impl Tally {
    fn new((from, to): (i64, i64)) -> Self {
        Self { from, counts: vec![0; usize::try_from((to - from) / STEP).unwrap()] }
    }

    /// A host is free in `[start, end)`.
    fn gap(&mut self, start: i64, end: i64) {
        let first = (start - self.from + STEP - 1).div_euclid(STEP);
        let last = (end - LENGTH - self.from).div_euclid(STEP);
        if first <= last {
            let stretch = usize::try_from(first).unwrap()..=usize::try_from(last).unwrap();
            self.counts[stretch].iter_mut().for_each(|count| *count += 1);
        }
    }

    fn listed(&self, mode: Mode, hosts: usize) -> Listed {
        let least = match mode {
            Mode::RoundRobin => 1,
            Mode::Collective => u32::try_from(hosts).unwrap(),
        };
        let starts = (self.from..).step_by(usize::try_from(STEP).unwrap());
        starts.zip(&self.counts).filter(|(_, n)| **n >= least).map(|(at, n)| (at, *n)).collect()
    }
}
