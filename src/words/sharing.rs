//! How the hosts of a round robin calendar share its appointments.

use serde::{Deserialize, Serialize};

use super::setting::settings;

settings! {
    /// How many days an interval of fairness spans.
    FairnessDays(u16) = "interval of fairness", 1..=366 days;
    /// A host's share, as against the shares of the other hosts.
    Weight(u16) = "weight", 1..=10_000 shares;
}

impl Default for Weight {
    /// 100, like everybody's unless set.
    fn default() -> Self {
        Self(100)
    }
}

/// The interval in which assignments are counted for fairness, in the calendar's zone.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fairness {
    /// The calendar month.
    #[default]
    Month,
    /// The last days, today included; by start, the same number of days from today on too.
    Days(FairnessDays),
}

/// Who of the hosts who can take a new slot gets it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Distribution {
    /// Highest priority, then who was not assigned for longest, then who has the fewest in the
    /// interval of fairness.
    #[default]
    Availability,
    /// Who is furthest behind their share by weight; then as by availability.
    ///
    /// As long as all are free, no host is a whole appointment ahead of their share; of two hosts
    /// with equal weights neither is two ahead of the other; and whenever as many were given away
    /// as all weights together, or a multiple of that, everybody has exactly their share.
    Equal,
}

/// By which instant an appointment falls into the interval of fairness.
///
/// Whichever it is, who was assigned last is told by when the appointments were booked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CountedBy {
    /// When it was booked.
    #[default]
    Booking,
    /// When it starts: in the calendar month of today, past or to come; or on one of so many days
    /// up to today, or of so many from today on, which counts today once. With seven days on a
    /// Monday, from the Tuesday before to the Sunday after.
    Start,
}

/// Whether appointments that were marked as `no_show` count for their host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "they count or they do not")]
pub enum NoShows {
    /// The host had their turn.
    #[default]
    Count,
    /// It was no turn: the host gets another.
    LeftOut,
}

/// Who hosts a contact that was here before.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sticky {
    /// Whoever is next.
    #[default]
    Off,
    /// Their last host on this calendar, if free; else whoever is next. Known from when this is set.
    ///
    /// A host who lacks Zoom is passed over as for anybody. A contact is known by the host
    /// application's id of them, else by e-mail address, else by phone number.
    LastHost,
}

/// Who hosts an appointment that moves, if no host is wanted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RescheduleHost {
    /// The same host if free, else whoever is next.
    #[default]
    KeepIfFree,
    /// The same host, or it cannot move there.
    Keep,
    /// Whoever is next.
    Reassign,
}

/// How the hosts of a round robin calendar share its appointments. Other kinds do not ask.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Sharing {
    /// Who gets a new slot.
    pub distribution: Distribution,
    /// Over which time it is fair. The calendar month by default. What it does not reach is forgotten:
    /// one that is made longer fills as time goes by.
    pub interval: Fairness,
    /// What falls into that time. Appointments booked in it by default.
    pub counted_by: CountedBy,
    /// Whether no-shows count, as by default.
    pub no_shows: NoShows,
    /// Whether contacts get their last host again. Off by default.
    pub sticky: Sticky,
    /// Who hosts an appointment that moves. The same host, if free, by default.
    pub on_reschedule: RescheduleHost,
}
