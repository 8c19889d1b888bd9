//! How long to wait before something is tried again that failed.

use chrono::TimeDelta;

/// Waits double from the first to the longest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub(crate) first: TimeDelta,
    pub(crate) longest: TimeDelta,
}

/// How much of a wait is left out, so that those who failed together do not try again together: none
/// of it at 0, half of it at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Spread(u16);

impl Spread {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn new(random: u16) -> Self {
        Self(random)
    }

    /// As much of a time as this is of the whole.
    pub(crate) fn of(self, whole: TimeDelta) -> TimeDelta {
        let parts = i64::from(u16::MAX);
        let seconds = whole.num_seconds().saturating_mul(self.0.into());
        TimeDelta::seconds(seconds.checked_div(parts).unwrap_or_default())
    }
}

impl Retry {
    /// The wait after so many failures before this one.
    pub(crate) fn after(self, failures: u32, spread: Spread) -> TimeDelta {
        let wait = self.first.checked_mul(1 << failures.min(16)).unwrap_or(self.longest);
        let wait = wait.min(self.longest);
        wait - spread.of(TimeDelta::seconds(wait.num_seconds().div_euclid(2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let retry = Retry { first: TimeDelta::seconds(2), longest: TimeDelta::seconds(9) };
        let after = |failures| retry.after(failures, Spread::NONE).num_seconds();
        assert_eq!([0, 1, 2, 3, u32::MAX].map(after), [2, 4, 8, 9, 9]);
    }

    #[test]
    fn at_most_half_of_a_wait_is_left_out() {
        let retry = Retry { first: TimeDelta::seconds(100), longest: TimeDelta::seconds(900) };
        let after = |spread| retry.after(0, Spread::new(spread)).num_seconds();
        assert_eq!([0, u16::MAX / 2 + 1, u16::MAX].map(after), [100, 75, 50]);
    }
}
