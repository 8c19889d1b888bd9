//! The lane of a Zoom account: one call at a time, whoever works.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::planner::Planner;
use super::records::Lease;
use crate::error::Fault;
use crate::words::ZoomAccountId;

/// How long the lane stays taken after the deadline of a call, for the second commit.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(10);

/// No lease is longer, with clocks that differ by some minutes: a longer one is of a clock far ahead.
const LONGEST_LEASE: TimeDelta = TimeDelta::minutes(15);

/// How soon somebody asks again for a lane that is taken: a call is rarely longer.
pub(crate) const RETRY: TimeDelta = TimeDelta::seconds(2);

/// Until when another has the lane of a Zoom account, if one has.
pub(crate) async fn taken_until(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let lane = planner.load(&planner.keys.lane(zoom)).await?.unwrap_or_default();
    let held = lane.lease.map(|lease| lease.until);
    Ok(held.filter(|until| planner.now < *until && *until <= planner.now + LONGEST_LEASE))
}

/// Takes a lane that nobody has, for a call that is over by `deadline`.
pub(crate) async fn take(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
    holder: Uuid,
    deadline: DateTime<Utc>,
) -> Result<(), Fault> {
    let row = planner.keys.lane(zoom);
    let mut lane = planner.load(&row).await?.unwrap_or_default();
    lane.lease = Some(Lease { holder, until: deadline + LEASE_MARGIN });
    planner.put(&row, &lane)
}

/// Gives the lane back. `false` if another has taken it meanwhile.
pub(crate) async fn release(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
    holder: Uuid,
) -> Result<bool, Fault> {
    let row = planner.keys.lane(zoom);
    let mut lane = planner.load(&row).await?.unwrap_or_default();
    if lane.lease.as_ref().is_none_or(|lease| lease.holder != holder) {
        return Ok(false);
    }
    lane.lease = None;
    planner.put(&row, &lane)?;
    Ok(true)
}
