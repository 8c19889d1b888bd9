//! chrono-slots finds the gaps between the blocks of one span. It knows no hours: each host's closed
//! times are further blocks, so that one call finds all gaps of a host.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone};
use chrono_slots::{Block, Input, Output, Period, PeriodError, Slot, Span, find};
use chrono_tz_06::Tz;

use super::super::answers::Listed;
use super::super::generate::Workload;
use super::{Mode, Tally, profile, range};

#[derive(Clone)]
struct Event {
    start: DateTime<Tz>,
    end: DateTime<Tz>,
}

impl Period for Event {
    fn start(&self) -> DateTime<Tz> {
        self.start
    }

    fn end(&self) -> DateTime<Tz> {
        self.end
    }
}

impl Input for Event {
    fn to_block(&self) -> Result<Block, PeriodError> {
        Block::new(self.start, self.end)
    }
}

impl Output for Event {
    fn create_from_slot(slot: Slot) -> Self {
        Self { start: slot.start(), end: slot.end() }
    }
}

/// Zone, opening and closing minute of the working days.
type Hours = (Tz, u16, u16);

pub(crate) struct ChronoSlots {
    range: (i64, i64),
    hosts: Vec<(Hours, Vec<Event>)>,
}

fn instant(second: i64) -> DateTime<Tz> {
    Tz::UTC.timestamp_opt(second, 0).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the crate of the peer's own chrono-tz")]
fn at(zone: Tz, date: NaiveDate, minute: u16) -> DateTime<Tz> {
    let local = date.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(minute.into());
    zone.from_local_datetime(&local).unwrap().with_timezone(&Tz::UTC)
}

/// When somebody with such hours is closed.
fn closed((zone, open, close): Hours, range: (i64, i64)) -> Vec<Event> {
    let (mut start, end) = (instant(range.0), instant(range.1));
    let mut blocks = Vec::new();
    let first = start.date_naive();
    for date in first.iter_days().take_while(|date| *date <= end.date_naive()) {
        if date.weekday().number_from_monday() <= 5 {
            blocks.push(Event { start, end: at(zone, date, open) });
            start = at(zone, date, close);
        }
    }
    blocks.push(Event { start, end });
    blocks.retain(|block| block.start < block.end && block.start < end);
    blocks
}

impl ChronoSlots {
    pub(crate) fn new(work: &Workload) -> Self {
        let hosts = work.busy.iter().enumerate().map(|(host, busy)| {
            let (zone, open, close) = profile(host);
            let event = |busy: &slotlink::words::Interval| {
                let (start, end) = (*busy).into();
                Event { start: instant(start), end: instant(end) }
            };
            ((zone.parse().unwrap(), open, close), busy.iter().map(event).collect())
        });
        Self { range: range(work), hosts: hosts.collect() }
    }

    pub(crate) fn ask(&self, mode: Mode) -> Listed {
        let mut tally = Tally::new(self.range);
        let mut known: HashMap<Hours, Vec<Event>> = HashMap::new();
        for (hours, busy) in &self.hosts {
            let closed = known.entry(*hours).or_insert_with(|| closed(*hours, self.range));
            let mut blocks = Vec::with_capacity(busy.len() + closed.len());
            blocks.extend_from_slice(busy);
            blocks.extend_from_slice(closed);
            let span = Span::new(instant(self.range.0), instant(self.range.1)).unwrap();
            for gap in find::<_, Event>(span, blocks).unwrap() {
                tally.gap(gap.start.timestamp(), gap.end.timestamp());
            }
        }
        tally.listed(mode, self.hosts.len())
    }
}
