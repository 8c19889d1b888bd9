//! Somebody removed the app at Zoom (R6).

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::audit::{self, Audited};
use super::caller::Actor;
use super::core::{Command, Core, Plan};
use super::health::ReconnectReason;
use super::planner::Planner;
use super::records::{ConnectionRow, Grant, TokenHealth};
use super::tokens::die;
use crate::error::Error;
use crate::rules::deauthorized::{Verdict, verdict};
use crate::words::ZoomAccountId;

/// What Zoom reports of a Zoom account. Doing it again changes nothing.
pub(crate) struct Deauthorize<'a> {
    pub(crate) zoom: &'a ZoomAccountId,
    pub(crate) organisation: Option<&'a str>,
    pub(crate) at: DateTime<Utc>,
}

#[async_trait]
impl Command for Deauthorize<'_> {
    type Done = ();
    const NAME: &'static str = "deauthorize";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let Some(tie) = planner.load(&planner.keys.claim(self.zoom)).await? else {
            return Ok(Plan::Nothing(()));
        };
        let row = planner.keys.connection(&tie.user);
        let connection = planner.load(&row).await?;
        let Some(mut connection) = connection.filter(|row| self.is_of(row)) else {
            return Ok(Plan::Nothing(()));
        };
        match (verdict(self.at, connection.connected_at), &mut connection.grant) {
            (Verdict::Dead, Grant::Live(_)) => {
                die(planner, &mut connection, ReconnectReason::Deauthorized)?;
                let what = Audited::ZoomDeauthorized { zoom: self.zoom.clone() };
                audit::note(planner, &tie.user, &Actor::System, what)?;
            }
            (Verdict::Ask, Grant::Live(tokens)) if tokens.health == TokenHealth::Good => {
                tokens.health = TokenHealth::Rejected;
                tokens.refresh_at = planner.now;
            }
            _ => return Ok(Plan::Nothing(())),
        }
        planner.put(&row, &connection)?;
        Ok(Plan::Commit(()))
    }
}

impl Deauthorize<'_> {
    /// Zoom names the organisation too. One that is not known here cannot contradict.
    fn is_of(&self, connection: &ConnectionRow) -> bool {
        let known = connection.organisation.as_deref().zip(self.organisation);
        connection.zoom == *self.zoom && known.is_none_or(|(ours, theirs)| ours == theirs)
    }
}
