//! What the slot query answers for one start.

use crate::words::{Interval, Occupant, UserId};

/// How a host can take part in a slot.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// By a slot of their own, which nobody sits in yet.
    New,
    /// By a seat of a slot that exists.
    Join {
        /// Names the slot: the assigned host, the primary host, or the unassigned calendar.
        owner: Occupant,
        /// How many seats are left in that slot, at least 1.
        seats_left: u32,
    },
}

/// A bookable slot (R20).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    interval: Interval,
    places: Vec<(Occupant, Place)>,
    seats_left: u32,
}

impl Offer {
    pub(super) const fn new(
        interval: Interval,
        places: Vec<(Occupant, Place)>,
        seats_left: u32,
    ) -> Self {
        Self { interval, places, seats_left }
    }

    /// The slot, without buffers.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// Who can take it, and how. Of a round robin any one of them, by id; of a collective
    /// calendar all of them together, the primary host first, then by id.
    #[must_use]
    pub fn places(&self) -> &[(Occupant, Place)] {
        &self.places
    }

    /// How many more appointments it has room for, at least 1; of a round robin, over all hosts.
    #[must_use]
    pub const fn seats_left(&self) -> u32 {
        self.seats_left
    }

    /// The hosts of [`places`](Self::places), in the same order; none if the calendar is
    /// unassigned.
    pub fn hosts(&self) -> impl Iterator<Item = &UserId> {
        self.places.iter().filter_map(|(occupant, _)| occupant.user())
    }
}
