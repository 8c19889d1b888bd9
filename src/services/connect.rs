//! Tying a Zoom account to a user id (R2, R3, R4).

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::audit::{self, Audited};
use super::caller::Actor;
use super::core::{Command, Core, Plan};
use super::disconnect::{revoke_later, untie};
use super::health::ReconnectReason;
use super::messages::UserMessageKind;
use super::planner::Planner;
use super::records::{ClaimRow, ConnectionRow, Grant, UserRow};
use super::tokens::{Owner, seal, tell};
use super::upcoming::Affected;
use crate::bugs::bug;
use crate::error::{Error, Fault, Refusal};
use crate::ports::{TokenGrant, ZoomUser};
use crate::words::{EntryPoint, UserId, ZoomAccountId};

/// What became of a consent.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connected {
    /// The Zoom account that the user consented with.
    pub zoom: ZoomAccountId,
    /// The user.
    pub user: UserId,
    /// Where the user began: lead them on from there (R1).
    pub entry: EntryPoint,
    /// Something to tell the user.
    pub advice: Option<Advice>,
    /// Upcoming appointments whose links are on another Zoom account, by start: they stay valid, but
    /// are not managed any more (R6).
    pub unmanaged: Vec<Affected>,
}

/// Advice is no error: what was asked for was done.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Advice {
    /// The user had another Zoom account connected; it is disconnected now. Links made on it stay
    /// valid, but are not managed any more. Different Zoom accounts for one user are not
    /// recommended (R3).
    #[non_exhaustive]
    ReplacedZoomAccount {
        /// The Zoom account that was connected before.
        previous: ZoomAccountId,
    },
}

/// A consent that was given: by whom at Zoom, and what for.
pub(crate) struct Given {
    pub(crate) zoom: ZoomUser,
    pub(crate) grant: TokenGrant,
    /// When the code was traded. Tokens of earlier consents are dead since then.
    pub(crate) since: DateTime<Utc>,
}

/// Ties a Zoom account to a user id and keeps its tokens. Answers with the Zoom account that it
/// replaces.
pub(crate) struct Connect<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) user: &'a UserId,
    pub(crate) given: &'a Given,
}

#[async_trait]
impl Command for Connect<'_> {
    type Done = Option<ZoomAccountId>;
    const NAME: &'static str = "connect_zoom";

    /// The tokens are lost if they are not kept.
    const MOST_TRIES: u32 = 64;

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let (keys, zoom) = (planner.keys, &self.given.zoom.id);
        UserRow::required(planner.load(&keys.user(self.user)).await?, self.user)?;
        let claim = keys.claim(zoom);
        let tie = planner.load(&claim).await?;
        if tie.is_some_and(|tie| tie.user != *self.user) && !bug!(TieNotChecked) {
            return Err(Refusal::ZoomAccountTaken { zoom: zoom.clone() }.into());
        }
        // Tokens of an earlier connection to it died with this consent.
        let pending = keys.revocation(zoom);
        planner.load(&pending).await?;
        planner.delete(&pending);
        let replaced = self.replace(planner).await?;
        planner.put(&claim, &ClaimRow { user: self.user.clone() })?;
        self.put(core, planner)?;
        self.note(planner, replaced.clone())?;
        Ok(Plan::Commit(replaced))
    }
}

impl Connect<'_> {
    /// Another Zoom account is disconnected (R3).
    async fn replace(&self, planner: &mut Planner<'_>) -> Result<Option<ZoomAccountId>, Fault> {
        let connection = planner.load(&planner.keys.connection(self.user)).await?;
        let Some(previous) = connection.filter(|row| row.zoom != self.given.zoom.id) else {
            return Ok(None);
        };
        let zoom = previous.zoom.clone();
        untie(planner, previous).await?;
        Ok(Some(zoom))
    }

    fn put(&self, core: &Core, planner: &mut Planner<'_>) -> Result<(), Fault> {
        let (now, zoom) = (planner.now, &self.given.zoom.id);
        let owner = Owner { user: self.user, zoom };
        let row = ConnectionRow {
            user: self.user.clone(),
            zoom: zoom.clone(),
            organisation: self.given.zoom.organisation.clone(),
            grant: Grant::Live(seal(core, planner, owner, &self.given.grant)?),
            connected_at: now,
            scopes: self.given.grant.scopes.clone(),
            wake_at: Some(now).filter(|_| !bug!(NotWoken)),
        };
        planner.put(&planner.keys.connection(self.user), &row)
    }

    /// Who else than the user did it is audited, and the user is told (R4).
    fn note(
        &self,
        planner: &mut Planner<'_>,
        replaced: Option<ZoomAccountId>,
    ) -> Result<(), Fault> {
        let zoom = &self.given.zoom.id;
        let what = Audited::ZoomConnected { zoom: zoom.clone(), replaced };
        audit::note(planner, self.user, self.actor, what)?;
        if let Actor::LoggedInAs(by) = self.actor {
            let kind = UserMessageKind::ConnectedForYou { by: by.admin().clone() };
            tell(planner, self.user, zoom, kind)?;
        }
        Ok(())
    }
}

/// A refused consent has killed the tokens that the rightful user had: Zoom honours only the last
/// ones. They get the new ones, or the click of another would cut them off; also a deleted user, whose
/// links are still to be deleted. If nobody is to have them, they are revoked. Best effort: else the
/// user has to reconnect.
pub(crate) struct HandOver<'a> {
    pub(crate) given: &'a Given,
    /// Who was refused.
    pub(crate) user: &'a UserId,
}

#[async_trait]
impl Command for HandOver<'_> {
    type Done = ();
    const NAME: &'static str = "hand_over";
    const MOST_TRIES: u32 = 64;

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let (keys, Given { zoom, grant, .. }) = (planner.keys, self.given);
        let tie = planner.load(&keys.claim(&zoom.id)).await?;
        let owner = tie.map_or_else(|| self.user.clone(), |tie| tie.user);
        let row = keys.connection(&owner);
        let connection = planner.load(&row).await?;
        let Some(mut connection) = connection.filter(|row| self.cut_off(row)) else {
            let owner = Owner { user: self.user, zoom: &zoom.id };
            let tokens = seal(core, planner, owner, grant)?;
            revoke_later(planner, owner, Grant::Live(tokens)).await?;
            return Ok(Plan::Commit(()));
        };
        connection.grant = Grant::Live(seal(core, planner, connection.owner(), grant)?);
        connection.connected_at = planner.now;
        connection.wake_at = Some(planner.now);
        connection.scopes.clone_from(&grant.scopes);
        planner.put(&row, &connection)?;
        Ok(Plan::Commit(()))
    }
}

impl HandOver<'_> {
    /// Whether a connection was cut off by the consent: it was live, or somebody has just found out.
    fn cut_off(&self, connection: &ConnectionRow) -> bool {
        let was_live = match &connection.grant {
            Grant::Live(_) => true,
            Grant::Dead(died) => {
                died.why == ReconnectReason::TokensRefused && died.at >= self.given.since
            }
        };
        connection.zoom == self.given.zoom.id && was_live
    }
}
