//! pidge-core finds the gaps in one person's working hours; it merges busy times itself.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use pidge_core::availability::{Busy, WorkingHours, free_slots};

use super::super::answers::Listed;
use super::super::generate::Workload;
use super::{LENGTH, Mode, Tally, profile, range};

pub(crate) struct Pidge {
    range: (i64, i64),
    hosts: Vec<(Tz, WorkingHours, Vec<Busy>)>,
}

fn instant(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

impl Pidge {
    pub(crate) fn new(work: &Workload) -> Self {
        let hosts = work.busy.iter().enumerate().map(|(host, busy)| {
            let (zone, open, close) = profile(host);
            // Monday to Friday, as by default.
            let hours = WorkingHours {
                start_hour: u32::from(open) / 60,
                end_hour: u32::from(close) / 60,
                ..WorkingHours::default()
            };
            let busy = busy.iter().map(|busy| Busy { start: busy.start(), end: busy.end() });
            (zone.parse().unwrap(), hours, busy.collect())
        });
        Self { range: range(work), hosts: hosts.collect() }
    }

    pub(crate) fn ask(&self, mode: Mode) -> Listed {
        let range = (instant(self.range.0), instant(self.range.1));
        let mut tally = Tally::new(self.range);
        for (zone, hours, busy) in &self.hosts {
            let length = TimeDelta::seconds(LENGTH);
            for gap in free_slots(busy, range, length, hours, *zone, usize::MAX) {
                tally.gap(gap.start.timestamp(), gap.end.timestamp());
            }
        }
        tally.listed(mode, self.hosts.len())
    }
}
