//! Revoking tokens at Zoom that are of no use here any more.
//!
//! They are given up here first: whatever becomes of the revocation, nothing uses them. It is tried
//! once at once, then by the worker, for a day.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::core::{Command, Core, LinkWork, Plan};
use super::planner::Planner;
use super::records::RevocationRow;
use super::tokens::Owner;
use crate::error::Error;
use crate::ports::ZoomError;
use crate::rules::retry::{Retry, Spread};
use crate::trace;
use crate::words::ZoomAccountId;

/// How long it is tried. An access token lives an hour, an idle refresh token 90 days.
const TRIED: TimeDelta = TimeDelta::days(1);
const RETRY: Retry = Retry { first: TimeDelta::seconds(10), longest: TimeDelta::hours(1) };

/// Tries at once, unless such work is the worker's. What fails is due still.
pub(crate) async fn revoke_inline(core: &Core, zoom: &ZoomAccountId) {
    if core.settings.link_work == LinkWork::Inline {
        let due = trace::due("revocation", None, zoom);
        trace::tried(due, "to revoke tokens", revoke(core, zoom)).await;
    }
}

/// Revokes the tokens that are to be revoked of a Zoom account.
pub(crate) async fn revoke(core: &Core, zoom: &ZoomAccountId) -> Result<(), Error> {
    let key = core.keys.revocation(zoom);
    let mut planner = core.planner()?;
    let Some(row) = planner.peek(&key).await? else { return Ok(()) };
    if row.at > planner.now {
        return Ok(());
    }
    let retry =
        if is_void(core, &row).await { None } else { row.retry_at(planner.now, core.spread()) };
    core.run(&TakeDown { row: &row, retry }).await
}

/// Whether the tokens are void for certain now. Zoom documents that access tokens can be revoked; RFC
/// 7009 has refresh tokens, too, and they live longer.
async fn is_void(core: &Core, row: &RevocationRow) -> bool {
    let owner = Owner { user: &row.user, zoom: &row.zoom };
    let tokens = &row.tokens;
    for token in [tokens.open_access(core, owner), tokens.open_refresh(core, owner)] {
        let token = match token {
            Ok(token) => token,
            // With the key lost, or for a moment out of reach: tried again, like a call that fails.
            Err(fault) => {
                trace::failed("to open tokens that are to be revoked", &fault.into());
                return false;
            }
        };
        let deadline = core.now() + core.settings.call_deadline;
        match core.auth.revoke(&token, deadline).await {
            Ok(()) => return true,
            // Zoom knows no such token (any more).
            Err(ZoomError::Unauthorized { .. }) => {}
            Err(_) => return false,
        }
    }
    true
}

impl RevocationRow {
    fn retry_at(&self, now: DateTime<Utc>, spread: Spread) -> Option<DateTime<Utc>> {
        Some(now + RETRY.after(self.attempts, spread)).filter(|at| *at < self.since + TRIED)
    }
}

/// The tokens are erased, or are tried again.
struct TakeDown<'a> {
    row: &'a RevocationRow,
    retry: Option<DateTime<Utc>>,
}

#[async_trait]
impl Command for TakeDown<'_> {
    type Done = ();
    const NAME: &'static str = "revoke";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let key = planner.keys.revocation(&self.row.zoom);
        let row = planner.load(&key).await?;
        let is_same = |row: &RevocationRow| row.tokens.pair == self.row.tokens.pair;
        let Some(mut row) = row.filter(is_same) else { return Ok(Plan::Nothing(())) };
        match self.retry {
            Some(at) => {
                row.attempts = row.attempts.saturating_add(1);
                row.at = at;
                planner.put(&key, &row)?;
            }
            None => planner.delete(&key),
        }
        Ok(Plan::Commit(()))
    }
}
