//! Over which time round robin is fair.

use serde::{Deserialize, Serialize};

/// The interval in which assignments are counted for fairness, in the calendar's zone, by the
/// time of booking.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fairness {
    /// The calendar month.
    Month,
    /// The last days, today included.
    Days(FairnessDays),
}

/// 1 to 366 days.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct FairnessDays(u16);

/// A number of days was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("fairness counts over 1 to 366 days, not {given}")]
#[non_exhaustive]
pub struct InvalidFairnessDays {
    /// What was given.
    pub given: u16,
}

impl FairnessDays {
    /// A number of days.
    ///
    /// # Errors
    /// [`InvalidFairnessDays`] if it is not 1 to 366.
    pub const fn new(days: u16) -> Result<Self, InvalidFairnessDays> {
        if 1 <= days && days <= 366 {
            Ok(Self(days))
        } else {
            Err(InvalidFairnessDays { given: days })
        }
    }

    /// The number.
    #[must_use]
    pub const fn days(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for FairnessDays {
    type Error = InvalidFairnessDays;
    fn try_from(days: u16) -> Result<Self, InvalidFairnessDays> {
        Self::new(days)
    }
}

impl From<FairnessDays> for u16 {
    fn from(days: FairnessDays) -> Self {
        days.0
    }
}
