//! Connecting a user to Zoom (R2, R3), and waking what waited for it.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::core::{Command, Core, Plan};
use super::planner::{Planner, decode};
use super::records::{ClaimRow, ConnectionRow, Tokens, UserRow, WaitingRow};
use crate::error::{Error, Fault, Refusal, Thing, missing};
use crate::ports::{Access, Page, Sealer, TokenGrant, ZoomError};
use crate::words::{Secret, UserId, ZoomAccountId};

/// A scan may lag: the links that wait for a connection are looked for once more, so long after.
const LAST_LOOK: TimeDelta = TimeDelta::minutes(5);
/// The most links that one commit wakes.
const MOST_WOKEN: u16 = 20;

/// What became of a consent.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connected {
    /// The Zoom account that the user consented with.
    pub zoom: ZoomAccountId,
    /// The user.
    pub user: UserId,
    /// Something to tell the user.
    pub advice: Option<Advice>,
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

/// Whether there is such a user. Asked before the consent is used: an exchange kills the tokens
/// that another user may hold of the same Zoom account.
pub(crate) async fn check_user(core: &Core, user: &UserId) -> Result<(), Error> {
    let row = core.planner()?.peek(&core.keys.user(user)).await?;
    UserRow::present(row).map(|_| ()).ok_or_else(|| missing(Thing::User(user.clone())))
}

/// Trades the code of a consent for tokens, and finds out who consented.
pub(crate) async fn consented(
    core: &Core,
    code: &Secret,
) -> Result<(ZoomAccountId, TokenGrant), Error> {
    let deadline = core.now() + core.settings.call_deadline;
    let grant = core.auth.exchange_code(code, deadline).await.map_err(refused_consent)?;
    let access = Access::new(grant.access_token.clone(), deadline);
    let zoom_user = core.zoom.me(&access).await.map_err(Fault::Zoom)?;
    Ok((zoom_user.id, grant))
}

fn refused_consent(error: ZoomError) -> Error {
    match error {
        ZoomError::Unauthorized { .. } => Refusal::ConsentRefused.into(),
        other => Fault::Zoom(other).into(),
    }
}

/// Ties a Zoom account to a user id and keeps its tokens.
pub(crate) struct Connect<'a> {
    pub(crate) user: &'a UserId,
    pub(crate) zoom: &'a ZoomAccountId,
    pub(crate) grant: &'a TokenGrant,
}

#[async_trait]
impl Command for Connect<'_> {
    type Done = Connected;

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let keys = planner.keys;
        let known = planner.load(&keys.user(self.user)).await?;
        if UserRow::present(known).is_none() {
            return Err(missing(Thing::User(self.user.clone())));
        }
        let claim = keys.claim(self.zoom);
        let tie = planner.load(&claim).await?;
        if tie.is_some_and(|tie| tie.user != *self.user) {
            return Err(Refusal::ZoomAccountTaken { zoom: self.zoom.clone() }.into());
        }
        let connection = keys.connection(self.user);
        let previous = planner.load(&connection).await?.map(|row| row.zoom);
        let previous = previous.filter(|zoom| zoom != self.zoom);
        if let Some(previous) = &previous {
            let old_claim = keys.claim(previous);
            planner.load(&old_claim).await?;
            planner.delete(&old_claim);
        }
        planner.put(&claim, &ClaimRow { user: self.user.clone() })?;
        let now = planner.now;
        let row = ConnectionRow {
            user: self.user.clone(),
            zoom: self.zoom.clone(),
            tokens: Some(seal(core, now, (self.user, self.zoom), self.grant)?),
            connected_at: now,
            scopes: self.grant.scopes.clone(),
            wake_at: Some(now),
        };
        planner.put(&connection, &row)?;
        Ok(Plan::Commit(Connected {
            zoom: self.zoom.clone(),
            user: self.user.clone(),
            advice: previous.map(|previous| Advice::ReplacedZoomAccount { previous }),
        }))
    }
}

/// A refused consent has killed the tokens that the rightful user had: Zoom honours only the last
/// ones. They get the new ones, or the click of another would cut them off. Only where a live
/// connection is at stake; best effort: else they have to reconnect.
pub(crate) struct HandOver<'a> {
    pub(crate) zoom: &'a ZoomAccountId,
    pub(crate) grant: &'a TokenGrant,
}

#[async_trait]
impl Command for HandOver<'_> {
    type Done = ();

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let keys = planner.keys;
        let Some(tie) = planner.load(&keys.claim(self.zoom)).await? else {
            return Ok(Plan::Nothing(()));
        };
        let user = planner.load(&keys.user(&tie.user)).await?;
        let row = keys.connection(&tie.user);
        let connection = planner.load(&row).await?;
        let is_live = |row: &ConnectionRow| row.zoom == *self.zoom && row.tokens.is_some();
        let Some(mut connection) = connection.filter(is_live) else {
            return Ok(Plan::Nothing(()));
        };
        if UserRow::present(user).is_none() {
            return Ok(Plan::Nothing(()));
        }
        connection.tokens = Some(seal(core, planner.now, (&tie.user, self.zoom), self.grant)?);
        planner.put(&row, &connection)?;
        Ok(Plan::Commit(()))
    }
}

fn seal(
    core: &Core,
    now: DateTime<Utc>,
    (user, zoom): (&UserId, &ZoomAccountId),
    grant: &TokenGrant,
) -> Result<Tokens, Fault> {
    let sealer = sealer(core)?;
    Ok(Tokens {
        access: sealer.seal(&Token::Access.context(user, zoom), &grant.access_token)?,
        refresh: sealer.seal(&Token::Refresh.context(user, zoom), &grant.refresh_token)?,
        expires_at: now + TimeDelta::seconds(grant.expires_in_seconds.into()),
    })
}

/// Which of the tokens.
#[derive(Clone, Copy)]
pub(crate) enum Token {
    Access,
    Refresh,
}

impl Token {
    /// Binds a sealed token to its place: it opens for this user, Zoom account and kind only.
    fn context(self, user: &UserId, zoom: &ZoomAccountId) -> String {
        let kind = match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        };
        // Lengths keep ids apart, whatever characters they hold.
        format!("{kind}:{}:{user}:{}:{zoom}", user.as_str().len(), zoom.as_str().len())
    }
}

fn sealer(core: &Core) -> Result<&dyn Sealer, Fault> {
    core.sealer.as_deref().ok_or(Fault::NotConfigured("a sealer for tokens"))
}

/// Opens the access token of a connection.
pub(crate) fn open(core: &Core, row: &ConnectionRow, tokens: &Tokens) -> Result<Secret, Fault> {
    let context = Token::Access.context(&row.user, &row.zoom);
    Ok(sealer(core)?.open(&context, &tokens.access)?)
}

/// Wakes links that waited for a user to connect, and can go on now.
pub(crate) async fn wake(core: &Core, user: &UserId) -> Result<(), Error> {
    let waiting = find_waiting(core, user).await?;
    core.run(&Wake { user, waiting }).await
}

async fn find_waiting(core: &Core, user: &UserId) -> Result<Vec<WaitingRow>, Error> {
    let mut planner = core.planner()?;
    let mut found = Vec::new();
    let Some(connection) = planner.peek(&core.keys.connection(user)).await? else {
        return Ok(found);
    };
    let mut page = Page::first(MOST_WOKEN);
    loop {
        let answer = core.scan(&core.keys.all_waiting(user), &page).await?;
        for (key, row) in &answer.rows {
            let waiting: WaitingRow = decode(key, &row.row)?;
            let link = planner.peek(&core.keys.link(&waiting.account, waiting.link)).await?;
            if link.is_none_or(|link| link.can_go_on_with(&connection.zoom)) {
                found.push(waiting);
            }
        }
        match answer.next {
            Some(cursor) if found.is_empty() => page = Page::after(cursor, MOST_WOKEN),
            _ => return Ok(found),
        }
    }
}

struct Wake<'a> {
    user: &'a UserId,
    waiting: Vec<WaitingRow>,
}

#[async_trait]
impl Command for Wake<'_> {
    type Done = ();

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.connection(self.user);
        let Some(mut connection) = planner.load(&row).await? else {
            return Ok(Plan::Nothing(()));
        };
        for waiting in &self.waiting {
            wake_link(planner, self.user, waiting).await?;
        }
        if self.waiting.is_empty() {
            let last_look = connection.connected_at + LAST_LOOK;
            connection.wake_at = (planner.now < last_look).then_some(last_look);
        }
        planner.put(&row, &connection)?;
        Ok(Plan::Commit(()))
    }
}

async fn wake_link(
    planner: &mut Planner<'_>,
    user: &UserId,
    waiting: &WaitingRow,
) -> Result<(), Fault> {
    let row = planner.keys.waiting(user, waiting.link);
    if planner.load(&row).await?.is_none() {
        return Ok(());
    }
    planner.delete(&row);
    let row = planner.keys.link(&waiting.account, waiting.link);
    if let Some(mut link) = planner.load(&row).await? {
        link.wake(planner.now);
        planner.put(&row, &link)?;
    }
    Ok(())
}
