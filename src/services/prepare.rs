//! The commit before a call of Zoom, or all there is to do without one.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::core::{Command, Core, Plan};
use super::look::{self, OutgoingLook};
use super::parking::{forget_waiting, owner, park};
use super::planner::Planner;
use super::records::{ConnectionRow, Tokens};
use super::refresh::{self, Begun, OutgoingRefresh};
use super::token_use::Used;
use super::{journal, lane, queued, quota};
use crate::bugs::bug;
use crate::error::{Error, Fault};
use crate::ports::Access;
use crate::rules::link::{Call, Link, ParkReason, Sending, Step};
use crate::words::{AccountId, Interval, LinkId, ZoomAccountId};

/// The most replaced links that one commit lets go.
const MOST_RELEASED: usize = 20;

/// How late a call whose answer was lost may still take effect, counted from its deadline: after that
/// Zoom is asked what became of it. What comes later still is found by the looks that follow.
const LATENESS: TimeDelta = TimeDelta::minutes(2);

/// What is to be sent, now that it is durable.
pub(crate) enum Prepared {
    /// The call that the link asks for.
    Call(Box<Outgoing>),
    /// A look at the meetings that Zoom has. Nothing needed to be made durable for it.
    Look(Box<OutgoingLook>),
    /// First the tokens have to be refreshed; then the link is looked at again.
    Refresh(Box<OutgoingRefresh>),
    /// The same, which is not for a caller to do: nothing is sent, and the link stays due.
    Stale,
}

/// A call that is durable as being sent.
pub(crate) struct Outgoing {
    pub(crate) account: AccountId,
    pub(crate) link: LinkId,
    pub(crate) zoom: ZoomAccountId,
    pub(crate) used: Used,
    pub(crate) holder: Uuid,
    pub(crate) call: Call,
    pub(crate) when: Interval,
    pub(crate) access: Access,
    pub(crate) sent_at: DateTime<Utc>,
}

/// Decides on the next step of a link, and makes it durable.
pub(crate) struct Prepare<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) id: LinkId,
    pub(crate) by: By,
}

/// Who works on a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum By {
    /// Whoever called for something else, and may go away at any time. They never refresh tokens: a
    /// refresh that is cut off can cost the user their connection.
    Caller,
    Worker,
}

#[async_trait]
impl Command for Prepare<'_> {
    type Done = Option<Prepared>;
    const NAME: &'static str = "prepare";

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
        let was_queued = link.misses_create();
        let outgoing = match link.step(planner.now) {
            None => return Ok(Plan::Nothing(None)),
            Some(Step::Forget) => {
                forget(planner, &mut link).await?;
                None
            }
            Some(Step::Look(_)) if self.by == By::Caller => return Ok(Plan::Nothing(None)),
            Some(Step::Look(place)) => look::prepare(core, planner, &mut link, place).await?,
            Some(Step::ReleaseReplaced) => {
                release_replaced(planner, &mut link).await?;
                None
            }
            Some(Step::Call(call)) => self.prepare(core, planner, &mut link, call).await?,
        };
        if matches!(outgoing, Some(Prepared::Stale | Prepared::Look(_))) {
            return Ok(Plan::Nothing(outgoing));
        }
        if was_queued || link.misses_create() {
            queued::settle(planner, &link).await?;
        }
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
    ) -> Result<Option<Prepared>, Error> {
        let Some(connection) = connection_for(planner, link, &call).await? else {
            park(planner, link, ParkReason::NotConnected).await?;
            return Ok(None);
        };
        let Some(tokens) = connection.tokens() else {
            park(planner, link, ParkReason::NeedsReconnect).await?;
            return Ok(None);
        };
        let deadline = planner.now + core.settings.call_deadline;
        if tokens.is_stale(deadline) {
            return match self.by {
                By::Caller => Ok(Some(Prepared::Stale)),
                By::Worker => Ok(refresh_first(core, planner, link, &connection, tokens).await?),
            };
        }
        match begin(core, planner, link, call, &connection).await? {
            Begin::Sending(outgoing) => return Ok(Some(Prepared::Call(outgoing))),
            Begin::NotBefore(until) => link.look_again(until),
            Begin::UsedUp(until) => {
                let news = link.defer(until, planner.now);
                journal::news(planner, link, news)?;
            }
        }
        Ok(None)
    }
}

/// Whether a call may be sent.
pub(crate) enum Begin {
    /// Once this is committed.
    Sending(Box<Outgoing>),
    /// Somebody else has the lane, or it has a rest: again then.
    NotBefore(DateTime<Utc>),
    /// The day's requests are used up: again then.
    UsedUp(DateTime<Utc>),
}

/// Takes the lane, charges the day and marks the call as being sent.
pub(crate) async fn begin(
    core: &Core,
    planner: &mut Planner<'_>,
    link: &mut Link,
    call: Call,
    connection: &ConnectionRow,
) -> Result<Begin, Fault> {
    let no_tokens = Fault::Inconsistent("a call is to be made without tokens");
    let tokens = connection.tokens().ok_or(no_tokens)?;
    let (zoom, now) = (connection.zoom.clone(), planner.now);
    let deadline = now + core.settings.call_deadline;
    let access = tokens.access(core, connection.owner(), deadline)?;
    if let Some(until) = lane::not_before(planner, &zoom).await? {
        return Ok(Begin::NotBefore(until));
    }
    let is_free = bug!(DeletesNotCharged) && matches!(call, Call::Delete { .. });
    if !is_free && let Some(until) = quota::charge(core, planner, &zoom).await? {
        return Ok(Begin::UsedUp(until));
    }
    let holder = planner.id.as_uuid();
    lane::take(planner, &zoom, holder, deadline).await?;
    let settled_at = if bug!(NoSettle) { now } else { deadline + LATENESS };
    let (look_at, on) = (settled_at, Some(zoom.clone()));
    if !bug!(NoSendingMark) {
        link.begin(Sending { call: call.clone(), attempt: holder, zoom: on, since: now, look_at });
    }
    Ok(Begin::Sending(Box::new(Outgoing {
        account: link.slot.calendar.account().clone(),
        link: link.id,
        used: Used::of(tokens),
        zoom,
        holder,
        call,
        when: link.slot.core,
        access,
        sent_at: now,
    })))
}

/// The slot is over: nothing waits for anything any more.
async fn forget(planner: &mut Planner<'_>, link: &mut Link) -> Result<(), Fault> {
    if link.waits_for_owner() {
        forget_waiting(planner, link).await?;
    }
    link.forget();
    Ok(())
}

/// The tokens would not outlive the call. The link stays as it is, and due.
async fn refresh_first(
    core: &Core,
    planner: &mut Planner<'_>,
    link: &mut Link,
    connection: &ConnectionRow,
    tokens: &Tokens,
) -> Result<Option<Prepared>, Fault> {
    match refresh::begin(core, planner, connection, tokens).await? {
        Begun::Refresh(mut outgoing) => {
            outgoing.is_wanted = true;
            Ok(Some(Prepared::Refresh(Box::new(outgoing))))
        }
        Begun::NotBefore(at) => {
            link.look_again(at);
            Ok(None)
        }
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

async fn release_replaced(planner: &mut Planner<'_>, link: &mut Link) -> Result<(), Fault> {
    for id in link.take_replaced(MOST_RELEASED) {
        let row = planner.keys.link(link.slot.calendar.account(), id);
        if let Some(mut replaced) = planner.load(&row).await? {
            if bug!(ReplacedForgotten) {
                continue;
            }
            replaced.release(planner.now);
            planner.put(&row, &replaced)?;
        }
    }
    Ok(())
}
