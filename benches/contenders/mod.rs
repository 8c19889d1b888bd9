//! Who answers the workloads, each from input in their own types. Answers are compared with those of
//! the brute-force solver before anybody is timed.

mod chrono_slots;
mod floor;
mod ours;
mod pidge;

use super::answers::{Listed, digest, expected};
use super::generate::{PROFILES, Workload, workload};

/// What a workload is drawn from.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) name: &'static str,
    pub(crate) hosts: usize,
    days: u64,
    seed: u64,
}

pub(crate) const WORKLOADS: [Size; 4] = [
    Size { name: "W1", hosts: 1, days: 31, seed: 1 },
    Size { name: "W2", hosts: 10, days: 31, seed: 2 },
    Size { name: "W3", hosts: 100, days: 31, seed: 3 },
    Size { name: "W4", hosts: 1000, days: 90, seed: 4 },
];

/// One contender's whole query.
pub(crate) type Ask<'a> = &'a dyn Fn(Mode) -> Listed;

/// Gives the contenders, ready to be asked, once for each mode; ours is the first, the floor the second.
pub(crate) fn race(size: Size, mut time: impl FnMut(Mode, &[(&str, Ask<'_>)])) {
    let work = workload(size.hosts, size.days, size.seed);
    let (ours, floor) = (ours::Ours::new(&work), floor::Floor::new(&work));
    let chrono_slots = chrono_slots::ChronoSlots::new(&work);
    let pidge = pidge::Pidge::new(&work);
    let contenders: [(&str, Ask<'_>); 4] = [
        ("slotlink", &|mode| ours.ask(mode)),
        ("floor", &|mode| floor.ask(mode)),
        ("chrono-slots", &|mode| chrono_slots.ask(mode)),
        ("pidge-core", &|mode| pidge.ask(mode)),
    ];
    for (contender, ask) in contenders {
        assert_right(contender, size.name, ask);
    }
    time(Mode::RoundRobin, &contenders);
    time(Mode::Collective, &contenders);
}

fn assert_right(contender: &str, workload: &str, ask: Ask<'_>) {
    let digest = digest(&ask(Mode::RoundRobin), &ask(Mode::Collective));
    let expected = expected(workload);
    for (what, value) in digest.as_object().unwrap() {
        assert_eq!(*value, expected[what], "{contender}, {workload}: {what}");
    }
}

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
