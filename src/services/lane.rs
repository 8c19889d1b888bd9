//! The lane of a Zoom account: one call at a time, whoever works.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::planner::Planner;
use super::records::Lease;
use crate::error::Fault;
use crate::rules::retry::{Retry, Spread};
use crate::words::ZoomAccountId;

/// How long the lane stays taken after the deadline of a call, for the second commit.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(10);

/// No lease is longer, with clocks that differ by some minutes: a longer one is of a clock far ahead.
const LONGEST_LEASE: TimeDelta = TimeDelta::minutes(15);

/// How soon somebody asks again for a lane that is taken: a call is rarely longer.
pub(crate) const RETRY: TimeDelta = TimeDelta::seconds(2);

/// So many calls in a row may come to nothing before a Zoom account gets a rest. One link that always
/// fails does not get there, as long as others of the account are made.
const PATIENCE: u32 = 3;
/// How long such a rest is: each try costs one of the day's requests, and Zoom may be out of order for
/// hours.
const REST: Retry = Retry { first: TimeDelta::seconds(5), longest: TimeDelta::minutes(5) };

/// What a call told of how Zoom is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Zoom {
    Answers,
    /// No answer, or that there are too many requests.
    Struggles,
}

/// Until when no call of a Zoom account is to be sent, if not now: another has the lane, or Zoom is given
/// a rest.
pub(crate) async fn not_before(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let now = planner.now;
    let taken = taken_until(planner, zoom).await?.map(|until| until.min(now + RETRY));
    let lane = planner.load(&planner.keys.lane(zoom)).await?.unwrap_or_default();
    let rests = lane.rests_until.filter(|until| now < *until && *until <= now + REST.longest);
    Ok(taken.max(rests))
}

/// Takes down how a call went, so that a Zoom that is out of order costs few requests.
pub(crate) async fn note(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
    is: Zoom,
    spread: Spread,
) -> Result<(), Fault> {
    let row = planner.keys.lane(zoom);
    let mut lane = planner.load(&row).await?.unwrap_or_default();
    match is {
        Zoom::Answers => (lane.failures, lane.rests_until) = (0, None),
        Zoom::Struggles => {
            lane.failures = lane.failures.saturating_add(1);
            let beyond = lane.failures.checked_sub(PATIENCE);
            lane.rests_until = beyond.map(|failures| planner.now + REST.after(failures, spread));
        }
    }
    planner.put(&row, &lane)
}

/// Until when another has the lane of a Zoom account, if one has.
pub(crate) async fn taken_until(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let lane = planner.load(&planner.keys.lane(zoom)).await?.unwrap_or_default();
    let held = lane.lease.map(|lease| lease.until);
    Ok(held.filter(|until| planner.now < *until && *until <= planner.now + LONGEST_LEASE))
}

/// So long after a lease ended its holder may still come back.
const LATE: TimeDelta = TimeDelta::minutes(5);

/// Whether a call may be out whose result is not written down.
pub(crate) async fn is_in_use(
    planner: &mut Planner<'_>,
    zoom: &ZoomAccountId,
) -> Result<bool, Fault> {
    let lane = planner.peek(&planner.keys.lane(zoom)).await?.unwrap_or_default();
    Ok(lane.lease.is_some_and(|lease| planner.now < lease.until + LATE))
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
