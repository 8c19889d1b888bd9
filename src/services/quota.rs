//! The 100 requests that a Zoom account has on each UTC day (R16).
//!
//! A request is charged before it is sent, and never given back unless it was certainly not sent:
//! what Zoom counted can then never be more than what we counted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::core::{Core, Jitter};
use super::planner::Planner;
use super::records::QuotaRow;
use crate::bugs::bug;
use crate::error::Fault;
use crate::rules::host_day::day_of;
use crate::rules::retry::Spread;
use crate::words::ZoomAccountId;

const DAY_SECONDS: i64 = 86_400;

/// The days to which a request sent at an instant counts: near midnight both, since clocks differ.
fn days(core: &Core, at: DateTime<Utc>) -> BTreeSet<i64> {
    let guard = core.settings.reset_guard;
    if bug!(OneDayCharged) {
        return BTreeSet::from([day_of(at)]);
    }
    BTreeSet::from([day_of(at - guard), day_of(at + guard)])
}

/// When no request counts to a day any more that is used up.
fn reset_after(core: &Core, day: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let next = DateTime::from_timestamp(day.saturating_add(1).saturating_mul(DAY_SECONDS), 0);
    next.unwrap_or(now) + core.settings.reset_guard
}

/// The longest time after a reset at which a Zoom account's work begins: not all at once, since they
/// share a limit per second. The same for all links of one, so that the urgent ones still go first.
const STAGGER: TimeDelta = TimeDelta::minutes(1);

/// When to try again what a day had no request left for.
fn try_again_at(core: &Core, zoom: &ZoomAccountId, day: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let [first, second, ..] = <[u8; 32]>::from(Sha256::digest(zoom.as_str()));
    let stagger = match core.settings.jitter {
        Jitter::Random => Spread::new(u16::from_le_bytes([first, second])).of(STAGGER),
        Jitter::None => TimeDelta::zero(),
    };
    reset_after(core, day, now) + stagger
}

/// When the next day's requests can be used for certain.
pub(crate) fn next_reset(core: &Core, now: DateTime<Utc>) -> DateTime<Utc> {
    reset_after(core, day_of(now), now)
}

impl QuotaRow {
    fn left(&self, cap: u32) -> u32 {
        if self.exhausted { 0 } else { cap.saturating_sub(self.used) }
    }
}

/// How many requests can still be sent on this day, and be charged to all days that they may count to.
pub(crate) async fn left_today(
    core: &Core,
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<u32, Fault> {
    let left = left_now(core, planner, zoom).await?;
    Ok(left.values().min().copied().unwrap_or_default())
}

/// How many requests are left of each day that one sent now counts to.
async fn left_now(
    core: &Core,
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<BTreeMap<i64, u32>, Fault> {
    let mut left = BTreeMap::new();
    for day in days(core, planner.now) {
        let quota = planner.peek(&planner.keys.quota(zoom, day)).await?.unwrap_or_default();
        left.insert(day, quota.left(core.settings.quota_cap));
    }
    Ok(left)
}

/// When a Zoom account has requests again that has none now: just after midnight that may be yesterday's
/// reset still.
pub(crate) async fn resets_at(
    core: &Core,
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<DateTime<Utc>, Fault> {
    let (now, left) = (planner.now, left_now(core, planner, zoom).await?);
    let used_up = left.into_iter().rev().find(|(_, left)| *left == 0);
    Ok(used_up.map_or_else(|| next_reset(core, now), |(day, _)| reset_after(core, day, now)))
}

/// Days that are looked at to say whether a Zoom account is used: those that are kept by default.
const USED_DAYS: i64 = 7;

/// Whether requests were sent on behalf of a Zoom account in the last days.
pub(crate) async fn was_used(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<bool, Fault> {
    let today = day_of(planner.now);
    let days = today.saturating_sub(USED_DAYS)..=today;
    let rows: Vec<_> = days.map(|day| planner.keys.quota(zoom, day)).collect();
    Ok(planner.peek_all(&rows).await?.iter().any(Option::is_some))
}

/// Charges a request. If a day is used up nothing is charged; says when to try again.
pub(crate) async fn charge(
    core: &Core,
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<Option<DateTime<Utc>>, Fault> {
    if bug!(ChargedAfterTheCall) {
        return Ok(None);
    }
    charge_now(core, planner, zoom).await
}

/// Charges a request at once.
pub(crate) async fn charge_now(
    core: &Core,
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let now = planner.now;
    let mut charged = Vec::new();
    let mut used_up = None;
    for day in days(core, now) {
        let row = planner.keys.quota(zoom, day);
        let mut quota = planner.load(&row).await?.unwrap_or_default();
        if quota.left(core.settings.quota_cap) == 0 {
            used_up = Some(day);
        }
        quota.used = quota.used.saturating_add(1);
        charged.push((row, quota, planner.retention.quota_until(day)));
    }
    if let Some(day) = used_up {
        return Ok(Some(try_again_at(core, zoom, day, now)));
    }
    for (row, quota, until) in charged {
        planner.put_until(&row, &quota, until)?;
    }
    Ok(None)
}

/// Gives a request back that was certainly not sent.
pub(crate) async fn refund(
    core: &Core,
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
    sent_at: DateTime<Utc>,
) -> Result<(), Fault> {
    for day in days(core, sent_at) {
        let row = planner.keys.quota(zoom, day);
        let mut quota = planner.load(&row).await?.unwrap_or_default();
        quota.used = quota.used.saturating_sub(1);
        planner.put_until(&row, &quota, planner.retention.quota_until(day))?;
    }
    Ok(())
}

/// Zoom says that the day is used up, whatever was counted here: other apps count too. Just after
/// midnight it can mean yesterday, since clocks differ. Says when to try again.
pub(crate) async fn exhaust(
    core: &Core,
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
    sent_at: DateTime<Utc>,
) -> Result<DateTime<Utc>, Fault> {
    let day = day_of(sent_at - core.settings.reset_guard);
    let row = planner.keys.quota(zoom, day);
    let mut quota = planner.load(&row).await?.unwrap_or_default();
    quota.exhausted = true;
    planner.put_until(&row, &quota, planner.retention.quota_until(day))?;
    Ok(try_again_at(core, zoom, day, planner.now))
}
