//! Requests that reach Zoom, against what was charged for them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::super::ground::TaskId;
use super::rows::Quotas;
use super::{Strictness, breach};
use crate::ports::{HttpRequest, ZoomCall};
use crate::rules::host_day::day_of;
use crate::testkit::Breach;
use crate::words::ZoomAccountId;

/// So long after the last moment at which it may leave, a refresh has the lane for certain.
const MARGIN: TimeDelta = TimeDelta::seconds(10);

#[derive(Debug)]
pub(super) struct Requests {
    strict: Strictness,
    arrived: BTreeMap<(ZoomAccountId, NaiveDate), u32>,
    /// Refreshes that are out: of which token, since when.
    refreshes: BTreeMap<TaskId, (Vec<u8>, DateTime<Utc>)>,
}

impl Requests {
    pub(super) const fn new(strict: Strictness) -> Self {
        Self { strict, arrived: BTreeMap::new(), refreshes: BTreeMap::new() }
    }

    /// I4: what comes in a day is below the cap, and was charged.
    pub(super) fn counted(
        &mut self,
        arrived: BTreeMap<(ZoomAccountId, NaiveDate), u32>,
        quotas: &Quotas,
    ) -> Option<Breach> {
        let changed: Vec<_> = arrived
            .iter()
            .filter(|(key, count)| self.arrived.get(*key) != Some(*count))
            .map(|(key, count)| (key.clone(), *count))
            .collect();
        self.arrived = arrived;
        if !self.strict.within_guard {
            return None;
        }
        changed.into_iter().find_map(|((zoom, day), count)| self.one(&zoom, day, count, quotas))
    }

    fn one(&self, zoom: &ZoomAccountId, day: NaiveDate, n: u32, quotas: &Quotas) -> Option<Breach> {
        if n > self.strict.quota_cap {
            let seen = format!("{n} requests of {zoom} came on {day}");
            return Some(breach("I4", "no more requests come on a day than the cap", seen));
        }
        let midnight = day.and_hms_opt(0, 0, 0)?.and_utc();
        let key = (zoom.as_str().as_bytes().to_vec(), day_of(midnight));
        let charged = quotas.get(&key).copied().unwrap_or_default();
        let seen = || format!("{n} requests of {zoom} came on {day}, and {charged} were charged");
        (n > charged).then(|| breach("I4", "whatever is sent was charged before", seen()))
    }

    /// I4: nothing is given back that came.
    pub(super) fn ledger(&self, quotas: &Quotas) -> Option<Breach> {
        if !self.strict.within_guard {
            return None;
        }
        let all = self.arrived.iter();
        // Rows of days that are long over are removed.
        let last = self.arrived.keys().map(|(_, day)| *day).max()?;
        let mut recent = all.filter(|((_, day), _)| *day == last);
        recent.find_map(|((zoom, day), count)| self.one(zoom, *day, *count, quotas))
    }

    /// I10: one refresh at a time of one pair of tokens.
    pub(super) fn leaves(
        &mut self,
        task: TaskId,
        request: &HttpRequest,
        call: ZoomCall,
        now: DateTime<Utc>,
    ) -> Option<Breach> {
        if call != ZoomCall::Refresh {
            return None;
        }
        let token = request.body().clone();
        let strict = self.strict.clocks_agree;
        let is_out = |(theirs, since): &&(Vec<u8>, DateTime<Utc>)| {
            strict && *theirs == token && now < *since + MARGIN
        };
        let found = self.refreshes.values().find(is_out).map(|(_, since)| {
            let seen = format!("a refresh is out since {since}, and another begins");
            breach("I10", "one refresh at a time", seen)
        });
        self.refreshes.insert(task, (token, now));
        found
    }

    pub(super) fn heard(&mut self, task: TaskId) {
        self.refreshes.remove(&task);
    }
}
