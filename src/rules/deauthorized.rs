//! What a report that the app was removed at Zoom says of the present connection.
//!
//! Revoking a token at a disconnect makes Zoom report just that, and the report may come after the
//! user has connected again. It tells when the app was removed, by Zoom's clock.

use chrono::{DateTime, TimeDelta, Utc};

use crate::bugs::bug;

/// How far Zoom's clock and ours may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// What to do about a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// The report is of an earlier consent.
    Ignore,
    /// By the clocks it may be of this consent or of an earlier one: ask Zoom for new tokens.
    Ask,
    /// It is of this consent.
    Dead,
}

/// What a report means for a connection whose user consented then.
pub(crate) fn verdict(removed_at: DateTime<Utc>, connected_at: DateTime<Utc>) -> Verdict {
    if bug!(OldRemovalCounts) {
        return Verdict::Dead;
    }
    let after = removed_at.signed_duration_since(connected_at);
    if after < -SKEW {
        Verdict::Ignore
    } else if after < SKEW {
        Verdict::Ask
    } else {
        Verdict::Dead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_report_that_is_later_for_certain_kills() {
        let at = |seconds: i64| DateTime::from_timestamp(1_000_000 + seconds, 0).unwrap();
        for (after, expected) in [
            (-301, Verdict::Ignore),
            (-300, Verdict::Ask),
            (0, Verdict::Ask),
            (299, Verdict::Ask),
            (300, Verdict::Dead),
        ] {
            assert_eq!(verdict(at(after), at(0)), expected, "{after}");
        }
        assert_eq!(verdict(DateTime::<Utc>::MIN_UTC, at(0)), Verdict::Ignore);
        assert_eq!(verdict(DateTime::<Utc>::MAX_UTC, at(0)), Verdict::Dead);
    }
}
