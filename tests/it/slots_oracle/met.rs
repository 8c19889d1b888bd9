//! Which rules the cases have tried.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// How often each rule has decided, so that none goes untried unnoticed.
#[derive(Debug, Default)]
pub(super) struct Met(RefCell<BTreeMap<&'static str, u32>>);

impl Met {
    pub(super) fn add(&self, sort: &'static str) {
        *self.0.borrow_mut().entry(sort).or_default() += 1;
    }

    /// Whether all of these hold. Counts what alone does not.
    pub(super) fn all<const N: usize>(&self, rules: [(&'static str, bool); N]) -> bool {
        let mut broken = rules.iter().filter(|(_, holds)| !holds);
        match (broken.next(), broken.next()) {
            (None, _) => true,
            (Some((only, _)), None) => {
                self.add(only);
                false
            }
            _ => false,
        }
    }

    /// Asserts that each sort was met so often in ten thousand cases.
    #[track_caller]
    pub(super) fn assert_enough(&self, cases: u32, least: &[(&str, u32)]) {
        let met = self.0.borrow();
        for (sort, least) in least {
            let count = met.get(sort).copied().unwrap_or(0);
            let enough = u64::from(count) * 10_000 >= u64::from(*least) * u64::from(cases);
            assert!(enough, "too few of {sort:?}, {count} in {cases} cases: {met:?}");
        }
    }
}
