//! How long to wait before something is tried again that failed.

use chrono::TimeDelta;

/// Waits double from the first to the longest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub(crate) first: TimeDelta,
    pub(crate) longest: TimeDelta,
}

impl Retry {
    /// The wait after so many failures before this one.
    pub(crate) fn after(self, failures: u32) -> TimeDelta {
        let wait = self.first.checked_mul(1 << failures.min(16)).unwrap_or(self.longest);
        wait.min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let retry = Retry { first: TimeDelta::seconds(2), longest: TimeDelta::seconds(9) };
        let waits = [0, 1, 2, 3, u32::MAX].map(|failures| retry.after(failures).num_seconds());
        assert_eq!(waits, [2, 4, 8, 9, 9]);
    }
}
