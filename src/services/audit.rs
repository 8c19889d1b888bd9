//! The audit: who did what in whose name (R2, R4).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::caller::{Actor, Caller};
use super::core::Core;
use super::planner::Planner;
use super::records::AuditRow;
use super::shapes::Shape;
use crate::error::{Error, Fault, Refusal};
use crate::words::{StatedReason, UserId, ZoomAccountId};

/// Something that was audited.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuditRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it, and, if they were logged in as somebody, why.
    pub by: Actor,
    /// What they did.
    pub what: Audited,
}

/// What is audited: all that becomes of the tie between a user and a Zoom account, and every change
/// that somebody makes who is logged in as another.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Audited {
    /// A call that changed something in the account.
    #[non_exhaustive]
    Call {
        /// Which call, in snake case.
        name: String,
    },
    /// The user consented: the Zoom account is theirs.
    #[non_exhaustive]
    ZoomConnected {
        /// Which.
        zoom: ZoomAccountId,
        /// The one that they had connected before, and have not any more (R3).
        replaced: Option<ZoomAccountId>,
    },
    /// The user disconnected: the tie is gone.
    #[non_exhaustive]
    ZoomDisconnected {
        /// Which.
        zoom: ZoomAccountId,
    },
    /// Support set the Zoom account free.
    #[non_exhaustive]
    ZoomReleased {
        /// Which.
        zoom: ZoomAccountId,
        /// Why.
        reason: StatedReason,
    },
    /// Support gave the tie to another user id.
    #[non_exhaustive]
    ZoomTransferred {
        /// Which.
        zoom: ZoomAccountId,
        /// Who had it.
        from: UserId,
        /// Who has it.
        to: UserId,
        /// Why.
        reason: StatedReason,
    },
    /// Zoom told that the user, or an admin of theirs, removed the app.
    #[non_exhaustive]
    ZoomDeauthorized {
        /// Which.
        zoom: ZoomAccountId,
    },
}

/// Notes what a change does to a user, whatever their accounts.
pub(crate) fn note(
    planner: &mut Planner<'_>,
    user: &UserId,
    by: &Actor,
    what: Audited,
) -> Result<(), Fault> {
    let row = planner.keys.audit_of_user(user, planner.id);
    planner.put(&row, &AuditRow { at: planner.now, by: by.clone(), what })
}

/// What was audited of a user, the oldest first.
pub(crate) async fn of_user(
    core: &Core,
    actor: &Actor,
    user: &UserId,
) -> Result<Vec<AuditRecord>, Error> {
    let is_own = matches!(actor, Actor::User(own) if own == user);
    if !is_own && *actor != Actor::System {
        // It tells of admins of other accounts, and of their reasons.
        let (who, what) = ("anybody but the user", "read the audit of a user");
        return Err(Refusal::NotPermitted { who, what }.into());
    }
    let rows = core.scan_all(&core.keys.all_of_user(user, AuditRow::KIND)).await?;
    Ok(records(rows))
}

/// What was audited of an account, the oldest first.
pub(crate) async fn of_account(core: &Core, caller: &Caller) -> Result<Vec<AuditRecord>, Error> {
    let mut planner = core.planner()?;
    if matches!(caller.actor(), Actor::LoggedInAs(_)) {
        let (who, what) = ("somebody who is logged in as another", "read the audit");
        return Err(Refusal::NotPermitted { who, what }.into());
    }
    caller.check_admin(&mut planner, None, "read the audit").await?;
    let scan = core.keys.all_of_account(caller.account(), AuditRow::KIND);
    Ok(records(core.scan_all(&scan).await?))
}

fn records(rows: Vec<AuditRow>) -> Vec<AuditRecord> {
    rows.into_iter().map(|AuditRow { at, by, what }| AuditRecord { at, by, what }).collect()
}
