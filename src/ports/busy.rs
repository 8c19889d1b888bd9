//! Busy times of hosts in their other calendars (R21).

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::http::BoxedCause;
use crate::words::{AppointmentId, Interval, UserId};

/// Tells when hosts are busy elsewhere: in the calendars that they keep at Google, Microsoft or
/// wherever else.
///
/// Slots that the crate has booked itself need not be told: it knows them.
///
/// # Contract
/// * **BUSY-1** There is one answer for each user asked about, in the order of the question.
/// * **BUSY-2** [`BusyTimes::Known`] is complete: it holds every time within the interval asked
///   about at which the user is busy. It may overlap itself, reach beyond and be in any order.
/// * **BUSY-3** Times are as they are, without buffers: the crate adds those of the calendar.
/// * **BUSY-4** What cannot be read is [`BusyTimes::Unknown`], or an error if that holds for all.
///   It is never an empty list: a host whose busy times are unknown can take no new slot.
/// * **BUSY-5** What came into the other calendar by one of our appointments that this user hosts
///   says so ([`BusyTime::echo`]). It then counts for nothing: our own rows say whether they still
///   host it. What they were invited to as a participant is no echo, nor is an appointment of
///   another deployment.
/// * **BUSY-6** It answers, if only with an error, about when the deadline comes.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait BusySource: Send + Sync {
    /// When users are busy.
    ///
    /// # Errors
    /// [`BusyError`] if it is not known of any of them. Nobody of them is then bookable for a new
    /// slot; the slot query says so.
    async fn busy_times(&self, question: &BusyQuestion) -> Result<Vec<BusyTimes>, BusyError>;
}

/// Whose busy times are asked for, all in one call.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BusyQuestion {
    /// The hosts, each once.
    pub users: Vec<UserId>,
    /// The time that matters.
    pub within: Interval,
    /// When the answer is of no use any more.
    pub deadline: DateTime<Utc>,
}

/// What is known of one user.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "it is known or it is not")]
pub enum BusyTimes {
    /// All their busy times.
    Known(Vec<BusyTime>),
    /// They could not be read.
    Unknown,
}

/// A time at which somebody is busy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BusyTime {
    interval: Interval,
    echo_of: Option<AppointmentId>,
}

impl BusyTime {
    /// Something that is not ours.
    #[must_use]
    pub const fn new(interval: Interval) -> Self {
        Self { interval, echo_of: None }
    }

    /// What one of our own appointments left in the other calendar.
    #[must_use]
    pub const fn echo(interval: Interval, of: AppointmentId) -> Self {
        Self { interval, echo_of: Some(of) }
    }

    /// When, without buffers.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// The appointment of ours that it came from.
    #[must_use]
    pub const fn echo_of(&self) -> Option<AppointmentId> {
        self.echo_of
    }
}

/// Busy times could not be read.
#[derive(Debug, thiserror::Error)]
#[error("busy times could not be read")]
pub struct BusyError(#[source] BoxedCause);

impl BusyError {
    /// Wraps the adapter's own error. What it says may be logged.
    #[must_use]
    pub fn new(cause: impl Into<BoxedCause>) -> Self {
        Self(cause.into())
    }
}
