//! This crate.

use std::collections::BTreeSet;

use chrono::DateTime;
use slotlink::rules::{Group, HostTimes, Slot, SlotRules, slots};

use super::super::answers::Listed;
use super::super::generate::{Workload, rules, user};
use super::Mode;
use slotlink::words::Interval;

pub(crate) struct Ours<'a> {
    range: Interval,
    hosts: Vec<HostTimes<'a>>,
    round_robin: SlotRules,
    collective: SlotRules,
}

impl<'a> Ours<'a> {
    pub(crate) fn new(work: &'a Workload) -> Self {
        let together = Group::Collective { primary: user(0), optional: BTreeSet::new() };
        Self {
            range: work.range,
            hosts: work.hosts(),
            round_robin: rules(Group::RoundRobin),
            collective: rules(together),
        }
    }

    pub(crate) fn ask(&self, mode: Mode) -> Listed {
        let rules = match mode {
            Mode::RoundRobin => &self.round_robin,
            Mode::Collective => &self.collective,
        };
        let (from, to) = (self.range.start(), self.range.end());
        let slots = slots(rules, &self.hosts, from, to, DateTime::UNIX_EPOCH).unwrap();
        let line = |slot: Slot<'_>| (<(i64, i64)>::from(slot.interval()).0, slot.seats_left());
        slots.iter().map(line).collect()
    }
}
