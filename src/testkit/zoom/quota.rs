//! The Zoom users, and the 100 requests a day of each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::words::ZoomAccountId;

/// Requests to create, update and delete, per Zoom user and UTC day.
const DAILY_REQUESTS: u32 = 100;

#[derive(Debug, Default)]
pub(super) struct Quotas(BTreeMap<ZoomAccountId, Quota>);

#[derive(Debug, Default)]
struct Quota {
    /// Every request that came, whatever was answered.
    arrived: BTreeMap<NaiveDate, u32>,
    used: BTreeMap<NaiveDate, u32>,
    /// Days that are used up by a fault, whatever was counted.
    exhausted: BTreeSet<NaiveDate>,
}

impl Quotas {
    pub(super) fn add(&mut self, zoom: ZoomAccountId) {
        self.0.entry(zoom).or_default();
    }

    /// A request has come.
    pub(super) fn arrive(&mut self, zoom: &ZoomAccountId, today: NaiveDate) {
        let quota = self.0.entry(zoom.clone()).or_default();
        let arrived = quota.arrived.entry(today).or_default();
        *arrived = arrived.saturating_add(1);
    }

    /// All requests that came, by Zoom user and UTC day.
    pub(super) fn all_arrived(&self) -> BTreeMap<(ZoomAccountId, NaiveDate), u32> {
        let days = |(zoom, quota): (&ZoomAccountId, &Quota)| {
            let zoom = zoom.clone();
            let days = quota.arrived.clone().into_iter();
            days.map(move |(day, count)| ((zoom.clone(), day), count))
        };
        self.0.iter().flat_map(days).collect()
    }

    /// The most requests that came on one day.
    pub(super) fn most_arrived(&self) -> BTreeMap<ZoomAccountId, u32> {
        let most = |quota: &Quota| quota.arrived.values().max().copied().unwrap_or_default();
        self.0.iter().map(|(zoom, quota)| (zoom.clone(), most(quota))).collect()
    }

    /// Counts a request, unless the day is used up.
    pub(super) fn admit(&mut self, zoom: &ZoomAccountId, today: NaiveDate) -> bool {
        let quota = self.0.entry(zoom.clone()).or_default();
        let used = quota.used.entry(today).or_default();
        let admitted = *used < DAILY_REQUESTS && !quota.exhausted.contains(&today);
        if admitted {
            *used = used.saturating_add(1);
        }
        admitted
    }

    /// Another app of the same Zoom user makes requests.
    pub(super) fn use_up(&mut self, zoom: &ZoomAccountId, today: NaiveDate, requests: u32) {
        let used = self.0.entry(zoom.clone()).or_default().used.entry(today).or_default();
        *used = used.saturating_add(requests).min(DAILY_REQUESTS);
    }

    pub(super) fn exhaust(&mut self, zoom: &ZoomAccountId, today: NaiveDate) {
        let quota = self.0.entry(zoom.clone()).or_default();
        quota.exhausted.insert(today);
    }

    pub(super) fn used_on(&self, today: NaiveDate) -> BTreeMap<ZoomAccountId, u32> {
        let used = |quota: &Quota| quota.used.get(&today).copied().unwrap_or_default();
        self.0.iter().map(|(zoom, quota)| (zoom.clone(), used(quota))).collect()
    }
}
