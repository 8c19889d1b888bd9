//! Refreshing tokens: one at a time for each Zoom account, by whoever holds its lane.
//!
//! Zoom gives a new pair for each refresh, and the old one is dead from then on, whether the answer
//! arrives or not. A refresh whose answer was lost is tried again: if it had its effect, Zoom says
//! that the token is void, and only a new consent helps.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::core::{Command, Core, Plan};
use super::disconnect::revoke_later;
use super::health::ReconnectReason;
use super::planner::Planner;
use super::records::{ConnectionRow, Died, Grant, TokenHealth, Tokens};
use super::take_down::persist;
use super::tokens::{Owner, die, is_of, seal};
use super::{lane, quota, wake};
use crate::bugs::bug;
use crate::error::{Error, Fault};
use crate::ports::{TokenGrant, ZoomError};
use crate::words::{Secret, UserId, ZoomAccountId};

/// A refresh whose lane is taken.
pub(crate) struct OutgoingRefresh {
    user: UserId,
    zoom: ZoomAccountId,
    holder: Uuid,
    pair: Uuid,
    token: Secret,
    deadline: DateTime<Utc>,
    /// A link waits for it.
    pub(crate) is_wanted: bool,
}

/// Whether a refresh may be sent.
pub(crate) enum Begun {
    /// The lane is taken for it; it may be sent once that is committed.
    Refresh(OutgoingRefresh),
    /// Look again then.
    NotBefore(DateTime<Utc>),
}

/// Takes the lane for a refresh, unless somebody else has it, or it was tried a moment ago.
pub(crate) async fn begin(
    core: &Core,
    planner: &mut Planner<'_>,
    connection: &ConnectionRow,
    tokens: &Tokens,
) -> Result<Begun, Fault> {
    let now = planner.now;
    if let Some(at) = tokens.not_before(now) {
        return Ok(Begun::NotBefore(at));
    }
    let is_free = bug!(RefreshWithoutLane);
    if !is_free && let Some(until) = lane::taken_until(planner, &connection.zoom).await? {
        return Ok(Begun::NotBefore(until.min(now + lane::RETRY)));
    }
    let token = tokens.open_refresh(core, connection.owner())?;
    let deadline = now + core.settings.call_deadline;
    let holder = planner.id.as_uuid();
    lane::take(planner, &connection.zoom, holder, deadline).await?;
    let (user, zoom, pair) = (connection.user.clone(), connection.zoom.clone(), tokens.pair);
    let is_wanted = false;
    Ok(Begun::Refresh(OutgoingRefresh { user, zoom, holder, pair, token, deadline, is_wanted }))
}

/// Sends a refresh, and takes down what became of it.
pub(crate) async fn refresh(core: &Core, outgoing: &OutgoingRefresh) -> Result<(), Error> {
    let answer = core.auth.refresh(&outgoing.token, outgoing.deadline).await;
    persist(core, &TakeDown { outgoing, answer: &answer }).await
}

struct TakeDown<'a> {
    outgoing: &'a OutgoingRefresh,
    answer: &'a Result<TokenGrant, ZoomError>,
}

#[async_trait]
impl Command for TakeDown<'_> {
    type Done = ();
    const NAME: &'static str = "refresh_tokens";

    /// The new pair is lost if it is not taken down.
    const MOST_TRIES: u32 = 64;

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let OutgoingRefresh { user, zoom, holder, pair, .. } = self.outgoing;
        let in_time = lane::release(planner, zoom, *holder).await?;
        let row = planner.keys.connection(user);
        let connection = planner.load(&row).await?;
        match (connection, self.answer) {
            // The pair that was refreshed is still the last one that is known: the answer counts, however
            // late it comes. Nobody else can have refreshed it.
            (Some(mut connection), Ok(grant))
                if is_of(&connection, zoom, *pair) && can_live(&connection.grant) =>
            {
                let is_used = self.is_used(planner, &connection).await?;
                renew(core, planner, &mut connection, grant, is_used)?;
                planner.put(&row, &connection)?;
            }
            (Some(mut connection), Err(error)) if is_of(&connection, zoom, *pair) && in_time => {
                fail(core, planner, &mut connection, error)?;
                planner.put(&row, &connection)?;
            }
            (_, Ok(grant)) => self.give_up(core, planner, grant).await?,
            _ if in_time => {}
            _ => return Ok(Plan::Nothing(())),
        }
        Ok(Plan::Commit(()))
    }
}

impl TakeDown<'_> {
    /// Whether the user is likely to need links soon: then tokens are kept fresh, so that no booking
    /// waits for them.
    async fn is_used(
        &self,
        planner: &mut Planner<'_>,
        connection: &ConnectionRow,
    ) -> Result<bool, Fault> {
        let is_new = planner.now < connection.connected_at + Tokens::IDLE;
        let used = self.outgoing.is_wanted || is_new;
        Ok(used || quota::was_used(planner, &connection.zoom).await?)
    }

    /// The user has disconnected while it was out, or lost the tie: what that revokes is dead, and this
    /// pair is not. Unless somebody has consented since, which has killed this one, too.
    async fn give_up(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        grant: &TokenGrant,
    ) -> Result<(), Fault> {
        let OutgoingRefresh { user, zoom, .. } = self.outgoing;
        if let Some(tie) = planner.load(&planner.keys.claim(zoom)).await? {
            let heirs = planner.load(&planner.keys.connection(&tie.user)).await?;
            if heirs.is_some_and(|row| row.zoom == *zoom && row.tokens().is_some()) {
                return Ok(());
            }
        }
        let owner = Owner { user, zoom };
        let tokens = seal(core, planner, owner, grant)?;
        revoke_later(planner, owner, Grant::Live(tokens)).await
    }
}

/// Whether a new pair may take the place of what there is: it is live, or was thought to be dead.
const fn can_live(grant: &Grant) -> bool {
    matches!(grant, Grant::Live(_) | Grant::Dead(Died { why: ReconnectReason::TokensRefused, .. }))
}

/// A new pair. One that Zoom was thought to have killed lives on by it.
fn renew(
    core: &Core,
    planner: &Planner<'_>,
    connection: &mut ConnectionRow,
    grant: &TokenGrant,
    is_used: bool,
) -> Result<(), Fault> {
    let mut tokens = seal(core, planner, connection.owner(), grant)?;
    if let (Grant::Live(before), true) = (&connection.grant, bug!(OldRefreshTokenKept)) {
        tokens.refresh = before.refresh.clone();
    }
    if !is_used {
        tokens.refresh_at = planner.now + Tokens::IDLE;
    }
    match &connection.grant {
        Grant::Live(before) if before.health != TokenHealth::Good => {
            tokens.health = TokenHealth::Doubted;
        }
        Grant::Live(_) => {}
        Grant::Dead(_) => connection.wake_at = Some(planner.now),
    }
    connection.grant = Grant::Live(tokens);
    if !grant.scopes.is_empty() {
        connection.scopes.clone_from(&grant.scopes);
    }
    Ok(())
}

fn fail(
    core: &Core,
    planner: &mut Planner<'_>,
    connection: &mut ConnectionRow,
    error: &ZoomError,
) -> Result<(), Fault> {
    if matches!(error, ZoomError::Unauthorized { .. }) {
        return die(planner, connection, ReconnectReason::TokensRefused);
    }
    let now = planner.now;
    if let Grant::Live(tokens) = &mut connection.grant {
        tokens.put_off(now, core.spread());
    }
    Ok(())
}

/// Does what is due on a connection: wakes links that waited for it, refreshes tokens that nobody used
/// for long.
pub(crate) async fn work_on(core: &Core, user: &UserId) -> Result<(), Error> {
    let mut planner = core.planner()?;
    let Some(connection) = planner.peek(&core.keys.connection(user)).await? else {
        return Ok(());
    };
    // One of them must not keep the other from being done.
    let woken = match connection.wake_at.is_some_and(|at| at <= planner.now) {
        true => wake::wake(core, user).await,
        false => Ok(()),
    };
    match core.run(&Prepare { user }).await {
        Ok(Some(outgoing)) => refresh(core, &outgoing).await?,
        Ok(None) => {}
        // The tokens cannot be opened now: they are not in the way of others.
        Err(error) => {
            core.run(&PutOff { user }).await?;
            return Err(error);
        }
    }
    woken
}

struct PutOff<'a> {
    user: &'a UserId,
}

#[async_trait]
impl Command for PutOff<'_> {
    type Done = ();
    const NAME: &'static str = "put_off_refresh";

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let (row, now) = (planner.keys.connection(self.user), planner.now);
        let Some(mut connection) = planner.load(&row).await? else { return Ok(Plan::Nothing(())) };
        match &mut connection.grant {
            Grant::Live(tokens) if tokens.refresh_at <= now => tokens.put_off(now, core.spread()),
            _ => return Ok(Plan::Nothing(())),
        }
        planner.put(&row, &connection)?;
        Ok(Plan::Commit(()))
    }
}

struct Prepare<'a> {
    user: &'a UserId,
}

#[async_trait]
impl Command for Prepare<'_> {
    type Done = Option<OutgoingRefresh>;
    const NAME: &'static str = "prepare_refresh";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let row = planner.keys.connection(self.user);
        let Some(mut connection) = planner.load(&row).await? else {
            return Ok(Plan::Nothing(None));
        };
        let due = connection.tokens().filter(|tokens| tokens.refresh_at <= planner.now);
        let Some(tokens) = due else { return Ok(Plan::Nothing(None)) };
        match begin(core, planner, &connection, tokens).await? {
            Begun::Refresh(outgoing) => Ok(Plan::Commit(Some(outgoing))),
            Begun::NotBefore(at) => {
                if let Grant::Live(tokens) = &mut connection.grant {
                    tokens.refresh_at = at;
                }
                planner.put(&row, &connection)?;
                Ok(Plan::Commit(None))
            }
        }
    }
}
