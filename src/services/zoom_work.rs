//! Work on one link: at most one call of Zoom, between two commits.
//!
//! The first commit takes the lane, charges the quota and marks the call as being sent; then the
//! call; the second commit, fenced by the lane, takes down the result. A crash in between leaves
//! the mark, and the call is not repeated blindly.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::connect::open;
use super::core::{Command, Core, Plan};
use super::journal;
use super::planner::Planner;
use super::quota;
use super::records::{ConnectionRow, Lease, WaitingRow};
use crate::error::{Error, Fault};
use crate::ports::{Access, NewMeeting, ZoomError};
use crate::rules::link::{Call, CallResult, Link, ParkReason, Step};
use crate::words::{AccountId, LinkId, UserId, ZoomAccountId};

/// How long the lane stays taken after the deadline of a call, for the second commit.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(10);
/// How soon a link asks again for a lane that is taken: a call is rarely longer.
const LANE_RETRY: TimeDelta = TimeDelta::seconds(2);
/// How often the result of a call is tried to be written.
const MOST_TAKE_DOWNS: u32 = 8;
/// The most replaced links that one commit lets go.
const MOST_RELEASED: usize = 20;

/// Does the next step of a link, if it is due.
pub(crate) async fn work_on(core: &Core, account: &AccountId, id: LinkId) -> Result<(), Error> {
    let prepare = Prepare { account, id };
    let Some(outgoing) = core.run(&prepare).await? else {
        return Ok(());
    };
    let answer = send(core, &outgoing).await;
    take_down(core, &outgoing, &answer).await
}

/// What Zoom answered is known now, and lost if it is not written: a store that fails for a moment
/// does not lose it.
async fn take_down(
    core: &Core,
    outgoing: &Outgoing,
    answer: &Result<CallResult, ZoomError>,
) -> Result<(), Error> {
    let take_down = TakeDown { outgoing, answer };
    for _ in 1..MOST_TAKE_DOWNS {
        match core.run(&take_down).await {
            Err(Error::Fault(Fault::Store { .. } | Fault::Entropy(_))) => {}
            answer => return answer,
        }
    }
    core.run(&take_down).await
}

/// Pushes a link back whose step failed on our side, so that it is not in the way of others.
pub(crate) async fn push_back(core: &Core, account: &AccountId, id: LinkId) -> Result<(), Error> {
    core.run(&PushBack { account, id }).await
}

struct PushBack<'a> {
    account: &'a AccountId,
    id: LinkId,
}

#[async_trait]
impl Command for PushBack<'_> {
    type Done = ();

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.link(self.account, self.id);
        let Some(mut link) = planner.load(&row).await? else { return Ok(Plan::Nothing(())) };
        if link.due().is_none_or(|due| due > planner.now) {
            return Ok(Plan::Nothing(()));
        }
        link.push_back(planner.now);
        planner.put(&row, &link)?;
        Ok(Plan::Commit(()))
    }
}

/// A call that is durable as being sent.
struct Outgoing {
    account: AccountId,
    link: LinkId,
    zoom: ZoomAccountId,
    connected_at: DateTime<Utc>,
    holder: Uuid,
    call: Call,
    meeting: NewMeeting,
    access: Access,
    sent_at: DateTime<Utc>,
}

async fn send(core: &Core, outgoing: &Outgoing) -> Result<CallResult, ZoomError> {
    let (zoom, access) = (&core.zoom, &outgoing.access);
    match &outgoing.call {
        Call::Create { .. } => {
            let made = zoom.create_meeting(access, &outgoing.meeting).await?;
            let owner = outgoing.zoom.clone();
            Ok(CallResult::Created { zoom: owner, id: made.id, join_url: made.join_url })
        }
        Call::Rename { meeting, topic } => {
            zoom.rename_meeting(access, *meeting, topic).await.map(|()| CallResult::Done)
        }
        Call::Delete { meeting } => {
            zoom.delete_meeting(access, *meeting).await.map(|()| CallResult::Done)
        }
    }
}

/// The commit before a call, or all there is to do without one.
struct Prepare<'a> {
    account: &'a AccountId,
    id: LinkId,
}

#[async_trait]
impl Command for Prepare<'_> {
    type Done = Option<Box<Outgoing>>;

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let row = planner.keys.link(self.account, self.id);
        let Some(mut link) = planner.load(&row).await? else {
            return Ok(Plan::Nothing(None));
        };
        if link.due().is_none_or(|due| due > planner.now) {
            return Ok(Plan::Nothing(None));
        }
        let outgoing = match link.step(planner.now) {
            None => return Ok(Plan::Nothing(None)),
            Some(Step::Forget) => {
                link.forget();
                None
            }
            Some(Step::ReleaseReplaced) => {
                release_replaced(planner, &mut link).await?;
                None
            }
            Some(Step::Call(call)) => self.prepare(core, planner, &mut link, call).await?,
        };
        planner.put(&row, &link)?;
        Ok(Plan::Commit(outgoing))
    }
}

impl Prepare<'_> {
    async fn prepare(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        link: &mut Link,
        call: Call,
    ) -> Result<Option<Box<Outgoing>>, Error> {
        let Some(connection) = connection_for(planner, link, &call).await? else {
            park(planner, link, ParkReason::NotConnected).await?;
            return Ok(None);
        };
        let Some(tokens) = &connection.tokens else {
            park(planner, link, ParkReason::NeedsReconnect).await?;
            return Ok(None);
        };
        let token = open(core, &connection, tokens)?;
        let deadline = planner.now + core.settings.call_deadline;
        let holder = planner.id.as_uuid();
        if let Some(until) = take_lane(planner, &connection.zoom, holder, deadline).await? {
            link.look_again(until.min(planner.now + LANE_RETRY));
            return Ok(None);
        }
        if let Some(until) = quota::charge(core, planner, &connection.zoom).await? {
            release_lane(planner, &connection.zoom, holder).await?;
            let news = link.defer(until, planner.now);
            journal::news(planner, link, news)?;
            return Ok(None);
        }
        link.begin(call.clone(), planner.now);
        let marker = format!("[ref:{}]", link.id.as_uuid().simple());
        Ok(Some(Box::new(Outgoing {
            account: self.account.clone(),
            link: link.id,
            connected_at: connection.connected_at,
            zoom: connection.zoom,
            holder,
            call,
            meeting: NewMeeting::new(link.topic().clone(), link.slot.core, marker),
            access: Access::new(token, deadline),
            sent_at: planner.now,
        })))
    }
}

/// The connection by which the call can be made: to the Zoom account that the meeting is on.
async fn connection_for(
    planner: &mut Planner<'_>,
    link: &Link,
    call: &Call,
) -> Result<Option<ConnectionRow>, Fault> {
    let connection = planner.load(&planner.keys.connection(owner(link)?)).await?;
    let is_theirs = |row: &ConnectionRow| match call {
        Call::Create { .. } => true,
        Call::Rename { .. } | Call::Delete { .. } => link.zoom() == Some(&row.zoom),
    };
    Ok(connection.filter(is_theirs))
}

fn owner(link: &Link) -> Result<&UserId, Fault> {
    link.slot.owner.user().ok_or(Fault::Inconsistent("a Zoom link has no owner"))
}

/// Stops work on a link; what a connection can cure waits for one.
async fn park(planner: &mut Planner<'_>, link: &mut Link, reason: ParkReason) -> Result<(), Fault> {
    let news = link.park(reason, planner.now);
    journal::news(planner, link, news)?;
    wait_for_connection(planner, link).await
}

async fn wait_for_connection(planner: &mut Planner<'_>, link: &Link) -> Result<(), Fault> {
    if !link.waits_for_connection() {
        return Ok(());
    }
    let row = planner.keys.waiting(owner(link)?, link.id);
    planner.load(&row).await?;
    let account = link.slot.calendar.account().clone();
    planner.put(&row, &WaitingRow { account, link: link.id })
}

/// Takes the lane of a Zoom account; if another has it, says until when.
async fn take_lane(
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
async fn release_lane(
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

async fn release_replaced(planner: &mut Planner<'_>, link: &mut Link) -> Result<(), Fault> {
    for id in link.take_replaced(MOST_RELEASED) {
        let row = planner.keys.link(link.slot.calendar.account(), id);
        if let Some(mut replaced) = planner.load(&row).await? {
            replaced.release(planner.now);
            planner.put(&row, &replaced)?;
        }
    }
    Ok(())
}

/// The commit after a call.
struct TakeDown<'a> {
    outgoing: &'a Outgoing,
    answer: &'a Result<CallResult, ZoomError>,
}

#[async_trait]
impl Command for TakeDown<'_> {
    type Done = ();

    /// Bookings may write the link's row all the while; a result that is not taken down is lost.
    const MOST_TRIES: u32 = 64;

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let outgoing = self.outgoing;
        if !release_lane(planner, &outgoing.zoom, outgoing.holder).await? {
            // The lane was taken over, since this took longer than the lease: the link stays as a
            // call whose outcome is unknown.
            return Ok(Plan::Nothing(()));
        }
        let row = planner.keys.link(&outgoing.account, outgoing.link);
        let lost = Fault::Inconsistent("a link vanished while its call was out");
        let mut link = planner.load(&row).await?.ok_or(lost)?;
        let result = self.result(core, planner, &link).await?;
        let news = link.finish(result, planner.now);
        journal::news(planner, &mut link, news)?;
        wait_for_connection(planner, &link).await?;
        planner.put(&row, &link)?;
        Ok(Plan::Commit(()))
    }
}

impl TakeDown<'_> {
    /// The tokens are dead and erased (R6), unless the user has consented anew while the call was out.
    async fn unauthorized(
        &self,
        planner: &mut Planner<'_>,
        link: &Link,
    ) -> Result<CallResult, Fault> {
        let row = planner.keys.connection(owner(link)?);
        let connection = planner.load(&row).await?;
        let used = |row: &ConnectionRow| {
            row.zoom == self.outgoing.zoom && row.connected_at == self.outgoing.connected_at
        };
        let Some(mut connection) = connection.filter(used) else {
            return Ok(CallResult::Later(planner.now));
        };
        connection.tokens = None;
        planner.put(&row, &connection)?;
        Ok(CallResult::Parked(ParkReason::NeedsReconnect))
    }

    async fn result(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        link: &Link,
    ) -> Result<CallResult, Fault> {
        let error = match self.answer {
            Ok(result) => return Ok(result.clone()),
            Err(error) => error,
        };
        let (zoom, sent_at) = (&self.outgoing.zoom, self.outgoing.sent_at);
        Ok(match error {
            ZoomError::NotSent(_) => {
                quota::refund(core, planner, zoom, sent_at).await?;
                CallResult::Later(link.retry_at(planner.now))
            }
            ZoomError::TooManyRequests => CallResult::Later(link.retry_at(planner.now)),
            ZoomError::OutcomeUnknown { .. } => CallResult::Unknown,
            ZoomError::DailyLimit => {
                CallResult::Deferred(quota::exhaust(core, planner, zoom, sent_at).await?)
            }
            ZoomError::Unauthorized { .. } => self.unauthorized(planner, link).await?,
            ZoomError::Gone => CallResult::NoSuchMeeting,
            ZoomError::Refused { .. } => CallResult::Parked(ParkReason::RefusedByZoom),
        })
    }
}
