//! The commit after a call of Zoom: what became of it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::core::{Command, Core, Plan};
use super::lane::Zoom;
use super::parking::{owner, wait_for_connection};
use super::planner::Planner;
use super::prepare::Outgoing;
use super::token_use::Refused;
use super::{journal, lane, meeting_index, queued, quota};
use crate::bugs::bug;
use crate::error::{Error, Fault};
use crate::ports::ZoomError;
use crate::rules::link::{Call, CallResult, Link, ParkReason};

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
        // If it was taken over meanwhile, since this took longer than the lease, the answer counts all
        // the same: as long as nobody else has found out what became of the call.
        let had_lane = lane::release(planner, &outgoing.zoom, outgoing.holder).await?;
        if let Some(is) = self.zoom_is() {
            lane::note(planner, &outgoing.zoom, is, core.spread()).await?;
        }
        let row = planner.keys.link(&outgoing.account, outgoing.link);
        let lost = Fault::Inconsistent("a link vanished while its call was out");
        let mut link = planner.load(&row).await?.ok_or(lost)?;
        if link.is_out(outgoing.holder) || bug!(NoFencing) {
            let result = self.result(core, planner, &link).await?;
            let news = link.finish(result, planner.now);
            if let Ok(CallResult::Created { zoom, id, .. }) = self.answer {
                meeting_index::enter(planner, &link, zoom, *id).await?;
                if outgoing.access.deadline < planner.now {
                    // Late: what Zoom has told of it meanwhile was not understood.
                    link.suspect(zoom, planner.now);
                }
            }
            journal::news(planner, &mut link, news)?;
            wait_for_connection(planner, &link).await?;
            if link.misses_create() {
                queued::settle(planner, &link).await?;
            }
        } else if let Ok(CallResult::Created { id, .. }) = self.answer
            && link.meeting_id() != Some(*id)
        {
            // Whoever looked has not seen it, and may have made another one.
            link.suspect(&outgoing.zoom, planner.now);
        } else if !had_lane {
            // All that is left of it was written before.
            return Ok(Plan::Nothing(()));
        }
        planner.put(&row, &link)?;
        Ok(Plan::Commit(()))
    }
}

impl TakeDown<'_> {
    /// What the answer tells of how Zoom is doing.
    const fn zoom_is(&self) -> Option<Zoom> {
        match self.answer {
            Err(ZoomError::NotSent(_)) => None,
            Err(ZoomError::OutcomeUnknown { .. } | ZoomError::TooManyRequests) => {
                Some(Zoom::Struggles)
            }
            Ok(_) | Err(_) => Some(Zoom::Answers),
        }
    }

    async fn result(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        link: &Link,
    ) -> Result<CallResult, Fault> {
        if bug!(ChargedAfterTheCall) {
            quota::charge_now(core, planner, &self.outgoing.zoom).await?;
        }
        let error = match self.answer {
            Ok(result) => {
                self.outgoing.used.accepted(planner, owner(link)?).await?;
                return Ok(result.clone());
            }
            Err(error) => error,
        };
        let (zoom, sent_at) = (&self.outgoing.zoom, self.outgoing.sent_at);
        Ok(match error {
            ZoomError::NotSent(_) => {
                quota::refund(core, planner, zoom, sent_at).await?;
                CallResult::Later(link.retry_at(planner.now, core.spread()))
            }
            ZoomError::TooManyRequests | ZoomError::InProgress => {
                CallResult::Later(link.retry_at(planner.now, core.spread()))
            }
            ZoomError::OutcomeUnknown { .. } => {
                if bug!(RefundOnTimeout) {
                    quota::refund(core, planner, zoom, sent_at).await?;
                }
                self.unknown(planner.now)
            }
            ZoomError::DailyLimit => {
                CallResult::Deferred(quota::exhaust(core, planner, zoom, sent_at).await?)
            }
            ZoomError::TokenExpired => self.refused(planner, link, false).await?,
            ZoomError::Unauthorized { .. } => self.refused(planner, link, true).await?,
            ZoomError::Gone => CallResult::NoSuchMeeting,
            ZoomError::Refused { .. } => CallResult::Parked(ParkReason::RefusedByZoom),
        })
    }

    /// Nothing is certain until Zoom was looked at.
    fn unknown(&self, now: DateTime<Utc>) -> CallResult {
        match self.outgoing.call {
            Call::Create { .. } if bug!(CreateRepeatedBlindly) => CallResult::Later(now),
            Call::Rename { .. } if bug!(UnknownRenameTakenForDone) => CallResult::Done,
            Call::Delete { .. } if bug!(UnknownDeleteTakenForDone) => CallResult::Done,
            _ => CallResult::Unknown,
        }
    }

    async fn refused(
        &self,
        planner: &mut Planner<'_>,
        link: &Link,
        is_final: bool,
    ) -> Result<CallResult, Fault> {
        Ok(match self.outgoing.used.refused(planner, owner(link)?, is_final).await? {
            Refused::TryAgain => CallResult::Later(planner.now),
            Refused::Dead => CallResult::Parked(ParkReason::NeedsReconnect),
        })
    }
}
