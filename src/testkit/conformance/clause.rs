//! The clauses of the contract, and the cases that prove them.

use std::fmt;
use std::time::Duration;

use super::cases::{bytes, conflicts, dropped, due, histories, instant, ranges, reads, resent};
use super::cases::{versions, whole};
use super::instance::Trial;
use super::seen::Seen;
use super::time::{Boxed, in_time};
use super::{Broken, StoreBuilder};

/// A case that takes longer than this is stuck.
const LONGEST_CASE: Duration = Duration::from_secs(300);

/// A clause of the contract of [`Store`](crate::ports::Store), whose docs say it in full.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Clause {
    /// ST-1: whole or not at all, and durable.
    St1,
    /// ST-2: strictly serializable.
    St2,
    /// ST-3: versions never repeat.
    St3,
    /// ST-4: a conflict is one, and nothing of it is applied.
    ///
    /// What is told when something breaks (`Err`, `Unknown`) cannot be provoked from outside: tests
    /// of the adapter prove that half, with faults of its own making.
    St4,
    /// ST-5: sent again, not applied again.
    St5,
    /// ST-6: `get` answers with what the last commit wrote.
    St6,
    /// ST-7: dropped futures are harmless.
    St7,
    /// ST-8: `scan` finds what there is, in order, page by page.
    St8,
    /// ST-9: what is accepted can be stored, and comes back byte for byte.
    St9,
}

impl Clause {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::St1,
        Self::St2,
        Self::St3,
        Self::St4,
        Self::St5,
        Self::St6,
        Self::St7,
        Self::St8,
        Self::St9,
    ];

    /// The cases that prove it, in the order in which they are run.
    pub fn cases(self) -> impl Iterator<Item = Case> {
        let (some, more): (Cases, Cases) = match self {
            Self::St1 => (whole::CASES, &[]),
            Self::St2 => (instant::CASES, histories::CASES),
            Self::St3 => (versions::CASES, &[]),
            Self::St4 => (conflicts::CASES, &[]),
            Self::St5 => (resent::CASES, &[]),
            Self::St6 => (reads::CASES, &[]),
            Self::St7 => (dropped::CASES, &[]),
            Self::St8 => (ranges::CASES, due::CASES),
            Self::St9 => (bytes::CASES, &[]),
        };
        let cases = some.iter().chain(more);
        cases.map(move |&(name, run)| Case { clause: self, name, run })
    }

    /// Proves the clause of the stores that the builder opens, case by case.
    ///
    /// # Errors
    /// [`Broken`] says which clause is broken, by which case, and what was seen.
    pub async fn prove(self, builder: &dyn StoreBuilder) -> Result<(), Broken> {
        for case in self.cases() {
            case.prove(builder).await?;
        }
        Ok(())
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::St1 => "ST-1",
            Self::St2 => "ST-2",
            Self::St3 => "ST-3",
            Self::St4 => "ST-4",
            Self::St5 => "ST-5",
            Self::St6 => "ST-6",
            Self::St7 => "ST-7",
            Self::St8 => "ST-8",
            Self::St9 => "ST-9",
        })
    }
}

/// What a case does with its place.
type Run = fn(&Trial) -> Boxed<'_, Result<(), Seen>>;
pub(super) type Cases = &'static [(&'static str, Run)];

/// Lists cases by the names of their functions.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        pub(in crate::testkit::conformance) const CASES: $crate::testkit::conformance::clause::Cases =
            &[$((stringify!($case), |trial| Box::pin($case(trial)))),+];
    };
}
pub(super) use cases;

/// A case of a clause: what a host runs alone when it has failed.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    clause: Clause,
    name: &'static str,
    run: Run,
}

impl Case {
    /// What it proves, in words joined by underscores.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Runs the case, in a place of its own.
    ///
    /// # Errors
    /// [`Broken`] says what was seen.
    pub async fn prove(&self, builder: &dyn StoreBuilder) -> Result<(), Broken> {
        let run = async {
            let trial = Trial::new(builder.place().await?);
            (self.run)(&trial).await
        };
        let proved = in_time(LONGEST_CASE, run).await.flatten();
        let Self { clause, name, .. } = *self;
        proved.map_err(|seen| Broken { clause, case: name, seen: seen.to_string() })
    }
}
