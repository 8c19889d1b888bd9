//! The commit after a call of Zoom: what became of it.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::core::{Command, Core, Plan};
use super::health::ReconnectReason;
use super::parking::{owner, wait_for_connection};
use super::planner::Planner;
use super::prepare::Outgoing;
use super::records::{ConnectionRow, Grant, TokenHealth};
use super::tokens::die;
use super::{journal, lane, queued, quota};
use crate::error::{Error, Fault};
use crate::ports::ZoomError;
use crate::rules::link::{Call, CallResult, Link, ParkReason};

/// How late a call whose answer was lost may still take effect, at most.
const SETTLE: TimeDelta = TimeDelta::minutes(2);
/// How often the result of a call is tried to be written.
const MOST_TAKE_DOWNS: u32 = 8;

/// What Zoom answered is known now, and lost if it is not written: a store that fails for a moment
/// does not lose it.
pub(crate) async fn take_down(
    core: &Core,
    outgoing: &Outgoing,
    answer: &Result<CallResult, ZoomError>,
) -> Result<(), Error> {
    persist(core, &TakeDown { outgoing, answer }).await
}

/// Runs a commit that must not be lost.
pub(crate) async fn persist<C: Command>(core: &Core, command: &C) -> Result<C::Done, Error> {
    for _ in 1..MOST_TAKE_DOWNS {
        match core.run(command).await {
            // If an earlier try was applied after all, the lane is given back and this one does
            // nothing.
            Err(Error::Fault(
                Fault::Store { .. }
                | Fault::Entropy(_)
                | Fault::Sealer(_)
                | Fault::OutcomeUnknown { .. },
            )) => {}
            answer => return answer,
        }
    }
    core.run(command).await
}

/// The commit after a call.
struct TakeDown<'a> {
    outgoing: &'a Outgoing,
    answer: &'a Result<CallResult, ZoomError>,
}

#[async_trait]
impl Command for TakeDown<'_> {
    type Done = ();
    const NAME: &'static str = "take_down";

    /// Bookings may write the link's row all the while; a result that is not taken down is lost.
    const MOST_TRIES: u32 = 64;

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let outgoing = self.outgoing;
        if !lane::release(planner, &outgoing.zoom, outgoing.holder).await? {
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
        if link.misses_create() {
            queued::settle(planner, &link).await?;
        }
        planner.put(&row, &link)?;
        Ok(Plan::Commit(()))
    }
}

impl TakeDown<'_> {
    /// A create must not be repeated blindly. A rename or a delete may: done twice is done once.
    fn unknown(&self, now: DateTime<Utc>) -> CallResult {
        match self.outgoing.call {
            Call::Create { .. } => CallResult::Unknown,
            Call::Rename { .. } | Call::Delete { .. } => CallResult::Later(now + SETTLE),
        }
    }

    /// Zoom does not accept the access token: another one may do, once. Else the tokens are dead and
    /// erased (R6). Unless they were replaced while the call was out.
    async fn refused(
        &self,
        planner: &mut Planner<'_>,
        link: &Link,
        is_final: bool,
    ) -> Result<CallResult, Fault> {
        let row = planner.keys.connection(owner(link)?);
        let connection = planner.load(&row).await?;
        let Some(mut connection) = connection.filter(|row| self.made_with(row)) else {
            return Ok(CallResult::Later(planner.now));
        };
        let result = match &mut connection.grant {
            Grant::Live(tokens) if !is_final && tokens.health != TokenHealth::Doubted => {
                tokens.health = TokenHealth::Rejected;
                CallResult::Later(planner.now)
            }
            _ => {
                die(planner, &mut connection, ReconnectReason::TokensRefused)?;
                CallResult::Parked(ParkReason::NeedsReconnect)
            }
        };
        planner.put(&row, &connection)?;
        Ok(result)
    }

    fn made_with(&self, connection: &ConnectionRow) -> bool {
        connection.tokens().is_some_and(|tokens| tokens.pair == self.outgoing.pair)
    }

    /// A call went through that was made with tokens in doubt.
    async fn accepted(&self, planner: &mut Planner<'_>, link: &Link) -> Result<(), Fault> {
        let row = planner.keys.connection(owner(link)?);
        let connection = planner.load(&row).await?;
        if let Some(mut connection) = connection.filter(|row| self.made_with(row)) {
            if let Grant::Live(tokens) = &mut connection.grant {
                tokens.health = TokenHealth::Good;
            }
            planner.put(&row, &connection)?;
        }
        Ok(())
    }

    async fn result(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        link: &Link,
    ) -> Result<CallResult, Fault> {
        let error = match self.answer {
            Ok(result) => {
                if self.outgoing.doubted {
                    self.accepted(planner, link).await?;
                }
                return Ok(result.clone());
            }
            Err(error) => error,
        };
        let (zoom, sent_at) = (&self.outgoing.zoom, self.outgoing.sent_at);
        Ok(match error {
            ZoomError::NotSent(_) => {
                quota::refund(core, planner, zoom, sent_at).await?;
                CallResult::Later(link.retry_at(planner.now))
            }
            ZoomError::TooManyRequests | ZoomError::InProgress => {
                CallResult::Later(link.retry_at(planner.now))
            }
            ZoomError::OutcomeUnknown { .. } => self.unknown(planner.now),
            ZoomError::DailyLimit => {
                CallResult::Deferred(quota::exhaust(core, planner, zoom, sent_at).await?)
            }
            ZoomError::TokenExpired => self.refused(planner, link, false).await?,
            ZoomError::Unauthorized { .. } => self.refused(planner, link, true).await?,
            ZoomError::Gone => CallResult::NoSuchMeeting,
            ZoomError::Refused { .. } => CallResult::Parked(ParkReason::RefusedByZoom),
        })
    }
}
