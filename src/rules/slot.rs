//! A slot that somebody booked: who sits in it, and its link.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::words::{AppointmentId, CalendarRef, Interval, LinkId, Occupancy, Occupant};

/// Which slot: calendar, owner, start and end. Also the key of its link (R10).
///
/// The owner is the assigned host (round robin), the primary host (collective), or the calendar
/// itself (unassigned).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlotKey {
    pub(crate) calendar: CalendarRef,
    pub(crate) owner: Occupant,
    pub(crate) core: Interval,
}

impl SlotKey {
    pub(crate) fn of(occupancy: &Occupancy) -> Self {
        let (calendar, owner) = (occupancy.calendar().clone(), occupancy.owner().clone());
        Self { calendar, owner, core: occupancy.core() }
    }

    pub(crate) fn is_of(&self, occupancy: &Occupancy) -> bool {
        occupancy.is_slot(&self.calendar, self.core) && *occupancy.owner() == self.owner
    }
}

/// What is known of a booked slot. Exists as long as somebody sits in it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookedSlot {
    /// What it takes of its hosts: fixed by the first appointment, whatever the settings do later.
    pub(crate) padded: Interval,
    /// Its hosts: fixed by the first appointment.
    pub(crate) occupants: Vec<Occupant>,
    /// Who sits in it.
    pub(crate) appointments: BTreeSet<AppointmentId>,
    /// The link that those of them share who are confirmed and meet on Zoom (R11).
    pub(crate) link: Option<LinkId>,
}

impl BookedSlot {
    pub(crate) const fn new(padded: Interval, occupants: Vec<Occupant>) -> Self {
        Self { padded, occupants, appointments: BTreeSet::new(), link: None }
    }
}
