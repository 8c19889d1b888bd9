//! What a seed has broken, and how to see it again.

use std::fmt;

use super::swarm::{DeedClass, FaultClass};
use crate::testkit::Breach;

/// An invariant does not hold.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Broken {
    /// The seed.
    pub seed: u64,
    /// How many steps it was to run.
    pub steps: u64,
    /// At which step it broke; `None` if at rest, when all work was done.
    pub at: Option<u64>,
    /// The number of the invariant.
    pub invariant: &'static str,
    /// What it says.
    pub says: &'static str,
    /// What was seen instead.
    pub seen: String,
    /// The faults that were on.
    pub faults: Vec<FaultClass>,
    /// The calls that were on.
    pub deeds: Vec<DeedClass>,
    /// The last that happened, one line each.
    pub lines: Vec<String>,
}

impl Broken {
    pub(super) fn of(breach: Breach) -> Self {
        let Breach { invariant, says, seen } = breach;
        let (faults, deeds, lines) = (Vec::new(), Vec::new(), Vec::new());
        Self { seed: 0, steps: 0, at: None, invariant, says, seen, faults, deeds, lines }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, steps, invariant, says, seen, faults, deeds, .. } = self;
        let at = self.at.map_or_else(|| "at rest".to_owned(), |step| format!("at step {step}"));
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "seed {seed} breaks {invariant} {at}: {says}")?;
        writeln!(f, "  seen: {seen}")?;
        writeln!(f, "  faults: {faults:?}")?;
        writeln!(f, "  calls: {deeds:?}")?;
        write!(
            f,
            "  again: cargo run --release --example simulate -- --seed {seed} --steps {steps} --trace"
        )
    }
}

impl std::error::Error for Broken {}
