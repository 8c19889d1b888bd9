//! What is known of one host's time.

use std::borrow::Cow;

use crate::words::{DateRange, Hours, Interval, Occupancy, Occupant};

/// The time of one host, or of an unassigned calendar, around the starts asked about.
///
/// What is given must be complete over [`SlotRules::reach`](super::SlotRules::reach) of those
/// starts; each list may be in any order and may overlap.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostTimes<'a> {
    occupant: Occupant,
    hours: &'a Hours,
    occupied: Cow<'a, [Occupancy]>,
    busy: Option<Vec<Interval>>,
    full: Vec<DateRange>,
    takes_new: bool,
}

impl<'a> HostTimes<'a> {
    /// A host with these hours, whose time is all free.
    #[must_use]
    pub const fn new(occupant: Occupant, hours: &'a Hours) -> Self {
        let occupied = Cow::Borrowed([].as_slice());
        let busy = Some(Vec::new());
        let full = Vec::new();
        Self { occupant, hours, occupied, busy, full, takes_new: true }
    }

    /// With what they have given to slots of any calendar of any account (R19).
    ///
    /// To move an appointment, leave out the occupancy it leaves, or give it with one seat less.
    #[must_use]
    pub fn with_occupied(mut self, occupied: impl Into<Cow<'a, [Occupancy]>>) -> Self {
        self.occupied = occupied.into();
        self
    }

    /// With the times when they are busy elsewhere, without those that are echoes of our own
    /// appointments (R21).
    #[must_use]
    pub fn with_busy(mut self, busy: Vec<Interval>) -> Self {
        self.busy = Some(busy);
        self
    }

    /// It is not known when they are busy elsewhere: they can take no new slot (R21).
    #[must_use]
    pub fn with_busy_unknown(mut self) -> Self {
        self.busy = None;
        self
    }

    /// With dates of the calendar's zone on which they take no more appointments of the calendar,
    /// since a limit of theirs is reached.
    #[must_use]
    pub fn with_full_dates(mut self, dates: Vec<DateRange>) -> Self {
        self.full = dates;
        self
    }

    /// They take no new slot, whatever the time: they meet on Zoom, and the calendar refuses new slots
    /// of hosts who have no requests left (R16). Seats of slots that exist can be joined.
    #[must_use]
    pub const fn with_no_new_slots(mut self) -> Self {
        self.takes_new = false;
        self
    }

    /// Whose time it is.
    #[must_use]
    pub const fn occupant(&self) -> &Occupant {
        &self.occupant
    }

    /// When they are open.
    #[must_use]
    pub const fn hours(&self) -> &'a Hours {
        self.hours
    }

    /// What they have given to slots.
    #[must_use]
    pub fn occupied(&self) -> &[Occupancy] {
        &self.occupied
    }

    /// When they are busy elsewhere. `None`: it is not known.
    #[must_use]
    pub fn busy(&self) -> Option<&[Interval]> {
        self.busy.as_deref()
    }

    /// Whether they take new slots when they are free.
    #[must_use]
    pub const fn takes_new_slots(&self) -> bool {
        self.takes_new
    }

    /// The dates on which they take no more.
    #[must_use]
    pub fn full_dates(&self) -> &[DateRange] {
        &self.full
    }
}
