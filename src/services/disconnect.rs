//! Ending the tie between a user and a Zoom account (R2, R6).

use async_trait::async_trait;

use super::audit::{self, Audited};
use super::caller::Actor;
use super::core::{Command, Core, Plan};
use super::messages::UserMessageKind;
use super::planner::Planner;
use super::records::{ClaimRow, ConnectionRow, Grant, RevocationRow, UserRow};
use super::revoke::revoke_inline;
use super::tokens::{Owner, tell};
use super::upcoming::{Affected, upcoming_on_zoom};
use crate::bugs::bug;
use crate::error::{Error, Fault, Refusal, Thing, missing};
use crate::words::{StatedReason, UserId, ZoomAccountId};

/// A tie that was ended.
pub(crate) struct Untied {
    user: UserId,
    zoom: ZoomAccountId,
}

/// The user disconnects. Answers with their upcoming appointments on Zoom.
pub(crate) async fn disconnect(
    core: &Core,
    actor: &Actor,
    user: &UserId,
) -> Result<Vec<Affected>, Error> {
    // Read before, too: once the tie is gone, a failed read is no error of the call.
    let sight = actor.sight(core).await?;
    let before = upcoming_on_zoom(core, &sight, user).await?;
    let untied = core.run(&Disconnect { actor, user }).await?;
    let Some(untied) = untied else { return Ok(Vec::new()) };
    revoke_inline(core, &untied.zoom).await;
    Ok(upcoming_on_zoom(core, &sight, &untied.user).await.unwrap_or(before))
}

/// Support sets a Zoom account free, or gives it to another user id.
pub(crate) async fn move_tie(
    core: &Core,
    actor: &Actor,
    zoom: &ZoomAccountId,
    to: Option<&UserId>,
    reason: &StatedReason,
) -> Result<Vec<Affected>, Error> {
    let sight = actor.sight(core).await?;
    let Some(untied) = core.run(&MoveTie { actor, zoom, to, reason }).await? else {
        return Ok(Vec::new());
    };
    revoke_inline(core, &untied.zoom).await;
    Ok(upcoming_on_zoom(core, &sight, &untied.user).await.unwrap_or_default())
}

struct Disconnect<'a> {
    actor: &'a Actor,
    user: &'a UserId,
}

#[async_trait]
impl Command for Disconnect<'_> {
    type Done = Option<Untied>;
    const NAME: &'static str = "disconnect_zoom";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        self.actor.check_is(core, planner, self.user, "disconnect their Zoom account").await?;
        UserRow::required(planner.load(&planner.keys.user(self.user)).await?, self.user)?;
        let Some(connection) = planner.load(&planner.keys.connection(self.user)).await? else {
            return Ok(Plan::Nothing(None));
        };
        let (user, zoom) = (connection.user.clone(), connection.zoom.clone());
        untie(planner, connection).await?;
        audit::note(planner, &user, self.actor, Audited::ZoomDisconnected { zoom: zoom.clone() })?;
        if let Actor::LoggedInAs(by) = self.actor {
            let kind = UserMessageKind::DisconnectedForYou { by: by.admin().clone() };
            tell(planner, &user, &zoom, kind)?;
        }
        Ok(Plan::Commit(Some(Untied { user, zoom })))
    }
}

/// Frees a tie, or moves it (R2). The tokens of the one who had it go either way.
struct MoveTie<'a> {
    actor: &'a Actor,
    zoom: &'a ZoomAccountId,
    to: Option<&'a UserId>,
    reason: &'a StatedReason,
}

#[async_trait]
impl Command for MoveTie<'_> {
    type Done = Option<Untied>;
    const NAME: &'static str = "move_zoom_tie";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        if *self.actor != Actor::System {
            let (who, what) = ("anybody but support", "release or transfer a Zoom account");
            return Err(Refusal::NotPermitted { who, what }.into());
        }
        self.check_heir(planner).await?;
        let claim = planner.keys.claim(self.zoom);
        let unknown = || missing(Thing::ZoomAccount(self.zoom.clone()));
        let from = planner.load(&claim).await?.ok_or_else(unknown)?.user;
        if self.to == Some(&from) {
            return Ok(Plan::Nothing(None));
        }
        match self.to {
            Some(to) => planner.put(&claim, &ClaimRow { user: to.clone() })?,
            None => planner.delete(&claim),
        }
        self.cut_off(planner, &from).await?;
        self.note(planner, &from)?;
        Ok(Plan::Commit(Some(Untied { user: from, zoom: self.zoom.clone() })))
    }
}

impl MoveTie<'_> {
    async fn check_heir(&self, planner: &mut Planner<'_>) -> Result<(), Error> {
        let Some(to) = self.to else { return Ok(()) };
        UserRow::required(planner.load(&planner.keys.user(to)).await?, to).map(|_| ())
    }

    async fn cut_off(&self, planner: &mut Planner<'_>, from: &UserId) -> Result<(), Fault> {
        let connection = planner.load(&planner.keys.connection(from)).await?;
        if let Some(connection) = connection.filter(|row| row.zoom == *self.zoom) {
            end(planner, connection).await?;
            tell(planner, from, self.zoom, UserMessageKind::ReconnectZoom)?;
        }
        Ok(())
    }

    fn note(&self, planner: &mut Planner<'_>, from: &UserId) -> Result<(), Fault> {
        let (zoom, reason) = (self.zoom.clone(), self.reason.clone());
        let what = match self.to {
            None => Audited::ZoomReleased { zoom, reason },
            Some(to) => {
                let (from, to) = (from.clone(), to.clone());
                Audited::ZoomTransferred { zoom, from, to, reason }
            }
        };
        for user in self.to.into_iter().chain([from]) {
            audit::note(planner, user, self.actor, what.clone())?;
        }
        Ok(())
    }
}

/// A connection is gone with its tie, unless that has gone to another user id.
pub(crate) async fn untie(
    planner: &mut Planner<'_>,
    connection: ConnectionRow,
) -> Result<(), Fault> {
    let claim = planner.keys.claim(&connection.zoom);
    if planner.load(&claim).await?.is_some_and(|tie| tie.user == connection.user) {
        planner.delete(&claim);
    }
    end(planner, connection).await
}

/// A connection is gone, with its tokens.
async fn end(planner: &mut Planner<'_>, connection: ConnectionRow) -> Result<(), Fault> {
    planner.delete(&planner.keys.connection(&connection.user));
    let owner = Owner { user: &connection.user, zoom: &connection.zoom };
    revoke_later(planner, owner, connection.grant).await
}

/// Tokens are given up: they are revoked at Zoom, and erased with that.
pub(crate) async fn revoke_later(
    planner: &mut Planner<'_>,
    owner: Owner<'_>,
    grant: Grant,
) -> Result<(), Fault> {
    let Grant::Live(tokens) = grant else { return Ok(()) };
    if bug!(NotRevoked) {
        return Ok(());
    }
    let (user, zoom) = (owner.user.clone(), owner.zoom.clone());
    let row = planner.keys.revocation(&zoom);
    planner.load(&row).await?;
    let (since, at) = (planner.now, planner.now);
    planner.put(&row, &RevocationRow { user, zoom, tokens, since, attempts: 0, at })
}
