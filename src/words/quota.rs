//! What a calendar does when a host has no Zoom requests left.

use serde::{Deserialize, Serialize};

/// What becomes of a new slot whose host has no requests at Zoom left on this UTC day (R16).
///
/// A host has requests left if more of the day's are left than meetings wait to be made for them, on
/// whatever calendar, and Zoom did not say that they are used up. This is known to the moment: of
/// bookings at the same time some may be taken too many, whose links are then deferred. Who has
/// connected no Zoom account, or has to reconnect it, lacks no requests. Seats of slots that
/// exist are not concerned.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum QuotaPolicy {
    /// It is booked all the same, and its link comes when the requests are reset.
    #[default]
    Defer,
    /// Another host of the round robin gets it, unless nobody else is free; then, and on other
    /// kinds of calendars, as [`Defer`](Self::Defer).
    PreferAnother,
    /// It is not offered. Of a collective calendar the primary host counts.
    Refuse,
}
