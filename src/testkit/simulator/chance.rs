//! What happens by chance, and is the same in every run of a seed.

use crate::testkit::SeededEntropy;

/// A stream of choices.
#[derive(Debug)]
pub(super) struct Chance(SeededEntropy);

impl Chance {
    /// The stream of a seed. Neighbouring seeds have nothing in common.
    pub(super) fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed.wrapping_mul(0xD6E8_FEB8_6659_FD93)))
    }

    pub(super) fn next(&self) -> u64 {
        self.0.next()
    }

    /// A number below `n`; 0 if there is none.
    pub(super) fn below(&self, n: u64) -> u64 {
        self.next().checked_rem(n).unwrap_or_default()
    }

    /// A number from `first` to `last`.
    pub(super) fn between(&self, first: i64, last: i64) -> i64 {
        let width = last.saturating_sub(first).saturating_add(1);
        let offset = self.below(u64::try_from(width).unwrap_or_default());
        first.saturating_add(i64::try_from(offset).unwrap_or_default())
    }

    /// True once in `n` times; never for 0.
    pub(super) fn one_in(&self, n: u64) -> bool {
        n > 0 && self.below(n) == 0
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        let at = self.below(u64::try_from(all.len()).unwrap_or_default());
        all.get(usize::try_from(at).unwrap_or_default())
    }
}
