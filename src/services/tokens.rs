//! Tokens: sealed before they are stored, refreshed in time, erased when they are dead.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::core::Core;
use super::health::ReconnectReason;
use super::messages::UserMessageKind;
use super::planner::Planner;
use super::records::{ConnectionRow, Died, Grant, TokenHealth, Tokens, UserMessageRow};
use crate::error::Fault;
use crate::ports::{Access, Sealed, Sealer, TokenGrant};
use crate::rules::retry::{Retry, Spread};
use crate::words::{Secret, UserId, ZoomAccountId};

/// A token that expires so soon after the deadline of a call is refreshed before the call.
const AHEAD: TimeDelta = TimeDelta::minutes(2);
/// So long before it expires the worker refreshes a token of somebody who makes links: callers find a
/// fresh one, and never refresh themselves.
const FRESH: TimeDelta = TimeDelta::minutes(10);
const RETRY: Retry = Retry { first: TimeDelta::seconds(2), longest: TimeDelta::minutes(15) };

/// Whose tokens they are: bound to what is sealed.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) user: &'a UserId,
    pub(crate) zoom: &'a ZoomAccountId,
}

impl ConnectionRow {
    pub(crate) const fn owner(&self) -> Owner<'_> {
        Owner { user: &self.user, zoom: &self.zoom }
    }
}

/// Which of the tokens.
#[derive(Clone, Copy)]
enum Token {
    Access,
    Refresh,
}

impl Token {
    /// Binds a sealed token to its place: it opens in this realm, for this user, Zoom account and
    /// kind only.
    fn context(self, core: &Core, owner: Owner<'_>, of_realm: bool) -> String {
        let kind = match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        };
        let Owner { user, zoom } = owner;
        let realm = if of_realm { core.keys.realm() } else { "" };
        let bound = if of_realm { format!("{}:{realm}:", realm.len()) } else { String::new() };
        // Lengths keep ids apart, whatever characters they hold.
        format!("{kind}:{bound}{}:{user}:{}:{zoom}", user.as_str().len(), zoom.as_str().len())
    }
}

/// The sealer that the host has plugged in.
pub(crate) fn sealer(core: &Core) -> Result<&dyn Sealer, Fault> {
    core.sealer.as_deref().ok_or(Fault::NotConfigured("a sealer for tokens"))
}

/// Seals a new pair, which is named by the change that stores it.
pub(crate) fn seal(
    core: &Core,
    planner: &Planner<'_>,
    owner: Owner<'_>,
    grant: &TokenGrant,
) -> Result<Tokens, Fault> {
    let (sealer, now) = (sealer(core)?, planner.now);
    let sealed = |token: Token, secret: &Secret| {
        sealer.seal(&token.context(core, owner, true), secret).map_err(Fault::Sealer)
    };
    let expires_at = now + TimeDelta::seconds(grant.expires_in_seconds.into());
    Ok(Tokens {
        pair: planner.id.as_uuid(),
        access: sealed(Token::Access, &grant.access_token)?,
        refresh: sealed(Token::Refresh, &grant.refresh_token)?,
        of_realm: true,
        expires_at,
        made_at: now,
        health: TokenHealth::Good,
        // Not at once again, however short it lives.
        refresh_at: (expires_at - FRESH).max(now + RETRY.first),
        failures: 0,
        api: grant.api.clone(),
    })
}

impl Tokens {
    /// How long a pair is left alone that nobody uses: Zoom lets one die that was not refreshed for 90
    /// days, and says that the number may change.
    pub(crate) const IDLE: TimeDelta = TimeDelta::days(30);

    pub(crate) fn open_access(&self, core: &Core, owner: Owner<'_>) -> Result<Secret, Fault> {
        self.open(core, owner, Token::Access, &self.access)
    }

    /// With what a call is made.
    pub(crate) fn access(
        &self,
        core: &Core,
        owner: Owner<'_>,
        deadline: DateTime<Utc>,
    ) -> Result<Access, Fault> {
        let token = self.open_access(core, owner)?;
        Ok(Access::new(token, deadline).with_api(self.api.clone()))
    }

    pub(crate) fn open_refresh(&self, core: &Core, owner: Owner<'_>) -> Result<Secret, Fault> {
        self.open(core, owner, Token::Refresh, &self.refresh)
    }

    fn open(
        &self,
        core: &Core,
        owner: Owner<'_>,
        token: Token,
        sealed: &Sealed,
    ) -> Result<Secret, Fault> {
        Ok(sealer(core)?.open(&token.context(core, owner, self.of_realm), sealed)?)
    }

    /// Whether no call can be made with it that is over by then.
    pub(crate) fn is_stale(&self, deadline: DateTime<Utc>) -> bool {
        self.health == TokenHealth::Rejected || self.expires_at <= deadline + AHEAD
    }

    /// When a refresh may be tried that came to nothing before, if not now. What a clock far ahead of
    /// others wrote does not count.
    pub(crate) fn not_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = Some(self.refresh_at).filter(|_| self.failures > 0);
        at.filter(|at| now < *at && *at <= now + RETRY.longest)
    }

    /// A refresh came to nothing, and may have had its effect: 2 s, 4 s, … at most 15 minutes.
    pub(crate) fn put_off(&mut self, now: DateTime<Utc>, spread: Spread) {
        self.refresh_at = now + RETRY.after(self.failures, spread);
        self.failures = self.failures.saturating_add(1);
    }
}

/// The tokens are dead: they are erased, the tie stays (R2, R6), and the user is told once.
pub(crate) fn die(
    planner: &mut Planner<'_>,
    connection: &mut ConnectionRow,
    why: ReconnectReason,
) -> Result<(), Fault> {
    let Grant::Live(tokens) = &connection.grant else { return Ok(()) };
    connection.grant = Grant::Dead(Died { pair: tokens.pair, at: planner.now, why });
    // Whom it would wake has to wait for the next consent.
    connection.wake_at = None;
    tell(planner, &connection.user, &connection.zoom, UserMessageKind::ReconnectZoom)
}

/// A user is to be told of their connection.
pub(crate) fn tell(
    planner: &mut Planner<'_>,
    user: &UserId,
    zoom: &ZoomAccountId,
    kind: UserMessageKind,
) -> Result<(), Fault> {
    let number = planner.next_message();
    let row = planner.keys.user_message(user, planner.id, number);
    planner.put(&row, &UserMessageRow { kind, at: planner.now, zoom: zoom.clone() })
}

/// Whether an answer to a refresh of this pair still matters: the connection has no newer one.
pub(crate) fn is_of(connection: &ConnectionRow, zoom: &ZoomAccountId, pair: Uuid) -> bool {
    connection.zoom == *zoom && connection.pair() == pair
}
