//! The lane of a Zoom account: one call at a time, whoever works.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::planner::Planner;
use super::records::Lease;
use crate::error::Fault;
use crate::words::ZoomAccountId;

/// How long the lane stays taken after the deadline of a call, for the second commit.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(10);

/// Takes the lane of a Zoom account; if another has it, says until when.
pub(crate) async fn take(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
    holder: Uuid,
    deadline: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let row = planner.keys.lane(zoom);
    let mut lane = planner.load(&row).await?.unwrap_or_default();
    if let Some(held) = lane.lease.filter(|lease| lease.until > planner.now) {
        return Ok(Some(held.until));
    }
    lane.lease = Some(Lease { holder, until: deadline + LEASE_MARGIN });
    planner.put(&row, &lane)?;
    Ok(None)
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
