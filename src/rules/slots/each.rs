//! Slots that one host takes alone: round robin, and calendars without hosts.

use super::super::bits::{self, Counters};
use super::super::host_times::HostTimes;
use super::super::slot_rules::SlotRules;
use super::sheet::Sheet;

/// Who can take which start, each by themselves.
#[derive(Clone, Debug)]
pub(super) struct Each {
    words: usize,
    /// A row for each host: the starts at which they can take a new slot.
    free: Vec<u64>,
    /// How many hosts can.
    counters: Counters,
    /// By start, then host.
    open: Vec<Open>,
    /// The seats of a new slot.
    seats: u32,
}

/// A slot that is open: a seat is left.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Open {
    at: usize,
    host: usize,
    seats_left: u32,
}

impl Each {
    /// Also sets the bits of all starts that somebody can take.
    pub(super) fn new<'h>(
        rules: &SlotRules,
        sheet: &mut Sheet<'h>,
        hosts: &[&HostTimes<'h>],
        bookable: &mut [u64],
    ) -> Self {
        let words = sheet.words();
        let mut each = Self {
            words,
            free: vec![0; words * hosts.len()],
            counters: Counters::new(words),
            open: Vec::new(),
            seats: rules.slot().seats().seats().into(),
        };
        for ((number, host), row) in hosts.iter().enumerate().zip(each.free.chunks_exact_mut(words))
        {
            sheet.fill(host, row);
            each.counters.add(row);
            bookable.iter_mut().zip(&*row).for_each(|(any, free)| *any |= free);
            for (at, held) in sheet.sits_in(host) {
                let is_own = held.owner() == host.occupant() && !sheet.is_full(host, at);
                if let Some(seats_left) = rules.seats_left(held.seats_taken()).filter(|_| is_own) {
                    each.open.push(Open { at, host: number, seats_left });
                    bits::set(bookable, at);
                }
            }
        }
        each.open.sort_unstable();
        each
    }

    /// The open slots at a start.
    fn open_at(&self, at: usize) -> &[Open] {
        let from = self.open.partition_point(|open| open.at < at);
        let open = self.open.get(from..).unwrap_or_default();
        let count = open.partition_point(|open| open.at == at);
        open.get(..count).unwrap_or_default()
    }

    pub(super) fn seats_left(&self, at: usize) -> u32 {
        let open: u32 = self.open_at(at).iter().map(|open| open.seats_left).sum();
        open.saturating_add(self.counters.count(at).saturating_mul(self.seats))
    }

    /// Who can take a start, by number: all by their own slot.
    pub(super) fn places(&self, at: usize) -> impl Iterator<Item = (usize, Option<u32>)> {
        let mut open = self.open_at(at).iter().peekable();
        let rows = self.free.chunks_exact(self.words).enumerate();
        rows.filter_map(move |(host, row)| {
            let joined = open.next_if(|open| open.host == host);
            match joined {
                Some(open) => Some((host, Some(open.seats_left))),
                None => bits::has(row, at).then_some((host, None)),
            }
        })
    }
}
