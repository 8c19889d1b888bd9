//! What is known of one host's time, and how it is asked start by start.

use super::spans::{Span, merge};
use crate::words::{CalendarRef, Interval, Occupancy, Occupant};

/// The time of one host, or of an unassigned calendar, around the starts asked about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostTimes {
    occupant: Occupant,
    open: Vec<Interval>,
    occupied: Vec<Occupancy>,
    busy: Vec<Interval>,
    /// `open`, merged.
    hours: Vec<Span>,
    /// Padded occupancies and busy times, merged: where no new slot may reach with its buffers.
    blocked: Vec<Span>,
}

impl HostTimes {
    /// What is known of one host: when they are open ([`open_times`](super::open_times)), what
    /// they have given to slots of any calendar of any account, and when they are busy elsewhere
    /// (R21). Each list may be in any order and may overlap.
    ///
    /// All three must be complete over [`SlotRules::reach`](super::SlotRules::reach) of the starts
    /// asked about. To move an appointment (R19), leave out the occupancy it leaves, or give it
    /// with one seat less.
    #[must_use]
    pub fn new(
        occupant: Occupant,
        open: Vec<Interval>,
        mut occupied: Vec<Occupancy>,
        busy: Vec<Interval>,
    ) -> Self {
        occupied.sort_by_key(Occupancy::core);
        let padded = occupied.iter().map(Occupancy::padded);
        let blocked = padded.chain(busy.iter().copied()).map(Span::from).collect();
        Self {
            hours: merge(open.iter().copied().map(Span::from).collect()),
            blocked: merge(blocked),
            occupant,
            open,
            occupied,
            busy,
        }
    }

    /// Whose time it is.
    #[must_use]
    pub const fn occupant(&self) -> &Occupant {
        &self.occupant
    }

    /// When they are open.
    #[must_use]
    pub fn open(&self) -> &[Interval] {
        &self.open
    }

    /// What they have given to slots, by start.
    #[must_use]
    pub fn occupied(&self) -> &[Occupancy] {
        &self.occupied
    }

    /// When they are busy elsewhere.
    #[must_use]
    pub fn busy(&self) -> &[Interval] {
        &self.busy
    }
}

/// Answers about one host for starts in ascending order, each list being walked once.
#[derive(Clone, Debug)]
pub(super) struct Sweep<'a> {
    occupant: &'a Occupant,
    hours: &'a [Span],
    blocked: &'a [Span],
    occupied: &'a [Occupancy],
}

impl<'a> Sweep<'a> {
    pub(super) fn new(host: &'a HostTimes) -> Self {
        Self {
            occupant: &host.occupant,
            hours: &host.hours,
            blocked: &host.blocked,
            occupied: &host.occupied,
        }
    }

    pub(super) const fn occupant(&self) -> &'a Occupant {
        self.occupant
    }

    /// Whether the host can take a new slot: it lies inside one open interval, and with its
    /// buffers it meets nothing else.
    pub(super) fn is_free(&mut self, core: Interval, padded: Interval) -> bool {
        let (core, padded) = (Span::from(core), Span::from(padded));
        skip(&mut self.hours, |open| open.end <= core.start);
        let open = self.hours.first();
        if !open.is_some_and(|open| open.start <= core.start && core.end <= open.end) {
            return false;
        }
        skip(&mut self.blocked, |block| block.end <= padded.start);
        let block = self.blocked.first();
        block.is_none_or(|block| padded.end <= block.start)
    }

    /// What the host has given to slots of a calendar with that start and end: at most one, but
    /// for slots that were booked while the calendar had other settings.
    pub(super) fn sits_in<'b>(
        &mut self,
        calendar: &'b CalendarRef,
        core: Interval,
    ) -> impl Iterator<Item = &'a Occupancy> + use<'a, 'b> {
        skip(&mut self.occupied, |occupancy| occupancy.core() < core);
        let ahead = self.occupied;
        ahead
            .iter()
            .take_while(move |occupancy| occupancy.core() == core)
            .filter(move |occupancy| occupancy.is_slot(calendar, core))
    }
}

/// Drops the items at the front that are over.
fn skip<T>(items: &mut &[T], is_over: impl Fn(&T) -> bool) {
    while let [first, rest @ ..] = *items
        && is_over(first)
    {
        *items = rest;
    }
}
